"""All operations: importing this module registers them."""

from app.operations import alerts, graphs, internal, knowledge, projects, runs, twins
from app.operations.registry import REGISTRY, Operation

__all__ = ["OPERATIONS"]

_NOUNS = (projects, runs, knowledge, graphs, twins, alerts, internal)

OPERATIONS: dict[str, Operation] = REGISTRY
