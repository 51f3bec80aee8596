"""RDF files of users: read into N-Quads, and written with blank nodes in place of skolem IRIs.

Reading is for a confined process; what it writes is the engine's own canonical N-Quads, in which
every blank node has become a skolem IRI that the same file always gives again. Lines are changed as
text, many at a time: a canonical line ends in ` .` and holds no other line break.
"""

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from pyoxigraph import RdfFormat, parse, serialize

from graph.changes import Patch, read_patch
from graph.errors import BadInput
from graph.oxigraph import OxigraphStore
from graph.readers.owl_xml import read_owl_xml
from graph.readers.update import GraphForbidden, Scope
from graph.terms import BlankNode, DefaultGraph, NamedNode, Quad, Subject, Term, Triple
from graph.vocab import PREFIXES

DATASETS = ("application/trig", "application/n-quads", "application/ld+json")
GRAPHS = ("text/turtle", "application/n-triples", "application/rdf+xml", *DATASETS)
PATCH = "application/rdf-patch"
RDF_XML = "application/rdf+xml"
OWL_XML = "application/owl+xml"

_CHUNK = 1 << 20
_LABEL = rb"_:([^\s\"<>@^]+)"
_NODE = re.compile(
    rb"^" + _LABEL + rb"(?= )|(?<= )" + _LABEL + rb"(?=(?: <[^>]*>| _:\S+)? \.$)", re.MULTILINE
)
_TRIPLE = re.compile(
    rb'^(\S+ \S+ (?:<[^>]*>|"(?:[^"\\]|\\.)*+"(?:@[\w-]+|\^\^<[^>]*>)?) )\.$', re.MULTILINE
)
_GRAPH = re.compile(rb" <([^>]*)> \.$", re.MULTILINE)


class BadRdf(BadInput):
    """A file that is not of the format it was sent as."""

    code = "bad-rdf"


@dataclass(frozen=True)
class Upload:
    """A file of RDF: where it lies, its media type, what its relative IRIs are resolved against."""

    path: Path
    media: str
    base: str


@dataclass(frozen=True)
class Uploaded:
    """What was read: the number of statements and the graphs they stand in."""

    count: int
    graphs: tuple[str, ...]


def read_uploads(
    uploads: Sequence[Upload], output: Path, graph: str | None, skolem: str, scope: Scope
) -> Uploaded:
    """Read files into one N-Quads file.

    Args:
        graph: where all triples go; None takes a dataset, whose default graph is the first
            writable one of `scope`.
        skolem: prefix of the IRIs that take the place of blank nodes.

    Raises:
        BadRdf: a file is not valid, with the place; or it has named graphs where `graph` is one.
        GraphForbidden: a graph is not writable.
    """
    home = graph or scope.writable[0].value
    count, graphs = 0, set[bytes]()
    with output.open("wb") as file:
        for upload in uploads:
            label = _label_prefix(upload, graph or "")
            names = _SkolemNames(skolem.encode() + label)
            for chunk in _canonical(upload, output, dataset=graph is None):
                text = _NODE.sub(names.replace, chunk)
                text = _TRIPLE.sub(rb"\1<" + home.encode() + rb"> .", text)
                if b"> <<(" in text:
                    raise BadRdf("Triple terms (RDF 1.2) cannot be stored; write RDF 1.1.")
                count += text.count(b"\n")
                graphs.update(_GRAPH.findall(text))
                file.write(text)
    named = tuple(sorted(name.decode() for name in graphs))
    _require_writable(named, scope)
    return Uploaded(count, named)


def read_user_patch(path: Path, graph: str | None, skolem: str, scope: Scope) -> Patch:
    """Read RDF Patch text that a user wrote.

    Rows without a graph belong to `graph`, or else to the first writable graph. Labels of blank
    nodes are those that answers show.

    Raises:
        BadInput: a row is not understood.
        GraphForbidden: a row is about another graph than `graph`, or one that is not writable.
    """
    patch = read_patch(path.read_bytes())
    home = NamedNode(graph) if graph else scope.writable[0]

    def placed(quads: Iterable[Quad]) -> tuple[Quad, ...]:
        """Put triples without a graph into `home`; give blank nodes names."""
        return tuple(_placed(quad, home, skolem) for quad in quads)

    added, removed = placed(patch.added), placed(patch.removed)
    named = {_text(quad.graph_name) for quad in (*added, *removed)}
    if graph and named - {graph}:
        raise GraphForbidden(f"The patch was sent to <{graph}> but has rows of other graphs.")
    _require_writable(sorted(named), scope)
    return Patch(patch.header, added, removed)


