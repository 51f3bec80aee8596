"""Step: evaluate the rules over the twin, and open, update or resolve alerts."""

from alerting.alerts import change_quads, read_alerts, reconcile
from alerting.evaluate import evaluate
from alerting.rules import derive_rules, merge_rules, read_rules, rule_changes
from graph.changes import ChangeSet
from graph.errors import NotFound
from graph.model import KnowledgeModel
from workers.artifacts import get_json
from workers.orchestrator import StepContext, StepResult
from workers.runs import last_output
from workers.steps.twin import TWIN


def execute(context: StepContext) -> StepResult:
    """Evaluate all rules once."""
    project = context.project
    names = project.names
    meta = project.reader(names.meta)
    described = last_output(meta, "describe")
    if described is None:
        raise NotFound(f"Project {names.project!r} has no ontology yet. Upload files first.")
    model = KnowledgeModel.from_json(get_json(context, described["file"]))
    stored = read_rules(meta, names)
    rules = merge_rules(derive_rules(model, names), stored)
    context.progress(None, f"{len(rules)} rules")
    now = context.clock()
    report = evaluate(rules, project.twin_reader(TWIN), now=now)
    known = read_alerts(meta, names)
    changes = reconcile(report.findings, known, now=now, unchecked=report.unchecked)
    added, removed = change_quads(changes, known, names)
    counts = {
        "rules": len(rules),
        "opened": len(changes.opened),
        "updated": len(changes.updated),
        "resolved": len(changes.resolved),
        "skipped": [f"{item.rule}: {item.reason}" for item in report.skipped],
    }
    new, old = rule_changes(rules, stored, names)
    change = ChangeSet(added=(*new, *added), removed=(*old, *removed))
    message = (
        f"{len(rules)} rules · {counts['opened']} alerts opened, {counts['updated']} updated, "
        f"{counts['resolved']} resolved"
    )
    return StepResult(counts, message, change)
