"""The difference of two N-Quads files as sets of lines, found by the engine on disk."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from extraction.staging import connect
from graph.lexical import quote_text

_LINES = "columns = {'line': 'VARCHAR'}, header = false, delim = '\x01', quote = '', escape = ''"


@dataclass(frozen=True)
class Difference:
    """Files with the lines that only the new file has and that only the old one has; counts."""

    added_path: Path
    removed_path: Path
    added: int
    removed: int


def difference(old: Path, new: Path, folder: Path) -> Difference:
    """Compare two N-Quads files; writes `added.nq` and `removed.nq`, sorted, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    added, removed = folder / "added.nq", folder / "removed.nq"
    with closing(connect()) as connection:
        connection.execute(f"SET temp_directory = {quote_text(str(folder / 'spill'))}")
        counts = []
        for left, right, path in ((new, old, added), (old, new, removed)):
            statement = (
                f"COPY (SELECT line FROM {_lines(left)} EXCEPT SELECT line FROM {_lines(right)} "
                f"ORDER BY line) TO {quote_text(str(path))} "
                "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
            )
            counted = connection.execute(statement).fetchone()
            counts.append(int(counted[0]) if counted else 0)
    return Difference(added, removed, *counts)


def _lines(path: Path) -> str:
    return f"read_csv({quote_text(str(path))}, {_LINES}, max_line_size = 16777216)"
