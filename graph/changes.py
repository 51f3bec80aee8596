"""ChangeSets: what every change of the graph is, and its text form, RDF Patch.

RDF Patch: https://afs.github.io/rdf-delta/rdf-patch.html; rows `H`, `TX`, `A`, `D` and `TC` are
written, `PA`, `PD` and `TA` are read as well.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pyoxigraph import RdfFormat, parse

from graph.errors import BadInput
from graph.terms import Literal, NamedNode, Quad

_PREFIX_NAME = re.compile(rb'(?:"[^"\s]*"|[A-Za-z][\w.-]*:?|:)(?:\s+<[^<>\s]*>)?\s*\.')
_PREFIX = re.compile(
    rb'(?:"[^"\s]*"|[A-Za-z][\w.-]*:?|:)\s+(?:"[^"\s]*"|<[^<>\s]*>)(?:\s+<[^<>\s]*>)?\s*\.'
)
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
    """An RDF Patch: header fields, and the quads to remove and then to add."""

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
    """Read RDF Patch text; several transactions become one change, aborted ones none.

    A later row about a quad overrides an earlier one. Prefixes are not part of a dataset here, so
    rows that add or delete one are checked and change nothing.

    Raises:
        BadInput: a row is not understood, with its number, or a transaction has no end.
    """
    header: dict[str, str] = {}
    rows: list[tuple[bytes, bytes]] = []
    begun: int | None = None
    for number, line in enumerate(text.split(b"\n"), 1):
        kind, _, rest = line.strip().partition(b" ")
        if kind in (b"A", b"D"):
            rows.append((kind, rest))
        elif kind == b"H":
            name, value = _header_field(rest, number)
            header[name] = value
        elif kind in (b"TX", b"TC", b"TA"):
            if (kind == b"TX") is (begun is not None):
                raise BadInput(
                    f"Line {number} of the RDF Patch: {kind.decode()} is out of place; each "
                    "transaction has one TX and one TC or TA."
                )
            if kind == b"TA":
                del rows[begun:]
            begun = len(rows) if kind == b"TX" else None
        elif kind in (b"PA", b"PD"):
            _check_prefix(kind, rest, number)
        elif not kind.startswith(b"#") and kind:
            word = kind.decode(errors="replace")
            raise BadInput(f"Line {number} of the RDF Patch starts with {word!r}; use H, A or D.")
    if begun is not None:
        raise BadInput("The RDF Patch ends within a transaction: TC or TA is missing.")
    return Patch(header, *_netted(rows))


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


def _check_prefix(kind: bytes, rest: bytes, number: int) -> None:
    form = _PREFIX if kind == b"PA" else _PREFIX_NAME
    if not form.fullmatch(rest.strip()):
        raise BadInput(
            f'Line {number} of the RDF Patch is no prefix; write PA "name" "iri" . or PD "name" .'
        )


def _netted(rows: list[tuple[bytes, bytes]]) -> tuple[tuple[Quad, ...], tuple[Quad, ...]]:
    """Parse rows; gives what is added, without what is removed by a later row, and removed."""
    added, removed = (_quads([rest for kind, rest in rows if kind == k]) for k in (b"A", b"D"))
    if len(added) + len(removed) != len(rows):
        raise BadInput("A row of the RDF Patch holds no quad.")
    if set(added).isdisjoint(removed):
        return added, removed
    sides = {b"A": iter(added), b"D": iter(removed)}
    last = {next(sides[kind]): kind for kind, _ in rows}
    return tuple(quad for quad in added if last[quad] == b"A"), removed


def _quads(rows: list[bytes]) -> tuple[Quad, ...]:
    try:
        return tuple(parse(b"\n".join(rows), RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise BadInput(f"A row of the RDF Patch is no quad: {error}") from error
