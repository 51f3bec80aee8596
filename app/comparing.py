"""The difference between any two states: commits, times, twins, and twins as they were."""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass

from app.overlays import overlay_of
from graph.history import changed_between, find_commit
from graph.oxigraph import OxigraphStore
from graph.projects import Project
from graph.terms import NamedNode, Quad
from twin.overlay import placed, read_difference

NOW = "now"
_TWIN = "twin:"
_MOST = 50_000


@dataclass(frozen=True)
class ShownState:
    """A state of a project: a commit, and the twin through which it is seen, if any."""

    commit: int
    twin: str | None = None


@dataclass(frozen=True)
class StateDifference:
    """What the new state has more, and less, than the old one; quads are sorted."""

    old: ShownState
    new: ShownState
    added: tuple[Quad, ...]
    removed: tuple[Quad, ...]


def find_state(project: Project, text: str) -> ShownState:
    """Read which state is meant: `now`, a commit, a time, `twin:<id>` or `twin:<id>@<commit>`.

    Raises:
        BadInput: it is none of these.
        NotFound: there is no such commit or twin.
    """
    twin, at = None, text
    if text.startswith(_TWIN):
        twin, _, at = text.removeprefix(_TWIN).partition("@")
        at = at or NOW
    commit = project.sequence if at == NOW else find_commit(project, at)
    return ShownState(commit, twin)


def compare_states(
    project: Project, old: ShownState, new: ShownState, graph: NamedNode | None = None
) -> StateDifference:
    """Compare two states in all graphs of knowledge; predictions of twins are left out.

    Args:
        graph: compare this graph alone.

    Raises:
        NotFound: there is no such twin.
        BadInput: more than 50,000 triples differ; `details` counts them.
    """
    with ExitStack() as stack:
        changed = [*changed_between(project, old.commit, new.commit, graph, _MOST)]
        stores = []
        for state in (old, new):
            then = stack.enter_context(project.at(state.commit))
            path = stack.enter_context(then.checkpoint(overlay_of(then, state.twin)))
            changed += _changed_by_twin(then, state.twin)
            store = OxigraphStore(path, read_only=True)
            stack.callback(store.close)
            stores.append(store)
        before, after = stores
        # The engine knows which literals are one, such as "05"^^xsd:integer and "5"^^xsd:integer.
        each = OxigraphStore()
        each.engine.extend(quad for quad in changed if graph in (None, quad.graph_name))
        quads = sorted(each.engine, key=str)
        return StateDifference(
            old,
            new,
            tuple(q for q in quads if after.contains(q) and not before.contains(q)),
            tuple(q for q in quads if before.contains(q) and not after.contains(q)),
        )


def _changed_by_twin(then: Project, twin: str | None) -> Iterable[Quad]:
    if twin is None:
        return ()
    names = then.names
    found = read_difference(
        names, then.reader(names.twin_added(twin)), then.reader(names.twin_removed(twin))
    )
    return placed((*found.added, *found.removed), names.data)