def write_graphs(
    store: OxigraphStore,
    graphs: Sequence[NamedNode],
    output: Path,
    media: str,
    *,
    dataset: bool,
    home: NamedNode | None,
    skolem: str,
) -> None:
    """Write graphs with blank nodes where the store has skolem IRIs.

    Args:
        dataset: write quads; otherwise the triples of all graphs.
        home: the graph that stands in the dataset's default graph.
        skolem: prefix of those IRIs; empty leaves all as they are.
    """
    quads = itertools.chain.from_iterable(store.quads(graph) for graph in graphs)
    form = RdfFormat.from_media_type(media)
    prefixes = PREFIXES if form in (RdfFormat.TURTLE, RdfFormat.RDF_XML, RdfFormat.TRIG) else None
    rows: Iterable[Triple] | Iterable[Quad]
    if dataset:
        rows = (_shown(quad, home, skolem) for quad in quads)
    else:
        triples = (quad.triple for quad in quads)
        rows = with_blank_nodes(triples, skolem) if skolem else triples
    serialize(rows, str(output), form, prefixes=prefixes)


def with_blank_nodes(triples: Iterable[Triple], skolem: str) -> Iterator[Triple]:
    """Put blank nodes in the place of skolem IRIs; their labels are the rest of the IRI."""
    for triple in triples:
        subject, value = triple.subject, triple.object
        plain, plain_value = _blank(subject, skolem), _blank(value, skolem)
        if plain is subject and plain_value is value:
            yield triple
        else:
            yield Triple(plain, triple.predicate, plain_value)  # type: ignore[arg-type]


def _label_prefix(upload: Upload, graph: str) -> bytes:
    # The graph belongs to it: the same file in two graphs makes two sets of nodes.
    digest = hashlib.sha256("\n".join((upload.media, upload.base, graph, "")).encode())
    with upload.path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return b"u" + digest.hexdigest()[:20].encode() + b"-"


class _SkolemNames:
    """Numbers blank nodes in the order in which a file brings them."""

    def __init__(self, prefix: bytes) -> None:
        self._prefix = prefix
        self._numbers: dict[bytes, int] = {}

    def replace(self, match: re.Match[bytes]) -> bytes:
        """Give the skolem name of a matched label; equal labels get equal names."""
        label = match.group(match.lastindex or 0)
        number = self._numbers.setdefault(label, len(self._numbers) + 1)
        return b"<%s%d>" % (self._prefix, number)


def _canonical(upload: Upload, output: Path, *, dataset: bool) -> Iterator[bytes]:
    """Yield whole lines of canonical N-Quads."""
    temporary = output.with_name(f"{output.name}.in")
    try:
        serialize(_parsed(upload, dataset=dataset), str(temporary), RdfFormat.N_QUADS)
        with temporary.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk + file.readline()
    except SyntaxError as error:
        raise BadRdf(f"The {upload.media} is not valid: {error}") from error
    except (OSError, ValueError) as error:
        raise BadRdf(f"The {upload.media} cannot be read: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _parsed(upload: Upload, *, dataset: bool) -> Iterable[Quad]:
    if upload.media == RDF_XML:
        _require_whole_xml(upload.path)
    if upload.media == OWL_XML:
        return (Quad(*triple) for triple in read_owl_xml(upload.path, upload.base))
    return parse(
        path=str(upload.path),
        format=RdfFormat.from_media_type(upload.media),
        base_iri=upload.base,
        without_named_graphs=not dataset,
    )


def _require_whole_xml(path: Path) -> None:
    """Refuse XML that ends too early: the engine's parser takes it for the whole."""
    parser = expat.ParserCreate()
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise BadRdf(f"The {RDF_XML} is not well-formed: {error}") from error


def _placed(quad: Quad, home: NamedNode, skolem: str) -> Quad:
    graph = home if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name
    subject, value, where = (_named(term, skolem) for term in (quad.subject, quad.object, graph))
    return Quad(subject, quad.predicate, value, where)  # type: ignore[arg-type] # each in its place


def _named(term: Subject | Term, skolem: str) -> Subject | Term:
    return NamedNode(f"{skolem}{term.value}") if isinstance(term, BlankNode) else term


def _shown(quad: Quad, home: NamedNode | None, skolem: str) -> Quad:
    graph = DefaultGraph() if quad.graph_name == home else quad.graph_name
    if not skolem:
        return Quad(quad.subject, quad.predicate, quad.object, graph)
    subject, value = _blank(quad.subject, skolem), _blank(quad.object, skolem)
    return Quad(subject, quad.predicate, value, graph)  # type: ignore[arg-type] # a subject stays one


def _blank(term: Subject | Term, skolem: str) -> Subject | Term:
    if isinstance(term, NamedNode) and term.value.startswith(skolem):
        return BlankNode(term.value[len(skolem) :])
    return term


def _text(graph: NamedNode | BlankNode | DefaultGraph) -> str:
    return str(getattr(graph, "value", ""))


def _require_writable(graphs: Iterable[str], scope: Scope) -> None:
    known = {graph.value for graph in scope.writable}
    for graph in graphs:
        if graph not in known and not scope.leaves_open(graph):
            raise GraphForbidden(f"The graph <{graph}> cannot be written here.")
