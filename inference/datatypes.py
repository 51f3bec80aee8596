"""Decide the datatype of every column of a table from the forms of its values.

A column keeps the type of its majority when a tiny share of cells does not fit (these are counted
as invalid, and mapping quarantines them); codes stay text, and so does every column with a leading
zero. Knows no other table.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from graph.schema import Column, Datatype, Decision
from inference.dates import COMPACT, compact_dates, date_pattern, plain_years
from inference.headers import (
    is_code_header,
    is_flag_header,
    is_identifier_header,
    names_date,
    names_year,
)
from inference.profile import BOOLEAN_PAIRS, ColumnProfile, ValueStore
from inference.statistics import measured_columns
from inference.units import header_unit, unit_format

_STRAY_SHARE = 0.02
_STRAY_DISTINCT = 5
_KINDRED_SHARE = 0.1
_STRONG_NULLS = frozenset(
    ("null", "(null)", "<null>", "n/a", "#n/a", "<na>", "\\n", "nan", "-", "--", "---", "(blank)")
)
_POINT = ("integer", "decimal", "triple", "grouped", "exponent", "special", "spaced")
_COMMA = ("integer", "comma", "grouped", "dotted", "triple", "spaced", "spacedcomma")
_TRUE = frozenset(pair[0] for pair in BOOLEAN_PAIRS)
_FALSE = frozenset(pair[1] for pair in BOOLEAN_PAIRS)
_KINDRED_TYPES: tuple[tuple[Datatype, ...], ...] = (
    ("integer", "decimal", "double"),
    ("date", "dateTime"),
    ("time",),
    ("gYear",),
    ("boolean",),
    ("string",),
)
_BARE_BOOLEANS = frozenset(("true", "false"))


@dataclass(frozen=True)
class _Draft:
    """A reading of a column: its type and how many rows it reads."""

    datatype: Datatype
    rows: int
    evidence: tuple[str, ...] = ()
    certainty: float = 0.99
    format: str | None = None
    decimal_comma: bool = False
    spaced_groups: bool = False
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    unit: str | None = None
    kindred: int = field(default=0)


def decide_columns(
    store: ValueStore, table: int, profiles: Sequence[ColumnProfile]
) -> tuple[Column, ...]:
    """Decide type, format, null words and counts of all columns of one table."""
    drafts = [_draft(store, table, profile) for profile in profiles]
    drafts = _with_shared_day_order(drafts)
    columns = [_column(profile, draft) for profile, draft in zip(profiles, drafts, strict=True)]
    return measured_columns(store, table, profiles, columns)


def column_read_as(
    store: ValueStore, table: int, profile: ColumnProfile, datatype: Datatype
) -> Column:
    """Read a column as a type that somebody set; the form of its values stays theirs."""
    readings = (
        _boolean(profile),
        _date(store, table, profile),
        _time(profile),
        _year(store, table, profile),
        _number(store, table, profile),
    )
    kindred = next(group for group in _KINDRED_TYPES if datatype in group)
    for reading in readings:
        if reading is not None and reading.datatype in kindred:
            return _column(profile, replace(reading, datatype=datatype))
    truth = (("1",), ("0",)) if datatype == "boolean" else ((), ())
    draft = _Draft(datatype, profile.filled, true_words=truth[0], false_words=truth[1])
    return _column(profile, draft)


def _draft(store: ValueStore, table: int, profile: ColumnProfile) -> _Draft:
    """Choose the reading of one column."""
    filled = profile.filled - profile.count("blank", "null")
    if filled == 0:
        return _Draft("string", profile.filled, ("No row has a value.",), 0.5)
    readings = (
        _boolean(profile),
        _date(store, table, profile),
        _time(profile),
        _year(store, table, profile),
        _number(store, table, profile),
    )
    fitting = [r for r in readings if r is not None and _fits(r, profile, filled)]
    if not fitting:
        return _Draft("string", profile.filled, (_text_evidence(profile, filled),))
    return max(fitting, key=lambda reading: reading.rows)


def _fits(reading: _Draft, profile: ColumnProfile, filled: int) -> bool:
    """Tell whether so few cells contradict the reading that they are errors."""
    stray = filled - reading.rows - reading.kindred
    if stray <= 0 and reading.kindred == 0:
        return True
    if reading.kindred > _KINDRED_SHARE * filled:
        return False
    if reading.datatype in ("integer", "decimal", "double") and _is_coded(profile):
        return False
    distinct = profile.distinct - profile.count_distinct(*_read_forms(reading))
    return stray <= _STRAY_SHARE * filled and (stray <= 0 or distinct <= _STRAY_DISTINCT)


def _read_forms(reading: _Draft) -> tuple[str, ...]:
    kindred = ("blank", "null")
    if reading.datatype in ("integer", "decimal", "double"):
        return (*(_COMMA if reading.decimal_comma else _POINT), "measure", *kindred)
    if reading.datatype == "boolean":
        return ("word", "integer", *kindred)
    return ("date", "dateTime", "baddate", "dated", "time", "longtime", "integer", *kindred)


def _is_coded(profile: ColumnProfile) -> bool:
    return is_code_header(profile.name) or is_identifier_header(profile.name)


def _boolean(profile: ColumnProfile) -> _Draft | None:
    words = sorted(word for word in profile.words if word in _TRUE | _FALSE)
    true, false = (tuple(w for w in words if w in side) for side in (_TRUE, _FALSE))
    both = bool(true and false)
    asked = is_flag_header(profile.name)
    if words and (both or asked or set(words) <= _BARE_BOOLEANS):
        rows = sum(profile.words[word] for word in words)
        spread = ", ".join(f"{word} ({profile.words[word]})" for word in words)
        evidence = (f"{rows} of {profile.filled} values are truth words: {spread}.",)
        certainty = 0.97 if both else 0.85
        return _Draft("boolean", rows, evidence, certainty, true_words=true, false_words=false)
    integers = profile.forms.get("integer")
    if integers and asked and {integers.first, integers.last} <= {"0", "1"}:
        evidence = (f"The header {profile.name!r} asks a question and all values are 0 or 1.",)
        # one row more than the number reading has, so that the header decides
        rows = integers.rows
        return _Draft("boolean", rows, evidence, 0.9, true_words=("1",), false_words=("0",))
    return None


def _date(store: ValueStore, table: int, profile: ColumnProfile) -> _Draft | None:
    days, moments = profile.count("date"), profile.count("dateTime")
    dated = profile.count("dated")
    kindred = profile.count("baddate")
    if days + moments >= dated and days + moments > 0:
        rows = days + moments
        datatype: Datatype = "dateTime" if moments else "date"
        evidence = [f"{rows} of {profile.filled} values are ISO 8601 dates."]
        if moments and days:
            evidence.append(f"{days} of them have no time of day and count as midnight.")
        evidence += _counter_examples(profile, "baddate", "is not a day of the calendar")
        return _Draft(datatype, rows, tuple(evidence), kindred=kindred)
    if dated >= (1 - _KINDRED_SHARE) * (profile.filled - profile.count("blank", "null")):
        return _patterned_date(store, table, profile)
    return _compact_date(store, table, profile)


def _patterned_date(store: ValueStore, table: int, profile: ColumnProfile) -> _Draft | None:
    found = date_pattern(store, table, profile.position)
    if found is None:
        return None
    evidence = [f"{found.rows} of {profile.filled} values have the pattern {found.pattern}."]
    if found.rival is not None:
        evidence.append(f"All of them can be read as {found.rival} too; day first is assumed.")
    return _Draft(
        "dateTime" if found.has_clock else "date",
        found.rows,
        tuple(evidence),
        0.6 if found.rival else 0.97,
        format=found.pattern,
        kindred=profile.count("dated", "baddate") - found.rows,
    )


def _compact_date(store: ValueStore, table: int, profile: ColumnProfile) -> _Draft | None:
    digits = profile.count("integer")
    if not digits or profile.longest != len("YYYYMMDD") or not names_date(profile.name):
        return None
    if compact_dates(store, table, profile.position) < digits:
        return None
    evidence = (f"All {digits} values are days as YYYYMMDD and the header names a date.",)
    return _Draft("date", digits, evidence, 0.97, format=COMPACT)


def _time(profile: ColumnProfile) -> _Draft | None:
    rows, halves, long = (profile.count(form) for form in ("time", "clock12", "longtime"))
    if halves > rows:
        return _half_day_time(profile, halves)
    if not rows or _is_ratio(profile):
        return None
    evidence = [f"{rows} of {profile.filled} values are times of day."]
    evidence += _counter_examples(profile, "longtime", "is past the end of the day")
    return _Draft("time", rows, tuple(evidence), 0.97, kindred=long)


def _half_day_time(profile: ColumnProfile, rows: int) -> _Draft | None:
    """Read times with AM and PM, all with seconds or all without."""
    found = profile.forms["clock12"]
    ends = (found.first, found.last)
    seconds = {text.count(":") == 2 for text in ends}
    spaces = {" " in text.strip() for text in ends}
    if len(seconds) > 1 or len(spaces) > 1:
        return None
    clock = f"%I:%M{':%S' if seconds == {True} else ''}{' ' if spaces == {True} else ''}%p"
    evidence = (f"{rows} of {profile.filled} values are times of day with AM or PM.",)
    return _Draft("time", rows, evidence, 0.97, format=clock)


def _is_ratio(profile: ColumnProfile) -> bool:
    """Tell whether the texts are ratios such as 1:10, as those of a scale are."""
    ends = (profile.forms["time"].first, profile.forms["time"].last)
    return all(text.strip().startswith("1:") and text.count(":") == 1 for text in ends)


def _year(store: ValueStore, table: int, profile: ColumnProfile) -> _Draft | None:
    found = profile.forms.get("integer")
    if found is None or profile.longest != len("YYYY") or not names_year(profile.name):
        return None
    if not plain_years(store, table, profile.position, found.rows):
        return None
    evidence = (f"All {found.rows} numbers are years and the header says so.",)
    return _Draft("gYear", found.rows, evidence, 0.95)


def _number(store: ValueStore, table: int, profile: ColumnProfile) -> _Draft | None:
    """Read the column as numbers: point or comma, with or without a unit in the cells."""
    if profile.count("zeros") or is_code_header(profile.name, length=profile.longest):
        return None
    comma = profile.count("comma", "dotted", "spacedcomma") > 0 and profile.count("decimal") == 0
    spaced = profile.count("spaced", "spacedcomma")
    if spaced and not profile.count("spacedcomma", "comma", "decimal"):
        return None  # groups of digits, none with a fraction, are as likely a code
    forms = _COMMA if comma else _POINT
    rows = profile.count(*forms)
    measured = profile.count("measure")
    if measured > rows:
        return _measure(store, table, profile)
    if not rows:
        return None
    datatype = _number_type(profile, comma=comma)
    evidence = [f"{rows} of {profile.filled} values are numbers of type {datatype}."]
    if comma:
        evidence.append("The comma is the decimal sign.")
    evidence += _counter_examples(profile, "measure", "stands with something else")
    if measured and unit_format(store, table, profile.position) is None:
        measured = 0
    certainty = 0.99
    if _is_ambiguous_grouping(profile):
        certainty = 0.7
        evidence.append("Comma or point could group thousands or stand before a fraction.")
    unit = header_unit(profile.name)
    return _Draft(
        datatype, rows, tuple(evidence), certainty,
        decimal_comma=comma, spaced_groups=spaced > 0, unit=unit, kindred=measured,
    )  # fmt: skip


def _number_type(profile: ColumnProfile, *, comma: bool) -> Datatype:
    if comma:
        return "decimal" if profile.count("comma", "grouped", "spacedcomma") else "integer"
    if profile.count("exponent", "special"):
        return "double"
    if not profile.count("decimal", "triple"):
        return _grouped_type(profile)
    return "double" if profile.words.get("nan") else "decimal"


def _grouped_type(profile: ColumnProfile) -> Datatype:
    """Tell 1,234 from 1,234.5 by the example texts; both have the same form."""
    found = [profile.forms[form] for form in ("grouped", "spaced") if form in profile.forms]
    return "decimal" if any("." in form.first + form.last for form in found) else "integer"


def _is_ambiguous_grouping(profile: ColumnProfile) -> bool:
    """Tell whether all separators are one comma, or one point, before three digits."""
    commas, points = profile.count("grouped"), profile.count("triple")
    if profile.count("comma", "decimal", "dotted", "spacedcomma") or _has_two_groups(profile):
        return False
    return (commas > 0) != (points > 0)


def _has_two_groups(profile: ColumnProfile) -> bool:
    """Tell whether a number has two commas, which only thousands have, or a comma and a point."""
    found = profile.forms.get("grouped")
    return found is not None and any(
        text.count(",") > 1 or "." in text for text in (found.first, found.last)
    )


def _measure(store: ValueStore, table: int, profile: ColumnProfile) -> _Draft | None:
    found = unit_format(store, table, profile.position)
    if found is None:
        return None
    evidence = (f"{found.rows} of {profile.filled} values are numbers with {found.unit}.",)
    return _Draft(
        "decimal" if found.fractional else "integer",
        found.rows,
        evidence,
        0.95,
        format=found.format,
        decimal_comma=found.decimal_comma,
        unit=found.unit,
    )


def _with_shared_day_order(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Let an unambiguous date column of the table decide for the ambiguous ones."""
    sure = [d.format for d in drafts if d.format and "%d" in d.format and d.certainty > 0.6]
    month_first = any(p.startswith("%m") for p in sure)
    if not month_first or any(p.startswith("%d") for p in sure):
        return list(drafts)
    return [_month_first(d) if d.format and d.certainty <= 0.6 else d for d in drafts]


