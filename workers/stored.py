"""JSON values that steps stored, as the process that owns the project reads them."""

import json
from typing import Any

from graph.projects import Project


def read_stored_json(project: Project, sha256: str) -> Any:
    """Read a stored JSON value.

    Raises:
        NotFound: there is no such content.
    """
    return json.loads(project.dataset.blobs.read(sha256))
