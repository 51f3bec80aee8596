"""Which attributes are worth predicting: chosen from the schema, the model and the landed data.

Values are looked at through the graph only. Nothing here trains, and scikit-learn is not imported.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from graph.errors import BadInput
from graph.model import AttributeDef, ClassDef, KnowledgeModel
from graph.names import ProjectNames
from graph.schema import Column, Schema, Table
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal as RdfLiteral
from graph.terms import NamedNode
from ml.words import OUTCOMES, PLACES, SETTINGS, first_of, is_identifier, words_of

Kind = Literal["regression", "classification"]
NUMBERS = ("integer", "decimal", "double")
LEAST_ROWS = 100
MOST_OBSERVATIONS = 100_000
MOST_CLASSES = 12
MOST_NULLS = 0.3
LONGEST_CATEGORY = 60
LEAST_MINORITY = 20
_DOMINANT = 0.98
_REPEATED = 0.35


@dataclass(frozen=True)
class Task:
    """A prediction worth trying: one attribute of one class.

    Attributes:
        class_name, target: local names of the class and of the attribute to predict.
        kind: `regression` for measures, `classification` for small closed sets of values.
        datatype: XSD local name of the attribute.
        label, unit: words and unit of the attribute.
        reasons: sentences that say why it was chosen.
        score: rank among the possible targets; higher is better, no unit.
    """

    class_name: str
    target: str
    kind: Kind
    datatype: str
    label: str
    unit: str | None = None
    reasons: tuple[str, ...] = ()
    score: float = 0.0

    @property
    def name(self) -> str:
        """Readable name, such as `Machine.downtime`."""
        return f"{self.class_name}.{self.target}"


@dataclass(frozen=True)
class _Values:
    known: int
    distinct: int
    counts: tuple[tuple[str, int], ...]


def choose_tasks(
    model: KnowledgeModel,
    schema: Schema,
    reader: GraphReader,
    names: ProjectNames,
    *,
    most: int = 2,
) -> tuple[Task, ...]:
    """Choose what to predict, the most promising first.

    A target is a measure or a small closed set of values of a class with at least 100 individuals;
    never a key, an identifier, a reference, a date, free text, a constant, or an attribute that
    misses 30 % of its values. The first task of a class is preferred to its second.
    Args:
        reader: bound to the data graph.
        most: number of tasks at most.
    """
    left, taken = list(_possible(model, schema)), list[Task]()
    while left and len(taken) < most:
        best = min(left, key=lambda task: (_likeness(task, taken) - task.score, task.name))
        left.remove(best)
        confirmed = _confirmed(best, reader, names)
        if confirmed is not None:
            taken.append(confirmed)
    return tuple(taken)


def task_of(model: KnowledgeModel, schema: Schema, class_name: str, target: str) -> Task:
    """Frame the prediction of an attribute that a person chose.

    Raises:
        BadInput: there is no such class or attribute, or its datatype cannot be predicted.
    """
    for item in model.classes:
        for attribute in item.attributes:
            if (item.name, attribute.name) == (class_name, target):
                column = schema.table(item.table).column(attribute.column)
                kind = _kind(column)
                if kind is None:
                    raise BadInput(
                        f"{class_name}.{target} is free text or a date; choose a measure, a "
                        f"boolean, or an attribute with at most {MOST_CLASSES} values."
                    )
                return replace(_task(item, attribute, kind), reasons=("A person chose it.",))
    raise BadInput(f"The model has no attribute {class_name}.{target}; see its classes.")


def _possible(model: KnowledgeModel, schema: Schema) -> Iterator[Task]:
    for item in model.classes:
        table = schema.table(item.table)
        if table.rows < LEAST_ROWS:
            continue
        if item.kind == "observation" and table.rows > MOST_OBSERVATIONS:
            continue
        richness = _richness(model, item)
        for attribute in item.attributes:
            kind = _target_kind(item, table, attribute)
            if kind is not None and richness > 1:
                yield _scored(_task(item, attribute, kind), item, table, attribute, richness)


def _richness(model: KnowledgeModel, item: ClassDef) -> int:
    """Count the properties that could tell something about an individual of the class."""
    incoming = sum(link.target == item.name for other in model.classes for link in other.links)
    edges = sum(
        item.name in (junction.source.target, junction.target.target)
        for junction in model.junctions
    )
    return len(item.attributes) + 2 * len(item.links) + 2 * incoming + edges


def _target_kind(item: ClassDef, table: Table, attribute: AttributeDef) -> Kind | None:
    column = table.column(attribute.column)
    keys = {name for key in (table.primary_key, *table.unique_keys) if key for name in key.columns}
    linked = {name for link in item.links for name in link.columns}
    if column.name in keys | linked | set(item.key) or attribute.unique or column.unique:
        return None
    if column.nulls + column.invalid >= MOST_NULLS * table.rows or column.distinct < 2:
        return None
    if is_identifier(attribute.name) or is_identifier(column.name):
        return None
    if first_of(words_of(attribute.name), PLACES):
        return None
    kind = _kind(column)
    counts_rows = column.datatype == "integer" and column.distinct > 0.95 * table.rows
    return None if kind == "regression" and counts_rows else kind


def _kind(column: Column) -> Kind | None:
    if column.datatype == "boolean":
        return "classification"
    if column.datatype in NUMBERS:
        whole = column.datatype == "integer"
        return "classification" if whole and column.distinct < 5 else "regression"
    few = 2 <= column.distinct <= MOST_CLASSES
    is_word = column.datatype == "string" and column.language is None
    if is_word and few and column.max_length <= LONGEST_CATEGORY:
        return "classification"
    return None


def _task(item: ClassDef, attribute: AttributeDef, kind: Kind) -> Task:
    return Task(
        class_name=item.name,
        target=attribute.name,
        kind=kind,
        datatype=attribute.datatype,
        label=attribute.label,
        unit=attribute.unit,
    )


def _scored(
    task: Task, item: ClassDef, table: Table, attribute: AttributeDef, richness: int
) -> Task:
    what = "a measure" if task.kind == "regression" else "a small closed set of values"
    reasons = [f"{attribute.label} is {what} of {table.rows:,} rows of {item.label}."]
    score = 1.0 + 0.3 * min(richness, 20) / 20 + 0.05 * math.log10(table.rows)
    words = words_of(attribute.name)
    outcome = first_of(words, OUTCOMES)
    if outcome is not None:
        score += 0.5 if outcome in words[-2:] else 0.3
        reasons.append(f"The word “{outcome}” names an outcome.")
    setting = first_of(words, SETTINGS)
    if setting is not None:
        score -= 0.4
        reasons.append(f"The word “{setting}” rather names a setting or a circumstance.")
    if attribute.unit:
        score += 0.1
        reasons.append(f"It is measured in {attribute.unit}.")
    if attribute.column == table.columns[-1].name:
        score += 0.15
        reasons.append("It is the last column, where tables often put the result.")
    if item.kind == "observation":
        score -= 0.3
        reasons.append("Its rows are readings, which seldom need a prediction.")
    nulls = table.column(attribute.column).nulls / table.rows
    return replace(task, score=round(score - nulls, 6), reasons=tuple(reasons))


def _confirmed(task: Task, reader: GraphReader, names: ProjectNames) -> Task | None:
    """Check the target against the landed values; None when they do not carry it."""
    rows = _rows(task, reader, names)
    values = _values(task, reader, names)
    if values.known < max(LEAST_ROWS, (1 - MOST_NULLS) * rows) or values.distinct < 2:
        return None
    if not values.counts or values.counts[0][1] > _DOMINANT * values.known:
        return None
    reason = f"{values.known:,} of {rows:,} individuals have a value, {values.distinct:,} differ."
    if task.kind == "classification":
        frequent = [rows for _, rows in values.counts if rows >= LEAST_MINORITY]
        if len(frequent) < 2 or values.distinct > MOST_CLASSES:
            return None
    return replace(task, reasons=(*task.reasons, reason))


def _rows(task: Task, reader: GraphReader, names: ProjectNames) -> int:
    query = bind(load_query("ml", "class_size"), **{"class": names.term(task.class_name)})
    return _integer(reader.select(query).rows[0][0])


def _values(task: Task, reader: GraphReader, names: ProjectNames) -> _Values:
    terms: dict[str, NamedNode | RdfLiteral] = {
        "class": names.term(task.class_name),
        "property": names.term(task.target),
    }
    known, distinct, _, _ = reader.select(bind(load_query("ml", "value_summary"), **terms)).rows[0]
    counts = reader.select(bind(load_query("ml", "value_counts"), **terms))
    return _Values(
        known=_integer(known),
        distinct=_integer(distinct),
        counts=tuple((str(value), _integer(rows)) for value, rows in counts),
    )


def _integer(term: object) -> int:
    return int(term.value) if isinstance(term, RdfLiteral) else 0


def _likeness(task: Task, taken: list[Task]) -> float:
    """Make what resembles a taken task count less: the same class, the same words."""
    same_class = [other for other in taken if other.class_name == task.class_name]
    words = set(words_of(task.target))
    same_words = [other for other in same_class if words & set(words_of(other.target))]
    return _REPEATED * (len(same_class) + 2 * len(same_words))
