"""Features by SPARQL: an individual's own attributes and one hop of what is linked to it.

One query per group (own attributes, each link forward, each link backward, each junction); the
answers are joined on the individual. Nothing here trains, and scikit-learn is not imported.

Aggregates see the whole graph: a linked fact that is later than the moment at which the target
became known is counted too. The model card says so (`FeatureTable.notes`).
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from graph.errors import BadInput
from graph.model import AttributeDef, ClassDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode
from ml.columns import answer_frame, feature_columns, numbers
from ml.leakage import Dropped, dropped_features
from ml.selects import Aggregate, aggregates_select, attributes_select
from ml.tasks import NUMBERS, Task
from ml.words import is_identifier

MOST_ROWS = 20_000
MOST_FEATURES = 40
MOST_LINKED = 50
_MEASURES = (*NUMBERS, "boolean")
_TIME_NOTE = (
    "Aggregates of linked individuals use every fact of the graph, also those that may be later "
    "than the moment at which the target becomes known."
)

Origin = Literal["own", "forward", "backward"]


@dataclass(frozen=True)
class Feature:
    """One column of the feature table.

    Attributes:
        name: readable path, such as `sensorReading.temperatureC.mean`.
        kind: `number` (missing is NaN) or `category` (missing is the empty text).
        origin: the individual's own, of what it links to, or of what links to it.
        path: properties from the individual to the value; empty for none.
        query: the SPARQL text that reads it.
    """

    name: str
    kind: Literal["number", "category"]
    origin: Origin
    path: tuple[NamedNode, ...]
    query: str


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """What a model learns from: one row per individual, sorted by IRI.

    Attributes:
        frame: index = IRI of the individual, columns = `features` in order.
        target: float (regression) or canonical text (classification) by the same index; NaN or
            None where it is unknown.
        features, dropped: what is used, and what was left out with the reason.
        total: individuals of the class before sampling.
        inputs_hash: SHA-256 of the frame, the target and the queries.
        notes: sentences for the model card.
    """

    task: Task
    frame: pd.DataFrame
    target: pd.Series
    features: tuple[Feature, ...]
    dropped: tuple[Dropped, ...]
    total: int
    inputs_hash: str
    notes: tuple[str, ...] = ()

    @property
    def known(self) -> pd.Series:
        """Whether the target is known, per individual."""
        return self.target.notna()


@dataclass(frozen=True, eq=False)
class _Raw:
    feature: Feature
    values: pd.Series


def pull(
    reader: GraphReader,
    task: Task,
    model: KnowledgeModel,
    names: ProjectNames,
    *,
    wanted: Sequence[str] | None = None,
) -> FeatureTable:
    """Read the feature table of a task.

    At most 20,000 individuals are kept (first those without a target, up to half; by hash) and at
    most 40 features: own ones first, then links forward, then counts, means and extremes.
    Args:
        reader: bound to the data graph; over a union of graphs the queries are slower.
        wanted: features of a trained model; exactly these are read, and none is judged again.
    Raises:
        BadInput: the model has no such class or attribute, or the data lack a wanted feature.
    """
    pulled = _Puller(reader, task, model, names)
    known_or_not = pulled.target()
    kept = _sampled(known_or_not)
    target = known_or_not.loc[kept]
    raw = _told_apart(pulled.raw_features())
    dropped: list[Dropped] = []
    if wanted is not None:
        raw = _only(raw, wanted)
    frame = pd.DataFrame({item.feature.name: _aligned(item, kept) for item in raw}, index=kept)
    features = [item.feature for item in raw]
    if wanted is None:
        features, dropped = _selected(features, frame, target, task)
    frame = frame[[item.name for item in features]]
    return FeatureTable(
        task=task,
        frame=frame,
        target=target,
        features=tuple(features),
        dropped=tuple(dropped),
        total=len(known_or_not),
        inputs_hash=_hash(frame, target, features),
        notes=_notes(len(kept), len(known_or_not)),
    )


def _notes(kept: int, total: int) -> tuple[str, ...]:
    if kept == total:
        return (_TIME_NOTE,)
    sampled = f"Of {total:,} individuals {kept:,} were taken, chosen by the hash of their IRI."
    return (_TIME_NOTE, sampled)


def _only(raw: list[_Raw], wanted: Sequence[str]) -> list[_Raw]:
    found = {item.feature.name: item for item in raw}
    missing = [name for name in wanted if name not in found]
    if missing:
        raise BadInput(
            f"The data no longer have the features {', '.join(missing)} that the model was "
            "trained on; train it again."
        )
    return [found[name] for name in wanted]


def _told_apart(items: Iterable[_Raw]) -> list[_Raw]:
    """Number the names that several paths share, as `passport.pages (2)`."""
    seen: dict[str, int] = {}
    told = []
    for item in items:
        name = item.feature.name
        seen[name] = seen.get(name, 0) + 1
        own_name = name if seen[name] == 1 else f"{name} ({seen[name]})"
        told.append(replace(item, feature=replace(item.feature, name=own_name)))
    return told


class _Puller:
    """Reads the groups of one task, each class once."""

    def __init__(
        self, reader: GraphReader, task: Task, model: KnowledgeModel, names: ProjectNames
    ) -> None:
        self._reader = reader
        self._task = task
        self._model = model
        self._names = names
        self._classes = {item.name: item for item in model.classes}
        if task.class_name not in self._classes:
            raise BadInput(f"The model has no class {task.class_name}; see its classes.")
        self._class = self._classes[task.class_name]
        if all(item.name != task.target for item in self._class.attributes):
            raise BadInput(f"The model has no attribute {task.name}; see its classes.")
        self._tables: dict[str, tuple[pd.DataFrame, str]] = {}
        query = bind(load_query("ml", "members"), **{"class": names.term(task.class_name)})
        members = answer_frame(reader.csv(query))["entity"]
        self.members = pd.Index(np.sort(members.to_numpy(dtype=object)), name="entity")

    def target(self) -> pd.Series:
        """Read the target of every individual, unknown ones included."""
        table, _ = self._attributes(self._class)
        texts = table[self._task.target].reindex(self.members).fillna("").astype(object)
        if self._task.kind == "regression":
            return numbers(texts)
        return texts.where(texts != "", None)

    def raw_features(self) -> Iterator[_Raw]:
        """Read all features, in the order in which they are kept."""
        yield from self._own()
        yield from self._linked(self._class.links)
        yield from sorted(self._many(), key=_aggregate_rank)

    def _own(self) -> Iterator[_Raw]:
        table, query = self._attributes(self._class)
        yield from self._described(self._class, table, query, "", "own", ())

    def _linked(self, links: Iterable[LinkDef]) -> Iterator[_Raw]:
        for link in links:
            target = self._classes.get(link.target)
            if target is not None:
                pairs, query = self._pairs(link, "links", self._class)
                yield from self._one(link, target, pairs, query, link.name, "forward")

    def _one(
        self,
        link: LinkDef,
        target: ClassDef,
        pairs: pd.Series,
        query: str,
        prefix: str,
        origin: Origin,
    ) -> Iterator[_Raw]:
        """Read the features of the one individual that is linked."""
        step = self._names.term(link.name)
        identity = pairs.str.rsplit("/", n=1).str[-1].astype(object)
        if origin == "forward" and 2 <= identity.nunique() <= min(MOST_LINKED, len(pairs) // 10):
            yield _Raw(Feature(prefix, "category", origin, (step,), query), identity)
        table, attributes_query = self._attributes(target)
        reached = table.reindex(pairs.to_numpy(dtype=object)).set_axis(pairs.index)
        both = query + "\n" + attributes_query
        yield from self._described(target, reached.fillna(""), both, f"{prefix}.", origin, (step,))

    def _many(self) -> Iterator[_Raw]:
        for other in self._model.classes:
            links = [link for link in other.links if link.target == self._class.name]
            for link in links:
                prefix = _camel(other.name)
                if len(links) > 1 or other.name == self._class.name:
                    prefix = f"{prefix}.{link.name}"
                if link.one_to_one:
                    pairs, query = self._pairs(link, "links_back", self._class)
                    yield from self._one(link, other, pairs, query, prefix, "backward")
                else:
                    yield from self._aggregated(other, link.name, prefix, backward=True)
        for junction in self._model.junctions:
            if junction.source.target == self._class.name:
                end = self._classes[junction.target.target]
                yield from self._aggregated(end, junction.name, junction.name, backward=False)
            if junction.target.target == self._class.name:
                end = self._classes[junction.source.target]
                prefix = f"{_camel(end.name)}.{junction.name}"
                yield from self._aggregated(end, junction.name, prefix, backward=True)

    def _aggregated(
        self, other: ClassDef, step_name: str, prefix: str, *, backward: bool
    ) -> Iterator[_Raw]:
        measures = [item for item in self._usable(other) if item.datatype in _MEASURES]
        step, properties = self._names.term(step_name), [self._term(item) for item in measures]
        plan = [
            (item, Aggregate(function, place, item.datatype == "boolean"))
            for place, item in enumerate(measures)
            for function in (("AVG",) if item.datatype == "boolean" else ("AVG", "MIN", "MAX"))
        ]
        query = aggregates_select(
            self._names.term(self._class.name),
            step,
            properties,
            [aggregate for _, aggregate in plan],
            backward=backward,
        )
        answer = answer_frame(self._reader.csv(query)).set_index("entity")
        count = Feature(f"{prefix}.count", "number", "backward", (step,), query)
        yield _Raw(count, numbers(answer["n"]).reindex(self.members).fillna(0.0))
        for place, (item, aggregate) in enumerate(plan):
            word = {"AVG": "mean", "MIN": "minimum", "MAX": "maximum"}[aggregate.function]
            word = "share" if aggregate.boolean else word
            path = (step, self._term(item))
            name = f"{prefix}.{item.name}.{word}"
            feature = Feature(name, "number", "backward", path, query)
            yield _Raw(feature, numbers(answer[f"a{place}"]))

    def _described(
        self,
        item: ClassDef,
        table: pd.DataFrame,
        query: str,
        prefix: str,
        origin: Origin,
        steps: tuple[NamedNode, ...],
    ) -> Iterator[_Raw]:
        for attribute in self._usable(item):
            path = (*steps, self._term(attribute))
            texts = table[attribute.name]
            for suffix, values in feature_columns(attribute, texts):
                kind: Literal["number", "category"] = (
                    "category" if attribute.datatype == "string" else "number"
                )
                name = f"{prefix}{attribute.name}{suffix}"
                yield _Raw(Feature(name, kind, origin, path, query), values)

    def _usable(self, item: ClassDef) -> list[AttributeDef]:
        """List the attributes that may say something: no keys, no identifiers, not the target.

        A text in several languages says the same in each: the first is read.
        """
        linked = {name for link in item.links for name in link.columns}
        different = {attribute.name: attribute for attribute in item.attributes[::-1]}
        return [
            attribute
            for attribute in item.attributes
            if different[attribute.name] is attribute
            and not attribute.unique
            and attribute.column not in linked
            and attribute.column not in item.key
            and not (attribute.datatype != "string" and is_identifier(attribute.name))
            and not (item.name == self._class.name and attribute.name == self._task.target)
        ]

    def _attributes(self, item: ClassDef) -> tuple[pd.DataFrame, str]:
        """Read all attributes of a class as texts, by individual; "" where there is none."""
        if item.name not in self._tables:
            own = item.name == self._class.name
            wanted = self._usable(item)
            if own:
                wanted += [a for a in item.attributes if a.name == self._task.target]
            query = attributes_select(
                self._names.term(item.name),
                [self._term(attribute) for attribute in wanted],
                [attribute.language for attribute in wanted],
            )
            table = answer_frame(self._reader.csv(query))
            table.columns = pd.Index(["entity", *(attribute.name for attribute in wanted)])
            table = table.sort_values(list(table.columns)).drop_duplicates("entity")
            self._tables[item.name] = (table.set_index("entity"), query)
        return self._tables[item.name]

    def _pairs(self, link: LinkDef, query_name: str, item: ClassDef) -> tuple[pd.Series, str]:
        query = bind(
            load_query("ml", query_name),
            **{"class": self._names.term(item.name), "property": self._names.term(link.name)},
        )
        pairs = answer_frame(self._reader.csv(query)).sort_values(["entity", "other"])
        return pairs.drop_duplicates("entity").set_index("entity")["other"], query

    def _term(self, attribute: AttributeDef) -> NamedNode:
        return self._names.term(attribute.name)


def _sampled(target: pd.Series) -> pd.Index:
    """Choose at most 20,000 individuals: unknown ones first, up to half, each part by hash."""
    if len(target) <= MOST_ROWS:
        return target.index
    digest = pd.Series(
        pd.util.hash_array(target.index.to_numpy(dtype=object)), index=target.index
    ).sort_values(kind="stable")
    known = digest.index[target.notna().loc[digest.index]]
    unknown = digest.index[target.isna().loc[digest.index]]
    asked = unknown[: max(MOST_ROWS // 2, MOST_ROWS - len(known))]
    return asked.append(known[: MOST_ROWS - len(asked)]).sort_values().rename("entity")


def _aligned(item: _Raw, index: pd.Index) -> pd.Series:
    values = item.values.reindex(index)
    return values.fillna("").astype(object) if item.feature.kind == "category" else values


def _selected(
    features: list[Feature], frame: pd.DataFrame, target: pd.Series, task: Task
) -> tuple[list[Feature], list[Dropped]]:
    looked_at = [item.name for item in features[: 2 * MOST_FEATURES]]
    dropped = dropped_features(frame[looked_at], target, task.kind)
    gone = {item.name for item in dropped}
    useful = [item for item in features if item.name in looked_at and item.name not in gone]
    useful = useful[:MOST_FEATURES]
    settled = gone | {item.name for item in useful}
    dropped += [_over_cap(item) for item in features if item.name not in settled]
    return useful, dropped


def _over_cap(feature: Feature) -> Dropped:
    return Dropped(feature.name, f"More than {MOST_FEATURES} features: nearer ones go first.")


def _aggregate_rank(item: _Raw) -> int:
    """Put single values and counts before means, means before extremes; the order is stable."""
    ending = item.feature.name.rsplit(".", 1)[-1]
    return {"mean": 1, "share": 1, "minimum": 2, "maximum": 2}.get(ending, 0)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _hash(frame: pd.DataFrame, target: pd.Series, features: list[Feature]) -> str:
    digest = hashlib.sha256()
    for values in (frame, target.astype(object).map(str)):
        digest.update(pd.util.hash_pandas_object(values, index=True).to_numpy().tobytes())
    digest.update("\n".join(f"{item.name}\n{item.query}" for item in features).encode())
    return digest.hexdigest()
