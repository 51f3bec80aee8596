"""Records of columns: what a schema says stands in the meta graph, and nothing else."""

from dataclasses import replace

from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.schema import Column, Decision, Dependency, Schema, SemanticType, Table
from graph.vocab import MIMIR
from workers.column_records import column_change

NAMES = ProjectNames("https://example.org/", "shop")
MAIL = SemanticType("email", Decision(0.987, ("Looks so.", "The header says so.")), "direct")
SCHEMA = Schema(
    (
        Table(
            "people",
            "people.csv",
            3,
            (
                Column("mail", "string", Decision(0.95, ("Text.",)), semantic=MAIL),
                Column("age", "integer", Decision(1.0)),
            ),
        ),
    )
)


def write(store: OxigraphStore, schema: Schema) -> tuple[int, int]:
    """Bring the records to a schema; gives the numbers of quads added and removed."""
    change = column_change(NAMES, store.reader([NAMES.meta]), schema)
    store.apply(change.added, change.removed)
    return len(change.added), len(change.removed)


def test_the_same_schema_again_changes_nothing() -> None:
    store = OxigraphStore()

    assert write(store, SCHEMA)[0] > 10
    assert write(store, SCHEMA) == (0, 0)


def test_what_changed_is_replaced_and_what_is_gone_is_removed() -> None:
    store = OxigraphStore()
    write(store, SCHEMA)
    table = SCHEMA.tables[0]
    harmless = replace(table.columns[0], semantic=replace(MAIL, personal="none"))

    assert write(store, Schema((replace(table, columns=(harmless, table.columns[1])),))) == (1, 1)
    write(store, Schema())

    assert store.reader([NAMES.meta]).ask("ASK { ?s ?p ?o }") is False


def test_what_determines_other_columns_is_on_record() -> None:
    store = OxigraphStore()
    item = Dependency(("age",), ("mail",), Decision(0.97, ("In all 3 rows.",)))
    write(store, Schema((replace(SCHEMA.tables[0], dependencies=(item,)),)))
    dependency = f"[] a <{MIMIR.FunctionalDependency.value}> ; <{MIMIR.determinant.value}> 'age'"
    reader = store.reader([NAMES.meta])

    assert reader.ask(f"ASK {{ {dependency} ; <{MIMIR.determines.value}> 'mail' }}")
    write(store, SCHEMA)
    assert not store.reader([NAMES.meta]).ask(f"ASK {{ {dependency} }}")
