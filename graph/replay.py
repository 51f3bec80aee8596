"""The CSV files that the mapping reads when another engine replays an import.

They hold what landed, in canonical form, under the headers of the source. Columns are added where
RML has no words: names of rows without a key, targets that are not found by their key, and values
read as the type of the column that they point to. `inference.rml` writes the mapping,
`extraction.replay` the files; both take names from here.
"""

from graph.model import ClassDef, LinkDef
from graph.schema import Table

_UNSAFE = str.maketrans({"/": "%2F", "\\": "%5C", "%": "%25", "\0": "%00"})


def replay_file(table: str) -> str:
    """Name the CSV file of a table."""
    return f"{table.translate(_UNSAFE)}.csv"


def is_by_key(link: LinkDef, target: ClassDef) -> bool:
    """Tell whether a link holds the key of its target, so that the target's name can be written."""
    return bool(target.key) and sorted(link.target_columns) == sorted(target.key)


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


def _free(name: str, table: Table) -> str:
    taken = {column.name for column in table.columns}
    while name in taken:
        name = f"{name}_"
    return name
