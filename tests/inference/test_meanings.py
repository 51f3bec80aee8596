"""What is sure about meanings, written into the ontology."""

from pathlib import Path

import pytest

from graph.names import ProjectNames
from graph.ontology.lint import dl_problems
from graph.terms import BlankNode, NamedNode, Quad
from graph.vocab import MIMIR, QUDT, RDF, RDFS, SKOS, SOSA
from inference.infer import infer_schema
from inference.knowledge.alignments import alignment_suggestions
from inference.knowledge.meanings import meaning_quads
from inference.knowledge.naming import name_schema
from inference.knowledge.owl import ontology_quads
from inference.knowledge.suggestions import Suggestion, hierarchy_suggestions, skolemised
from tests.inference.staging import stage

NAMES = ProjectNames("https://example.org/", "plant")
Rows = list[list[str | None]]


def tables(folder: Path, **named: tuple[str, Rows]) -> tuple[list[Quad], tuple[Suggestion, ...]]:
    """Infer tables; gives the whole ontology and all suggestions."""
    staged = [stage(folder, name, header.split(), rows) for name, (header, rows) in named.items()]
    schema = infer_schema(staged)
    model = name_schema(schema)
    quads = [
        *ontology_quads(model, schema, NAMES, version=1),
        *meaning_quads(model, schema, NAMES),
    ]
    found = (
        *hierarchy_suggestions(model, schema, NAMES),
        *alignment_suggestions(model, schema, NAMES),
    )
    assert dl_problems(quads) == ()
    for suggestion in found:
        assert dl_problems([*quads, *suggestion.quads]) == (), suggestion.reason
        assert 0.5 <= suggestion.confidence <= 0.9
        assert suggestion.evidence
    assert len({suggestion.id for suggestion in found}) == len(found)
    return quads, found


def holds(quads: list[Quad], subject: str, predicate: NamedNode, value: object) -> bool:
    """Tell whether a fact about one of the project's terms stands in the ontology."""
    return any(
        q.subject == NAMES.term(subject)
        and q.predicate == predicate
        and getattr(q.object, "value", None) == getattr(value, "value", value)
        for q in quads
    )


MACHINES: Rows = [[f"M-{n:02}", f"{4 + n}.5"] for n in range(6)]
READINGS: Rows = [
    [f"M-{n % 6:02}", f"2024-01-{1 + n // 24:02}T{n % 24:02}:00:00", f"{20 + n % 9}.5"]
    for n in range(240)
]


def test_readings_are_observations(tmp_path: Path) -> None:
    quads, _ = tables(
        tmp_path,
        machines=("machine_id power_kw", MACHINES),
        readings=("machine_id taken_at temp_c", READINGS),
    )

    assert holds(quads, "Reading", RDFS.subClassOf, SOSA.Observation)
    assert holds(quads, "tempC", RDFS.subPropertyOf, SOSA.hasSimpleResult)
    assert holds(quads, "takenAt", RDFS.subPropertyOf, SOSA.resultTime)
    assert holds(quads, "machine", RDFS.subPropertyOf, SOSA.hasFeatureOfInterest)
    assert holds(quads, "tempC", QUDT.hasUnit, "http://qudt.org/vocab/unit/DEG_C")
    assert not holds(quads, "Machine", RDFS.subClassOf, SOSA.Observation)


def test_a_property_that_others_use_too_is_only_annotated(tmp_path: Path) -> None:
    orders: Rows = [[f"W-{n}", f"M-{n % 6:02}", f"task {n}"] for n in range(12)]
    quads, _ = tables(
        tmp_path,
        machines=("machine_id power_kw", MACHINES),
        readings=("machine_id taken_at temp_c", READINGS),
        orders=("order_id machine_id task", orders),
    )

    assert not holds(quads, "machine", RDFS.subPropertyOf, SOSA.hasFeatureOfInterest)
    assert holds(quads, "Reading", MIMIR.featureOfInterest, NAMES.term("machine"))


def test_payments_are_no_observations_but_may_be_events(tmp_path: Path) -> None:
    customers: Rows = [[f"C-{n:02}", f"c{n}"] for n in range(6)]
    payments: Rows = [
        [f"C-{n % 6:02}", f"2024-01-{1 + n // 24:02}", f"{20 + n % 9}.5"] for n in range(240)
    ]

    quads, found = tables(
        tmp_path,
        customers=("customer_id nick", customers),
        payments=("customer_id paid_on amount", payments),
    )

    assert not holds(quads, "Payment", RDFS.subClassOf, SOSA.Observation)
    assert "Each Payment is an event in time." in {item.reason for item in found}


