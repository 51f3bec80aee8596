"""Describe the chosen references of a table: what they lack, and why no other was chosen."""

from collections.abc import Sequence

from graph.schema import Decision, Reference
from inference.structure.inclusions import Inclusions, TableView
from inference.structure.likelihood import why_not
from inference.structure.references import Link


def outgoing_references(
    view: TableView, views: Sequence[TableView], links: Sequence[Link], inclusions: Inclusions
) -> tuple[Reference, ...]:
    """Give the references of one table, with orphans counted over all rows."""
    return tuple(
        _reference(view, views, link, inclusions) for link in links if link.child == view.index
    )


def _reference(
    view: TableView, views: Sequence[TableView], link: Link, inclusions: Inclusions
) -> Reference:
    parent = views[link.parent]
    orphans, single = _orphans(view, parent, link, inclusions)
    lacking = (f"{orphans} rows have a value that {parent.name} lacks.",) if orphans else ()
    if link.overridden or len(link.columns) > 1:
        lacking = ()  # their evidence has the number already
    evidence = (*link.evidence, *lacking, *_rival(link, views))
    return Reference(
        columns=link.columns,
        ref_table=parent.name,
        ref_columns=link.keys,
        decision=Decision(link.confidence, evidence, link.overridden),
        coverage=link.coverage,
        orphans=orphans,
        one_to_one=single,
    )


def _orphans(
    view: TableView, parent: TableView, link: Link, inclusions: Inclusions
) -> tuple[int, bool]:
    """Count the child rows that the parent lacks; tell whether no parent row is met twice."""
    if len(link.columns) > 1:
        _, _, orphans, most = inclusions.tuple_coverage(view, link.columns, parent, link.keys)
        return orphans, most <= 1
    column = view.column(link.columns[0])
    if link.coverage == 1:
        return 0, column.unique
    child = (view.index, view.position(column.name))
    return inclusions.orphan_rows(child, (parent.index, parent.position(link.keys[0]))), (
        column.unique
    )


def _rival(link: Link, views: Sequence[TableView]) -> tuple[str, ...]:
    """Say which other target the columns might have had, and why it lost."""
    rival = link.rival
    if rival is None or link.overridden:
        return ()
    reason = "it fits less"
    if link.signs is not None and rival.signs is not None:
        reason = why_not(link.signs, rival.signs)
    target = f"{views[rival.parent].name}.{', '.join(rival.keys)}"
    return (f"The next best is {target} ({rival.confidence:.2f}): {reason}.",)
