"""All operations: importing this module registers them."""

from app.operations import (
    alerts,
    graphs,
    history,
    internal,
    knowledge,
    merges,
    ontologies,
    projects,
    proposals,
    queries,
    reasoning,
    runs,
    saved_queries,
    twins,
)
from app.operations.registry import REGISTRY, Operation

__all__ = ["OPERATIONS"]

_NOUNS = (
    projects,
    runs,
    knowledge,
    graphs,
    queries,
    saved_queries,
    twins,
    proposals,
    merges,
    history,
    ontologies,
    reasoning,
    alerts,
    internal,
)

OPERATIONS: dict[str, Operation] = REGISTRY
