"""How a delimited text is written: delimiter, quote, escape, header, number of columns.

Decided on a sample; the readers prove it on the whole file.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from extraction import grids
from extraction.delimited import comments, fixed_width, mending
from extraction.delimited.delimiters import best_split
from extraction.delimited.plain_text import has_formulas, is_wrapped, unwrapped, without_formulas
from extraction.delimited.samples import RUNS, UNIT, Form, Sample, first_table, parse, unified
from extraction.staging import column_names

_EVEN = 0.95
_EDGE = r"[,;\t|~^\x1f]"
_QUOTED = {
    quote: re.compile(
        rf"(?:^|{_EDGE}) ?{quote}(?:[^{quote}\r\n]|{quote}{quote})*+{quote}(?={_EDGE}|\r?$)",
        re.MULTILINE,
    )
    for quote in ('"', "'", "`")
}
_BACKSLASHED = re.compile(r'\\"(?![,;\t|\r\n]|\Z)')
_DOUBLED = re.compile(r'(?<![\\,;\t|\r\n])""(?!\Z)')


@dataclass(frozen=True)
class Dialect:
    """How a text is written.

    Attributes:
        delimiter, quote: one character each, as the readers see them.
        escape: character before a quote inside quotes; None means that the quote is doubled.
        spaced: whether a space follows each delimiter, which is no part of the cell.
        token: a delimiter of several characters that `UNIT` stands for; else empty.
        columns: names of all columns.
        names: the same as they are written; none when the text does not name them.
        head: cells of the last row of the header as they are written.
        widths: numbers of cells that a row may have without being ragged.
        header_rows: records that name the columns; 0 when the text does not name them.
        above: texts of the lines above the header that are not blank, with their line numbers.
        rows_above: records above the header, blank lines among them.
        top_lines: physical lines up to and including the header.
        top_is_plain: whether each of them is one record, so that an engine can skip by count.
        consistency: share of sample rows with the usual number of cells.
        forms: what the columns look like; empty when the sample shows too little.
        sparse: whether rows with a single cell are common.
        comment: what the comment lines among the rows begin with, or empty.
        rewrite: what is done to each line before it is read, or None.
    """

    delimiter: str
    quote: str
    escape: str | None
    spaced: bool
    token: str
    columns: tuple[str, ...]
    names: tuple[str, ...]
    head: tuple[str, ...]
    widths: frozenset[int]
    header_rows: int
    above: tuple[tuple[int, str], ...]
    rows_above: int
    top_lines: int
    top_is_plain: bool
    consistency: float
    forms: tuple[mending.Column, ...]
    sparse: bool
    comment: str = ""
    rewrite: Callable[[str], str] | None = None

    @property
    def shown(self) -> str:
        """What stands in the file where the readers see `UNIT`; empty where it stands there."""
        return self.token or ("  " if self.rewrite and self.delimiter == UNIT else "")

    @property
    def header(self) -> bool:
        """Whether the text names its columns."""
        return self.header_rows > 0

    @property
    def confidence(self) -> float:
        """How sure the dialect is: the share of even rows, less where one column is all."""
        return round(self.consistency * (1.0 if len(self.columns) > 1 else 0.7), 3)


def detect(text: str, *, complete: bool) -> Dialect:
    """Detect the dialect of a text.

    Args:
        text: the text or its first lines, line ends untranslated.
        complete: whether it is all; else the last record may be cut and is left out.
    """
    if has_formulas(text):
        dialect = detect(without_formulas(text), complete=complete)
        return replace(dialect, rewrite=without_formulas)
    if is_wrapped(text):
        dialect = detect(unwrapped(text), complete=complete)
        if len(dialect.columns) > 1 and dialect.consistency == 1:
            return replace(dialect, rewrite=unwrapped)
    lead = comments.lead_of(text)
    text = text[len(lead.text) :]
    escape = "\\" if len(_BACKSLASHED.findall(text)) > len(_DOUBLED.findall(text)) else None
    quotes = dict.fromkeys((_quote_of(text), '"'))  # lines within cells may hold other quotes
    splits = [best_split(text, each, escape, complete=complete) for each in quotes]
    best = max(splits, key=lambda split: split.consistency if split.width > 1 else 0.0)
    quote = best.form.quote
    blanks = best.form.token in RUNS or best.width < 2
    if cuts := fixed_width.cuts_of(text, best.sure_width) if blanks else ():
        text = fixed_width.split(text, cuts)
        best = parse(text, Form(UNIT, quote, escape), complete=complete)
    dialect = _dialect_of(first_table(_mended(text, best)))
    dialect = _below_comments(dialect, lead, comments.sign_inside(text, lead.sign))
    return replace(dialect, rewrite=partial(fixed_width.split, cuts=cuts)) if cuts else dialect


def _below_comments(dialect: Dialect, lead: comments.Lead, sign: str) -> Dialect:
    """Count the comments above the table, and take their sign off the header."""
    count = lead.lines
    lines = lead.text.splitlines()
    above = tuple((number, line) for number, line in enumerate(lines, 1) if line.strip())
    below = tuple((line + count, text) for line, text in dialect.above)
    names = dialect.names
    if names and lead.sign and names[0].startswith(lead.sign):
        names = (names[0].removeprefix(lead.sign).strip(), *names[1:])
    return replace(
        dialect,
        columns=column_names(names) if names else dialect.columns,
        names=names,
        above=(*above, *below),
        rows_above=dialect.rows_above + count,
        top_lines=dialect.top_lines + count,
        comment=sign,
    )


def _quote_of(text: str) -> str:
    counts = {quote: len(pattern.findall(text)) for quote, pattern in _QUOTED.items()}
    most = max(counts, key=lambda quote: counts[quote])
    return most if counts[most] > 1 else '"'


def _mended(text: str, sample: Sample) -> Sample:
    """Read the first line again where a stray quote hides the header."""
    form = sample.form
    if sample.width < 2 or not sample.rows or len(sample.rows[0]) == sample.width:
        return sample
    line = next(_lines(unified(text, form.token)), "")
    if not line.strip() or form.escape:
        return sample
    wanted = frozenset({sample.width})
    cells = mending.mend_quotes(line, form.delimiter, form.quote, wanted, spaced=form.spaced)
    if cells is None:
        return sample
    second = parse(text[len(line) :].lstrip("\r\n"), form, complete=True)
    rows = [[cell or "" for cell in cells], *second.rows[: len(sample.rows)]]
    last_lines = [1, *(number + 1 for number in second.last_lines[: len(sample.rows)])]
    return Sample(form, rows, last_lines, sample.width, sample.consistency, sample.score)


def _lines(text: str) -> Iterator[str]:
    for line in io.StringIO(text, newline=""):
        yield line.rstrip("\r\n")


def _dialect_of(sample: Sample) -> Dialect:
    form, rows = sample.form, sample.rows
    top = grids.find_top(rows, sample.width)
    named = _named_rows(rows, top, sample.width)
    head = named[top.body - 1] if top.header else ()
    width = _table_width(sample, top, len(head))
    names = grids.header_names(named, top, width)
    top_lines = sample.last_lines[top.body - 1] if top.body else 0
    body = [row for row in rows[top.body :] if grids.filled(row)]
    above = tuple(
        (line, form.delimiter.join(row).strip(form.delimiter + " "))
        for line, row in zip(sample.last_lines, rows[: top.above], strict=False)
        if any(cell.strip() for cell in row)
    )
    return Dialect(
        delimiter=form.delimiter,
        quote=form.quote,
        escape=form.escape,
        spaced=form.spaced,
        token=form.token,
        columns=column_names(names),
        names=tuple(names) if top.header else (),
        head=tuple(head),
        widths=_widths(sample, top, width),
        header_rows=top.header_rows,
        above=above,
        rows_above=top.above,
        top_lines=top_lines,
        top_is_plain=top_lines == top.body,
        consistency=sample.consistency,
        forms=mending.columns_of(body, width),
        sparse=_is_sparse(body, width),
    )


def _widths(sample: Sample, top: grids.Top, width: int) -> frozenset[int]:
    """Give the numbers of cells that rows may have: the columns, and fewer where rows stop early.

    Rows that all stop early after one that names columns are another table.
    """
    fewer = min(sample.width, width)
    body = [row for row in sample.rows[top.body :] if grids.filled(row)]
    shorter = [position for position, row in enumerate(body) if len(row) == fewer]
    if fewer < width and shorter and shorter[0] > 0 and grids.is_naming(body[shorter[0]]):
        after = body[shorter[0] :]
        if sum(len(row) == fewer for row in after) >= _EVEN * len(after):
            return frozenset({width})
    return frozenset({width, fewer})


def _is_sparse(body: Sequence[Sequence[str]], width: int) -> bool:
    """Tell whether rows with a single text stand in the middle of the table, too."""
    notes = [position for position, row in enumerate(body) if grids.is_note(row, width)]
    last = max((p for p in range(len(body)) if p not in set(notes)), default=0)
    return sum(position < last for position in notes) * 50 > len(body)


def _named_rows(rows: Sequence[Sequence[str]], top: grids.Top, width: int) -> list[Sequence[str]]:
    """Leave out the one empty cell of a header row that has one cell more than the rows below."""
    named = list(rows)
    for position in range(top.above, top.body):
        row = rows[position]
        blanks = [i for i, cell in enumerate(row) if not cell.strip()]
        if len(row) == width + 1 and len(blanks) == 1:
            named[position] = [*row[: blanks[0]], *row[blanks[0] + 1 :]]
    return named


def _table_width(sample: Sample, top: grids.Top, head: int) -> int:
    """Give the number of columns: the header's, or the rows' where they really hold more."""
    if not top.header or head >= sample.width:
        return max(head, sample.width)
    extra = (row[head:] for row in sample.rows[top.body :] if len(row) == sample.width)
    return sample.width if any(cell.strip() for cells in extra for cell in cells) else head
