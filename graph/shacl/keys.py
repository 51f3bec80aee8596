"""Keys of several properties, which SHACL Core cannot say: a constraint of SHACL-SPARQL.

Any SHACL-SPARQL engine evaluates the query of `CompositeKey`. Here it is recognised by its form and
answered by lookups or one grouping, as the query itself compares all pairs of nodes that share the
first property. Source: SHACL, section 5.
"""

import re
from dataclasses import dataclass

from graph.shacl.fragments import (
    THIS,
    VALUE,
    block,
    bound_to,
    call,
    count,
    infix,
    join,
    keep,
    negated,
    select,
    triple,
)
from graph.terms import NamedNode
from graph.vocab import RDF, RDFS

OTHER = "?other"
_ITSELF = (THIS, bound_to(VALUE, THIS))
_IRI = re.compile(r"<([^<>]*)>")
_INSTANCE = "/".join((str(RDF.type), "".join((str(RDFS.subClassOf), "*"))))


@dataclass(frozen=True)
class CompositeKey:
    """Properties whose values, together, no two instances of a class share.

    Attributes:
        properties: two or more; the one with the most values first, as lookups start there.
    """

    kind: NamedNode
    properties: tuple[NamedNode, ...]

    @property
    def query(self) -> str:
        """Write the `sh:select` of the constraint."""
        alone = keep(infix(OTHER, "!=", "$this"))
        instance = triple(OTHER, _INSTANCE, str(self.kind))
        return select(["$this"], self._shared("$this", OTHER), instance, alone)

    def shared_from(self, focus: str, instances: str) -> str:
        """Select the nodes of a pattern that share their values with another, by lookups.

        Args:
            focus, instances: patterns that bind `?this` and `?other`.
        """
        alone = keep(negated(call("sameTerm", THIS, OTHER)))
        return select(_ITSELF, focus, self._shared(THIS, OTHER), instances, alone)

    def shared_among(self, focus: str, instances: str) -> str:
        """Select the same by one grouping, where all focus nodes are instances."""
        values = join(*_variables(len(self.properties)))
        several = infix(count(OTHER), ">", "1")
        taken = join(instances, self._shared(OTHER))
        grouped = select([values], taken, distinct=False, group=values, having=several)
        return select(_ITSELF, block(grouped), self._shared(THIS), focus)

    def _shared(self, *nodes: str) -> str:
        """Give the nodes the same values."""
        values = _variables(len(self.properties))
        pairs = zip(self.properties, values, strict=True)
        return join(*(triple(node, str(name), value) for name, value in pairs for node in nodes))


def read_key(text: str) -> CompositeKey | None:
    """Read the key that a `sh:select` says; None when it says something else."""
    names = [NamedNode(iri) for iri in _IRI.findall(text)]
    key = CompositeKey(names[-1], tuple(names[:-3:2])) if len(names) > 6 else None
    return key if key is not None and key.query == join(*text.split()) else None


def _variables(size: int) -> list[str]:
    return ["".join(("?key", str(number))) for number in range(1, size + 1)]
