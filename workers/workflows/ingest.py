"""From uploaded files to a watched twin."""

from workers.orchestrator import Step, Workflow

INGEST = Workflow(
    "ingest",
    (
        Step("stage", "Read files", "workers.steps.stage", reads=("sources",), pure=True),
        Step(
            "infer",
            "Infer the schema",
            "workers.steps.infer",
            ("stage",),
            reads=("overrides",),
            pure=True,
        ),
        Step(
            "describe", "Write ontology, shapes and mapping", "workers.steps.describe", ("infer",)
        ),
        Step("measure", "Measure the columns", "workers.steps.measure", ("infer", "describe")),
        Step("land", "Land the rows", "workers.steps.land", ("stage", "infer", "describe")),
        Step("validate", "Validate", "workers.steps.validate", ("land",)),
        Step(
            "train",
            "Train models",
            "workers.steps.train",
            ("infer", "describe", "land"),
            pure=True,
        ),
        Step("twin", "Create the twin", "workers.steps.twin", ("train",)),
        Step("monitor", "Monitor", "workers.steps.monitor", ("describe", "twin")),
        Step("alert", "Alert", "workers.steps.alert", ("monitor",)),
        Step(
            "suggest",
            "Suggest kinds, parts and terms",
            "workers.steps.suggest",
            ("infer", "describe", "measure"),
        ),
        Step(
            "tables",
            "Write the tables for other tools",
            "workers.steps.tables",
            ("stage", "infer", "describe"),
            pure=True,
        ),
    ),
)
