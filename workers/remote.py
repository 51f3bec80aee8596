"""A project reached over HTTP: what a worker process sees of the process that owns the stores."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx

from graph.changes import ChangeSet, Commit, write_patch
from graph.errors import BadInput, Conflict, MimirError, NotFound, StoreUnavailable
from graph.names import ProjectNames
from graph.remote.sparql_http import SparqlHttpReader
from graph.store import GraphReader
from graph.terms import NamedNode

Result = TypeVar("Result")

_PATIENCE = 20.0
_ERRORS: dict[int, type[MimirError]] = {400: BadInput, 404: NotFound, 409: Conflict, 422: BadInput}


class RemoteProject:
    """One project behind the doors of its owner.

    Args:
        url: base URL of the owner, such as `http://127.0.0.1:7475`.
        token: the owner's token for workers.
        project: name of the project.
        run, epoch: the claim that every commit carries; the owner refuses an outdated one.
        data: the owner's data folder when it is on this machine: files are then moved, not sent.
    """

    def __init__(
        self,
        url: str,
        token: str,
        project: str,
        run: str = "",
        epoch: int = 0,
        data: Path | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._project = project
        self._data = data
        self._fence = f"{run} {epoch}" if run else ""
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=self._url, headers=headers, timeout=600.0)
        about = self.call("GET", "")
        self._names = ProjectNames(about["base"], about["name"])

    @property
    def names(self) -> ProjectNames:
        """The IRIs of the project."""
        return self._names

    def reader(self, *graphs: NamedNode) -> GraphReader:
        """Read the union of `graphs`; without any, the project's default graph."""
        return self._reader(f"{self._url}/projects/{self._project}/sparql", graphs)

    def twin_reader(self, twin: str) -> GraphReader:
        """Read the project as a twin shows it."""
        return self._reader(f"{self._url}/projects/{self._project}/twins/{twin}/sparql", ())

    def commit(self, change: ChangeSet, *, replacing: tuple[NamedNode, ...] = ()) -> Commit:
        """Send a change to the owner, once: a lost answer is not sent again."""
        fields = {"author": change.author, "reason": change.reason}
        fields |= {"confidence": str(change.confidence), "fence": self._fence}
        fields |= {"source": change.source or ""}
        fields |= {"added-file": change.added_file or "", "removed-file": change.removed_file or ""}
        fields |= {"replacing": " ".join(graph.value for graph in replacing)}
        fields |= {"expected": json.dumps(change.expected) if change.expected else ""}
        header = {name: value for name, value in fields.items() if value}
        body = write_patch(header, change.added, change.removed)
        answer = self.call(
            "POST", "/commits", content=body, headers={"Content-Type": "application/rdf-patch"}
        )
        return Commit(
            NamedNode(answer["iri"]), answer["sequence"], answer["added"], answer["removed"]
        )

    def put_file(self, path: Path) -> str:
        """Store a file's content with the owner; gives its SHA-256. The file may be gone then."""
        if self._data and path.is_relative_to(self._data):
            place = str(path.relative_to(self._data))
            with suppress(NotFound):
                return str(self.call("POST", "/blobs/adopt", json={"path": place})["sha256"])
        with path.open("rb") as file:
            answer = self.call("POST", "/blobs", content=file)
        return str(answer["sha256"])

    def preload(self, path: Path) -> None:
        """Have the owner begin to load an N-Quads file that is still being written.

        A head start for the commit that adds it; lines may only be appended until then.
        """
        if self._data and path.is_relative_to(self._data):
            body = {"path": str(path.relative_to(self._data))}
            with suppress(NotFound):
                self.call("POST", "/blobs/preload", json=body)

    def fetch_file(self, sha256: str, into: Path) -> Path:
        """Give the path of stored content, fetched into the folder `into` when not there yet.

        Raises:
            StoreUnavailable: the owner does not answer to the end.
            NotFound: there is no such content.
        """
        if self._data:
            kept = self._data / "projects" / self._project / "blobs" / sha256
            if kept.is_file():
                return kept
        target = into / sha256
        if not target.exists():
            into.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(".part")
            address = f"/api/v1/projects/{self._project}/blobs/{sha256}"
            with (
                self._spoken(),
                self._http.stream("GET", address) as response,
                partial.open("wb") as file,
            ):
                _raise(response)
                for chunk in response.iter_bytes():
                    file.write(chunk)
            partial.replace(target)
        return target

    def report(self, run: str, step: str, fraction: float | None, message: str) -> None:
        """Say how far a step is; losing such a message does no harm."""
        body = {"step": step, "fraction": fraction, "message": message}
        with suppress(StoreUnavailable):
            self.call("POST", f"/runs/{run}/progress", json=body)

    def call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """Call an operation of the project.

        Raises:
            StoreUnavailable: the owner does not answer.
            MimirError: as the owner's problem says.
        """
        address = f"/api/v1/projects/{self._project}{path}"
        with self._spoken():
            response = self._http.request(method, address, **arguments)
        _raise(response)
        answer: dict[str, Any] = response.json() if response.content else {}
        return answer

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        try:
            yield
        except httpx.TransportError as error:
            raise StoreUnavailable(f"The owner at {self._url} does not answer: {error}") from error

    def _reader(self, url: str, graphs: tuple[NamedNode, ...]) -> GraphReader:
        return SparqlHttpReader(url, graphs, graphs, token=self._token, timeout=600.0)


def patient(action: Callable[[], Result], pause: Callable[[float], None] = time.sleep) -> Result:
    """Repeat an idempotent action while the owner does not answer, for at most 20 seconds."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return action()
        except StoreUnavailable:
            if time.monotonic() > deadline:
                raise
            pause(0.5)


def _raise(response: httpx.Response) -> None:
    if response.is_success:
        return
    response.read()
    try:
        problem = response.json()
        text = problem.get("detail") or problem.get("title") or response.text
    except ValueError:
        text = response.text
    kind = _ERRORS.get(response.status_code)
    if kind:
        raise kind(text)
    if response.status_code in (502, 503, 504):
        raise StoreUnavailable(text)
    raise MimirError(text)
