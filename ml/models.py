"""A trained model outside the process: its file, and its card as facts in the graph.

Files are written and read by skops (https://skops.readthedocs.io/en/stable/persistence.html),
which stores no code; a file is read only when its hash is the recorded one and all its types are
on a list. Cards use ML-Schema (https://www.w3.org/ns/mls) and PROV-O; a training that kept nothing
has one too.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import skops.io
from sklearn.pipeline import Pipeline

from graph.errors import BadInput, Conflict
from graph.names import ProjectNames
from graph.terms import Literal, NamedNode, Quad, Triple
from graph.vocab import MIMIR, MLS, PROV, RDF, RDFS, XSD
from ml.automl import COVERAGE, TrainingResult
from ml.features import FeatureTable

TRUSTED = (
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
    "sklearn.utils._bunch.Bunch",
)
"""Types of our own candidates that skops does not trust by itself; they run no code of a file."""


class ModelFileRefused(BadInput):
    """A model file is not the one that was recorded, or holds types that are not allowed."""

    code = "model-file-refused"


@dataclass(frozen=True)
class ModelFile:
    """A model on disk; `sha256` is of its bytes."""

    path: Path
    sha256: str


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """What predicting needs.

    Attributes:
        pipeline: trained on a frame with the columns `features`.
        features: names in order.
        kind: `regression` or `classification`.
        margin: half-width of the 90 % interval, in the target's unit; None for classes.
        classes: values in the order of the probabilities.
    """

    pipeline: Pipeline
    features: tuple[str, ...]
    kind: str
    margin: float | None
    classes: tuple[str, ...]


def save(result: TrainingResult, folder: Path) -> ModelFile:
    """Write the kept model to `<task>-<hash>.skops` in the folder, which is made if need be.

    Raises:
        Conflict: nothing was kept.
    """
    model = fitted(result)
    content = skops.io.dumps(
        {
            "pipeline": model.pipeline,
            "features": list(model.features),
            "kind": model.kind,
            "margin": model.margin,
            "classes": list(model.classes),
        }
    )
    digest = hashlib.sha256(content).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.task.name}-{digest[:12]}.skops"
    path.write_bytes(content)
    return ModelFile(path, digest)


def load(path: Path, sha256: str) -> LoadedModel:
    """Read a model file.

    Args:
        sha256: the hash that was recorded when it was saved.
    Raises:
        ModelFileRefused: the file is missing or changed, or holds a type that is not allowed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileRefused(f"The model file {path.name} cannot be read: {error}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelFileRefused(
            f"The model file {path.name} is not the one that was recorded: its hash differs. "
            "Train again, or restore the file."
        )
    try:
        unknown = sorted(set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED))
    except BadZipFile as error:
        raise ModelFileRefused(f"{path.name} is no model file: {error}") from error
    if unknown:
        raise ModelFileRefused(
            f"The model file {path.name} holds types that are not allowed: {', '.join(unknown)}."
        )
    value = skops.io.loads(content, trusted=list(TRUSTED))
    return LoadedModel(
        pipeline=value["pipeline"],
        features=tuple(value["features"]),
        kind=value["kind"],
        margin=value["margin"],
        classes=tuple(value["classes"]),
    )


def fitted(result: TrainingResult) -> LoadedModel:
    """Take out of a training what predicting needs.

    Raises:
        Conflict: nothing was kept.
    """
    if result.pipeline is None:
        raise Conflict(f"There is no model to use. {result.verdict}")
    return LoadedModel(
        pipeline=result.pipeline,
        features=tuple(result.pipeline.feature_names_in_),
        kind=result.task.kind,
        margin=result.margin,
        classes=result.classes,
    )


def card_quads(
    result: TrainingResult,
    table: FeatureTable,
    *,
    names: ProjectNames,
    model_id: str,
    commit: str,
    trained_at: str,
    sha256: str | None = None,
) -> list[Quad]:
    """State a training as facts: task, data, features, scores with intervals, seed and verdict.

    Args:
        model_id: as `automl.model_id` gives it; the record is `names.record("model", model_id)`.
        commit: IRI of the data's commit, or its identifier, of which the IRI is made.
        trained_at: ISO 8601 moment.
        sha256: hash of the model file; None when nothing was kept.
    """
    card = _Card(result, table, names, names.record("model", model_id), model_id)
    triples = [
        *card.outcome(_commit(names, commit), trained_at, sha256),
        *card.run(_commit(names, commit), trained_at),
        *card.features(),
        *card.left_out(),
        *card.evaluations(),
    ]
    return [Quad(item.subject, item.predicate, item.object, names.meta) for item in triples]


