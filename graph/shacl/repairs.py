"""Repairs of violations: what could be changed, how sure that is, and nothing done by itself.

A repair is offered only where the new value satisfies all that its shape says of a value. Whether
it is made is decided on as on any proposal.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.errors import BadInput
from graph.names import ProjectNames
from graph.shacl.compile import Dialect, value_test
from graph.shacl.fragments import VALUE, ask, every, keep, values
from graph.shacl.shapes import Constraint, Shape, ShapesGraph
from graph.shacl.value_repairs import converted, nearest, trimmed
from graph.shacl.violations import Violation
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import RDF

_SHOWN = 3


@dataclass(frozen=True)
class Repair:
    """What could be changed.

    Attributes:
        text: a sentence.
        confidence: 0 to 1.
    """

    text: str
    confidence: float
    added: tuple[Quad, ...] = ()
    removed: tuple[Quad, ...] = ()


class Repairer:
    """Finds repairs of violations of a project's data graph.

    Args:
        data: reader of the data graph.
        shapes: the shapes that are violated.
    """

    def __init__(self, names: ProjectNames, data: GraphReader, shapes: ShapesGraph) -> None:
        self._names = names
        self._data = data
        self._shapes = shapes

    def repair(self, violation: Violation) -> Repair | None:
        """Find the repair of a violation; None where none is plain."""
        try:
            shape = self._shapes.shape(violation.shape)
        except BadInput:
            return None  # of a cell that no shape speaks of
        focus, path = violation.focus, violation.path
        if not isinstance(focus, NamedNode) or not isinstance(path, NamedNode):
            return None
        if violation.cell:
            return self._of_cell(shape, focus, path, violation.cell_repair)
        kind = violation.component.removesuffix("ConstraintComponent")
        kind = kind[:1].lower() + kind[1:]
        constraint = next((item for item in shape.constraints if item.kind == kind), None)
        if constraint is None:
            return None
        return self._of_value(shape, constraint, focus, path, violation.value)

    def _of_cell(
        self, shape: Shape, focus: NamedNode, path: NamedNode, text: str | None
    ) -> Repair | None:
        """Land a cell with the text that the mapping proposes for it."""
        if text is None:
            return None
        value: Term | None = None
        confidence = 0.9
        for item in shape.constraints:
            if item.kind == "datatype" and isinstance(item.value, NamedNode):
                value = Literal(text, datatype=item.value)
            elif item.kind == "class" and isinstance(item.value, NamedNode):
                value = self._names.thing(item.value.value.rpartition("#")[2], [text])
                confidence = 0.75
                if not self._is(value, item.value):
                    return None
        if value is None or not self._fits(shape, value):
            return None
        return Repair(
            f"Set {_short(path)} to {_shown(value)}.", confidence, (self._quad(focus, path, value),)
        )

    def _of_value(
        self, shape: Shape, constraint: Constraint, focus: NamedNode, path: NamedNode,
        value: Term | None,
    ) -> Repair | None:  # fmt: skip
        if constraint.kind == "maxCount":
            return self._repeated(shape, constraint, focus, path)
        if constraint.kind == "hasValue":
            new = self._quad(focus, path, constraint.value)
            return Repair(f"Add {_shown(constraint.value)} as {_short(path)}.", 0.5, (new,))
        if isinstance(value, NamedNode) and constraint.kind == "class":
            return self._orphan(constraint, focus, path, value)
        if isinstance(value, Literal):
            return self._other_text(shape, constraint, focus, path, value)
        return None

    def _other_text(
        self, shape: Shape, constraint: Constraint, focus: NamedNode, path: NamedNode,
        value: Literal,
    ) -> Repair | None:  # fmt: skip
        found = _meant(constraint, value)
        if found is None or found[0] == value or not self._fits(shape, found[0]):
            return None
        text = f"Replace {_shown(value)} by {_shown(found[0])}."
        old, new = self._quad(focus, path, value), self._quad(focus, path, found[0])
        return Repair(text, found[1], (new,), (old,))

    def _repeated(
        self, shape: Shape, constraint: Constraint, focus: NamedNode, path: NamedNode
    ) -> Repair | None:
        """Drop values that say the same as the one that is kept, but for case and blanks."""
        text = bind(load_query("graph", "values_of"), subject=focus, predicate=path)
        found = [row[0] for row in self._data.select(text) if row[0] is not None]
        literals = [item for item in found if isinstance(item, Literal)]
        said = {(" ".join(item.value.split()).casefold(), item.language) for item in literals}
        if constraint.number != 1 or len(literals) < len(found) or len(said) != 1:
            return None
        best = sorted(
            literals, key=lambda item: (not self._fits(shape, item), len(item.value), str(item))
        )
        gone = tuple(self._quad(focus, path, item) for item in best[1:])
        return Repair(f"Keep {_shown(best[0])}; the others say the same.", 0.85, (), gone)

    def _orphan(
        self, constraint: Constraint, focus: NamedNode, path: NamedNode, value: NamedNode
    ) -> Repair | None:
        """Make what is pointed to, where its name says what it is; else drop the link."""
        if self._data.ask(bind(load_query("graph", "described"), node=value)):
            return None
        wanted = constraint.value
        if isinstance(wanted, NamedNode) and value.value.startswith(
            self._names.things(wanted.value.rpartition("#")[2])
        ):
            new = self._quad(value, RDF.type, wanted)
            return Repair(f"Create {_short(value)}, which is pointed to.", 0.5, (new,))
        old = self._quad(focus, path, value)
        return Repair(f"Remove the link to {_short(value)}, which does not exist.", 0.5, (), (old,))

    def _fits(self, shape: Shape, value: Term) -> bool:
        dialect = Dialect(lambda name: (name,), self._shapes.shape, True, False)
        tests = (value_test(item, VALUE, dialect) for item in shape.constraints)
        wanted = every(test for test in tests if test is not None)
        return self._data.ask(ask(values(VALUE, [value]), keep(wanted)))

    def _is(self, thing: NamedNode, name: NamedNode) -> bool:
        text = load_query("graph", "holds")
        return self._data.ask(bind(text, subject=thing, predicate=RDF.type, object=name))

    def _quad(self, subject: NamedNode, predicate: NamedNode, value: Term) -> Quad:
        return Quad(subject, predicate, value, self._names.data)


def combined(repairs: Iterable[Repair]) -> Repair | None:
    """Make one repair of several; as sure as the least sure of them."""
    items = list(repairs)
    if not items:
        return None
    texts = list(dict.fromkeys(item.text for item in items))
    more = f" And {len(texts) - _SHOWN} more." if len(texts) > _SHOWN else ""
    return Repair(
        " ".join(texts[:_SHOWN]) + more,
        min(item.confidence for item in items),
        tuple(dict.fromkeys(quad for item in items for quad in item.added)),
        tuple(dict.fromkeys(quad for item in items for quad in item.removed)),
    )


def _meant(constraint: Constraint, value: Literal) -> tuple[Literal, float] | None:
    if constraint.kind == "datatype" and isinstance(constraint.value, NamedNode):
        return converted(value.value, constraint.value)
    if constraint.kind == "in":
        return nearest(value, constraint.members)
    if constraint.kind in ("pattern", "maxLength", "minLength"):
        return trimmed(value), 0.9
    return None


def _short(name: NamedNode) -> str:
    return name.value.rpartition("#")[2] if "#" in name.value else name.value.rpartition("/")[2]


def _shown(term: Term) -> str:
    return repr(term.value) if isinstance(term, Literal) else str(term)
