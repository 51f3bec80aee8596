"""Metadata of tables as CSVW: what is in each CSV file, and how its rows become the graph.

Two sets of files can be described: those of `graph.replay`, whose cells are canonical, and those
that a person gave, with their dialect, null words and formats. A column whose cells no CSVW format
describes is text there. Source: https://www.w3.org/TR/tabular-metadata/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from graph.lexical import NUMBER_PLACE
from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import KEY_JOINT, ProjectNames
from graph.replay import is_by_key, replay_file
from graph.schema import Column, Reference, Schema, Table
from graph.vocab import RDF

CONTEXT = "http://www.w3.org/ns/csvw"

_DATE_PARTS = {"%Y": "yyyy", "%m": "M", "%d": "d", "%H": "HH", "%M": "mm", "%S": "ss"}
_DATE_FORMATS = frozenset(
    {"yyyy-M-d", "yyyyMd", "d-M-yyyy", "M-d-yyyy", "d/M/yyyy", "M/d/yyyy", "d.M.yyyy", "M.d.yyyy"}
)
_TIME_FORMATS = frozenset({"HH:mm:ss", "HHmmss", "HH:mm", "HHmm"})
_NUMBERS = ("integer", "decimal", "double")


@dataclass(frozen=True)
class CsvFile:
    """A file as it is written: its address, dialect and headers.

    Attributes:
        url: address relative to the metadata.
        dialect: CSVW dialect description; empty for the default.
        titles: headers by column, where the file has one; None takes the names of the columns.
        formats: CSVW formats of date-times by column; empty for what is canonical as it stands.
        plain: columns whose cells are canonical as they stand; None means all of them.
    """

    url: str
    dialect: Mapping[str, Any] = field(default_factory=dict)
    titles: Mapping[str, str] | None = None
    formats: Mapping[str, str] = field(default_factory=dict)
    plain: frozenset[str] | None = None


def csvw_metadata(
    model: KnowledgeModel,
    schema: Schema,
    names: ProjectNames,
    files: Mapping[str, CsvFile] | None = None,
) -> dict[str, Any]:
    """Describe tables as a CSVW table group, in JSON form.

    Args:
        model, schema: the tables and their names in the graph.
        names: IRIs of the project.
        files: source files by table, without those that are no delimited text; None describes the
            canonical files of all tables.
    """
    if files is None:
        files = {table.name: CsvFile(replay_file(table.name)) for table in schema.tables}
    return {
        "@context": CONTEXT,
        "@type": "TableGroup",
        "dc:title": f"Tables of {names.project}",
        "tables": [
            _Description(model, schema, names, files, table).json()
            for table in schema.tables
            if table.name in files
        ],
    }


class _Description:
    """Describes one table."""

    def __init__(
        self,
        model: KnowledgeModel,
        schema: Schema,
        names: ProjectNames,
        files: Mapping[str, CsvFile],
        table: Table,
    ) -> None:
        self._model = model
        self._schema = schema
        self._names = names
        self._files = files
        self._file = files[table.name]
        self._table = table

    def json(self) -> dict[str, Any]:
        """Give the description of the table."""
        found: dict[str, Any] = {"@type": "Table", "url": quote(self._file.url)}
        if self._file.dialect:
            found["dialect"] = {"@type": "Dialect", **self._file.dialect}
        pair = next((p for p in self._model.junctions if p.table == self._table.name), None)
        return {**found, "tableSchema": self._pairs(pair) if pair else self._things()}

    def _things(self) -> dict[str, Any]:
        item = self._model.class_of(self._table.name)
        uses: dict[str, dict[str, Any]] = {
            attribute.column: self._attribute(attribute) for attribute in item.attributes
        }
        virtual = []
        for link in item.links:
            target = self._target(link)
            if target is None:
                continue
            if len(link.columns) == 1:
                uses.setdefault(link.columns[0], {**target, "dc:description": link.label})
            else:
                virtual.append({"name": f"{link.name}_link", "virtual": True, **target})
        kind = {
            "name": "row_type",
            "virtual": True,
            "propertyUrl": RDF.type.value,
            "valueUrl": self._names.term(item.name).value,
        }
        about = self._about(item)
        # Without a name for the row nothing is said of it.
        return self._schema_json(uses, [*virtual, kind] if about else [], about)

    def _pairs(self, pair: JunctionDef) -> dict[str, Any]:
        about = self._pointer(pair.source)
        target = self._target(pair.target, pair.name)
        edge = [{"name": "row_link", "virtual": True, **target}] if about and target else []
        return self._schema_json({}, edge, about)

    def _schema_json(
        self,
        uses: Mapping[str, Mapping[str, Any]],
        virtual: list[dict[str, Any]],
        about: str | None,
    ) -> dict[str, Any]:
        found: dict[str, Any] = {"@type": "Schema"}
        if about:
            found["aboutUrl"] = about
        columns = [self._column(column, uses) for column in self._table.columns]
        found["columns"] = [*columns, *virtual]
        key = self._table.primary_key
        if key is not None and not key.duplicates:
            found["primaryKey"] = [_variable(name) for name in key.columns]
        foreign = [
            self._foreign_key(reference)
            for reference in self._table.references
            if reference.ref_table in self._files and not reference.orphans
        ]
        return {**found, **({"foreignKeys": foreign} if foreign else {})}

    def _column(self, column: Column, uses: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {"@type": "Column", "name": _variable(column.name)}
        titles = self._file.titles
        title = column.name if titles is None else titles.get(column.name)
        if title:
            found["titles"] = title
        found["datatype"] = self._datatype(column)
        if column.null_words and self._file.plain is not None:
            found["null"] = ["", *column.null_words]
        if not column.nullable:
            found["required"] = True
        use = uses.get(column.name)
        return {**found, **(use if use else {"suppressOutput": True})}

    def _datatype(self, column: Column) -> Any:
        """Give the datatype of the cells as they stand in the file."""
        if column.invalid and self._file.plain is not None:
            return "string"
        base = {"dateTime": "datetime"}.get(column.datatype, column.datatype)
        if self._file.plain is None or column.name in self._file.plain:
            return base
        form = self._file.formats.get(column.name) or _format(column)
        return "string" if form is None else {"base": base, "format": form}

    def _attribute(self, attribute: AttributeDef) -> dict[str, Any]:
        url = self._names.term(attribute.name).value
        return {"propertyUrl": url, "dc:description": attribute.label}

    def _target(self, link: LinkDef, name: str | None = None) -> dict[str, Any] | None:
        pointer = self._pointer(link)
        if pointer is None:
            return None
        return {"propertyUrl": self._names.term(name or link.name).value, "valueUrl": pointer}

    def _pointer(self, link: LinkDef) -> str | None:
        """Give the template of the target's IRI, where the columns hold its key."""
        target = self._model.class_of(link.target_table)
        if not is_by_key(link, target):
            return None
        own = dict(zip(link.target_columns, link.columns, strict=True))
        return _template(self._names.things(target.name), [own[key] for key in target.key])

    def _about(self, item: ClassDef) -> str | None:
        return _template(self._names.things(item.name), item.key) if item.key else None

    def _foreign_key(self, reference: Reference) -> dict[str, Any]:
        return {
            "columnReference": [_variable(name) for name in reference.columns],
            "reference": {
                "resource": quote(self._files[reference.ref_table].url),
                "columnReference": [_variable(name) for name in reference.ref_columns],
            },
        }


