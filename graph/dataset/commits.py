"""What is on record about commits: written to the log and the meta graph, read from the latter."""

from dataclasses import dataclass
from datetime import datetime

from graph.changes import ChangeSet, write_patch
from graph.dataset.effects import Effect
from graph.names import ProjectNames
from graph.records import Facts, record_quads
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal, NamedNode, Quad, Term
from graph.vocab import MIMIR, PROV, RDF, RDFS


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


def commit_iri(names: ProjectNames, sequence: int) -> NamedNode:
    """Name a commit."""
    return names.record("commit", str(sequence))


def write_commit(
    names: ProjectNames,
    sequence: int,
    change: ChangeSet,
    effect: Effect,
    time: datetime,
    base: int | None = None,
) -> tuple[bytes, tuple[Quad, ...]]:
    """Give the log's text of a commit, and all quads that it adds: its record is among them.

    Args:
        base: the commit that the files of the change were loaded onto.
    """
    quads = (*effect.added, *_record(names, sequence, change, effect, time))
    header = _header(names, sequence, change, base)
    return write_patch(header, quads, effect.removed), quads


def read_commits(meta: GraphReader, after: int, upto: int) -> list[CommitFacts]:
    """Read the commits above `after` up to `upto`, newest first."""
    terms = {"after": Literal(after), "upto": Literal(upto)}
    rows = meta.select(bind(load_query("graph", "commits"), **terms))
    return [_facts(row) for row in rows]


def _header(
    names: ProjectNames, sequence: int, change: ChangeSet, base: int | None
) -> dict[str, str]:
    fields = {
        "id": commit_iri(names, sequence).value,
        "prev": commit_iri(names, sequence - 1).value,
        "author": change.author,
        "reason": change.reason,
    }
    optional = {
        "source": change.source,
        "added-file": change.added_file,
        "removed-file": change.removed_file,
        "base": None if base is None else str(base),
        "undoes": change.undoes,
        "restores": change.restores,
    }
    return fields | {name: value for name, value in optional.items() if value}


def _record(
    names: ProjectNames, sequence: int, change: ChangeSet, effect: Effect, time: datetime
) -> list[Quad]:
    facts: Facts = {
        RDF.type: MIMIR.Commit,
        PROV.endedAtTime: time,
        MIMIR.author: change.author,
        RDFS.comment: change.reason,
        MIMIR.sequence: sequence,
        PROV.wasInformedBy: NamedNode(change.source) if change.source else None,
        MIMIR.confidence: change.confidence,
        MIMIR.triplesAdded: effect.added_count,
        MIMIR.triplesRemoved: effect.removed_count,
        MIMIR.undoes: NamedNode(change.undoes) if change.undoes else None,
        MIMIR.restores: NamedNode(change.restores) if change.restores else None,
    }
    return record_quads(commit_iri(names, sequence), facts, names.meta)


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
