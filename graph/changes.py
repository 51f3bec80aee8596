"""ChangeSets: what every change of the graph is, and its text form, RDF Patch.

RDF Patch: https://afs.github.io/rdf-delta/rdf-patch.html; rows `H`, `TX`, `A`, `D`, `TC`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pyoxigraph import RdfFormat, parse

from graph.errors import BadInput
from graph.terms import Literal, NamedNode, Quad

ExpectedCount = tuple[str, str, int]
"""Graph IRI, class IRI, number of individuals."""


@dataclass(frozen=True)
class ChangeSet:
    """Quads to remove and to add in one step, and who wants it for what reason.

    Attributes:
        added, removed: quads in named graphs; removals are done first.
        author: IRI or short name of the person, program or step that makes the change.
        reason: one sentence.
        confidence: 0 to 1; 1 for what a person asked for.
        source: IRI of the run or the proposal that the change comes from.
        added_file, removed_file: SHA-256 of stored N-Quads files that belong to the change, for
            bulk imports.
        expected: what the files' graphs must hold afterwards; a clone that does not is thrown away.
        undoes: IRI of the commit that this change takes back.
        restores: IRI of the commit whose state this change brings back.
    """

    added: tuple[Quad, ...] = ()
    removed: tuple[Quad, ...] = ()
    author: str = "mimir"
    reason: str = ""
    confidence: float = 1.0
    source: str | None = None
    added_file: str | None = None
    removed_file: str | None = None
    expected: tuple[ExpectedCount, ...] = ()
    undoes: str | None = None
    restores: str | None = None

    @property
    def bulk(self) -> bool:
        """Whether files belong to the change."""
        return self.added_file is not None or self.removed_file is not None

    def inverse(self) -> "ChangeSet":
        """Give the change that undoes this one wherever all of this one had an effect."""
        change = self.normalise()
        return ChangeSet(
            added=change.removed,
            removed=change.added,
            author=self.author,
            reason=f"Undo: {self.reason}",
            confidence=self.confidence,
            source=self.source,
            added_file=self.removed_file,
            removed_file=self.added_file,
        )

    def normalise(self) -> "ChangeSet":
        """Give the same change with each quad once: what it also adds is not removed."""
        added = dict.fromkeys(self.added)
        removed = (quad for quad in dict.fromkeys(self.removed) if quad not in added)
        return replace(self, added=tuple(added), removed=tuple(removed))


def compose(first: ChangeSet, second: ChangeSet) -> ChangeSet:
    """Give the one change that does what `first` and then `second` do, on any graph.

    It has the later author and source, the lower confidence, and both reasons.

    Raises:
        BadInput: files belong to one of them.
    """
    if first.bulk or second.bulk:
        raise BadInput("Changes that name files cannot be composed; commit them one by one.")
    gone = frozenset(second.removed)
    added = dict.fromkeys((*(quad for quad in first.added if quad not in gone), *second.added))
    removed = dict.fromkeys((*first.removed, *second.removed))
    return ChangeSet(
        added=tuple(added),
        removed=tuple(quad for quad in removed if quad not in added),
        author=second.author,
        reason="; ".join(reason for reason in (first.reason, second.reason) if reason),
        confidence=min(first.confidence, second.confidence),
        source=second.source or first.source,
    )


@dataclass(frozen=True)
class Commit:
    """What a commit did: its IRI and number, and how many triples it added and removed.

    The platform's own records, in the meta graph, are not counted.
    A change that altered nothing has the number of the commit before it and counts of zero.
    """

    iri: NamedNode
    sequence: int
    added: int
    removed: int


@dataclass(frozen=True)
class Patch:
    """An RDF Patch: header fields and the quads of its one transaction."""

    header: Mapping[str, str] = field(default_factory=dict)
    added: tuple[Quad, ...] = ()
    removed: tuple[Quad, ...] = ()


def write_patch(header: Mapping[str, str], added: Iterable[Quad], removed: Iterable[Quad]) -> bytes:
    """Write RDF Patch text; header values become literals."""
    lines = [f"H {name} {Literal(value)} .\n" for name, value in header.items()]
    lines.append("TX .\n")
    lines.extend(f"D {_row(quad)}" for quad in removed)
    lines.extend(f"A {_row(quad)}" for quad in added)
    lines.append("TC .\n")
    return "".join(lines).encode()


def read_patch(text: bytes) -> Patch:
    """Read RDF Patch text of one transaction.

    Raises:
        BadInput: a row is not understood, with its number.
    """
    header: dict[str, str] = {}
    rows: dict[bytes, list[bytes]] = {b"A": [], b"D": []}
    for number, line in enumerate(text.split(b"\n"), 1):
        kind, _, rest = line.strip().partition(b" ")
        if kind in rows:
            rows[kind].append(rest)
        elif kind == b"H":
            name, value = _header_field(rest, number)
            header[name] = value
        elif kind not in (b"", b"#", b"TX", b"TC"):
            word = kind.decode(errors="replace")
            raise BadInput(f"Line {number} of the RDF Patch starts with {word!r}; use H, A or D.")
    return Patch(header, _quads(rows[b"A"]), _quads(rows[b"D"]))


def read_quads(text: bytes) -> tuple[Quad, ...]:
    """Read N-Quads.

    Raises:
        BadInput: a line is no quad.
    """
    return _quads([text])


def _row(quad: Quad) -> str:
    return f"{quad.subject} {quad.predicate} {quad.object} {quad.graph_name} .\n"


def _header_field(rest: bytes, number: int) -> tuple[str, str]:
    name, _, value = rest.partition(b" ")
    try:
        (quad,) = parse(b"<urn:h> <urn:h> " + value, RdfFormat.N_QUADS)
    except (SyntaxError, ValueError) as error:
        raise BadInput(f"Line {number} of the RDF Patch is no header field: {error}") from error
    return name.decode(), str(getattr(quad.object, "value", quad.object))


def _quads(rows: list[bytes]) -> tuple[Quad, ...]:
    try:
        return tuple(parse(b"\n".join(rows), RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise BadInput(f"A row of the RDF Patch is no quad: {error}") from error
