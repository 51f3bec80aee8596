"""Names of tables, columns and references in the knowledge graph: classes, attributes, links.

`inference.knowledge.naming` makes a `KnowledgeModel` from a `Schema`; `extraction.landing.mapping`
lands rows by it, `inference.knowledge.owl`, `inference.knowledge.shapes` and
`inference.knowledge.rml` describe it, `ml` and `alerting` read it.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter


@dataclass(frozen=True)
class AttributeDef:
    """A datatype property of a class, filled from one column.

    Attributes:
        column: source column.
        name: local name in camelCase, unique among all properties of the ontology with another
            datatype; the same name may serve several classes when the datatype is the same, and
            several columns of a class when these are texts in different languages.
        label: words of the header.
        datatype: XSD local name.
        unit: unit text, if the header or the cells gave one.
        language: BCP 47 tag of the values, where they have one.
        required, unique: whether each individual has a value; whether no two share one.
    """

    column: str
    name: str
    label: str
    datatype: str
    unit: str | None = None
    required: bool = False
    unique: bool = False
    language: str | None = None

    @property
    def range(self) -> str:
        """Local name of the type that the literals have in RDF."""
        return "langString" if self.language else self.datatype


@dataclass(frozen=True)
class LinkDef:
    """An object property of a class, made from a reference.

    Attributes:
        columns, target_columns: child and parent columns, pairwise.
        target_table, target: parent table and its class name.
        name, label: local name in camelCase (named for the role), words.
        required: whether each individual has the link; one_to_one: whether no target has two.
    """

    columns: tuple[str, ...]
    target_table: str
    target_columns: tuple[str, ...]
    target: str
    name: str
    label: str
    required: bool = False
    one_to_one: bool = False


@dataclass(frozen=True)
class ClassDef:
    """A class, one individual per row of its table.

    `key` are the columns that name an individual; empty means: by content hash, with a running
    number among equal rows. `observation` is set when rows are readings: (time attribute, links).
    """

    table: str
    name: str
    label: str
    key: tuple[str, ...]
    attributes: tuple[AttributeDef, ...]
    links: tuple[LinkDef, ...]
    kind: str = "entity"


@dataclass(frozen=True)
class JunctionDef:
    """A table that is nothing but pairs: an object property from one class to another.

    `source` and `target` are the two ends; each row is one edge `source --name--> target`.
    """

    table: str
    name: str
    label: str
    source: LinkDef
    target: LinkDef


@dataclass(frozen=True)
class KnowledgeModel:
    """All classes and junctions of a project."""

    classes: tuple[ClassDef, ...] = ()
    junctions: tuple[JunctionDef, ...] = ()

    def class_of(self, table: str) -> ClassDef:
        """Find the class of a table; `KeyError` when it has none."""
        for item in self.classes:
            if item.table == table:
                return item
        raise KeyError(table)

    def to_json(self) -> dict[str, Any]:
        """Give the plain JSON form that `from_json` reads back to an equal model."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "KnowledgeModel":
        """Rebuild a model from `to_json`, after any JSON round trip."""
        return TypeAdapter(KnowledgeModel).validate_python(value)
