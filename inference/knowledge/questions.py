"""What only a person can know of how cells are read, as proposals: the answer is to apply one.

A question is a decision about the schema (`graph.ontology.schema_overrides`) that nobody has made
yet, beside its column in the mapping. When it is applied, the decision is recorded and the rows
land again; when it is rejected, they stay as they are.
"""

import json
from collections.abc import Iterator

from graph.names import ProjectNames
from graph.ontology.schema_overrides import SchemaOverride
from graph.schema import Column, Schema, Table
from graph.vocab import MIMIR
from inference.knowledge.graph_writer import GraphWriter
from inference.knowledge.suggestions import Suggestion

_EPOCHS = {"epoch-seconds": "%s", "epoch-milliseconds": "%Q"}
_OPEN = 0.5


def questions(schema: Schema, names: ProjectNames) -> tuple[Suggestion, ...]:
    """Ask how the columns are meant whose values can be read in two ways."""
    return tuple(
        question
        for table in schema.tables
        for column in table.columns
        for question in _of_column(table, column, names)
    )


def _of_column(table: Table, column: Column, names: ProjectNames) -> Iterator[Suggestion]:
    place = f"{column.name} of {table.name}"
    semantic = column.semantic.type if column.semantic else ""
    if column.rival is not None:
        answer = _answer(table, column, column.rival)
        reason = (
            f"Every value of {place} can be read as {column.format} and as {column.rival}. It is "
            f"read as {column.format}; apply this if {column.rival} is meant, else reject it."
        )
        yield _question("date-order", answer, reason, column.decision.evidence, names)
    elif semantic in _EPOCHS and column.semantic is not None and not column.decision.overridden:
        answer = _answer(table, column, _EPOCHS[semantic])
        reason = f"{place} counts {semantic[6:]} from 1970: read it as dateTime?"
        yield _question("epoch", answer, reason, column.semantic.decision.evidence, names)


def _answer(table: Table, column: Column, pattern: str) -> SchemaOverride:
    moment = "dateTime" if column.datatype == "integer" else column.datatype
    return SchemaOverride("type", table.name, (column.name,), moment, pattern)


def _question(
    kind: str,
    answer: SchemaOverride,
    reason: str,
    evidence: tuple[str, ...],
    names: ProjectNames,
) -> Suggestion:
    column = names.record("mapping", "table", answer.table, "column", answer.columns[0])
    wanted = json.dumps(answer.to_json(), sort_keys=True, ensure_ascii=False)
    quads = GraphWriter(names.mapping).facts(column, (MIMIR.readAs, wanted))
    about = (kind, answer.table, answer.columns[0], answer.format or "")
    return Suggestion(about, reason, _OPEN, evidence, tuple(quads))
