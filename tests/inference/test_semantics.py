"""Semantic types from headers and values, on columns whose meaning is known."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from graph.schema import Column, SemanticType
from graph.vocab import SH
from inference.infer import infer_schema
from inference.knowledge.naming import name_schema
from inference.knowledge.shapes import shape_quads
from inference.plain import plain_schema
from tests.inference.knowledge import NAMES
from tests.inference.semantic_cases import CASES, Case
from tests.inference.staging import stage

VAGUE = (None, "identifier", "category", "name")
"""What a column without a meaning of its own may still be called."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SemanticType | None]:
    """Infer all cases at once, each in a table of its own; by the name of the case."""
    folder = tmp_path_factory.mktemp("cases")
    staged = []
    for number, case in enumerate(CASES):
        headers = ["row_key", case.header, *(name for name, _ in case.beside)]
        columns = [case.values, *(values for _, values in case.beside)]
        # Twice, so that no column under test is a key of its table.
        rows = [[f"k{n}", *row] for n, row in enumerate([*zip(*columns, strict=True)] * 2, start=1)]
        (folder / str(number)).mkdir()
        staged.append(stage(folder / str(number), f"{case.table}_{number}", headers, rows))
    schema = infer_schema(staged)
    return {
        case.name: table.column(case.header).semantic
        for case, table in zip(CASES, schema.tables, strict=True)
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_column_is_called_what_it_is(case: Case, found: dict[str, SemanticType | None]) -> None:
    semantic = found[case.name]
    called = semantic.type if semantic else None

    assert called == case.type if case.type else called in VAGUE
    if semantic:
        assert 0 < semantic.decision.confidence <= 1
        assert semantic.decision.evidence


def column(
    folder: Path, header: str, values: Sequence[str | None], table: str = "things"
) -> Column:
    """Infer a table of one column beside a number."""
    rows = [[str(number), value] for number, value in enumerate(values)]
    schema = infer_schema([stage(folder, table, ["row_no", header], rows)])
    return schema.tables[0].column(header)


def semantic_of(
    folder: Path, header: str, values: Sequence[str | None], table: str = "things"
) -> SemanticType:
    """Infer the semantic type of a column that has one."""
    semantic = column(folder, header, values, table).semantic
    assert semantic is not None
    return semantic


def test_one_bad_value_lowers_confidence_and_is_shown(tmp_path: Path) -> None:
    mails = [f"user{n}@example.org" for n in range(999)]

    whole = semantic_of(tmp_path, "mail", mails)
    broken = semantic_of(tmp_path, "mail", [*mails, "user at example.org"])

    assert whole.exact
    assert not broken.exact
    assert broken.type == "email"
    assert broken.decision.confidence < whole.decision.confidence
    assert "user at example.org" in broken.decision.evidence[-1]


def test_null_words_and_blanks_are_no_counter_examples(tmp_path: Path) -> None:
    values = [f"user{n}@example.org" for n in range(20)] + ["", "  ", "N/A", None]

    assert semantic_of(tmp_path, "mail", values).exact


@pytest.mark.parametrize(
    ("header", "values", "iri"),
    [
        ("temp_c", ["20.5", "21.5"], "unit/DEG_C"),
        ("weight (kg)", ["1.5", "2.5"], "unit/KiloGM"),
        ("vibration_mm_s", ["1.5", "2.5"], "unit/MilliM-PER-SEC"),
        ("speed [km/h]", ["10.5", "20.5"], "unit/KiloM-PER-HR"),
        ("flow_l_per_min", ["10.5", "20.5"], "unit/L-PER-MIN"),
        ("no2_ug_m3", ["10.5", "20.5"], "unit/MicroGM-PER-M3"),
        ("energy_kWh", ["10.5", "20.5"], "unit/KiloW-HR"),
        ("load", ["12 kg", "7.5 kg"], "unit/KiloGM"),
        ("discount_pct", ["12.5", "7.5"], "unit/PERCENT"),
        ("cost_eur", ["12.5", "7.5"], "currency/EUR"),
        ("cost", ["$12.50", "$7.25"], "currency/USD"),
    ],
)
def test_units_and_currencies_have_their_iri(
    tmp_path: Path, header: str, values: list[str], iri: str
) -> None:
    assert semantic_of(tmp_path, header, values * 3).unit == f"http://qudt.org/vocab/{iri}"


@pytest.mark.parametrize(
    "header", ["start_hr", "hours_per_week", "sales_us", "log_in", "birth_day"]
)
def test_a_header_that_names_no_unit_gives_none(tmp_path: Path, header: str) -> None:
    assert column(tmp_path, header, ["1", "2", "3"] * 3).unit is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The dog is not on the sofa and it was for this that they left", "en"),
        ("Der Hund ist nicht auf dem Sofa und wird auch im Haus mit der Katze sein", "de"),
        ("Le chien est dans la maison avec les enfants et il ne dort pas sur le lit", "fr"),
        ("El perro no está en la casa con los niños y su gato pero se fue muy lejos", "es"),
        ("Собака не в доме, и это так же, как было у них на даче, но из города для всех", "ru"),
        (
            "彼女は毎日この図書館で新しい本を読んでいますが、今日は来ませんでしたと言いました。",
            "ja",
        ),
    ],
)
def test_free_text_has_a_language(tmp_path: Path, text: str, language: str) -> None:
    values = [f"{text} {number}" for number in range(6)]

    found = semantic_of(tmp_path, "comment", values)

    assert (found.type, found.language) == ("free-text", language)


