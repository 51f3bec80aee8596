"""The operation on the audit: who changed or was refused what."""

from dataclasses import dataclass

from app.audit_file import FILE, read_audit
from app.operations.registry import described, operation, page
from app.services import Services


@dataclass(frozen=True)
class ListAudit:
    """A request for records of the audit."""

    of_project: str | None = described("Of one project; all when absent.", default=None)
    outcome: str | None = described("done, or the code of a problem.", default=None)
    limit: int = described("Items per page, at most 1000.", default=100)
    cursor: str | None = described("`next` of the page before.", default=None)


@dataclass(frozen=True)
class AuditRecord:
    """A change or a refusal: who, from where, what, when, and how it ended."""

    time: str
    actor: str
    address: str | None
    method: str
    path: str
    door: str
    project: str | None
    status: int
    outcome: str
    commit: str | None
    call: str | None
    seal: str


@dataclass(frozen=True)
class AuditPage:
    """A page of the audit, newest first; every record was verified."""

    items: tuple[AuditRecord, ...]
    next: str | None


@operation(
    "GET",
    "/audit",
    "List who changed or was refused what, newest first.",
    permission="admin",
    request=ListAudit,
    response=AuditPage,
    example={"outcome": "unauthorized"},
)
def list_audit_records(services: Services, request: ListAudit) -> AuditPage:
    """List the audit; refused when a record does not fit its seal."""
    found = [
        record
        for record in read_audit(services.settings.data / FILE)
        if request.of_project in (None, record["project"])
        and request.outcome in (None, record["outcome"])
    ]
    items, following = page(found[::-1], request.limit, request.cursor)
    return AuditPage(
        tuple(
            AuditRecord(**{key: value for key, value in item.items() if key != "before"})
            for item in items
        ),
        following,
    )
