"""The audit: who changed or was refused what, when, from where, and how it ended.

A change itself is in its project's log; here is who asked for it, and who asked in vain.
"""

from typing import Any

from flask import Flask, Response, g, request

from app.audit_file import FILE, AuditFile
from app.auth import is_worker
from app.calls import caller_name
from app.operations.catalog import OPERATIONS
from app.services import Services
from graph.errors import LogDamaged

_LONGEST_PATH = 500
# Answers that say nothing about the caller: not there, and not in that form.
_HARMLESS = (404, 405, 406)


def install(app: Flask, services: Services) -> None:
    """Keep a record of each change that was asked for, and of each call that was refused."""
    audit = AuditFile(services.settings.data / FILE)
    if audit.kept:
        app.logger.error("the end of the audit was cut off; what is left is in %s", audit.kept)
        audit.append(_cut_off(services, audit.kept.name))

    @app.after_request
    def note(response: Response) -> Response:
        """Write the record of this request, where it deserves one."""
        if _deserves_record(response):
            try:
                audit.append(_record(services, response))
            except OSError:
                app.logger.exception("the audit cannot be written")
        return response


def _cut_off(services: Services, kept: str) -> dict[str, Any]:
    """Say in the audit itself that the file before lost its end."""
    return {
        "time": services.clock().isoformat(timespec="milliseconds"),
        "actor": "mimir",
        "address": None,
        "method": "",
        "path": kept,
        "door": "audit",
        "project": None,
        "status": 500,
        "outcome": LogDamaged.code,
        "commit": None,
        "call": None,
    }


def _deserves_record(response: Response) -> bool:
    permission = g.get("permission")
    if permission is None:
        return response.status_code in (401, 403)
    if response.status_code >= 400:
        return response.status_code not in _HARMLESS
    operation = OPERATIONS.get((request.endpoint or "").rpartition(".")[2])
    signs_of_life = permission == "worker" and operation is not None and operation.idempotent
    return permission != "read" and request.method != "GET" and not signs_of_life


def _record(services: Services, response: Response) -> dict[str, Any]:
    problem = response.get_json(silent=True) if response.status_code >= 400 else None
    return {
        "time": services.clock().isoformat(timespec="milliseconds"),
        "actor": "worker" if is_worker(services, request) else caller_name(),
        "address": request.remote_addr,
        "method": request.method,
        "path": request.path[:_LONGEST_PATH],
        "door": (request.endpoint or "").rpartition(".")[2],
        "project": (request.view_args or {}).get("project"),
        "status": response.status_code,
        "outcome": problem.get("code") if isinstance(problem, dict) else "done",
        "commit": response.headers.get("ETag"),
        "call": g.call.id if "call" in g else None,
    }
