"""Step: propose what a data modeller would add to the ontology; people or the policy decide.

A suggestion that was proposed once is never proposed again, whatever became of it.
"""

from graph.changes import write_patch
from graph.errors import BadInput
from graph.names import ProjectNames
from graph.proposals import list_proposals
from graph.terms import NamedNode
from inference.evolution_suggestions import evolution_suggestions
from inference.knowledge.alignments import alignment_suggestions
from inference.knowledge.code_matches import code_suggestions
from inference.knowledge.questions import questions
from inference.knowledge.suggestions import Suggestion, hierarchy_suggestions, skolemised
from workers.artifacts import read_model, read_schema
from workers.orchestrator import StepContext, StepResult
from workers.versions import changes_since, read_version

AUTHOR = "inference"


def execute(context: StepContext) -> StepResult:
    """Propose the suggestions that are new."""
    names = context.project.names
    model, schema = read_model(context), read_schema(context)
    found = (
        *hierarchy_suggestions(model, schema, names),
        *alignment_suggestions(model, schema, names),
        *code_suggestions(model, schema, names),
        *questions(schema, names),
        *_since_before(context),
    )
    known = {item.source for item in list_proposals(context.project.reader(names.meta))}
    new = [item for item in found if suggestion_iri(names, item).value not in known]
    for place, item in enumerate(new):
        context.progress(place / len(new), f"{place} of {len(new)} suggestions")
        _propose(context, item)
    message = f"{len(new)} new suggestions" if new else "no new suggestions"
    return StepResult({"suggestions": len(found)}, message)


def _since_before(context: StepContext) -> tuple[Suggestion, ...]:
    """Suggest what keeps the terms of the files' last version meaningful."""
    measured = context.outputs["measure"]
    if not measured["before"]:
        return ()
    before = read_version(context, measured["before"])
    now = read_version(context, measured["version"])
    changes = changes_since(before, now)
    return evolution_suggestions(changes, before.model, now.model, context.project.names)


def suggestion_iri(names: ProjectNames, suggestion: Suggestion) -> NamedNode:
    """Name a suggestion, which is the source of its proposal."""
    return names.record("suggestion", suggestion.id)


def _propose(context: StepContext, suggestion: Suggestion) -> None:
    names = context.project.names
    body = {
        "reason": suggestion.reason,
        "patch": write_patch({}, skolemised(suggestion, names), ()).decode(),
        "confidence": suggestion.confidence,
        "evidence": suggestion.evidence,
        "author": AUTHOR,
        "source": suggestion_iri(names, suggestion).value,
    }
    try:
        context.project.call("POST", "/proposals", json=body)
    except BadInput as error:
        # A person may have written down the very same already.
        context.progress(None, f"{suggestion.reason} {error}")
