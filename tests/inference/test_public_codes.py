"""Codes of the world meet public concepts; headers that name something else meet none."""

from pathlib import Path

import pytest

from graph.ontology.lint import dl_problems
from graph.vocab import SKOS
from inference.infer import infer_schema
from inference.knowledge.alignments import alignment_suggestions
from inference.knowledge.code_matches import code_suggestions, public_concept
from inference.knowledge.meanings import meaning_quads
from inference.knowledge.naming import name_schema
from inference.knowledge.owl import ontology_quads
from tests.inference.knowledge import NAMES
from tests.inference.staging import stage

EU = "http://publications.europa.eu/resource/authority/"


@pytest.mark.parametrize(
    ("kind", "code", "concept"),
    [
        ("currency-code", "EUR", f"{EU}currency/EUR"),
        ("currency-code", "usd", f"{EU}currency/USD"),
        ("currency-code", "QQQ", None),
        ("country-code", "DE", f"{EU}country/DEU"),
        ("country-code", "qa", f"{EU}country/QAT"),
        ("country-code", "POL", f"{EU}country/POL"),
        ("country-code", "UK", None),
        ("country-code", "DDR", None),
        ("language-code", "pt", "http://id.loc.gov/vocabulary/iso639-1/pt"),
        ("language-code", "por", None),
        ("colour", "red", None),
    ],
)
def test_a_concept_is_given_where_the_code_tells_its_address(
    kind: str, code: str, concept: str | None
) -> None:
    found = public_concept(kind, code)
    assert (found.value if found else None) == concept


def test_a_column_of_currencies_is_suggested_to_be_a_list_of_public_concepts(
    tmp_path: Path,
) -> None:
    codes = ("EUR", "USD", "GBP", "CHF")
    rows = [[str(n), codes[n % 4], f"{n}.50"] for n in range(80)]
    schema = infer_schema([stage(tmp_path, "invoices", ("invoice_id", "currency", "total"), rows)])
    model = name_schema(schema)
    (found,) = code_suggestions(model, schema, NAMES)
    matches = {
        str(quad.subject).rpartition("/")[2].rstrip(">"): str(quad.object)
        for quad in found.quads
        if quad.predicate == SKOS.exactMatch
    }
    assert matches == {code: f"<{EU}currency/{code}>" for code in codes}
    whole = [
        *ontology_quads(model, schema, NAMES, version=1),
        *meaning_quads(model, schema, NAMES),
        *found.quads,
    ]
    assert dl_problems(whole) == ()


def test_a_column_with_a_code_that_nobody_keeps_is_left_alone(tmp_path: Path) -> None:
    codes = ("EUR", "USD", "GBP", "CHF", "JPY", "XYZ")
    rows = [[str(n), codes[n % 6]] for n in range(90)]
    schema = infer_schema([stage(tmp_path, "invoices", ("invoice_id", "currency"), rows)])
    assert code_suggestions(name_schema(schema), schema, NAMES) == ()


PEOPLE = ("Anna Smith", "John Miller", "Maria Garcia", "Peter Brown", "Laura Jones", "David Wilson")


@pytest.mark.parametrize(
    ("table", "header", "aligned"),
    [
        ("customers", "customer_name", True),
        ("customers", "cust_name", True),
        ("customers", "full_name", True),
        ("stations", "manager_name", False),
        ("books", "writer", False),
        ("orders", "ship_name", False),
    ],
)
def test_only_the_name_of_the_row_itself_is_a_name(
    table: str, header: str, aligned: bool, tmp_path: Path
) -> None:
    rows = [[str(n), f"{PEOPLE[n % 6]} {n // 6 or ''}".strip()] for n in range(60)]
    schema = infer_schema([stage(tmp_path, table, ("id", header), rows)])
    found = alignment_suggestions(name_schema(schema), schema, NAMES)
    names = [line for item in found for line in item.evidence if "schema.org/name" in line]
    assert bool(names) == aligned


def test_a_place_of_birth_is_no_address_and_a_fax_is_no_telephone(tmp_path: Path) -> None:
    towns = ("Berlin", "Paris", "Madrid", "Vienna", "London", "Rome")
    header = ("person_id", "birth_city", "city", "fax", "phone")
    rows = [
        [str(n), towns[n % 6], towns[n % 5], f"+49 30 {500000 + 37 * n}", f"+49 30 {700000 + n}"]
        for n in range(60)
    ]
    schema = infer_schema([stage(tmp_path, "members", header, rows)])
    (found,) = alignment_suggestions(name_schema(schema), schema, NAMES)
    said = {" ".join(line.split()[:1] + line.split()[5:6]) for line in found.evidence}
    assert {"city https://schema.org/addressLocality:", "fax https://schema.org/faxNumber:"} <= said
    assert "phone https://schema.org/telephone:" in said
    assert not any(each.startswith("birthCity") for each in said)