def test_a_scale_keeps_its_order(tmp_path: Path) -> None:
    values = ["high", "low", "Medium", "low", "high"] * 4

    assert semantic_of(tmp_path, "severity", values).order == ("low", "Medium", "high")


@pytest.mark.parametrize(
    ("header", "value", "table", "personal"),
    [
        ("email", "anna@example.org", "offices", "direct"),
        ("iban", "DE89370400440532013000", "payments", "direct"),
        ("city", "Berlin", "patients", "quasi"),
        ("city", "Berlin", "warehouses", "none"),
        ("address", "Main Street 5", "patients", "direct"),
        ("address", "Main Street 5", "warehouses", "none"),
        ("birth_date", "1980-05-06", "pets", "quasi"),
        ("diagnosis", "influenza", "visits", "sensitive"),
        ("religion", "none given", "employees", "sensitive"),
        ("salary", "4500.50", "employees", "sensitive"),
        ("price", "4500.50", "parts", "none"),
    ],
)
def test_personal_data_is_classed(
    tmp_path: Path, header: str, value: str, table: str, personal: str
) -> None:
    semantic = column(tmp_path, header, [value] * 4, table).semantic

    assert (semantic.personal if semantic else "none") == personal


def test_the_plain_form_has_the_semantic_type(tmp_path: Path) -> None:
    rows = [[str(number), f"u{number}@example.org"] for number in range(5)]
    schema = infer_schema([stage(tmp_path, "users", ["id", "mail"], rows)])

    plain = plain_schema(schema)["tables"]["users"]["columns"]["mail"]

    assert plain["type"] == "string"
    assert plain["semantic"]["type"] == "email"
    assert plain["semantic"]["personal"] == "direct"


def test_blanks_around_a_value_keep_a_form_from_being_exact(tmp_path: Path) -> None:
    values = [f"user{n}@example.org" for n in range(30)]

    assert not semantic_of(tmp_path, "mail", [*values, " spaced@example.org"]).exact


def test_the_form_of_a_meaning_is_a_warning_in_the_shapes(tmp_path: Path) -> None:
    rows = [[str(number), f"u{number}@example.org"] for number in range(30)]
    schema = infer_schema([stage(tmp_path, "users", ["id", "mail"], rows)])

    quads = shape_quads(name_schema(schema), schema, NAMES)

    facts: dict[str, Any] = {
        str(q.predicate): q.object for q in quads if q.subject == NAMES.shape("User-mail-form")
    }
    assert facts[str(SH.severity)] == SH.Warning
    assert re.search(facts[str(SH.pattern)].value, "a@b.org")
    assert not re.search(facts[str(SH.pattern)].value, "a b@c.org")
