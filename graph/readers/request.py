"""Parts of the requests that reader processes get, as JSON values."""

from collections.abc import Mapping
from typing import Any

from graph.readers.update import Scope

_TEXT_SHOWN = 2_000


def described(request: Mapping[str, Any]) -> str:
    """Say in a line what a request is about."""
    for kind in ("query", "update"):
        if kind in request:
            return str(request[kind])[:_TEXT_SHOWN]
    return "reading of RDF" if "uploads" in request or "patch" in request else "writing of RDF"


def scope_fields(scope: Scope) -> dict[str, Any]:
    """Give the fields that carry a scope."""
    graphs = {
        part: [graph.value for graph in getattr(scope, part)]
        for part in ("default", "named", "writable", "readable")
    }
    prefixes = {part: getattr(scope, part) for part in ("closed", "opened", "using", "using_named")}
    return {**graphs, **prefixes, "base": scope.base, "skolem": scope.skolem}
