"""Doors for bytes: uploads, stored content, and commits as RDF Patch."""

import json
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, jsonify, request, send_file

from app.auth import authorize
from app.conditional import conditional_project
from app.errors import UnsupportedMediaType
from app.operations.runs import run_view
from app.services import Services
from graph.changes import ChangeSet, read_patch
from graph.dataset.request import Guard
from graph.errors import BadInput, NotFound
from graph.projects import Project
from graph.terms import NamedNode
from workers.dispatcher import Fence
from workers.runs import Source
from workers.sources import ingest_inputs, upload_change, uploaded_files

_LARGEST_NAME = 200
_SAMPLE = 1 << 20


def files_blueprint(services: Services) -> Blueprint:
    """Make the routes for files, blobs and commits, below `/api/v1/projects/<project>`."""
    blueprint = Blueprint("files", __name__, url_prefix="/api/v1/projects/<project>")

    @blueprint.post("/files")
    def upload(project: str) -> tuple[Response, int, dict[str, str]]:
        """Store the files sent and start a run that takes them in."""
        authorize(services, request, "write")
        found = _to_change(services, project)
        sources = _store(services, found)
        found.commit(upload_change(found.names, sources, services.clock()))
        inputs = ingest_inputs(found.reader(found.names.meta))
        run = services.dispatcher.submit(found, "ingest", inputs)
        view = run_view(services, found, run.id)
        place = f"/api/v1/projects/{project}/runs/{run.id}"
        body = {"run": view, "files": [vars(source) for source in sources]}
        return jsonify(body), 202, {"Location": place}

    @blueprint.get("/files/<sha256>")
    def download(project: str, sha256: str) -> Response:
        """Send an uploaded file as it was sent, in any version."""
        authorize(services, request, "read")
        found = services.projects.get(project)
        for name, known in uploaded_files(found.reader(found.names.meta)):
            if known == sha256:
                path = found.dataset.blobs.path(sha256)
                return send_file(path, "application/octet-stream", True, name)
        raise NotFound(f"No uploaded file of this project has the SHA-256 {sha256!r}.")

    _add_worker_doors(blueprint, services)
    return blueprint


def _add_worker_doors(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/blobs")
    def put_blob(project: str) -> Response:
        """Store the request's body as a blob."""
        authorize(services, request, "worker")
        stream = request.stream
        sha256, size = services.projects.get(project).dataset.blobs.put(stream)
        return jsonify({"sha256": sha256, "size": size})

    @blueprint.post("/blobs/adopt")
    def adopt_blob(project: str) -> Response:
        """Take a file of the workers' folder over as a blob."""
        authorize(services, request, "worker")
        found = services.projects.get(project)
        sha256, size = found.dataset.blobs.adopt(_work_file(services))
        return jsonify({"sha256": sha256, "size": size})

    @blueprint.post("/blobs/preload")
    def preload_blob(project: str) -> tuple[str, int]:
        """Begin to load a file that a worker is still writing."""
        authorize(services, request, "worker")
        found = services.projects.get(project)
        found.dataset.preload(_work_file(services))
        return "", 204

    @blueprint.get("/blobs/<sha256>")
    def get_blob(project: str, sha256: str) -> Response:
        """Send the bytes of a blob."""
        authorize(services, request, "worker")
        path = services.projects.get(project).dataset.blobs.path(sha256)
        return send_file(path, mimetype="application/octet-stream", as_attachment=True)

    @blueprint.post("/commits")
    def commit(project: str) -> Response:
        """Commit a worker's change."""
        authorize(services, request, "worker")
        return _commit(services, _to_change(services, project))


def _work_file(services: Services) -> Path:
    work = (services.settings.data / "work").resolve()
    path = (services.settings.data / str(request.get_json()["path"])).resolve()
    if not path.is_relative_to(work) or not path.is_file():
        raise NotFound("There is no such file in the workers' folder.")
    return path


def _to_change(services: Services, project: str) -> Project:
    return conditional_project(services, services.projects.get(project), request)


def _store(services: Services, project: Project) -> list[Source]:
    uploads = request.files.getlist("files")
    if not uploads:
        raise BadInput("Send at least one file in the multipart field 'files'.")
    limit = services.settings.upload_mb << 20
    names = [_clean_name(item.filename or "") for item in uploads]
    if len(set(names)) < len(names):
        raise BadInput("Two files of one upload have the same name. Rename one of them.")
    sources = []
    for name, item in zip(names, uploads, strict=True):
        sha256, size = project.dataset.blobs.put(item.stream, limit=limit)
        if size == 0:
            raise BadInput(f"The file {name!r} is empty.")
        sources.append(Source(name, sha256, size))
    return sources


def _clean_name(name: str) -> str:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    clean = "/".join(parts)
    if not clean or len(clean) > _LARGEST_NAME or not clean.isprintable():
        raise BadInput(
            f"The file name {name[:80]!r} cannot be used: it must be printable and have 1 to "
            f"{_LARGEST_NAME} characters."
        )
    return clean


def _commit(services: Services, project: Project) -> Response:
    if request.mimetype != "application/rdf-patch":
        raise UnsupportedMediaType("Send a change as application/rdf-patch.")
    patch = read_patch(request.get_data())
    header = patch.header
    change = ChangeSet(
        added=patch.added,
        removed=patch.removed,
        author=header.get("author", "worker"),
        reason=header.get("reason", ""),
        confidence=float(header.get("confidence", "1")),
        source=header.get("source"),
        added_file=header.get("added-file"),
        removed_file=header.get("removed-file"),
        expected=tuple(tuple(count) for count in json.loads(header.get("expected", "[]"))),
    )
    run, _, epoch = header.get("fence", "").partition(" ")
    guard: Guard | None = Fence(project.names, run, int(epoch)) if run else None
    replacing = tuple(NamedNode(name) for name in header.get("replacing", "").split())
    progress = _load_progress(services, project, change, run) if change.added_file else None
    # What steps of a workflow land is validated by a step of its own.
    commit = project.commit(
        change, replacing=replacing, guard=guard, progress=progress, gated=False
    )
    services.board.touch()
    return jsonify(
        {
            "iri": commit.iri.value,
            "sequence": commit.sequence,
            "added": commit.added,
            "removed": commit.removed,
        }
    )


def _load_progress(
    services: Services, project: Project, change: ChangeSet, run: str
) -> Callable[[int], None]:
    path = project.dataset.blobs.path(change.added_file or "")
    size = max(path.stat().st_size, 1)
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    density = sample.count(b"\n") / max(len(sample), 1)
    began = services.board.clock()

    def report(done: int) -> None:
        """Report how much of the file is loaded, and how fast."""
        pace = density * done / max(services.board.clock() - began, 1e-3)
        message = f"loading {density * done:,.0f} of {density * size:,.0f} triples"
        step = change.author.removeprefix("step ")
        # The first part of the step, the mapping, counts for three tenths of it.
        fraction = 0.3 + 0.7 * done / size
        name = project.names.project
        services.board.report(name, run, step, fraction, f"{message} · {pace:,.0f} triples/s")

    return report
