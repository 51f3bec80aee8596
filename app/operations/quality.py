"""Operations on the quality of the files: what was measured of their columns."""

from dataclasses import dataclass
from itertools import groupby

from app.operations.knowledge import text
from app.operations.registry import PageRequest, operation, page
from app.services import Services
from graph.sparql import load_query


@dataclass(frozen=True)
class ColumnQuality:
    """What was measured of a column; what compares is absent when there is no earlier version.

    `distance` is 0 (same distribution as in the version before) to 1; `outside` is the share of
    rows with a value that the version before did not have; the `_p` are corrected p-values.
    """

    table: str
    column: str
    property: str | None
    null_share: float
    null_share_before: float | None
    null_share_p: float | None
    distance: float | None
    distance_p: float | None
    outside: float | None
    changed: bool


@dataclass(frozen=True)
class QualityPage:
    """A page of columns."""

    items: tuple[ColumnQuality, ...]
    next: str | None


@dataclass(frozen=True)
class SchemaChangeView:
    """What changed in the schema since the version before; `risk` is low, medium or high.

    `was` and `now` are names, types or columns; absent where there was, or is, nothing.
    """

    kind: str
    table: str
    columns: str
    was: str | None
    now: str | None
    risk: str
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class SchemaChangePage:
    """A page of changes."""

    items: tuple[SchemaChangeView, ...]
    next: str | None


@operation(
    "GET",
    "/projects/<project>/schema/changes",
    "List what changed in the schema since the files' last version, with its risk.",
    permission="read",
    request=PageRequest,
    response=SchemaChangePage,
    example={"project": "fleet"},
)
def list_schema_changes(services: Services, request: PageRequest) -> SchemaChangePage:
    """List tables, columns, types, keys and references that came, went or changed."""
    project = services.projects.get(request.project)
    facts: dict[str, dict[str, list[str]]] = {}
    rows = project.reader(project.names.quality).select(load_query("app", "schema_changes"))
    for change, predicate, value in rows:
        name = text(predicate).rpartition("#")[2]
        facts.setdefault(text(change), {}).setdefault(name, []).append(text(value))
    found = [_change(item) for item in facts.values()]
    items, following = page(found, request.limit, request.cursor)
    return SchemaChangePage(tuple(items), following)


@operation(
    "GET",
    "/projects/<project>/quality",
    "List the columns of the files with their share of nulls, and how their values changed.",
    permission="read",
    request=PageRequest,
    response=QualityPage,
    example={"project": "fleet", "limit": 20},
)
def list_quality(services: Services, request: PageRequest) -> QualityPage:
    """List what was measured, by table and column."""
    project = services.projects.get(request.project)
    rows = project.reader(project.names.quality).select(load_query("app", "measurements"))
    found = [
        _column(table, column, list(group))
        for (table, column), group in groupby(
            ([None if term is None else text(term) for term in row] for row in rows),
            key=lambda row: (row[0] or "", row[1] or ""),
        )
    ]
    items, following = page(found, request.limit, request.cursor)
    return QualityPage(tuple(items), following)


def _column(table: str, column: str, rows: list[list[str | None]]) -> ColumnQuality:
    values = {(row[3] or "").rpartition("#")[2]: float(row[4] or 0) for row in rows}
    return ColumnQuality(
        table=table,
        column=column,
        property=rows[0][2],
        null_share=values["nullShare"],
        null_share_before=values.get("nullShareBefore"),
        null_share_p=values.get("nullShareP"),
        distance=values.get("distance"),
        distance_p=values.get("distanceP"),
        outside=values.get("outside"),
        changed=values.get("changed") == 1.0,
    )


def _change(facts: dict[str, list[str]]) -> SchemaChangeView:
    def only(name: str) -> str | None:
        """Give the one value, or None."""
        return next(iter(facts.get(name, ())), None)

    return SchemaChangeView(
        kind=only("changeKind") or "",
        table=only("sourceTable") or "",
        columns=only("sourceColumn") or "",
        was=only("was"),
        now=only("now"),
        risk=only("risk") or "",
        confidence=float(only("confidence") or 0),
        evidence=tuple(facts.get("evidence", ())),
    )
