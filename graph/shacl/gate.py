"""The gate on commits: what a change does to the validity of the nodes it touches.

For each graph the gate is off, warns or blocks. A change is tried under the write lock, so what is
checked is what would be committed. Only focus nodes that the change concerns are validated
(`graph.shacl.focus_nodes`), on a copy of what their shapes read (`graph.shacl.excerpt`), or on a
changed clone where that is too much. New results of severity `sh:Violation` make a blocking gate
refuse the change; whatever else is new is recorded with the commit.
"""

import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal as OneOf
from typing import Protocol

from graph.blobs import BlobStore
from graph.changes import ChangeSet
from graph.errors import BadInput, MimirError
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.records import Facts, record_quads
from graph.shacl.excerpt import Excerpt
from graph.shacl.report import ValidationResult, new_results, result_groups
from graph.shacl.trial import CompiledShapes, GraphChange, Trials, compile_shapes, of_graph
from graph.shacl.validation import validate_nodes
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode, Quad
from graph.vocab import MIMIR, RDF, RDFS, SH

Mode = OneOf["off", "warn", "block"]
MODES: tuple[Mode, ...] = ("off", "warn", "block")
_SHOWN_GROUPS = 50
_MODE = MIMIR.gateMode


class ShapesBroken(MimirError):
    """A change would bring violations to a graph whose gate blocks; `details` group them."""

    code = "shapes-broken"


class GatedDataset(Protocol):
    """What the gate needs of its dataset; see `graph.dataset.dataset.Dataset`."""

    folder: Path
    names: ProjectNames
    blobs: BlobStore
    sequence: int

    def reader(self, default_graphs: Iterable[NamedNode] | None = None) -> GraphReader:
        """Bind a reader to the live store."""
        ...

    def quads(self, graph: NamedNode) -> Iterable[Quad]:
        """Iterate over the quads of a graph."""
        ...

    def checkpoint(self, path: Path) -> int:
        """Write a copy of the store; gives its sequence number."""
        ...

    def commit_iri(self, sequence: int) -> NamedNode:
        """Name a commit."""
        ...


