"""Which sign parts the cells of a delimited text: each is tried on the sample, the evenest wins."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from extraction import grids
from extraction.delimited.samples import RUNS, UNIT, Form, Sample, parse, unified

DELIMITERS = (",", ";", "\t", "|")
"""Delimiters that are tried first; the others must split every line alike."""

_RARE = ("~", "^", ":", "#", "!", "*", "%", "$", "&", "\x01", "\x02", "\x1e", UNIT, " ")
_INNER = ("/", "@", "=", "_", "\\")
"""Delimiters that stand inside dates, paths and names, too: only below a header they part cells."""

_LEAST_LINES = 3
_RARE_FACTOR = 0.9
_RUN_FACTOR = 1.1
_PURE_FACTOR = 2.0
_EVEN = 0.95
_SPACED = 0.9
_LINES = 100
_POOR = 1 / 3
"""Score of the frequent delimiters under which the rare ones are tried."""

_IN_QUOTES = re.compile(r'"[^"\r\n]*"')
_TOKEN = re.compile(
    r"(?:([^\w\s\"'.()\[\]{}/\\+-])\1{1,2}|\t\t|[|~^][^\w\s\"'][|~^]|[|~^;#$%&*!]{2}|<>|=>|->)"
)
_PADDED = re.compile(r"(?<=\S) ([^\w\s\"'.()\[\]{},]{1,2}) (?=\S)")
_SIGN = re.compile(r"[^\w\s\x00-\x7f“”„«»‘’…–—°€£¥©®ªº]")
"""Signs beyond ASCII that may part cells, without those of prose, money and units."""

_ESCAPED = re.compile(r"\\[,;\t|]")


def best_split(text: str, quote: str, escape: str | None, *, complete: bool) -> Sample:
    """Split the first records of a text by the delimiter that splits them most evenly.

    Args:
        text: the text or its first lines, line ends untranslated.
        quote, escape: as in `Form`.
        complete: whether it is all.
    """
    samples = [parse(text, Form(d, quote, escape), complete=complete) for d in DELIMITERS]
    best = max(samples, key=lambda sample: sample.score)
    best = _rarer(text, best, complete=complete)
    if best.score <= 0:
        unused = next((d for d in DELIMITERS if d not in text), UNIT)
        return parse(text, Form(unused, quote, escape), complete=complete)
    if best.form.token in RUNS:
        return best
    if _is_padded(best):
        sign = best.form.token or best.form.delimiter
        form = Form(UNIT, quote, escape, token=f" {sign} ")
        return parse(unified(text, form.token), form, complete=complete)
    form = best.form
    if not form.token and _is_spaced(best):
        form = replace(form, spaced=True)
        best = parse(text, form, complete=complete)
    return best if form.token or escape else _escaped(text, best, complete=complete)


def _escaped(text: str, best: Sample, *, complete: bool) -> Sample:
    """Try a backslash before delimiters that are characters of their cells."""
    if not _ESCAPED.search(text):
        return best
    found = parse(text, replace(best.form, escape="\\"), complete=complete)
    return found if found.consistency > best.consistency else best


def _rarer(text: str, best: Sample, *, complete: bool) -> Sample:
    """Try the delimiters that few files have; they must split every line alike."""
    lines = list(islice((line for line in text.splitlines() if line.strip()), _LINES))
    if len(lines) < 2 or sum(map(_is_number, lines)) * 2 > len(lines):
        return best
    reached = best.score
    plain = best
    for form in _forms(lines, plain, text):
        found = parse(unified(text, form.token), form, complete=complete)
        score = found.score * _factor(form.token, "".join(lines), plain)
        parts = found.width >= _least_width(form) and found.consistency >= _EVEN
        if parts and score > reached and (form.delimiter not in _INNER or _is_headed(found)):
            best, reached = found, score
    return best


def _forms(lines: Sequence[str], best: Sample, text: str) -> list[Form]:
    quote, escape = best.form.quote, best.form.escape
    forms = [Form(UNIT, quote, escape, token=token) for token in _tokens(lines)]
    if best.score >= _POOR:
        return forms
    runs = [run for run in RUNS if _is_run(run, lines)][:1]
    rare = [] if "://" in text else [d for d in (*_RARE, *_INNER) if all(d in x for x in lines)]
    forms += [Form(d, quote, escape) for d in rare if not (runs == ["  "] and d == " ")]
    tokens = [*runs, *_even(_PADDED, lines), *_even(_SIGN, lines)]
    return forms + [Form(UNIT, quote, escape, token=token) for token in tokens]


def _is_number(line: str) -> bool:
    return grids.is_value(line) and not RUNS["  "].search(line.strip())


def _is_run(run: str, lines: Sequence[str]) -> bool:
    return len(lines) >= _LEAST_LINES and all(RUNS[run].search(line.strip()) for line in lines)


def _is_headed(sample: Sample) -> bool:
    """Tell whether the first row names columns of which one holds nothing but values."""
    head, *body = sample.rows
    rows = [row for row in body if len(row) == len(head)]
    columns = zip(*rows, strict=True)
    return grids.is_naming(head) and any(all(map(grids.is_value, cells)) for cells in columns)


def _least_width(form: Form) -> int:
    """Give the least number of cells: single blanks part the words of every text."""
    return 3 if form.delimiter == " " or form.token.startswith(" ") else 2


def _factor(token: str, text: str, best: Sample) -> float:
    """Weigh a delimiter: a run of signs that never stand alone is rarely chance.

    Nor is one between whose signs nothing ever stands.
    """
    if len(token) < 2 or token in RUNS:
        return _RARE_FACTOR
    alone = token.strip(" ")[:1] in text.replace(token, "")
    hollow = token == best.form.delimiter * len(token) and _is_hollow(best)
    return _PURE_FACTOR if hollow or not alone else _RUN_FACTOR


def _is_hollow(sample: Sample) -> bool:
    """Tell whether every other column of the first row is empty in all rows."""
    width = min(sample.width, len(sample.rows[0]))
    rows = [row[:width] for row in sample.rows if len(row) >= width]
    empty = sum(not any(cells) for cells in zip(*rows, strict=True))
    return empty * 2 >= width - 1


def _tokens(lines: Sequence[str]) -> list[str]:
    """Find runs of signs that stand equally often in every line."""
    if all(line.endswith(DELIMITERS) for line in lines):
        lines = [line.rstrip("".join(DELIMITERS)) for line in lines]
    return _even(_TOKEN, lines)


def _even(form: "re.Pattern[str]", lines: Sequence[str]) -> list[str]:
    """Find texts of a form that stand equally often outside the quotes of every line."""
    bare = [_IN_QUOTES.sub("q", line) for line in lines]
    found = sorted({match.group() for match in form.finditer(bare[0])})
    even = _EVEN * len(bare)
    return [
        token
        for token in found
        if sum(line.count(token) == bare[0].count(token) for line in bare) >= even
    ]


def _is_spaced(sample: Sample) -> bool:
    """Tell whether cells after the first start with exactly one space, nearly always."""
    cells = [cell for row in sample.rows for cell in row[1:] if cell]
    spaced = sum(1 for cell in cells if cell[0] == " " and cell[1:2] != " ")
    return len(cells) > 3 and spaced >= _SPACED * len(cells)


def _is_padded(sample: Sample) -> bool:
    """Tell whether blanks stand on both sides of the delimiter, nearly always."""
    left = [cell for row in sample.rows for cell in row[:-1] if cell]
    right = [cell for row in sample.rows for cell in row[1:] if cell]
    padded = sum(c.endswith(" ") for c in left) + sum(c.startswith(" ") for c in right)
    return len(right) > 3 and padded >= _SPACED * (len(left) + len(right))
