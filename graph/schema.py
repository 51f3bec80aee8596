"""What inference decides about tables, and what mapping and the emitters read: plain frozen values.

A `Schema` describes tables, columns, keys and references; `graph.model` gives them names in the
knowledge graph. Both serialise to JSON, so a decision can be stored, shown and overridden.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

ROW = "_row"
"""Name of the staged column with the 1-based row number in the source (header not counted)."""

Datatype = Literal[
    "string",
    "integer",
    "decimal",
    "double",
    "boolean",
    "date",
    "dateTime",
    "time",
    "gYear",
    "duration",
]
TableKind = Literal["entity", "junction", "extension", "observation"]
PersonalData = Literal["none", "quasi", "direct", "sensitive"]


@dataclass(frozen=True)
class Part:
    """One file of a table that several files make up: its rows start at `first_row`."""

    first_row: int
    source: str
    sha256: str


@dataclass(frozen=True)
class StagedTable:
    """One table, decoded and laid down as Parquet, every source column as text.

    Attributes:
        name: unique in the project (file stem, or `stem.sheet` where a file has several).
        path: Parquet file with `_row` (bigint) and one varchar column per source column, in order;
            null means that the cell was empty or absent, so empty text and null are told apart
            only where the format does (quoted `""` in CSV, `""` in JSON).
        columns: source column names in order, unique; empty and duplicate headers are made so.
        rows: number of data rows.
        source: file name as the person knows it.
        sha256: content hash of the stored bytes of that file.
        parts: the files, by first row, where there are several; `source` is then the newest.
    """

    name: str
    path: Path
    columns: tuple[str, ...]
    rows: int
    source: str
    sha256: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Decision:
    """Why something was decided.

    Attributes:
        confidence: probability that it is right, 0 to 1.
        evidence: sentences a person can check, strongest first.
        overridden: whether a person said so.
    """

    confidence: float
    evidence: tuple[str, ...] = ()
    overridden: bool = False


@dataclass(frozen=True)
class SemanticType:
    """What the values of a column stand for, beyond their datatype.

    Attributes:
        type: such as `email`, `country-code`, `measurement`; docs/schema.md lists them all.
        personal: what a value tells of a person: it names one (`direct`), it does so together with
            others (`quasi`), it is nobody else's business (`sensitive`).
        unit: IRI of the unit in QUDT, or of the currency.
        language: BCP 47 tag of free text.
        order: values of an ordinal, the lowest first.
        exact: whether every value has the form of the type, where the type has one.
    """

    type: str
    decision: Decision
    personal: PersonalData = "none"
    unit: str | None = None
    language: str | None = None
    order: tuple[str, ...] = ()
    exact: bool = False


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: as in the source.
        datatype: XSD local name; the cells that do not fit are counted in `invalid`.
        nullable: whether any row has no value.
        unique: whether no value occurs twice.
        nulls, distinct, invalid: counts over all rows; `invalid` cells are neither null nor valid.
        format: `strptime` pattern of dates and times that are not ISO 8601; with the language of
            its names of months, as in `%d. %B %Y|de`, where it is not plain English; `%s` and `%Q`
            where seconds or milliseconds are counted from 1970; of numbers whose cells all carry
            their unit, the cell with `#` for the number, such as `# kg`.
        rival: another pattern that reads every value too, where nobody has said which is meant.
        decimal_comma: whether `1.234,5` is the form of numbers.
        spaced_groups: whether spaces or apostrophes stand between groups of three digits.
        true_words, false_words: lower-case words of a boolean.
        null_words: texts that mean "no value" in this column, such as `N/A`.
        minimum, maximum: canonical lexical forms, for ordered types.
        max_length: longest text, in characters.
        pattern: regular expression of texts that are all of one form, such as `[A-Z]{2}-[0-9]{4}`.
        enumeration: all values (canonical, sorted) of a small closed set, else empty.
        unit: unit text taken from the header or the cells, such as `°C`.
        language: BCP 47 tag, in lower case, with which the texts of a `string` land; columns of
            one text in several languages, `title_en` and `title_de`, are one property.
        semantic: what the values stand for; None when nothing says so.
        proposed: datatype that the values suggest now, while that of the version before is kept
            until somebody decides.
    """

    name: str
    datatype: Datatype
    decision: Decision
    nullable: bool = True
    unique: bool = False
    nulls: int = 0
    distinct: int = 0
    invalid: int = 0
    format: str | None = None
    rival: str | None = None
    decimal_comma: bool = False
    spaced_groups: bool = False
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    null_words: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    max_length: int = 0
    pattern: str | None = None
    enumeration: tuple[str, ...] = ()
    unit: str | None = None
    language: str | None = None
    semantic: SemanticType | None = None
    proposed: Datatype | None = None


@dataclass(frozen=True)
class Key:
    """Columns whose values name a row; `duplicates` counts the rows beyond the first per value."""

    columns: tuple[str, ...]
    decision: Decision
    duplicates: int = 0


@dataclass(frozen=True)
class Reference:
    """Columns that point to the rows of a table (possibly their own).

    Attributes:
        columns, ref_table, ref_columns: child columns, parent table, parent columns, pairwise.
        coverage: share of distinct child values that the parent has.
        orphans: child rows with a value that the parent lacks.
        one_to_one: whether no parent row is pointed to twice.
    """

    columns: tuple[str, ...]
    ref_table: str
    ref_columns: tuple[str, ...]
    decision: Decision
    coverage: float = 1.0
    orphans: int = 0
    one_to_one: bool = False


@dataclass(frozen=True)
class Dependency:
    """A functional dependency: rows with the same `columns` have the same `determined` columns."""

    columns: tuple[str, ...]
    determined: tuple[str, ...]
    decision: Decision


@dataclass(frozen=True)
class Discriminator:
    """A column that tells kinds of rows apart: each kind fills columns that the others leave empty.

    Attributes:
        column: name of the column.
        kinds: its values that have columns of their own, with the names of those columns.
    """

    column: str
    kinds: tuple[tuple[str, tuple[str, ...]], ...]
    decision: Decision


@dataclass(frozen=True)
class Table:
    """One table of the schema.

    `kind`: `junction` = two references whose columns are all its columns and its key (edges, no
    individuals); `extension` = its key is also a reference to another table (1:1); `observation` =
    time, reference and numbers; else `entity`.
    """

    name: str
    source: str
    rows: int
    columns: tuple[Column, ...]
    primary_key: Key | None = None
    unique_keys: tuple[Key, ...] = ()
    references: tuple[Reference, ...] = ()
    kind: TableKind = "entity"
    discriminator: Discriminator | None = None
    dependencies: tuple[Dependency, ...] = ()

    def column(self, name: str) -> Column:
        """Find a column by its name; `KeyError` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True)
class Schema:
    """All tables of a project, inferred together."""

    tables: tuple[Table, ...] = field(default=())

    def table(self, name: str) -> Table:
        """Find a table by its name; `KeyError` when there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        """Give the plain JSON form that `from_json` reads back to an equal schema."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Schema":
        """Rebuild a schema from `to_json`, after any JSON round trip."""
        return TypeAdapter(Schema).validate_python(value)