def _month_first(draft: _Draft) -> _Draft:
    pattern = draft.format or ""
    swapped = pattern.replace("%d", "%x").replace("%m", "%d").replace("%x", "%m")
    evidence = (draft.evidence[0], "Another date column of the table has the month first.")
    return replace(draft, format=swapped, certainty=0.85, evidence=evidence)


def _column(profile: ColumnProfile, draft: _Draft) -> Column:
    filled = max(profile.filled - profile.count("blank", "null"), 1)
    share = min(draft.rows / filled, 1.0)
    confidence = draft.certainty * share * (filled + 2) / (filled + 3)
    evidence = draft.evidence
    if draft.datatype != "string":
        evidence += tuple(_counter_examples(profile, "text", "does not fit"))
    return Column(
        name=profile.name,
        datatype=draft.datatype,
        decision=Decision(round(confidence, 3), evidence),
        format=draft.format,
        decimal_comma=draft.decimal_comma,
        spaced_groups=draft.spaced_groups,
        true_words=draft.true_words,
        false_words=draft.false_words,
        null_words=_null_words(profile, draft),
        max_length=profile.longest,
        unit=draft.unit,
    )


def _null_words(profile: ColumnProfile, draft: _Draft) -> tuple[str, ...]:
    """Give the texts of the column that mean "no value", as they are spelled.

    In a typed column every such word is one. In a text column only those are that nobody uses as
    a value: `NA` is a country or a league, `None` a choice.
    """
    typed = draft.datatype != "string"
    taken = {*draft.true_words, *draft.false_words}
    if draft.datatype == "double":
        taken.add("nan")
    words: list[str] = []
    for word, spelled in sorted(profile.spellings.items()):
        is_null = word in _STRONG_NULLS or (typed and word not in _TRUE | _FALSE)
        if is_null and word not in taken and not _is_special(word) and (word or typed):
            words += spelled
    return tuple(words)


def _is_special(word: str) -> bool:
    return word.lstrip("+-") in ("inf", "infinity")


def _text_evidence(profile: ColumnProfile, filled: int) -> str:
    if profile.count("zeros"):
        example = profile.forms["zeros"].first.strip()
        return f"{profile.count('zeros')} of {filled} values have leading zeros, such as {example}."
    numbers = profile.count(*_POINT)
    if numbers == filled:
        return f"All {filled} values are digits, but the header names a code."
    example = profile.forms["text"].first[:40] if "text" in profile.forms else ""
    tail = f", such as {example!r}" if example else ""
    return f"{filled - numbers} of {filled} values are text{tail}."


def _counter_examples(profile: ColumnProfile, form: str, complaint: str) -> list[str]:
    found = profile.forms.get(form)
    if found is None:
        return []
    return [f"{found.first.strip()[:40]!r} {complaint} ({found.rows} rows)."]
