"""The caller's side: find the owner of the data folder, or own it for as long as needed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from app.api import PREFIX, path_fields
from app.operations.registry import Operation
from app.settings import Settings
from app.wiring import ADDRESS_FILE, Owner
from graph.errors import BadInput, MimirError


class CallFailed(MimirError):
    """An operation was refused; the message is the server's."""

    code = "call-failed"


class Client:
    """Calls the operations of an owner over HTTP."""

    def __init__(self, url: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url.rstrip("/")
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=600.0)

    def call(self, operation: Operation, fields: dict[str, Any]) -> dict[str, Any]:
        """Call an operation.

        Raises:
            CallFailed: it was refused, or nobody answers.
        """
        path = PREFIX + operation.path
        rest = dict(fields)
        for name in path_fields(operation):
            path = path.replace(f"<{name}>", str(rest.pop(name)))
        has_body = operation.method in ("POST", "PUT")
        extra: dict[str, Any] = {"json" if has_body else "params": rest} if rest else {}
        if has_body and not rest and len(path_fields(operation)) < len(fields):
            extra = {"json": {}}
        return self.request(operation.method, path, **extra).json()  # type: ignore[no-any-return] # JSON objects only

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Send a request.

        Raises:
            CallFailed: it was refused, or nobody answers.
        """
        try:
            response = self.http.request(method, path, **arguments)
        except httpx.TransportError as error:
            raise CallFailed(f"The server at {self.url} does not answer: {error}") from error
        if not response.is_success:
            raise CallFailed(_reason(response))
        return response

    def upload(self, project: str, paths: list[tuple[str, Path]]) -> dict[str, Any]:
        """Upload files under the given names; gives the run that works on them.

        Raises:
            BadInput: two files have the same name.
            CallFailed: the upload was refused, or nobody answers.
        """
        taken: dict[str, Path] = {}
        for name, path in paths:
            if taken.setdefault(name, path) != path:
                raise BadInput(
                    f"{taken[name]} and {path} would both be stored as {name!r}, and only one be "
                    "kept. Give the folder above them, or rename one."
                )
        files = [("files", (name, path.open("rb"))) for name, path in paths]
        try:
            response = self.request("POST", f"{PREFIX}/projects/{project}/files", files=files)
        finally:
            for _, (_, file) in files:
                file.close()
        run: dict[str, Any] = response.json()["run"]
        return run


@contextmanager
def connect(settings: Settings) -> Iterator[Client]:
    """Give a client of the owner of `settings.data`; without one, be the owner meanwhile.

    Raises:
        StoreInUse: a process owns the folder but does not answer.
    """
    url = settings.url or running_owner(settings.data)
    if url:
        yield Client(url, settings.token)
        return
    owner = Owner(settings, port=0)
    owner.start()
    try:
        yield Client(owner.url, settings.token)
    finally:
        owner.stop()


def running_owner(folder: Path) -> str | None:
    """Give the URL of the process that owns the folder, if one answers."""
    try:
        url = str(json.loads((folder / ADDRESS_FILE).read_text(encoding="utf-8"))["url"])
        httpx.get(f"{url}/livez", timeout=5.0).raise_for_status()
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return None
    return url


def _reason(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError as error:
        raise BadInput(f"The server answered {response.status_code}.") from error
    parts = [problem.get("detail", f"The server answered {response.status_code}.")]
    if problem.get("errors"):
        parts.append(json.dumps(problem["errors"], ensure_ascii=False))
    return " ".join(parts)
