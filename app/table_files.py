"""The tables that the newest import wrote for other tools: canonical CSV files, CSVW metadata."""

import json
import zipfile
from pathlib import Path
from typing import Any

from graph.errors import BadInput, NotFound
from graph.projects import Project
from workers.runs import last_output
from workers.stored import read_stored_json

FILES = ("sources", "tables")
METADATA = "csv-metadata.json"
_LARGEST = 16 << 20


def table_metadata(project: Project, files: str) -> dict[str, Any]:
    """Give the CSVW metadata of the source files, or of the exported tables.

    Raises:
        BadInput: `files` is neither.
        NotFound: no import has finished yet.
    """
    if files not in FILES:
        raise BadInput(f"The files must be {' or '.join(FILES)}, not {files!r}.")
    key = {"sources": "sources", "tables": "metadata"}[files]
    found: dict[str, Any] = read_stored_json(project, _output(project)[key])
    return found


def tables_zip(project: Project) -> Path:
    """Give the place of the ZIP file with the canonical tables.

    Raises:
        NotFound: no import has finished yet.
    """
    return project.dataset.blobs.path(_output(project)["file"])


def exported_tables(project: Project) -> dict[str, bytes]:
    """Give what goes beside the mapping in an export: metadata always, tables if they are small."""
    try:
        output = _output(project)
    except NotFound:
        return {}
    files = {
        METADATA: _text(table_metadata(project, "tables")),
        f"sources/{METADATA}": _text(table_metadata(project, "sources")),
    }
    if output["size"] <= _LARGEST:
        with zipfile.ZipFile(tables_zip(project)) as archive:
            files |= {name: archive.read(name) for name in archive.namelist()}
    return files


def _text(metadata: dict[str, Any]) -> bytes:
    return (json.dumps(metadata, indent=1, ensure_ascii=False) + "\n").encode()


def _output(project: Project) -> dict[str, Any]:
    found = last_output(project.reader(project.names.meta), "tables")
    if found is None:
        raise NotFound("There are no tables to describe yet. Upload files first.")
    return found
