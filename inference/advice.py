"""Ask a model for a second opinion on doubtful decisions, as one more line of evidence.

The model sees names of tables and columns and what was decided, never a value. Its answer changes
no decision: data decides. Who asks it, and how, is an argument.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from graph.schema import Column, Decision, Key, Reference, Schema, Table

DOUBT = 0.8
"""Decisions below this confidence are asked about."""

_MOST_QUESTIONS = 200
_LONGEST_ANSWER = 200


@dataclass(frozen=True)
class Question:
    """A doubtful decision, in words; `id` is what the answer is found by."""

    id: str
    text: str


class Adviser(Protocol):
    """Answers questions about a schema."""

    @property
    def name(self) -> str:
        """Say how evidence calls it."""

    def advise(self, questions: Sequence[Question]) -> Mapping[str, str]:
        """Give answers by the id of their question; a question may stay without one."""


def with_advice(schema: Schema, adviser: Adviser) -> Schema:
    """Give the schema with the adviser's answers among the evidence of doubtful decisions."""
    questions = [question for table in schema.tables for question in _questions(table)]
    if not questions:
        return schema
    known = {question.id for question in questions}
    lines = {
        id: f"The model {adviser.name} says: {_plain(answer)}"
        for id, answer in adviser.advise(questions[:_MOST_QUESTIONS]).items()
        if id in known and _plain(answer)
    }
    return Schema(tuple(_table(table, lines) for table in schema.tables))


def _questions(table: Table) -> Iterator[Question]:
    headers = ", ".join(column.name for column in table.columns)
    where = f"in table {table.name!r} with the columns {headers}"
    for column in table.columns:
        if _is_doubtful(column.decision):
            text = f"Is column {column.name!r} {where} of the type {column.datatype}?"
            yield Question(_id("type", table, (column.name,)), text)
        if column.semantic is not None and _is_doubtful(column.semantic.decision):
            text = f"Does column {column.name!r} {where} hold: {column.semantic.type}?"
            yield Question(_id("meaning", table, (column.name,)), text)
    if table.primary_key is not None and _is_doubtful(table.primary_key.decision):
        key = " and ".join(table.primary_key.columns)
        yield Question(_id("key", table, ()), f"Is {key} {where} the primary key?")
    for reference in table.references:
        if _is_doubtful(reference.decision):
            text = (
                f"Does {' and '.join(reference.columns)} {where} refer to "
                f"{' and '.join(reference.ref_columns)} of table {reference.ref_table!r}?"
            )
            yield Question(_id("reference", table, reference.columns), text)


def _is_doubtful(decision: Decision) -> bool:
    return decision.confidence < DOUBT and not decision.overridden


def _id(kind: str, table: Table, columns: Sequence[str]) -> str:
    return "|".join((kind, table.name, *columns))


def _table(table: Table, lines: Mapping[str, str]) -> Table:
    return replace(
        table,
        columns=tuple(_column(table, column, lines) for column in table.columns),
        primary_key=_key(table, lines),
        references=tuple(_reference(table, reference, lines) for reference in table.references),
    )


def _column(table: Table, column: Column, lines: Mapping[str, str]) -> Column:
    decision = _told(column.decision, lines.get(_id("type", table, (column.name,))))
    semantic = column.semantic
    if semantic is not None:
        line = lines.get(_id("meaning", table, (column.name,)))
        semantic = replace(semantic, decision=_told(semantic.decision, line))
    return replace(column, decision=decision, semantic=semantic)


def _key(table: Table, lines: Mapping[str, str]) -> Key | None:
    key = table.primary_key
    if key is None:
        return None
    return replace(key, decision=_told(key.decision, lines.get(_id("key", table, ()))))


def _reference(table: Table, reference: Reference, lines: Mapping[str, str]) -> Reference:
    line = lines.get(_id("reference", table, reference.columns))
    return replace(reference, decision=_told(reference.decision, line))


def _told(decision: Decision, line: str | None) -> Decision:
    return replace(decision, evidence=(*decision.evidence, line)) if line else decision


def _plain(answer: object) -> str:
    """Bring a model's answer to one short line of printable text."""
    text = " ".join(str(answer).split()) if isinstance(answer, str) else ""
    shown = "".join(sign for sign in text if sign.isprintable())
    return shown[:_LONGEST_ANSWER]
