"""Delimited text parsed on trial: one way of writing, and how evenly it splits the first lines."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extraction import grids

UNIT = "\x1f"
"""Stands for a delimiter of several characters, and for none in a text of one column."""

RUNS = {"  ": re.compile(r"[ \t]{2,}"), " ": re.compile(r"[ \t]+")}
"""Runs of blanks that part cells, by the delimiter that stands for them: two at least, or any."""

_LOOK = 1000
_SUSPECT = re.compile(r"[^\s;|][;|][^\s;|]|\t")
_FIRST_ROWS = 3
"""Rows that the first of two tables must have, so that it is not a list of facts above a table."""


@dataclass(frozen=True)
class Form:
    """A way of writing that is tried on the sample."""

    delimiter: str
    quote: str
    escape: str | None
    spaced: bool = False
    token: str = ""

    @property
    def options(self) -> dict[str, object]:
        """Give the reader's options for this form."""
        return reader_options(self.delimiter, self.quote, self.escape, spaced=self.spaced)


@dataclass(frozen=True)
class Sample:
    """The first records as a way of writing splits them: their usual width, and how even it is."""

    form: Form
    rows: Sequence[Sequence[str]]
    last_lines: Sequence[int]
    width: int
    consistency: float
    score: float

    @property
    def sure_width(self) -> int:
        """The columns that are beyond doubt: those of a sign, or of blanks in every line alike."""
        return 1 if self.form.token in RUNS and self.consistency < 1 else self.width


def reader_options(
    delimiter: str, quote: str, escape: str | None, *, spaced: bool = False
) -> dict[str, object]:
    """Give the keyword arguments that make `csv.reader` read the dialect."""
    return {
        "delimiter": delimiter,
        "quotechar": quote,
        "doublequote": escape is None,
        "escapechar": escape,
        "skipinitialspace": spaced,
    }


def run_of(token: str) -> "re.Pattern[str] | None":
    """Give the run of signs that a token stands for: blanks, or a sign with blanks around it."""
    if token in RUNS:
        return RUNS[token]
    sign = token.strip(" ")
    return re.compile(rf"[ \t]*{re.escape(sign)}[ \t]*") if sign != token else None


def unified(text: str, token: str) -> str:
    """Put `UNIT` in the place of a delimiter of several characters, or of a run of blanks.

    Blanks at the ends of lines and in quotes part nothing.
    """
    if (run := run_of(token)) is None:
        return text.replace(token, UNIT) if token else text
    return "".join(_parted(line, run) for line in io.StringIO(text, newline=""))


def _parted(line: str, run: "re.Pattern[str]") -> str:
    bare = line.rstrip("\r\n")
    cells = re.sub(
        rf'"[^"]*"|{run.pattern}',
        lambda found: found[0] if found[0][0] == '"' else UNIT,
        bare.strip(" \t"),
    )
    return cells + line[len(bare) :]


def parse(text: str, form: Form, *, complete: bool) -> Sample:
    """Split the first records of a text; the last one is left out where the text goes on."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        **form.options,  # type: ignore[arg-type]  # typed per name
    )
    rows: list[list[str]] = []
    last_lines: list[int] = []
    try:
        for row in reader:
            rows.append(row)
            last_lines.append(reader.line_num)
            if len(rows) > _LOOK:
                break
    except csv.Error:
        complete = True
    if not complete and len(rows) > 1:
        rows.pop()
        last_lines.pop()
    width, consistency = _usual_width(rows)
    score = consistency * _cleanness(rows) * (1 - 1 / width) if width else 0.0
    return Sample(form, rows, last_lines, width, consistency, score)


def _usual_width(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    if not widths:
        return 0, 0.0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return width, count / widths.total()


def _cleanness(rows: Sequence[Sequence[str]]) -> float:
    """Give the share of cells without an unspaced delimiter of another kind inside."""
    cells = [cell for row in rows for cell in row]
    suspect = sum(1 for cell in cells if _SUSPECT.search(cell))
    return 1 - suspect / len(cells) if cells else 0.0


def first_table(sample: Sample) -> Sample:
    """Narrow a sample to its first table where a blank line parts it from one of another width.

    Without this the wider one gives its width to both.
    """
    titles = next((n for n, row in enumerate(sample.rows) if len(row) > 1), 0)
    rows = sample.rows[titles:]
    end = next((place for place, row in enumerate(rows) if not any(row)), len(rows))
    below = next((row for row in rows[end:] if grids.filled(row) > 1), ())
    head, body = (rows[0], rows[1:end]) if rows else ((), ())
    width = len(head)
    if width < 2 or width == sample.width or len(body) < _FIRST_ROWS:
        return sample
    if any(len(row) != width for row in body) or not grids.is_naming(head):
        return sample
    if len(below) == width or not grids.is_naming(below):
        return sample
    columns = [all(map(grids.is_value, cells)) for cells in zip(*body, strict=True)]
    if not (any(columns) if width > 2 else columns[0]):
        return sample
    return replace(sample, width=width, consistency=1.0)
