"""How a twin is merged into another or into the base: sides, conflicts, rehearsal, commit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from graph.changes import ChangeSet
from graph.dataset.snapshots import Overlay
from graph.errors import BadInput, Conflict
from graph.membership import present
from graph.merge import Merged, Point, Policy, Slices, Values, merge, slices
from graph.merge_records import BASE, Merge, find_merge, merge_change, merge_iri
from graph.projects import Project
from graph.repeating import repeated, unchanged
from graph.shacl.rehearsal import new_violations
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode
from twin.overlay import Difference, discard_change, overlay_change, placed, read_difference
from twin.twins import find_twin

_NOTHING = Difference((), ())
_SHOWN = 5


@dataclass(frozen=True)
class _Sides:
    """The two overlays, and the values of every point that one of them touches."""

    ours: Difference
    theirs: Difference
    slices: tuple[Slices, Slices, Slices]


def start(project: Project, begun: Merge) -> Merge:
    """Find the conflicts of a merge and record it.

    Raises:
        NotFound: a twin is missing.
        BadInput: a twin would be merged into itself.
    """
    if begun.source == begun.target:
        raise BadInput("A twin cannot be merged into itself.")
    found = begun.with_conflicts(_merged(project, begun, _sides(project, begun)).conflicts)
    project.commit(merge_change(project.names, None, found, begun.author))
    return found


def resolve(project: Project, before: Merge, after: Merge, by: str) -> None:
    """Record the choices of a merge."""
    change = merge_change(project.names, before, after, by)
    project.commit(change, guard=lambda meta: _check_same(project, meta, before))


def abort(project: Project, merge_id: str, by: str, now: datetime) -> Merge:
    """End a merge without an effect; does nothing when it was aborted before.

    Raises:
        Conflict: it was completed.
    """
    before = find_merge(_meta(project), project.names, merge_id)
    if before.state == "completed":
        raise Conflict(f"Merge {merge_id} is completed; undo its commit instead.")
    if before.state == "aborted":
        return before
    after = replace(before, state="aborted", ended=now)
    resolve(project, before, after, by)
    return after


def complete(project: Project, merge_id: str, by: str, now: datetime, *, force: bool) -> Merge:
    """Make a merge real.

    Args:
        force: accept new violations.

    Raises:
        Conflict: conflicts are open, or the result would bring new violations.
    """
    return repeated(project, lambda: _complete(project, merge_id, by, now, force=force))


def _complete(project: Project, merge_id: str, by: str, now: datetime, *, force: bool) -> Merge:
    names = project.names
    seen = project.dataset.knowledge_sequence
    stored = find_merge(_meta(project), names, merge_id)
    stored.check_open()
    sides = _sides(project, stored)
    before = _with_new_conflicts(project, stored, _merged(project, stored, sides), by)
    merged = _merged(project, before, sides)
    if not force:
        _check_shapes(project, before, merged)
    after = replace(before, state="completed", ended=now)
    effect = _effect(project, before, sides, merged)
    record = merge_change(names, before, after, by)
    change = replace(
        record,
        added=(*effect.added, *record.added),
        removed=(*effect.removed, *record.removed),
        source=merge_iri(names, merge_id).value,
    )

    def guard(meta: GraphReader) -> None:
        """Refuse the commit if the merge changed since it was looked at."""
        _check_same(project, meta, before)

    project.commit(change, guard=unchanged(project, seen, guard))
    return after


def _with_new_conflicts(project: Project, stored: Merge, merged: Merged, by: str) -> Merge:
    """Bring the record's conflicts up to date; all must have a choice."""
    found = stored.with_conflicts(merged.conflicts)
    if found != stored:
        resolve(project, stored, found, by)
    if found.unresolved:
        raise Conflict(
            f"Merge {found.id} has {len(found.unresolved)} conflicts to resolve: "
            f"{', '.join(item.id for item in found.unresolved[:_SHOWN])}."
        )
    return found


