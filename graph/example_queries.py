"""Example queries of a project, made from its knowledge model; every one of them runs."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from graph.model import ClassDef, KnowledgeModel
from graph.names import ProjectNames
from graph.saved_queries import SavedQuery, example_quads
from graph.sparql import bind, load_query
from graph.terms import NamedNode, Quad

_PLAIN = ("classes", "properties", "vocabulary")
_RECORDS = ("imports", "commits", "models", "alerts", "twins", "proposals")
_ASKING = ("thing", "pointing", "search", "members")
_MOST_CLASSES = 25
_MOST_EACH = 2
_NUMERIC = ("integer", "decimal", "double")


def generate_examples(model: KnowledgeModel, names: ProjectNames) -> list[Quad]:
    """Write the examples for the graph of queries.

    At least fourteen stand for any project; classes add some more, for the first 25 classes, so
    that a person can read the list.
    """
    queries: dict[str, SavedQuery] = {}
    for query in _examples(model, names):
        queries.setdefault(query.name, query)
    return [quad for query in queries.values() for quad in example_quads(names, query)]


def _examples(model: KnowledgeModel, names: ProjectNames) -> Iterator[SavedQuery]:
    for kind in _PLAIN:
        yield _query(kind, kind)
    for kind in _RECORDS:
        yield _query(kind, kind, meta=names.meta)
    yield _query("violations", "violations", validation=names.validation)
    for kind in _ASKING:
        text = load_query("graph", f"example_{kind}")
        yield SavedQuery(kind, 1, _title(text), text)
    for item in model.classes[:_MOST_CLASSES]:
        yield from _of_class(item, names)


def _of_class(item: ClassDef, names: ProjectNames) -> Iterator[SavedQuery]:
    cls = names.term(item.name)
    yield _query("members", f"all-{_slug(item.name)}", f"All of {item.label}", **{"class": cls})
    numbers = [each for each in item.attributes if each.datatype in _NUMERIC]
    for attribute in numbers[:_MOST_EACH]:
        name = f"{_slug(item.name)}-{_slug(attribute.name)}"
        title = f"Least, average and greatest {attribute.label} of {item.label}"
        terms = {"class": cls, "property": names.term(attribute.name)}
        yield _query("number", name, title, **terms)
    for link in item.links[:_MOST_EACH]:
        name = f"{_slug(item.name)}-by-{_slug(link.name)}"
        title = f"How many of {item.label} per {link.label}"
        terms = {"class": cls, "property": names.term(link.name)}
        yield _query("link", name, title, **terms)


def _query(kind: str, name: str, title: str = "", **terms: NamedNode) -> SavedQuery:
    text = load_query("graph", f"example_{kind}")
    return SavedQuery(name, 1, title or _title(text), bind(text, **terms))


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ")


def _slug(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:28]
    # Names that lose a letter on the way would meet.
    exact = words.lower() == slug
    return slug if exact else f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:6]}".strip("-")
