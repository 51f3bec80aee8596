"""Rules of one premise, followed to their ends before any data are read.

What follows from one triple by a chain of such rules is known from the ontology alone. A chain
gives it at once, so no round has to find it again from what the round before made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.reasoning.owl_rules import Atom, Part
from graph.reasoning.rules import RuleInstance, atom_text
from graph.terms import Literal, Variable


@dataclass(frozen=True)
class Chain:
    """What follows from one triple; `things` are variables that must not be a literal."""

    body: Atom
    head: Atom
    things: tuple[str, ...] = ()


def split_chains(
    instances: Sequence[RuleInstance],
) -> tuple[tuple[Chain, ...], tuple[RuleInstance, ...]]:
    """Follow the rules of one premise; gives the chains, and the instances that are none.

    An instance is no part of a chain when what another one makes fits its premise only for some
    values; it is then asked of each round's triples, as those of several premises are.
    """
    single = [item for item in instances if _is_single(item)]
    while True:
        fit = [item for item in single if not _fits_partly(item, single)]
        if len(fit) == len(single):
            break
        single = fit
    chains = dict.fromkeys(chain for item in single for chain in _followed(item, single))
    kept = frozenset(map(id, single))
    rest = tuple(item for item in instances if id(item) not in kept and item.head is not None)
    return tuple(sorted(chains, key=_text)), rest


def may_match(atom: Atom, made: Atom) -> bool:
    """Tell whether a triple of the form `made` may match the pattern `atom`."""
    return all(
        isinstance(part, Variable) or isinstance(other, Variable) or part == other
        for part, other in zip(atom, made, strict=True)
    )


def _is_single(item: RuleInstance) -> bool:
    if len(item.body) != 1 or item.head is None or item.apart or item.members:
        return False
    variables = [part for part in item.body[0] if isinstance(part, Variable)]
    return len(set(variables)) == len(variables)


def _fits_partly(item: RuleInstance, others: Iterable[RuleInstance]) -> bool:
    """Tell whether the premise names a term where another rule's conclusion has a variable."""
    body = item.body[0]
    return any(
        other.head is not None and may_match(body, other.head) and _bound(body, other.head) is None
        for other in others
    )


def _followed(item: RuleInstance, rules: Sequence[RuleInstance]) -> list[Chain]:
    body, first = item.body[0], item.head
    if first is None:
        return []
    found: dict[Atom, tuple[str, ...]] = {first: ()}
    waiting = [first]
    while waiting:
        made = waiting.pop()
        # Only a thing can be the subject of the triple on the way.
        things = found[made]
        if isinstance(made[0], Variable) and made[0] == body[2]:
            things = (made[0].value,)
        for rule in rules:
            binding = _bound(rule.body[0], made)
            if binding is None or rule.head is None:
                continue
            head = _filled(rule.head, binding)
            if head != body and head not in found and not isinstance(head[0], Literal):
                found[head] = things
                waiting.append(head)
    return [Chain(body, head, things) for head, things in found.items()]


def _bound(body: Atom, made: Atom) -> dict[str, Part] | None:
    """Bind the premise's variables to the parts of a conclusion; None unless it always fits."""
    binding: dict[str, Part] = {}
    for part, other in zip(body, made, strict=True):
        if isinstance(part, Variable):
            binding[part.value] = other
        elif part != other:
            return None
    return binding


def _filled(atom: Atom, binding: dict[str, Part]) -> Atom:
    subject, predicate, value = (
        binding.get(part.value, part) if isinstance(part, Variable) else part for part in atom
    )
    return (subject, predicate, value)


def _text(chain: Chain) -> str:
    return " ".join((atom_text(chain.body), atom_text(chain.head), *chain.things))
