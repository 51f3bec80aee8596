"""What the commands do with files: upload and run, infer, export, report."""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.watch import alert_lines, summary_lines, watch_run
from extraction.file_reader import FileReader
from extraction.read_limits import ReadLimits
from extraction.tables import expand
from graph.errors import BadInput
from graph.schema import Schema, StagedTable
from inference.infer import infer_schema
from inference.plain import plain_schema

_MEDIA = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
}
_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def ingest(
    client: Client, project: str, paths: Sequence[Path], *, quiet: bool = False
) -> dict[str, Any]:
    """Upload files into a project, which is made when it is new, and watch the run to its end.

    Raises:
        BadInput: there is no data file below the paths.
    """
    files = expand(paths)
    if not files:
        raise BadInput("There is no data file there: CSV, TSV, JSON, XLSX, Parquet, or a zip.")
    _ensure_project(client, project)
    view = client.upload(project, [(_name(path, paths), path) for path in files])
    if quiet:
        with Path("/dev/null").open("w") as nowhere:
            return watch_run(client, project, view["id"], out=nowhere)
    return watch_run(client, project, view["id"])


def report(client: Client, project: str, run: dict[str, Any], *, as_json: bool = False) -> str:
    """Tell what came out of a run, for people or as JSON."""
    summary = client.call(OPERATIONS["get_summary"], {"project": project})
    alerts = client.call(OPERATIONS["list_alerts"], {"project": project})["items"]
    if as_json:
        whole = {"run": run, "summary": summary, "alerts": alerts}
        return json.dumps(whole, indent=1, ensure_ascii=False)
    return "\n".join([*summary_lines(summary, run), *alert_lines(alerts)])


def infer_paths(paths: Sequence[Path], limits: ReadLimits) -> tuple[Schema, dict[str, Any]]:
    """Infer the schema of files, without a project; gives it whole and in plain form.

    Raises:
        BadInput: a file cannot be read, or there is none.
    """
    files = expand(paths)
    if not files:
        raise BadInput("There is no data file there: CSV, TSV, JSON, XLSX, Parquet, or a zip.")
    tables: list[StagedTable] = []
    with tempfile.TemporaryDirectory(prefix="mimir-") as folder, FileReader(limits) as reader:
        for number, path in enumerate(files):
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            place = Path(folder) / str(number)
            tables += reader.stage(path, name=path.name, sha256=sha256, folder=place).tables
        schema = infer_schema(tables)
    return schema, plain_schema(schema)


def export_text(
    client: Client, project: str, graph: str, form: str, at: str | None = None
) -> bytes:
    """Export a graph as text; the data graph is streamed by the query door."""
    if graph != "data":
        fields = {"project": project, "graph": graph, "format": form, **_given(at)}
        answer = client.call(OPERATIONS["export_project_graph"], fields)
        return str(answer["text"]).encode()
    if form not in _MEDIA:
        raise BadInput(f"The format must be one of {', '.join(_MEDIA)}, not {form!r}.")
    about = client.call(OPERATIONS["get_project"], {"project": project})
    parameters = {"query": _ALL, "default-graph-uri": f"{about['base']}p/{project}/graph/data"}
    parameters |= _given(at)
    place = f"/projects/{project}/sparql"
    return client.request("GET", place, params=parameters, headers={"Accept": _MEDIA[form]}).content


def _given(at: str | None) -> dict[str, str]:
    return {"at": at} if at else {}


def export_archive(client: Client, project: str, at: str | None = None) -> bytes:
    """Export ontology, shapes, mapping and a catalog as a zip."""
    place = f"/api/v1/projects/{project}/export.zip"
    return client.request("GET", place, params=_given(at)).content


def _ensure_project(client: Client, project: str) -> None:
    try:
        client.call(OPERATIONS["get_project"], {"project": project})
    except CallFailed:
        client.call(OPERATIONS["create_project"], {"name": project})


def _name(path: Path, roots: Sequence[Path]) -> str:
    for root in roots:
        if root.is_dir() and path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.name
