"""What is on record about commits, read from the meta graph."""

from dataclasses import dataclass
from datetime import datetime

from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal, Term


@dataclass(frozen=True)
class CommitFacts:
    """What is on record about a commit; `added` and `removed` count triples of knowledge graphs.

    `undoes` and `restores` are IRIs of commits that it took back or went back to.
    """

    sequence: int
    iri: str
    author: str
    reason: str
    time: datetime
    added: int
    removed: int
    confidence: float
    source: str | None
    undoes: str | None
    restores: str | None


def read_commits(meta: GraphReader, after: int, upto: int) -> list[CommitFacts]:
    """Read the commits above `after` up to `upto`, newest first."""
    terms = {"after": Literal(after), "upto": Literal(upto)}
    rows = meta.select(bind(load_query("graph", "commits"), **terms))
    return [_facts(row) for row in rows]


def _facts(row: tuple[Term | None, ...]) -> CommitFacts:
    iri, number, author, reason, time, added, removed, confidence, *more = row
    source, undoes, restores = (_text(term) if term else None for term in more)
    return CommitFacts(
        sequence=int(_text(number)),
        iri=_text(iri),
        author=_text(author),
        reason=_text(reason),
        time=datetime.fromisoformat(_text(time)),
        added=int(_text(added)),
        removed=int(_text(removed)),
        confidence=float(_text(confidence)),
        source=source,
        undoes=undoes,
        restores=restores,
    )


def _text(term: Term | None) -> str:
    return str(getattr(term, "value", ""))
