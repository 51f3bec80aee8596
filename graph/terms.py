"""The one term system: immutable RDF terms whose `str()` is their N-Triples form.

Source: RDF 1.1 Concepts, https://www.w3.org/TR/rdf11-concepts/. The types are the engine's own,
so nothing is converted on the way to the store.
"""

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple, Variable

__all__ = [
    "BlankNode",
    "DefaultGraph",
    "Literal",
    "NamedNode",
    "Quad",
    "Subject",
    "Term",
    "Triple",
    "Variable",
    "is_anonymous",
]

Subject = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal | Triple


def is_anonymous(term: Term | Variable) -> bool:
    """Tell whether a term is a blank node or stands for one (RDF 1.1 Concepts, section 3.5)."""
    if isinstance(term, NamedNode):
        return "/.well-known/genid/" in term.value
    return isinstance(term, BlankNode)
