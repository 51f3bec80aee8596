"""The CSV files that the mapping reads when another engine replays an import.

They hold what landed, in canonical form, under the headers of the source. Columns are added where
RML has no words: names of rows without a key, targets that are not found by their key, and values
read as the type of the column that they point to. `inference.knowledge.rml` writes the mapping,
`extraction.landing.replay` the files; both take names from here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.model import ClassDef, KnowledgeModel, LinkDef
from graph.schema import Schema, Table

_UNSAFE = str.maketrans({"/": "%2F", "\\": "%5C", "%": "%25", "\0": "%00"})


@dataclass(frozen=True)
class AddedColumn:
    """A column that the source does not have.

    Attributes:
        name: its header.
        link: the link that it serves; None for the names of rows.
        pair: the child's and the parent's column whose text it holds as the parent's type; None
            for IRIs.
    """

    name: str
    link: LinkDef | None = None
    pair: tuple[str, str] | None = None


def added_columns(table: Table, model: KnowledgeModel, schema: Schema) -> tuple[AddedColumn, ...]:
    """List what the file of a table has after the columns of the source."""
    return tuple({item.name: item for item in _added(table, model, schema)}.values())


def _added(table: Table, model: KnowledgeModel, schema: Schema) -> Iterator[AddedColumn]:
    junction = next((pair for pair in model.junctions if pair.table == table.name), None)
    if junction is None:
        item = model.class_of(table.name)
        links, key, named = item.links, item.key, bool(item.key)
    else:
        links, key = (junction.source, junction.target), junction.source.columns
        named = is_by_key(junction.source, model.class_of(junction.source.target_table))
    if not named:
        yield AddedColumn(row_name_column(table))
    for link in links:
        target = schema.table(link.target_table)
        for own, its in zip(link.columns, link.target_columns, strict=True):
            name = pointing_column(own, its, table, target)
            if name != own:
                yield AddedColumn(name, link, (own, its))
        if not is_joined(link, key, model.class_of(link.target_table)):
            yield AddedColumn(target_column(link, table), link)


def replay_file(table: str) -> str:
    """Name the CSV file of a table."""
    return f"{table.translate(_UNSAFE)}.csv"


def is_by_key(link: LinkDef, target: ClassDef) -> bool:
    """Tell whether a link holds the key of its target, so that the target's name can be written."""
    return bool(target.key) and sorted(link.target_columns) == sorted(target.key)


def is_joined(link: LinkDef, key: Sequence[str], target: ClassDef) -> bool:
    """Tell whether the mapping finds the target of a link by a join, in a table with a key.

    Morph-KGC 2.10 puts `parent_` before the parent's columns; it fails where the child has such.
    """
    theirs = {f"parent_{column}" for column in target.key}
    return is_by_key(link, target) and not theirs & {*key, *link.columns}


def row_name_column(table: Table) -> str:
    """Name the added column with the IRI of each row."""
    return _free("row IRI", table)


def target_column(link: LinkDef, table: Table) -> str:
    """Name the added column with the IRI that a link leads to."""
    return _free(f"{link.name} IRI", table)


def pointing_column(column: str, parent: str, table: Table, target: Table) -> str:
    """Name the column whose texts equal those of the parent's column.

    It is the child's own, unless the child's canonical form is of another type than the parent's.
    """
    own, wanted = table.column(column).datatype, target.column(parent).datatype
    return column if wanted in (own, "string") else _free(f"{column} as {wanted}", table)


def key_columns(link: LinkDef, target: ClassDef, table: Table, schema: Schema) -> tuple[str, ...]:
    """Give the columns with the target's key, in its order; none where the link is not by key."""
    if not is_by_key(link, target):
        return ()
    own = dict(zip(link.target_columns, link.columns, strict=True))
    parent = schema.table(link.target_table)
    return tuple(pointing_column(own[key], key, table, parent) for key in target.key)


def _free(name: str, table: Table) -> str:
    taken = {column.name for column in table.columns}
    while name in taken:
        name = f"{name}_"
    return name
