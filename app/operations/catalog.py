"""All operations: importing this module registers them."""

from app.operations import (
    alerts,
    audit,
    differences,
    explaining,
    exports,
    gates,
    graphs,
    history,
    internal,
    knowledge,
    merges,
    ontologies,
    policies,
    projects,
    proposals,
    quality,
    queries,
    reasoning,
    rules,
    runs,
    saved_queries,
    schemas,
    twins,
    validation,
)
from app.operations.registry import REGISTRY, Operation

__all__ = ["AGENT_TOOLS", "OPERATIONS"]

_NOUNS = (
    projects,
    runs,
    knowledge,
    schemas,
    validation,
    gates,
    quality,
    graphs,
    queries,
    explaining,
    saved_queries,
    twins,
    proposals,
    policies,
    merges,
    history,
    differences,
    ontologies,
    exports,
    reasoning,
    alerts,
    rules,
    audit,
    internal,
)

OPERATIONS: dict[str, Operation] = REGISTRY

AGENT_TOOLS = frozenset(
    {
        "acknowledge_alert",
        "change_twin",
        "create_twin",
        "diff_twin",
        "discard_twin",
        "explain_triple",
        "get_proposal",
        "get_run",
        "get_schema",
        "get_summary",
        "list_alerts",
        "list_models",
        "list_project_commits",
        "list_project_twins",
        "list_projects",
        "list_proposals",
        "list_rules",
        "list_saved_queries",
        "list_violations",
        "propose_change",
        "run_query",
        "set_schema",
        "run_saved_query",
        "start_run",
    }
)
"""What agents are offered unless they ask for everything: enough to look, to try and to propose.

A tool list is read by the model before every conversation, so it stays below 6,000 tokens.
"""
