"""Metadata of tables as CSVW: what is in each CSV file, and how its rows become the graph.

Two sets of files can be described: those of `graph.replay`, whose cells are canonical, and those
that a person gave, with their dialect, null words and formats. A column whose cells no CSVW format
describes is text there. Source: https://www.w3.org/TR/tabular-metadata/.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from graph.lexical import NUMBER_PLACE
from graph.model import AttributeDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import KEY_JOINT, ProjectNames
from graph.replay import (
    added_columns,
    is_by_key,
    key_columns,
    replay_file,
    row_name_column,
    target_column,
)
from graph.schema import Column, Reference, Schema, Table
from graph.vocab import RDF

CONTEXT = "http://www.w3.org/ns/csvw"

_DATE_PARTS = {"%Y": "yyyy", "%m": "M", "%d": "d", "%H": "HH", "%M": "mm", "%S": "ss"}
_DATE_FORMATS = frozenset(
    {"yyyyMMdd", "d-M-yyyy", "M-d-yyyy", "d/M/yyyy", "M/d/yyyy", "d.M.yyyy", "M.d.yyyy"}
)
"""Those whose days and months may have one digit; where no sign stands between, they have two."""

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


@dataclass(frozen=True)
class _Pointer:
    """Columns with the key, or the IRI, of a link's target; the template of its IRI."""

    columns: tuple[str, ...]
    template: str


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
        self._own = {column.name for column in table.columns}
        self._is_source = self._file.plain is not None
        self._is_pair = any(pair.table == table.name for pair in model.junctions)

    def json(self) -> dict[str, Any]:
        """Give the description of the table."""
        found: dict[str, Any] = {"@type": "Table", "url": _address(self._file.url)}
        if self._file.dialect:
            found["dialect"] = {"@type": "Dialect", **self._file.dialect}
        pair = next((p for p in self._model.junctions if p.table == self._table.name), None)
        return {**found, "tableSchema": self._pairs(pair) if pair else self._things()}

    def _things(self) -> dict[str, Any]:
        item = self._model.class_of(self._table.name)
        uses = {attribute.column: self._attribute(attribute) for attribute in item.attributes}
        virtual = []
        for link in item.links:
            pointer = self._pointer(link)
            if pointer is None:
                continue
            use = {"propertyUrl": self._names.term(link.name).value, "valueUrl": pointer.template}
            if len(pointer.columns) == 1:
                uses.setdefault(pointer.columns[0], {**use, "dc:description": link.label})
            elif link.required:  # a virtual column says something of every row
                virtual.append({"name": f"{link.name}_link", "virtual": True, **use})
        virtual.append(
            {
                "name": "row_type",
                "virtual": True,
                "propertyUrl": RDF.type.value,
                "valueUrl": self._names.term(item.name).value,
            }
        )
        about = _template(self._names.things(item.name), item.key) if item.key else None
        return self._schema_json(uses, virtual, about or self._row_name())

    def _pairs(self, pair: JunctionDef) -> dict[str, Any]:
        source, target = self._pointer(pair.source), self._pointer(pair.target)
        property_url = self._names.term(pair.name).value
        edge = {"name": "row_link", "virtual": True, "propertyUrl": property_url}
        virtual = [{**edge, "valueUrl": target.template}] if target else []
        return self._schema_json({}, virtual, source.template if source else self._row_name())

    def _row_name(self) -> str | None:
        if self._is_source:
            return None
        return f"{{+{_variable(row_name_column(self._table))}}}"

    def _schema_json(
        self,
        uses: Mapping[str, Mapping[str, Any]],
        virtual: list[dict[str, Any]],
        about: str | None,
    ) -> dict[str, Any]:
        columns = [self._column(column, uses) for column in self._table.columns]
        added = [] if self._is_source else self._added(uses)
        found: dict[str, Any] = {"@type": "Schema"}
        if about is None:
            # Without a name for the row nothing can be said of it.
            virtual, columns = [], [{**column, "suppressOutput": True} for column in columns]
        else:
            found["aboutUrl"] = about
        found["columns"] = [*columns, *added, *virtual]
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
        if column.null_words and self._is_source:
            found["null"] = ["", *column.null_words]
        # Cells that are not valid are empty in the canonical file.
        if not column.nullable and (self._is_source or not column.invalid):
            found["required"] = True
        use = uses.get(column.name)
        return {**found, **(use if use else {"suppressOutput": True})}

    def _added(self, uses: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Describe the columns that only the canonical file has."""
        return [
            {
                "@type": "Column",
                "name": _variable(added.name),
                "titles": added.name,
                **uses.get(added.name, {"suppressOutput": True}),
            }
            for added in added_columns(self._table, self._model, self._schema)
        ]

    def _datatype(self, column: Column) -> Any:
        """Give the datatype of the cells as they stand in the file."""
        if column.invalid and self._is_source:
            return "string"
        base = {"dateTime": "datetime"}.get(column.datatype, column.datatype)
        if self._file.plain is None or column.name in self._file.plain:
            return base
        form = self._file.formats.get(column.name) or _format(column)
        return "string" if form is None else {"base": base, "format": form}

    def _attribute(self, attribute: AttributeDef) -> dict[str, Any]:
        url = self._names.term(attribute.name).value
        language = {"lang": attribute.language} if attribute.language else {}
        return {"propertyUrl": url, "dc:description": attribute.label, **language}

    def _pointer(self, link: LinkDef) -> "_Pointer | None":
        """Give the template of the target's IRI, where a file has what it needs."""
        target = self._model.class_of(link.target_table)
        if not is_by_key(link, target):
            column = target_column(link, self._table)
            return None if self._is_source else _Pointer((column,), f"{{+{_variable(column)}}}")
        if self._has_orphans(link) and not self._is_pair:
            return None
        columns = key_columns(link, target, self._table, self._schema)
        if any(column not in self._own for column in columns) and self._is_source:
            return None
        return _Pointer(columns, _template(self._names.things(target.name), columns))

    def _has_orphans(self, link: LinkDef) -> bool:
        return any(
            item.orphans and (item.columns, item.ref_table) == (link.columns, link.target_table)
            for item in self._table.references
        )

    def _foreign_key(self, reference: Reference) -> dict[str, Any]:
        return {
            "columnReference": [_variable(name) for name in reference.columns],
            "reference": {
                "resource": _address(self._files[reference.ref_table].url),
                "columnReference": [_variable(name) for name in reference.ref_columns],
            },
        }


def _address(name: str) -> str:
    """Write the name of a file as a URL; letters of any script may stand in one as they are."""
    return "".join(sign if sign.isalnum() else quote(sign) for sign in name)


def _template(prefix: str, columns: Sequence[str]) -> str:
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
    form = form.replace("yyyyMd", "yyyyMMdd")
    date, _, time = form.replace("T", " ").partition(" ")
    known = {
        "date": form in _DATE_FORMATS,
        "time": form in _TIME_FORMATS,
        "dateTime": date in _DATE_FORMATS and time in _TIME_FORMATS,
    }
    return form if known.get(column.datatype, False) else None
