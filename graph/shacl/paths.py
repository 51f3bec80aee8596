"""Property paths of SHACL as SPARQL text, with the predicates that they follow on their way.

Source: SHACL, section 2.3.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph.terms import NamedNode


@dataclass(frozen=True)
class PathStep:
    """One predicate that a path follows.

    Attributes:
        before: the path that leads to where it is followed, as SPARQL text; empty at the start.
        inverse: whether it is followed from object to subject.
    """

    before: str
    predicate: NamedNode
    inverse: bool = False


@dataclass(frozen=True)
class PropertyPath:
    """A property path as SPARQL text.

    Attributes:
        text: SPARQL 1.1 property path, atomic or in parentheses.
        predicate: the predicate when the path is just one.
        plain: whether the path is one predicate, forward or inverse, so one index scan reads it.
        nullable: whether every node reaches itself.
        steps, back: the predicates that it follows, and those that its inverse follows.
    """

    text: str
    predicate: NamedNode | None = None
    plain: bool = False
    nullable: bool = False
    steps: tuple[PathStep, ...] = ()
    back: tuple[PathStep, ...] = ()

    @property
    def name(self) -> NamedNode | str:
        """Give the predicate, or the text of a longer path."""
        return self.predicate or self.text


def in_sequence(parts: Sequence[PropertyPath]) -> PropertyPath:
    """Follow one path after the other."""
    texts = [part.text for part in parts]
    backwards = [_backwards(part.text) for part in reversed(parts)]
    return PropertyPath(
        _enclosed("/".join(texts)),
        nullable=all(part.nullable for part in parts),
        steps=_after_each(texts, [part.steps for part in parts]),
        back=_after_each(backwards, [part.back for part in reversed(parts)]),
    )


def alternative(parts: Sequence[PropertyPath]) -> PropertyPath:
    """Follow any of the paths."""
    return PropertyPath(
        _enclosed("|".join(part.text for part in parts)),
        nullable=any(part.nullable for part in parts),
        steps=tuple(step for part in parts for step in part.steps),
        back=tuple(step for part in parts for step in part.back),
    )


def inverse(part: PropertyPath) -> PropertyPath:
    """Follow a path backwards."""
    plain = part.predicate is not None
    return PropertyPath(
        _backwards(part.text), None, plain, part.nullable, steps=part.back, back=part.steps
    )


def repeated(part: PropertyPath, mark: str) -> PropertyPath:
    """Follow a path as often as the mark says: `*`, `+` or `?`."""
    steps, back = part.steps, part.back
    if mark != "?":
        steps = after(_enclosed(part.text + "*"), steps)
        back = after(_enclosed(_backwards(part.text) + "*"), back)
    return PropertyPath(
        _enclosed(part.text + mark), nullable=part.nullable or mark != "+", steps=steps, back=back
    )


def after(path: str, steps: Sequence[PathStep]) -> tuple[PathStep, ...]:
    """Put a path before each step."""
    return tuple(replace(step, before=joined(path, step.before)) for step in steps)


def joined(first: str, second: str) -> str:
    """Join the texts of two paths, either of which may be empty."""
    return "/".join(text for text in (first, second) if text)


def _after_each(
    texts: Sequence[str], steps: Sequence[tuple[PathStep, ...]]
) -> tuple[PathStep, ...]:
    found: list[PathStep] = []
    for place, own in enumerate(steps):
        found.extend(after("/".join(texts[:place]), own))
    return tuple(found)


def _backwards(text: str) -> str:
    return "".join(("(^", text, ")"))


def _enclosed(text: str) -> str:
    return "".join(("(", text, ")"))
