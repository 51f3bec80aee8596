"""The rows that things of a project were made of: table and key, and file and number if known."""

from typing import Any
from urllib.parse import unquote

from graph.model import ClassDef, KnowledgeModel
from graph.names import KEY_JOINT
from graph.projects import Project
from graph.schema import Schema
from graph.terms import NamedNode
from workers.runs import last_output
from workers.stored import read_stored_json


class RowOrigins:
    """What the newest landing of a project knows of its rows.

    The engine of tables is loaded when rows are asked for: the serving process does without it.
    """

    def __init__(self, project: Project) -> None:
        from workers.staging import staged_tables

        self._project = project
        self._found: dict[str, dict[str, Any] | None] = {}
        described = self._output("describe")
        landed = self._output("land")
        schema = self._output("infer").get("file")
        self._model = _read(project, described.get("file"), KnowledgeModel.from_json)
        self._schema = _read(project, schema, Schema.from_json)
        self._tables = _read(project, landed.get("staged"), staged_tables) or ()

    def of(self, thing: NamedNode) -> dict[str, Any] | None:
        """Give table and key of the row that a thing is, and the file and row if they are there."""
        if thing.value not in self._found:
            self._found[thing.value] = self._row(thing.value)
        return self._found[thing.value]

    def _row(self, iri: str) -> dict[str, Any] | None:
        things = f"{self._project.names.root}id/"
        if self._model is None or not iri.startswith(things):
            return None
        name, _, key = iri.removeprefix(things).partition("/")
        item = next((item for item in self._model.classes if item.name == unquote(name)), None)
        if item is None:
            return None
        parts = [unquote(part) for part in key.split(KEY_JOINT)]
        named = len(item.key) == len(parts)
        by_column = dict(zip(item.key, parts, strict=True)) if named else {}
        return {"table": item.table, "key": by_column, **self._place(iri, item)}

    def _place(self, iri: str, item: ClassDef) -> dict[str, Any]:
        staged = next((table for table in self._tables if table.name == item.table), None)
        if staged is None or self._schema is None:
            return {}
        from extraction.landing.origins import find_row

        origin = find_row(iri, item, staged, self._schema, self._project.names)
        return {"file": origin.file, "row": origin.row} if origin else {}

    def _output(self, step: str) -> dict[str, Any]:
        return last_output(self._project.reader(self._project.names.meta), step) or {}


def _read(project: Project, file: str | None, read: Any) -> Any:
    return read(read_stored_json(project, file)) if file else None
