"""What people decided about the schema: types, keys and references that inference must keep.

An override names tables and columns as the files do, so it holds for every later run and version
of the files. A newer one about the same thing takes the place of the older; the log has both.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, get_args
from typing import Literal as OneOf

from pydantic import TypeAdapter, ValidationError

from graph.changes import ChangeSet
from graph.errors import BadInput, NotFound
from graph.names import ProjectNames
from graph.ontology.edits import OntologyEdit
from graph.records import record_quads
from graph.schema import Datatype, Schema, Table
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Quad
from graph.vocab import MIMIR, PROV, RDF

Kind = OneOf["type", "key", "reference", "no-reference"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DATATYPES: tuple[str, ...] = get_args(Datatype)
_WITH_FORMAT = ("date", "dateTime", "time")
_FORMAT = re.compile(r"([^%|]|%-?[aAbBdfHIjmMpSyYzZ]|%%)+(\|[a-z]{2,3})?|%s|%Q")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class SchemaOverride:
    """One decision of a person about the schema.

    Attributes:
        kind: `type` of one column, primary `key` of the table (no columns: it has none),
            `reference` of columns to those of another table, `no-reference` of these columns.
        table, columns: as in the source.
        datatype, format: for `type`; `format` is a `strptime` pattern of dates and times.
        language: for `type` string: BCP 47 tag of the texts; None lands them without one.
        null_words: for `type`: further texts that mean "no value", such as `-999`.
        ref_table, ref_columns: for `reference`, pairwise to `columns`.
        author, at, reason: who said so, when (ISO 8601), and why.
    """

    kind: Kind
    table: str
    columns: tuple[str, ...]
    datatype: Datatype | None = None
    format: str | None = None
    ref_table: str | None = None
    ref_columns: tuple[str, ...] = ()
    author: str = "person"
    at: str = ""
    reason: str = ""
    language: str | None = None
    null_words: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Identifier of what is decided: two overrides of the same thing share it."""
        about = "reference" if self.kind == "no-reference" else self.kind
        columns = () if self.kind == "key" else self.columns
        return hashlib.sha256(json.dumps([about, self.table, columns]).encode()).hexdigest()[:12]

    def evidence(self) -> str:
        """Say who decided it, as a line of evidence."""
        why = f": {self.reason}" if self.reason else "."
        return f"Set by {self.author} on {self.at[:10]}{why}"

    def fits(self, columns: Mapping[str, Collection[str]]) -> bool:
        """Tell whether all tables and columns that it names are there.

        Args:
            columns: names of columns by name of table.
        """
        pairs = [(self.table, name) for name in self.columns]
        pairs += [(self.ref_table or "", name) for name in self.ref_columns]
        return self.table in columns and all(
            table in columns and name in columns[table] for table, name in pairs
        )

    def to_json(self) -> dict[str, Any]:
        """Give the plain JSON form."""
        return asdict(self)


def overrides_from_json(value: object) -> tuple[SchemaOverride, ...]:
    """Read a list of overrides back from their JSON form."""
    return TypeAdapter(tuple[SchemaOverride, ...]).validate_python(value)


def override_from_text(text: str) -> SchemaOverride:
    """Read one override from JSON text.

    Raises:
        BadInput: the text is none.
    """
    try:
        return TypeAdapter(SchemaOverride).validate_json(text)
    except ValidationError as error:
        raise BadInput(f"{text[:80]!r} is no decision about the schema.") from error


def overrides_of_edits(edits: Iterable[OntologyEdit]) -> tuple[SchemaOverride, ...]:
    """Give the types that people set in the ontology, for the columns that fill the property."""
    return tuple(
        SchemaOverride(
            "type",
            table,
            (column,),
            datatype=edit.value,  # type: ignore[arg-type] # checked when the edit was made
            author=edit.author,
            at=edit.at.isoformat(),
        )
        for edit in edits
        if edit.kind == "retype"
        for origin in edit.origins
        for table, column in _places(origin)
    )


def check_override(override: SchemaOverride, schema: Schema) -> None:
    """Refuse an override that the schema as it is now cannot follow.

    Raises:
        NotFound: a table or a column is not there; the message lists what is.
        BadInput: it lacks something, or says too much.
    """
    if override.kind not in KINDS:
        raise BadInput(f"The kind must be one of {', '.join(KINDS)}, not {override.kind!r}.")
    table = _table(schema, override.table)
    _check_columns(table, override.columns)
    _CHECKS[override.kind](override, schema)