def test_a_scale_becomes_a_concept_scheme_with_places(tmp_path: Path) -> None:
    rows: Rows = [[f"T-{n}", ["low", "medium", "high"][n % 3]] for n in range(60)]

    quads, _ = tables(tmp_path, tickets=("ticket_id priority", rows))

    scheme = NAMES.record("code-list", "priority")
    assert holds(quads, "priority", MIMIR.codeList, scheme)
    places = {
        str(q.subject).rpartition("/")[2].rstrip(">"): getattr(q.object, "value", "")
        for q in quads
        if q.predicate == MIMIR.position
    }
    assert places == {"low": "1", "medium": "2", "high": "3"}
    members = [q for q in quads if q.predicate == SKOS.inScheme and q.object == scheme]
    assert len(members) == 3


def test_kinds_with_columns_of_their_own_are_suggested_as_subclasses(tmp_path: Path) -> None:
    rows: Rows = [
        [f"V-{n}", "car", "4", None] if n % 2 else [f"V-{n}", "truck", None, "7.5"]
        for n in range(40)
    ]

    _, found = tables(tmp_path, vehicles=("vehicle_id kind doors payload_t", rows))

    (kinds,) = [item for item in found if item.about[0] == "kinds"]
    vehicle = NAMES.term("Vehicle")
    names = {
        q.subject for q in kinds.quads if (q.predicate, q.object) == (RDFS.subClassOf, vehicle)
    }
    assert names == {NAMES.term("Car"), NAMES.term("Truck")}
    # A kind is a vehicle with the value; another thing with the value is none.
    assert [q.object for q in kinds.quads if q.predicate == RDF.first].count(vehicle) == 2
    assert not any(isinstance(q.subject, BlankNode) for q in skolemised(kinds, NAMES))


def test_columns_that_both_kinds_fill_tell_no_kinds(tmp_path: Path) -> None:
    rows: Rows = [
        [f"V-{n}", "car" if n % 2 else "truck", None if n % 3 else "4", None if n % 5 else "7.5"]
        for n in range(40)
    ]

    _, found = tables(tmp_path, vehicles=("vehicle_id kind doors payload_t", rows))

    assert not [item for item in found if item.about[0] == "kinds"]


def orders(count: int = 20) -> Rows:
    """Make orders."""
    return [[str(100 + n), f"2024-02-{1 + n % 28:02}"] for n in range(count)]


def test_lines_are_parts_of_their_order(tmp_path: Path) -> None:
    lines: Rows = [
        [str(100 + n), str(line), str(1 + (n * line) % 7)] for n in range(20) for line in (1, 2, 3)
    ]

    _, found = tables(
        tmp_path,
        orders=("order_id placed_on", orders()),
        order_lines=("order_id line_no quantity", lines),
    )

    assert "OrderLine is part of Order." in {item.reason for item in found}


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("employees", "Each Employee is a Person: make it a subclass."),
        ("person_details", "PersonDetail is part of Person."),
    ],
)
def test_a_table_that_shares_a_key_is_a_kind_or_a_part(
    tmp_path: Path, table: str, reason: str
) -> None:
    persons: Rows = [[str(n), f"p{n}"] for n in range(1, 31)]
    extension: Rows = [[str(n), f"{n}.5"] for n in range(1, 31, 2)]

    _, found = tables(
        tmp_path, persons=("person_id nick", persons), **{table: ("person_id factor", extension)}
    )

    assert reason in {item.reason for item in found}


def test_people_and_places_meet_known_vocabularies(tmp_path: Path) -> None:
    people: Rows = [
        [f"P-{n}", name, f"u{n}@example.org"]
        for n, name in enumerate(["Anna Muster", "John Doe", "Maria Rossi", "Hans Maier"])
    ]
    sites: Rows = [[f"S-{n}", f"{50 + n}.25", f"{8 + n}.75"] for n in range(6)]

    _, found = tables(
        tmp_path,
        employees=("employee_id name email", people),
        sites=("site_id latitude longitude", sites),
    )

    facts = {f"{q.subject} {q.predicate} {q.object}" for item in found for q in item.quads}
    ours = NAMES.terms
    for subject, value in (
        ("Employee", "https://schema.org/Person"),
        ("Employee", "http://xmlns.com/foaf/0.1/Person"),
        ("Site", "http://www.opengis.net/ont/geosparql#Feature"),
    ):
        assert f"<{ours}{subject}> {RDFS.subClassOf} <{value}>" in facts
    for subject, value in (
        ("email", "https://schema.org/email"),
        ("latitude", "http://www.w3.org/2003/01/geo/wgs84_pos#lat"),
    ):
        assert f"<{ours}{subject}> {RDFS.subPropertyOf} <{value}>" in facts


def test_suggestions_keep_their_identifier_when_rows_are_added(tmp_path: Path) -> None:
    for size, place in ((30, "a"), (60, "b")):
        (tmp_path / place).mkdir()
        rows: Rows = [[f"S-{n}", f"{n % 80}.25", f"{n % 90}.75"] for n in range(size)]
        _, found = tables(tmp_path / place, sites=("site_id latitude longitude", rows))
        if size == 30:
            first = {item.id for item in found}

    assert first == {item.id for item in found}
