"""Step: choose what to predict, train, and keep what beats its baselines."""

from typing import Any

from graph.changes import ChangeSet
from graph.terms import Quad
from ml.automl import model_id, train
from ml.features import pull
from ml.models import card_quads, save
from ml.predictions import predict, prediction_quads
from ml.tasks import Task, choose_tasks
from workers.artifacts import read_model, read_schema
from workers.orchestrator import StepContext, StepResult

TWIN = "live"


def execute(context: StepContext) -> StepResult:
    """Train one model per task; cards go to the graph, files and predictions to the store."""
    project = context.project
    names = project.names
    data = project.reader(names.data)
    tasks = choose_tasks(read_model(context), read_schema(context), data, names)
    trained = [_train(context, task, number, len(tasks)) for number, task in enumerate(tasks)]
    cards = tuple(quad for item in trained for quad in item["card"])
    predictions = "".join(
        f"{quad.subject} {quad.predicate} {quad.object} {quad.graph_name} .\n"
        for item in trained
        for quad in item["predictions"]
    )
    path = context.folder / f"predictions-{context.run.id}.nq"
    path.write_text(predictions, encoding="utf-8")
    kept = sum(item["kept"] for item in trained)
    message = f"{kept} of {len(tasks)} targets can be predicted better than the baselines"
    if not tasks:
        message = "nothing in the data is worth predicting: too few rows, or no measure"
    output = {"predictions": project.put_file(path), "models": [item["id"] for item in trained]}
    return StepResult(output, message, ChangeSet(added=cards))


def _train(context: StepContext, task: Task, number: int, total: int) -> dict[str, Any]:
    project = context.project
    names = project.names

    def _progress(share: float, message: str) -> None:
        context.progress((number + share) / total, f"{task.class_name}.{task.target}: {message}")

    _progress(0.0, "pulling features")
    table = pull(project.reader(names.data), task, read_model(context), names)
    result = train(table, task, seed=context.settings.seed, progress=_progress)
    identifier = model_id(task, table.inputs_hash, context.settings.seed)
    time = context.clock().isoformat()
    kept = result.pipeline is not None
    sha256 = project.put_file(save(result, context.folder / "models").path) if kept else None
    commit = str(project.call("GET", "")["commit"])
    card = card_quads(
        result,
        table,
        names=names,
        model_id=identifier,
        commit=commit,
        trained_at=time,
        sha256=sha256,
    )
    facts: list[Quad] = []
    if kept:
        frame = predict(result, table)
        facts = prediction_quads(
            frame, task, graph=names.twin_added(TWIN), names=names, model_id=identifier, time=time
        )
    return {"id": identifier, "kept": kept, "card": card, "predictions": facts}