def _check_shapes(project: Project, merge_record: Merge, merged: Merged) -> None:
    data = project.names.data
    change = ChangeSet(placed(merged.added, data), placed(merged.removed, data))
    with project.snapshots.scratch(_overlay(project, merge_record.target)) as clone:
        results = new_violations(clone, project.names, change)
    if results:
        shown = "; ".join(f"{item.focus_node} {item.message}" for item in results[:_SHOWN])
        raise Conflict(
            f"The merged result would bring {len(results)} new violations: {shown}. "
            "Resolve them in a twin first, or force the merge."
        )


def _effect(project: Project, record: Merge, sides: _Sides, merged: Merged) -> ChangeSet:
    names = project.names
    added = placed(sorted(merged.added, key=str), names.data)
    removed = placed(sorted(merged.removed, key=str), names.data)
    if record.target != BASE:
        held = frozenset(present((*added, *removed), project.reader))
        return overlay_change(names, record.target, sides.ours, added, removed, held, "")
    # What the base shows now the twin need not add or hide any more.
    emptied = discard_change(names, record.source, sides.theirs)
    return ChangeSet(added, (*removed, *emptied.removed))


def _merged(project: Project, record: Merge, sides: _Sides) -> Merged:
    chosen = {
        item.conflict.point: item.values for item in record.conflicts if item.values is not None
    }
    policies = _policies(project, record)

    def _policy(name: NamedNode) -> Policy:
        return policies.get(name.value, "set")

    return merge(*_based(sides, _policy), _policy, chosen)


def _based(sides: _Sides, policy: Callable[[NamedNode], Policy]) -> tuple[Slices, Slices, Slices]:
    """Give the sides with the base as the merged twin saw it, where the base has moved since."""
    base, ours, theirs = (dict(side) for side in sides.slices)
    gone, new = slices(sides.theirs.removed), slices(sides.theirs.added)
    nothing: Values = frozenset()
    for point in {*gone, *new}:
        seen, now = gone.get(point, nothing), base.get(point, nothing)
        stale = not seen <= now or (not seen and now)
        if policy(point[1]) != "set" and stale:
            base[point], theirs[point] = seen, new.get(point, nothing)
    return base, ours, theirs


def _policies(project: Project, record: Merge) -> dict[str, Policy]:
    ontology = project.reader(project.names.ontology)
    found: dict[str, Policy] = {
        row[0].value: "functional"
        for row in ontology.select(load_query("graph", "functional"))
        if isinstance(row[0], NamedNode)
    }
    return {**found, **record.policies}


def _sides(project: Project, record: Merge) -> _Sides:
    theirs = _difference(project, record.source)
    ours = _NOTHING if record.target == BASE else _difference(project, record.target)
    touched = (*ours.added, *ours.removed, *theirs.added, *theirs.removed)
    data = project.reader(project.names.data)
    base = {point: _values(data, point) for point in slices(touched)}
    return _Sides(ours, theirs, (base, _shown(base, ours), _shown(base, theirs)))


def _shown(base: Slices, overlay: Difference) -> dict[Point, Values]:
    added, removed = slices(overlay.added), slices(overlay.removed)
    nothing: Values = frozenset()
    return {
        point: (values - removed.get(point, nothing)) | added.get(point, nothing)
        for point, values in base.items()
    }


def _values(data: GraphReader, point: Point) -> Values:
    terms = {"subject": point[0], "property": point[1]}
    rows = data.select(bind(load_query("graph", "values_at"), **terms))  # type: ignore[arg-type] # data holds no blank nodes
    return frozenset(row[0] for row in rows if row[0] is not None)


def _difference(project: Project, twin: str) -> Difference:
    names = project.names
    find_twin(names, _meta(project), twin)
    return read_difference(
        names, project.reader(names.twin_added(twin)), project.reader(names.twin_removed(twin))
    )


def _overlay(project: Project, target: str) -> Overlay | None:
    return None if target == BASE else project.overlay(target)


def _check_same(project: Project, meta: GraphReader, before: Merge) -> None:
    if find_merge(meta, project.names, before.id) != before:
        raise Conflict(f"Merge {before.id} was changed meanwhile; look at it again.")


def _meta(project: Project) -> GraphReader:
    return project.reader(project.names.meta)
