"""What people decide about the schema, kept by inference."""

from pathlib import Path

import pytest

from graph.errors import BadInput, NotFound
from graph.names import ProjectNames
from graph.ontology.schema_overrides import (
    SchemaOverride,
    check_override,
    find_override,
    override_change,
    overrides_from_json,
    read_overrides,
)
from graph.oxigraph import OxigraphStore
from graph.schema import Schema, StagedTable
from inference.infer import infer_schema
from tests.inference.staging import stage

NAMES = ProjectNames("https://example.org/", "shop")
AT = "2026-01-02T03:04:05+00:00"


def said(kind: str, table: str, *columns: str, **more: object) -> SchemaOverride:
    return SchemaOverride(kind, table, columns, author="ann", at=AT, **more)  # type: ignore[arg-type]


def put(store: OxigraphStore, before: SchemaOverride | None, after: SchemaOverride | None) -> None:
    change = override_change(NAMES, before, after)
    store.apply((), change.removed)
    store.apply(change.added, ())


def shop(folder: Path) -> list[StagedTable]:
    makers = [[str(n), f"Maker {n}"] for n in range(1, 21)]
    parts = [
        [str(n), str(1000 + n), str(n % 20 + 1), f"{n % 12 + 1:02}/01/2024"] for n in range(60)
    ]
    parts[7][1] = "none yet"
    return [
        stage(folder, "maker", ["maker_id", "name"], makers),
        stage(folder, "part", ["part_id", "lot", "made_by", "made_on"], parts),
    ]


def inferred(folder: Path, *overrides: SchemaOverride) -> Schema:
    return infer_schema(shop(folder), overrides=overrides)


def test_reads_a_column_as_the_type_that_was_set_and_counts_what_does_not_fit(
    tmp_path: Path,
) -> None:
    assert inferred(tmp_path).table("part").column("lot").datatype == "integer"
    text = inferred(tmp_path, said("type", "part", "lot", datatype="string")).table("part")
    assert (text.column("lot").datatype, text.column("lot").invalid) == ("string", 0)
    assert text.column("lot").distinct == 60
    number = inferred(tmp_path, said("type", "part", "lot", datatype="decimal")).table("part")
    column = number.column("lot")
    assert (column.datatype, column.invalid) == ("decimal", 1)
    assert column.decision.overridden
    assert column.decision.confidence == 1.0
    assert column.decision.evidence == (
        "Set by ann on 2026-01-02.",
        "1 cells are no decimal; they are quarantined.",
    )


def test_reads_dates_by_the_pattern_that_was_set(tmp_path: Path) -> None:
    override = said("type", "part", "made_on", datatype="date", format="%m/%d/%Y")
    column = inferred(tmp_path, override).table("part").column("made_on")
    assert (column.minimum, column.maximum) == ("2024-01-01", "2024-12-01")
    other = said("type", "part", "made_on", datatype="date", format="%d/%m/%Y")
    column = inferred(tmp_path, other).table("part").column("made_on")
    assert (column.minimum, column.maximum) == ("2024-01-01", "2024-01-12")


def test_takes_the_key_that_was_set_and_counts_what_contradicts_it(tmp_path: Path) -> None:
    assert inferred(tmp_path).table("part").primary_key.columns == ("part_id",)  # type: ignore[union-attr]
    key = inferred(tmp_path, said("key", "part", "made_by", "made_on")).table("part").primary_key
    assert key is not None
    assert (key.columns, key.duplicates) == (("made_by", "made_on"), 0)
    twice = inferred(tmp_path, said("key", "part", "made_by")).table("part").primary_key
    assert twice is not None
    assert (twice.columns, twice.duplicates, twice.decision.overridden) == (("made_by",), 40, True)
    assert inferred(tmp_path, said("key", "part")).table("part").primary_key is None


def test_takes_references_that_were_set_and_leaves_out_those_that_were_refused(
    tmp_path: Path,
) -> None:
    refused = said("no-reference", "part", "made_by")
    assert inferred(tmp_path, refused).table("part").references == ()
    override = said("reference", "part", "lot", ref_table="maker", ref_columns=("maker_id",))
    found = inferred(tmp_path, refused, override).table("part").references
    assert [(item.columns, item.ref_table, item.ref_columns) for item in found] == [
        (("lot",), "maker", ("maker_id",))
    ]
    assert found[0].decision.overridden
    assert (found[0].coverage, found[0].orphans) == (0.0, 59)


def test_ignores_what_was_said_of_tables_and_columns_that_are_gone(tmp_path: Path) -> None:
    gone = (
        said("type", "part", "colour", datatype="string"),
        said("key", "supplier", "id"),
        said("reference", "part", "lot", ref_table="supplier", ref_columns=("id",)),
    )
    assert inferred(tmp_path, *gone) == inferred(tmp_path)


@pytest.mark.parametrize(
    ("override", "error", "words"),
    [
        (said("type", "parts", "lot", datatype="string"), NotFound, "maker, part"),
        (said("type", "part", "lots", datatype="string"), NotFound, "part_id, lot"),
        (said("type", "part", "lot", datatype="colour"), BadInput, "integer, decimal"),
        (said("type", "part", "lot", "made_by", datatype="string"), BadInput, "one column"),
        (said("type", "part", "lot", datatype="integer", format="%d"), BadInput, "strptime"),
        (said("key", "part", "lot", "lot"), BadInput, "twice"),
        (said("key", "part", "lot", datatype="string"), BadInput, "columns only"),
        (said("reference", "part", "lot"), BadInput, "point to"),
        (said("reference", "part", "lot", ref_table="maker"), BadInput, "pairs"),
        (said("reference", "part", "lot", ref_table="x", ref_columns=("a",)), NotFound, "maker"),
        (said("no-reference", "part"), BadInput, "point to nothing"),
        (said("colour", "part", "lot"), BadInput, "kind"),
    ],
)
def test_refuses_what_cannot_be_followed(
    tmp_path: Path, override: SchemaOverride, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        check_override(override, inferred(tmp_path))


def test_keeps_one_decision_per_thing_as_a_record() -> None:
    store = OxigraphStore()
    first = said("reference", "part", "lot", ref_table="maker", ref_columns=("maker_id",))
    second = said("no-reference", "part", "lot", reason="Lots are no makers.")
    put(store, None, first)
    assert read_overrides(store.reader((NAMES.meta,), ())) == (first,)
    assert first.id == second.id
    put(store, first, second)
    assert read_overrides(store.reader((NAMES.meta,), ())) == (second,)
    assert find_override(store.reader((NAMES.meta,), ()), second.id) == second
    assert overrides_from_json([second.to_json()]) == (second,)
    put(store, second, None)
    with pytest.raises(NotFound):
        find_override(store.reader((NAMES.meta,), ()), second.id)