@dataclass(frozen=True, eq=False)
class _Card:
    result: TrainingResult
    table: FeatureTable
    names: ProjectNames
    model: NamedNode
    model_id: str

    def outcome(self, commit: NamedNode, trained_at: str, sha256: str | None) -> Iterator[Triple]:
        """Describe what was learned and how it was judged."""
        task, result = self.result.task, self.result
        yield Triple(self.model, RDF.type, MIMIR.TrainingOutcome)
        if result.kept is not None:
            yield Triple(self.model, RDF.type, MLS.Model)
            yield Triple(self.model, MIMIR.algorithm, Literal(result.kept))
            yield Triple(self.model, MIMIR.algorithmLabel, Literal(_label(result)))
            yield Triple(self.model, MIMIR.hyperParameters, Literal(_parameters(result)))
        if sha256 is not None:
            yield Triple(self.model, MIMIR.fileSha256, Literal(sha256))
        if result.margin is not None:
            yield Triple(self.model, MIMIR.intervalHalfWidth, Literal(result.margin))
            yield Triple(self.model, MIMIR.intervalCoverage, Literal(COVERAGE))
        yield Triple(self.model, RDFS.label, Literal(f"Prediction of {task.name}"))
        yield Triple(self.model, MIMIR.kept, Literal(result.kept is not None))
        yield Triple(self.model, MIMIR.verdict, Literal(result.verdict))
        yield Triple(self.model, MIMIR.targetClass, self.names.term(task.class_name))
        yield Triple(self.model, MIMIR.targetProperty, self.names.term(task.target))
        yield Triple(self.model, MIMIR.taskKind, Literal(task.kind))
        yield Triple(self.model, MIMIR.seed, Literal(result.seed))
        yield Triple(self.model, MIMIR.folds, Literal(result.folds))
        yield Triple(self.model, MIMIR.rowsLearned, Literal(result.rows))
        yield Triple(self.model, MIMIR.rowsTotal, Literal(self.table.total))
        yield Triple(self.model, MIMIR.inputsHash, Literal(self.table.inputs_hash))
        yield Triple(self.model, MIMIR.dataCommit, commit)
        yield Triple(self.model, PROV.generatedAtTime, _moment(trained_at))
        yield Triple(self.model, PROV.wasGeneratedBy, self._part("run"))
        for reason in task.reasons:
            yield Triple(self.model, MIMIR.reason, Literal(reason))
        for note in result.notes:
            yield Triple(self.model, MIMIR.note, Literal(note))

    def run(self, commit: NamedNode, trained_at: str) -> Iterator[Triple]:
        """Describe the training run: what it read and when it ended."""
        run = self._part("run")
        yield Triple(run, RDF.type, MLS.Run)
        yield Triple(run, RDF.type, PROV.Activity)
        yield Triple(run, RDFS.label, Literal(f"Training to predict {self.result.task.name}"))
        yield Triple(run, PROV.used, commit)
        yield Triple(run, PROV.endedAtTime, _moment(trained_at))
        yield Triple(run, MLS.hasOutput, self.model)

    def features(self) -> Iterator[Triple]:
        """Describe each feature: where it comes from and how much it weighs."""
        weights = {item.feature: item.value for item in self.result.importances}
        for place, feature in enumerate(self.table.features):
            node = self._part("feature", f"{place:02d}")
            yield Triple(self._part("run"), MLS.hasInput, node)
            yield Triple(self.model, MIMIR.feature, node)
            yield Triple(node, RDF.type, MLS.Feature)
            yield Triple(node, RDFS.label, Literal(feature.name))
            yield Triple(node, MIMIR.origin, Literal(feature.origin))
            yield Triple(node, MIMIR.query, Literal(feature.query))
            for step in feature.path:
                yield Triple(node, MIMIR.readsProperty, step)
            if feature.name in weights:
                yield Triple(node, MIMIR.importance, Literal(weights[feature.name]))

    def left_out(self) -> Iterator[Triple]:
        """Describe each feature that was left out, and why."""
        for place, item in enumerate(self.table.dropped):
            node = self._part("left-out", f"{place:02d}")
            yield Triple(self.model, MIMIR.leftOut, node)
            yield Triple(node, RDF.type, MIMIR.FeatureLeftOut)
            yield Triple(node, RDFS.label, Literal(item.name))
            yield Triple(node, MIMIR.reason, Literal(item.reason))
            yield Triple(node, MIMIR.leak, Literal(item.leak))

    def evaluations(self) -> Iterator[Triple]:
        """Describe each measure of each model tried."""
        for entry in self.result.leaderboard:
            better = () if entry.improvement is None else (entry.improvement,)
            for metric in (*entry.metrics, *better):
                node = self._part("evaluation", entry.name, metric.name)
                yield Triple(self._part("run"), MLS.hasOutput, node)
                yield Triple(self.model, MIMIR.evaluation, node)
                yield Triple(node, RDF.type, MLS.ModelEvaluation)
                yield Triple(node, MLS.specifiedBy, MIMIR.term(metric.name))
                yield Triple(node, MIMIR.algorithm, Literal(entry.name))
                yield Triple(node, MIMIR.algorithmLabel, Literal(entry.label))
                yield Triple(node, MIMIR.baseline, Literal(entry.baseline))
                yield Triple(node, MLS.hasValue, Literal(metric.value))
                yield Triple(node, MIMIR.low, Literal(metric.low))
                yield Triple(node, MIMIR.high, Literal(metric.high))

    def _part(self, *parts: str) -> NamedNode:
        return self.names.record("model", self.model_id, *parts)


def _label(result: TrainingResult) -> str:
    return next(entry.label for entry in result.leaderboard if entry.name == result.kept)


def _parameters(result: TrainingResult) -> str:
    """Write the settings of the algorithm as JSON, sorted by name."""
    if result.pipeline is None:
        return ""
    settings = result.pipeline.named_steps["model"].get_params()
    plain = {
        name: value
        for name, value in settings.items()
        if value is None or isinstance(value, bool | int | float | str)
    }
    return json.dumps(plain, sort_keys=True)


def _commit(names: ProjectNames, commit: str) -> NamedNode:
    return NamedNode(commit) if ":" in commit else names.record("commit", commit)


def _moment(text: str) -> Literal:
    return Literal(text, datatype=XSD.dateTime)
