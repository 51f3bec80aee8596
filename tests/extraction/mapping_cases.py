"""Tables staged by hand and their names, for the tests of mapping."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from extraction.landing.mapping import Landing, quarantine_quads
from graph.model import AttributeDef, ClassDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.schema import Column, Datatype, Decision, Key, Schema, StagedTable, Table
from graph.terms import Term, Triple
from graph.vocab import MIMIR

NAMES = ProjectNames("https://example.org/", "shop")
SURE = Decision(1.0)
Cells = Sequence[str | None]


def stage(folder: Path, name: str, columns: Sequence[str], rows: Iterable[Cells]) -> StagedTable:
    """Lay rows down as the readers do: row numbers and texts."""
    rows = list(rows)
    arrays = {"_row": pa.array(range(1, len(rows) + 1), pa.int64())}
    for place, column in enumerate(columns):
        arrays[column] = pa.array([row[place] for row in rows], pa.string())
    path = folder / f"{name}.parquet"
    # Several row groups are read by several threads, as in a large file.
    pq.write_table(pa.table(arrays), path, row_group_size=10_000)
    return StagedTable(name, path, tuple(columns), len(rows), f"{name}.csv", "0" * 64)


def table(name: str, types: dict[str, Datatype], key: Sequence[str] = ()) -> Table:
    """Describe a table by the types of its columns and its key."""
    columns = tuple(Column(column, datatype, SURE) for column, datatype in types.items())
    return Table(name, f"{name}.csv", 0, columns, Key(tuple(key), SURE) if key else None)


def described(item: Table, name: str, links: Sequence[LinkDef] = ()) -> ClassDef:
    """Name a table: each column that no single link uses is an attribute of the same name."""
    used = {link.columns[0] for link in links if len(link.columns) == 1}
    attributes = tuple(
        AttributeDef(column.name, column.name, column.name, column.datatype)
        for column in item.columns
        if column.name not in used
    )
    key = item.primary_key.columns if item.primary_key else ()
    return ClassDef(item.name, name, name, key, attributes, tuple(links))


def link(columns: Sequence[str], target: str, parents: Sequence[str], name: str) -> LinkDef:
    """Point to the class `Target` of the table `target`."""
    return LinkDef(tuple(columns), target, tuple(parents), target.capitalize(), name, name)


def value(term: Term) -> str:
    """Give the IRI or the text of a term."""
    assert not isinstance(term, Triple)
    return term.value


def landed(landing: Landing) -> OxigraphStore:
    """Load what was written."""
    store = OxigraphStore()
    store.load(landing.output)
    return store


def edges(landing: Landing, name: str) -> Counter[tuple[str, str]]:
    """Collect the ends of one property, without the prefix of the things."""
    prefix = f"{NAMES.root}id/"
    return Counter(
        (value(quad.subject).removeprefix(prefix), value(quad.object).removeprefix(prefix))
        for quad in landed(landing).quads(NAMES.data)
        if quad.predicate == NAMES.term(name)
    )


def records(landing: Landing) -> dict[str, dict[str, str]]:
    """Give the quarantine records by their IRI, terms by local name."""
    found: dict[str, dict[str, str]] = {}
    for quad in quarantine_quads(landing, NAMES, "i1"):
        record = found.setdefault(value(quad.subject), {})
        record[quad.predicate.value.removeprefix(MIMIR)] = value(quad.object)
    return found


def shop(folder: Path) -> tuple[list[StagedTable], Schema, KnowledgeModel]:
    """Make customers and their orders, with every kind of dirt."""
    customers = table("customer", {"id": "string", "name": "string"}, ["id"])
    orders = table(
        "order",
        {"id": "integer", "customer": "string", "day": "date", "weight": "decimal"},
        ["id"],
    )
    staged = [
        stage(folder, "customer", ["id", "name"], [("ALFKI", "A"), ("BERGS", "B"), ("a/b;c", "ü")]),
        stage(
            folder,
            "order",
            ["id", "customer", "day", "weight"],
            [
                ("1", "ALFKI", "2024-05-01", "1.50"),
                ("2", "a/b;c", "2024-13-01", "72.4 °C"),
                ("3", "ALFKX", "01.02.2024", None),
                ("2", "BERGS", "2024-05-02", "3"),
                (None, "BERGS", "2024-05-02", "3"),
                ("x", "BERGS", "2024-05-02", "3"),
                ("7", None, None, None),
            ],
        ),
    ]
    model = KnowledgeModel(
        (
            described(customers, "Customer"),
            described(orders, "Order", [link(["customer"], "customer", ["id"], "buyer")]),
        )
    )
    return staged, Schema((customers, orders)), model