def override_change(
    names: ProjectNames, before: SchemaOverride | None, after: SchemaOverride | None
) -> ChangeSet:
    """Give the change that records an override in the place of another, or takes one away."""
    override = after or before
    if override is None:
        return ChangeSet()
    word = "Set" if after else "Unset"
    return ChangeSet(
        added=tuple(_quads(names, after)) if after else (),
        removed=tuple(_quads(names, before)) if before else (),
        author=override.author,
        reason=f"{word} the {override.kind} of {override.table} {', '.join(override.columns)}",
    )


def read_overrides(meta: GraphReader) -> tuple[SchemaOverride, ...]:
    """List the overrides by table, kind and columns."""
    text = bind(load_query("graph", "records"), about=MIMIR.SchemaOverride)
    found = [
        json.loads(str(getattr(value, "value", value)))
        for _, predicate, value in meta.select(text)
        if predicate == MIMIR.value
    ]
    listed = overrides_from_json(found)
    return tuple(sorted(listed, key=lambda item: (item.table, item.kind, item.columns)))


def find_override(meta: GraphReader, identifier: str) -> SchemaOverride:
    """Find an override by its id.

    Raises:
        NotFound: there is none.
    """
    for item in read_overrides(meta):
        if item.id == identifier:
            return item
    raise NotFound(f"There is no schema override {identifier!r}; it may have been taken back.")


def _places(origin: str) -> Iterator[tuple[str, str]]:
    """Part `table.column`, in every way: both names may hold dots; what is not there is ignored."""
    for place, sign in enumerate(origin):
        if sign == ".":
            yield origin[:place], origin[place + 1 :]


def _quads(names: ProjectNames, override: SchemaOverride) -> list[Quad]:
    return record_quads(
        names.record("schema-override", override.id),
        {
            RDF.type: (MIMIR.SchemaOverride, PROV.Entity),
            MIMIR.identifier: override.id,
            MIMIR.author: override.author,
            MIMIR.createdAt: datetime.fromisoformat(override.at),
            MIMIR.value: json.dumps(override.to_json(), sort_keys=True, ensure_ascii=False),
        },
        names.meta,
    )


def _table(schema: Schema, name: str) -> Table:
    try:
        return schema.table(name)
    except KeyError:
        listed = ", ".join(table.name for table in schema.tables)
        raise NotFound(f"There is no table {name!r}. The tables are {listed}.") from None


def _check_columns(table: Table, columns: tuple[str, ...]) -> None:
    known = [column.name for column in table.columns]
    for name in columns:
        if name not in known:
            listed = ", ".join(known)
            raise NotFound(f"Table {table.name!r} has no column {name!r}. It has {listed}.")
    if len(set(columns)) != len(columns):
        raise BadInput("A column is named twice.")


def _check_type(override: SchemaOverride, _: Schema) -> None:
    if len(override.columns) != 1:
        raise BadInput("Name the one column whose type you set.")
    if override.datatype not in DATATYPES:
        raise BadInput(f"Give a datatype, one of {', '.join(DATATYPES)}.")
    if override.format and (override.datatype not in _WITH_FORMAT or "%" not in override.format):
        raise BadInput(
            "Only date, dateTime and time have a format, a strptime pattern such as %d/%m/%Y."
        )
    if override.format and not _FORMAT.fullmatch(override.format):
        raise BadInput(
            f"{override.format!r} is no strptime pattern. Write %d/%m/%Y or the like; %s and %Q, "
            "alone, count seconds and milliseconds from 1970."
        )
    if override.language is None:
        return
    if override.datatype != "string" or not _TAG.fullmatch(override.language):
        raise BadInput("Only a string has a language, a BCP 47 tag such as de or pt-BR.")


def _check_key(override: SchemaOverride, _: Schema) -> None:
    _check_bare(override)


def _check_reference(override: SchemaOverride, schema: Schema) -> None:
    if not override.columns or not override.ref_table:
        raise BadInput("Name the columns and the table that they point to.")
    target = _table(schema, override.ref_table)
    _check_columns(target, override.ref_columns)
    if len(override.ref_columns) != len(override.columns):
        raise BadInput("Name as many columns of the other table as of this one, in pairs.")


def _check_no_reference(override: SchemaOverride, _: Schema) -> None:
    _check_bare(override)
    if not override.columns:
        raise BadInput("Name the columns that point to nothing.")


def _check_bare(override: SchemaOverride) -> None:
    typed = (override.datatype, override.format, override.language, override.null_words)
    if override.ref_table or override.ref_columns or any(typed):
        raise BadInput(f"The kind {override.kind} takes columns only.")


_CHECKS: dict[str, Callable[[SchemaOverride, Schema], None]] = {
    "type": _check_type,
    "key": _check_key,
    "reference": _check_reference,
    "no-reference": _check_no_reference,
}