class ShapeGate:
    """The gate of one dataset; its methods are called under the dataset's write lock."""

    def __init__(self, dataset: GatedDataset) -> None:
        self._dataset = dataset
        self._names = dataset.names
        # Beside the readers' checkpoints, so that a start after a crash removes what is left.
        self._trials = Trials(dataset.reader, dataset.checkpoint, dataset.folder / "snapshots")
        self._modes: dict[NamedNode, Mode] = {}
        self._shapes: CompiledShapes | None = None
        self._known_at: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether any graph is checked."""
        self._catch_up()
        return bool(self._modes)

    def check(self, number: int, added: Sequence[Quad], removed: Sequence[Quad]) -> list[Quad]:
        """Try the change that is to become commit `number`; gives what to record with it.

        Raises:
            ShapesBroken: it would bring violations where the gate blocks.
            BadInput: it would make a shape malformed.
        """
        self._catch_up()
        if not self._modes:
            return []
        shapes = self._shapes_after(of_graph(self._names.shapes, added, removed))
        found = {
            graph: self._trials.new_results(of_graph(graph, added, removed), shapes)
            for graph in sorted(self._modes, key=str)
        }
        self._refuse(found)
        return self._notes(number, [item for items in found.values() for item in items])

    def check_whole(
        self, number: int, path: Path, added: Sequence[Quad], removed: Sequence[Quad]
    ) -> list[Quad]:
        """Check a store that files were loaded into and that is to become commit `number`.

        Args:
            added, removed: what the change does besides its files.

        Raises:
            ShapesBroken: it would have violations that were not there, where the gate blocks.
        """
        self._catch_up()
        if not self._modes:
            return []
        store = OxigraphStore(path)
        try:
            store.apply(added, removed)
            shapes = compile_shapes(store.reader([self._names.shapes]))
            found = {
                graph: self._new_of_all(graph, store, shapes)
                for graph in sorted(self._modes, key=str)
            }
        finally:
            store.close()
        self._refuse(found)
        return self._notes(number, [item for items in found.values() for item in items])

    def follow(self, number: int, added: Sequence[Quad], removed: Sequence[Quad]) -> None:
        """Note that a commit was applied."""
        if self._known_at != number - 1:
            return
        self._known_at = number
        if any(quad.predicate == _MODE for quad in (*added, *removed)):
            self._known_at = None
            return
        shapes, hierarchy = self._names.shapes, RDFS.subClassOf
        for quad in (*added, *removed):
            if quad.graph_name == shapes or quad.predicate == hierarchy:
                self._shapes = None

    def _catch_up(self) -> None:
        if self._known_at == self._dataset.sequence:
            return
        self._modes = read_modes(self._dataset.reader([self._names.meta]))
        self._shapes = None
        self._known_at = self._dataset.sequence

    def _shapes_after(self, change: GraphChange) -> CompiledShapes:
        reader = self._dataset.reader([change.graph])
        if change.quads:
            known = self._dataset.quads(change.graph)
            after = Excerpt(reader, change.graph, change.added, change.removed, known)
            return compile_shapes(after.reader)
        if self._shapes is None:
            self._shapes = compile_shapes(reader)
        return self._shapes

    def _new_of_all(
        self, graph: NamedNode, store: OxigraphStore, shapes: CompiledShapes
    ) -> list[ValidationResult]:
        every = dict.fromkeys(shapes.readings.roots)
        after = validate_nodes(store.reader([graph]), shapes.graph, every)
        if not after:
            return []
        before = validate_nodes(self._dataset.reader([graph]), shapes.graph, every)
        return new_results(after, before)

    def _refuse(self, found: dict[NamedNode, list[ValidationResult]]) -> None:
        for graph, results in found.items():
            grave = [item for item in results if item.severity == SH.Violation]
            if grave and self._modes[graph] == "block":
                groups = result_groups(grave)
                raise ShapesBroken(
                    f"The change would bring {len(grave):,} violations to {graph.value}; nothing "
                    f"was changed. First: {grave[0].focus_node}: {grave[0].message}",
                    details={
                        "graph": graph.value,
                        "violations": len(grave),
                        "groups": groups[:_SHOWN_GROUPS],
                    },
                )

    def _notes(self, number: int, results: list[ValidationResult]) -> list[Quad]:
        if not results:
            return []
        text = json.dumps([item.facts() for item in results], ensure_ascii=False, sort_keys=True)
        file = self._dataset.blobs.put(io.BytesIO(text.encode()))[0]
        facts: Facts = {MIMIR.newViolations: len(results), MIMIR.reviewFile: file}
        return record_quads(self._dataset.commit_iri(number), facts, self._names.meta)


def read_modes(meta: GraphReader) -> dict[NamedNode, Mode]:
    """Read which graphs are checked and how; a graph that is off is not named."""
    rows = meta.select(load_query("graph", "gates"))
    return {
        graph: mode.value  # type: ignore[misc, union-attr] # written by mode_quads
        for graph, mode in rows
        if isinstance(graph, NamedNode)
    }


def gate_change(
    names: ProjectNames, graph: NamedNode, before: Mode, after: str, author: str
) -> ChangeSet:
    """Give the change that sets the gate of a graph."""
    return ChangeSet(
        added=tuple(mode_quads(names, graph, after)),
        removed=tuple(mode_quads(names, graph, before)),
        author=author,
        reason=f"Changes of {graph.value} that would break shapes: {after}",
    )


def mode_quads(names: ProjectNames, graph: NamedNode, mode: str) -> list[Quad]:
    """Describe the gate of a graph; nothing when it is off.

    Raises:
        BadInput: there is no such mode.
    """
    if mode not in MODES:
        raise BadInput(f"The gate must be one of {', '.join(MODES)}, not {mode!r}.")
    if mode == "off":
        return []
    facts = {RDF.type: MIMIR.ShapeGate, MIMIR.gatedGraph: graph, _MODE: mode}
    return record_quads(names.record("setting", "gate", graph.value), facts, names.meta)


def read_review(meta: GraphReader, commit: NamedNode) -> str | None:
    """Find the file that lists what a commit brought; None when it brought nothing."""
    for _, predicate, value in meta.select(bind(load_query("graph", "record"), about=commit)):
        if predicate == MIMIR.reviewFile:
            return str(getattr(value, "value", ""))
    return None
