"""All workflows by name."""

from graph.errors import NotFound
from workers.orchestrator import Workflow
from workers.workflows.ingest import INGEST
from workers.workflows.watch import WATCH

_WORKFLOWS = {workflow.name: workflow for workflow in (INGEST, WATCH)}


def find_workflow(name: str) -> Workflow:
    """Find a workflow.

    Raises:
        NotFound: there is none with this name.
    """
    if name not in _WORKFLOWS:
        raise NotFound(f"There is no workflow {name!r}; there are {', '.join(_WORKFLOWS)}.")
    return _WORKFLOWS[name]
