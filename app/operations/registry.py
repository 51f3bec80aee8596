"""The registry of operations: declared once, offered by REST, command line and agents alike."""

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal, TypeVar

from app.services import Services

Permission = Literal["read", "write", "admin", "worker"]
Method = Literal["GET", "POST", "PUT", "DELETE"]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Operation:
    """One thing a caller can do.

    Attributes:
        name: `verb_noun`, the tool name; the command is `verb-noun`.
        summary: one sentence.
        method, path: of REST, below `/api/v1`; `<field>` parts are request fields.
        permission: who may call it; `worker` operations are offered by REST alone.
        request, response: frozen dataclasses.
        example: request fields of a working call.
        status: of a successful answer; 202 for work that goes on.
        destructive, idempotent: hints for agents; reads are both harmless and idempotent.
        function: `(services, request) -> response`.
        live: what the answer shows that is not in the graph, so that it has no past; None for
            reads of the graph, which every door offers at any commit.
    """

    name: str
    summary: str
    method: Method
    path: str
    permission: Permission
    request: type[Any]
    response: type[Any]
    example: Mapping[str, Any]
    status: int
    destructive: bool
    idempotent: bool
    function: Callable[[Services, Any], Any]
    live: str | None = None

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    @property
    def timed(self) -> bool:
        """Whether it reads the graph of a project, as it is or as it was."""
        return self.permission == "read" and self._of_project and self.live is None

    @property
    def conditional(self) -> bool:
        """Whether it changes a project, on conditions that its caller may set."""
        return self.permission in ("write", "admin") and self._of_project

    @property
    def door_fields(self) -> tuple["Field[Any]", ...]:
        """The fields that the doors add to the request and keep for themselves."""
        if self.timed:
            return fields(AtCommit)
        return fields(Conditions) if self.conditional else ()

    @property
    def fields(self) -> tuple["Field[Any]", ...]:
        """All fields that a caller may give."""
        return (*fields(self.request), *self.door_fields)

    @property
    def _of_project(self) -> bool:
        return any(item.name == "project" for item in fields(self.request))


REGISTRY: dict[str, Operation] = {}


def operation(
    method: Method,
    path: str,
    summary: str,
    *,
    permission: Permission,
    request: type[Any],
    response: type[Any],
    example: Mapping[str, Any],
    status: int = 200,
    destructive: bool = False,
    idempotent: bool = False,
    live: str | None = None,
) -> Callable[[Callable[[Services, Any], Any]], Callable[[Services, Any], Any]]:
    """Register a function as an operation named like the function."""

    def register(function: Callable[[Services, Any], Any]) -> Callable[[Services, Any], Any]:
        """Add a function to the registry under its own name."""
        name = function.__name__
        REGISTRY[name] = Operation(
            name,
            summary,
            method,
            path,
            permission,
            request,
            response,
            example,
            status,
            destructive,
            idempotent or method == "GET",
            function,
            live,
        )
        return function

    return register


def described(description: str, **more: Any) -> Any:
    """Declare a request field with its description (and `default`)."""
    return field(metadata={"metadata": {"description": description}}, **more)


@dataclass(frozen=True)
class AtCommit:
    """What every read of a project's graph takes: which state is read."""

    at: str | None = described("Commit or ISO 8601 time; now when absent.", default=None)


@dataclass(frozen=True)
class Conditions:
    """What every change of a project takes: what must hold when it is made."""

    if_match: str | None = described("Refuse if there is a newer commit than this.", default=None)
    require_ask: str | None = described("SPARQL ASK that must be true.", default=None)


@dataclass(frozen=True)
class ProjectRequest:
    """A request about one project."""

    project: str = described("Name of the project.")


@dataclass(frozen=True)
class PageRequest:
    """A request for a page of the things of a project."""

    project: str = described("Name of the project.")
    limit: int = described("Items per page, at most 1000.", default=100)
    cursor: str | None = described("`next` of the page before.", default=None)


@dataclass(frozen=True)
class Done:
    """The answer of an operation that has nothing to tell but that it is done."""

    commit: int


def page(items: list[Item], limit: int, cursor: str | None) -> tuple[tuple[Item, ...], str | None]:
    """Cut a page out of a list; gives the items and the cursor of the next page."""
    start = int(cursor) if cursor and cursor.isdigit() else 0
    size = max(1, min(limit, 1000))
    following = str(start + size) if start + size < len(items) else None
    return tuple(items[start : start + size]), following