def _template(prefix: str, columns: tuple[str, ...] | list[str]) -> str:
    return prefix + KEY_JOINT.join(f"{{{_variable(column)}}}" for column in columns)


def _variable(column: str) -> str:
    """Name a column so that it may stand in an address template (RFC 6570, section 2.3)."""
    name = quote(column, safe="").replace("-", "%2D").replace("~", "%7E").replace(".", "%2E")
    return f"%5F{name[1:]}" if name.startswith("_") else name


def _format(column: Column) -> Any:
    """Give the CSVW format of the column's cells; None where there is none."""
    if column.datatype in _NUMBERS and NUMBER_PLACE not in (column.format or ""):
        decimal, group = (",", ".") if column.decimal_comma else (".", ",")
        return {"decimalChar": decimal, "groupChar": group}
    if column.datatype == "boolean" and len(column.true_words) == len(column.false_words) == 1:
        words = f"{column.true_words[0]}|{column.false_words[0]}"
        return words if words.replace("|", "").isdecimal() else None
    if column.format is None:
        return None
    form = column.format
    for part, written in _DATE_PARTS.items():
        form = form.replace(part, written)
    date, _, time = form.replace("T", " ").partition(" ")
    known = {
        "date": form in _DATE_FORMATS,
        "time": form in _TIME_FORMATS,
        "dateTime": date in _DATE_FORMATS and time in _TIME_FORMATS,
    }
    return form if known.get(column.datatype, False) else None
