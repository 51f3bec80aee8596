"""Literals in the form that the embedded engine keeps them in.

It keeps "05"^^xsd:integer as "5", and "5"^^xsd:int too. What runs on an embedded copy of a remote
store finds those forms, and would not hit what the store had kept in another one.
"""

from collections.abc import Iterable

from graph.oxigraph import OxigraphStore
from graph.terms import Literal, NamedNode, Quad, Subject, Term
from graph.vocab import RDF, XSD

_TEXT = (XSD.string, RDF.langString)
_GRAPH = NamedNode("urn:mimir:literals")


def in_engine_form(quads: Iterable[Quad]) -> list[Quad]:
    """Give quads, in their order, with their literals as the engine would give them back."""
    given = list(quads)
    forms = engine_forms({quad.object for quad in given if _may_change(quad.object)})
    if not forms:
        return given
    return [
        Quad(quad.subject, quad.predicate, forms.get(quad.object, quad.object), quad.graph_name)
        for quad in given
    ]


def engine_forms(literals: Iterable[Term]) -> dict[Term, Term]:
    """Give for each of some literals what the engine would give back for it."""
    kept = OxigraphStore()
    names: dict[Subject, Term] = {
        NamedNode(f"urn:{number}"): one for number, one in enumerate(literals)
    }
    kept.engine.extend(Quad(name, RDF.value, one, _GRAPH) for name, one in names.items())
    return {names[quad.subject]: quad.object for quad in kept.engine}


def _may_change(term: Term) -> bool:
    return isinstance(term, Literal) and term.datatype not in _TEXT
