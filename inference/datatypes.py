"""Decide the datatype of every column of a table from the forms of its values.

A column keeps the type of its majority when a tiny share of cells does not fit (these are counted
as invalid, and mapping quarantines them); codes stay text, and so does every column with a leading
zero. Knows no other table.
"""

from collections.abc import Sequence
from dataclasses import replace

from graph.schema import Column, Datatype, Decision
from inference.dates import COMPACT, compact_dates, date_pattern, plain_years
from inference.headers import (
    is_code_header,
    is_flag_header,
    is_identifier_header,
    names_date,
    names_state,
    names_year,
)
from inference.numbers import number_reading
from inference.profile import BOOLEAN_PAIRS, ColumnProfile, ValueStore
from inference.readings import COMMA_FORMS, POINT_FORMS, Reading, counter_examples
from inference.statistics import measured_columns

_STRAY_SHARE = 0.02
_STRAY_DISTINCT = 5
_KINDRED_SHARE = 0.1
_STRONG_NULLS = frozenset(
    ("null", "(null)", "<null>", "n/a", "#n/a", "<na>", "\\n", "nan", "-", "--", "---", "(blank)")
)
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
        number_reading(store, table, profile),
    )
    kindred = next(group for group in _KINDRED_TYPES if datatype in group)
    for reading in readings:
        if reading is not None and reading.datatype in kindred:
            return _column(profile, replace(reading, datatype=datatype))
    truth = (("1",), ("0",)) if datatype == "boolean" else ((), ())
    draft = Reading(datatype, profile.filled, true_words=truth[0], false_words=truth[1])
    return _column(profile, draft)


def _draft(store: ValueStore, table: int, profile: ColumnProfile) -> Reading:
    """Choose the reading of one column."""
    filled = profile.filled - profile.count("blank", "null")
    if filled == 0:
        return Reading("string", profile.filled, ("No row has a value.",), 0.5)
    readings = (
        _boolean(profile),
        _date(store, table, profile),
        _time(profile),
        _year(store, table, profile),
        number_reading(store, table, profile),
    )
    some = [reading for reading in readings if reading is not None]
    fitting = [reading for reading in some if _fits(reading, profile, filled)]
    text = Reading("string", profile.filled, (_text_evidence(profile, filled),))
    chosen = max(fitting, key=lambda reading: reading.rows, default=text)
    others = [reading for reading in some if reading.datatype != chosen.datatype]
    said = tuple(_why_not(other, filled) for other in others)
    return replace(chosen, evidence=(*chosen.evidence, *said))


def _why_not(other: Reading, filled: int) -> str:
    """Say of another type that was looked at why it lost."""
    if other.rows >= filled:
        return f"All values could be {other.datatype} too; the header decides."
    return f"As {other.datatype} only {other.rows} of {filled} values could be read."


def _fits(reading: Reading, profile: ColumnProfile, filled: int) -> bool:
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


def _read_forms(reading: Reading) -> tuple[str, ...]:
    kindred = ("blank", "null")
    if reading.datatype in ("integer", "decimal", "double"):
        return (*(COMMA_FORMS if reading.decimal_comma else POINT_FORMS), "measure", *kindred)
    if reading.datatype == "boolean":
        return ("word", "integer", *kindred)
    return ("date", "dateTime", "baddate", "dated", "time", "longtime", "integer", *kindred)


def _is_coded(profile: ColumnProfile) -> bool:
    return is_code_header(profile.name) or is_identifier_header(profile.name)


def _boolean(profile: ColumnProfile) -> Reading | None:
    words = sorted(word for word in profile.words if word in _TRUE | _FALSE)
    true, false = (tuple(w for w in words if w in side) for side in (_TRUE, _FALSE))
    both = bool(true and false)
    asked = is_flag_header(profile.name)
    alone = asked or names_state(profile.name) or set(words) <= _BARE_BOOLEANS
    if words and (both or alone):
        rows = sum(profile.words[word] for word in words)
        spread = ", ".join(f"{word} ({profile.words[word]})" for word in words)
        evidence = (f"{rows} of {profile.filled} values are truth words: {spread}.",)
        certainty = 0.97 if both else 0.85
        return Reading("boolean", rows, evidence, certainty, true_words=true, false_words=false)
    integers = profile.forms.get("integer")
    if integers and asked and {integers.first, integers.last} <= {"0", "1"}:
        evidence = (f"The header {profile.name!r} asks a question and all values are 0 or 1.",)
        # one row more than the number reading has, so that the header decides
        rows = integers.rows
        return Reading("boolean", rows, evidence, 0.9, true_words=("1",), false_words=("0",))
    return None


def _date(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    days, moments = profile.count("date"), profile.count("dateTime")
    dated = profile.count("dated")
    kindred = profile.count("baddate")
    if days + moments >= dated and days + moments > 0:
        rows = days + moments
        datatype: Datatype = "dateTime" if moments else "date"
        evidence = [f"{rows} of {profile.filled} values are ISO 8601 dates."]
        if moments and days:
            evidence.append(f"{days} of them have no time of day and count as midnight.")
        evidence += counter_examples(profile, "baddate", "is not a day of the calendar")
        return Reading(datatype, rows, tuple(evidence), kindred=kindred)
    if dated >= (1 - _KINDRED_SHARE) * (profile.filled - profile.count("blank", "null")):
        return _patterned_date(store, table, profile)
    return _compact_date(store, table, profile)


def _patterned_date(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    found = date_pattern(store, table, profile.position)
    if found is None:
        return None
    evidence = [f"{found.rows} of {profile.filled} values have the pattern {found.pattern}."]
    if found.rival is not None:
        evidence.append(f"All of them can be read as {found.rival} too; day first is assumed.")
    return Reading(
        "dateTime" if found.has_clock else "date",
        found.rows,
        tuple(evidence),
        0.6 if found.rival else 0.97,
        format=found.pattern,
        kindred=profile.count("dated", "baddate") - found.rows,
    )


def _compact_date(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    digits = profile.count("integer")
    if not digits or profile.longest != len("YYYYMMDD") or not names_date(profile.name):
        return None
    if compact_dates(store, table, profile.position) < digits:
        return None
    evidence = (f"All {digits} values are days as YYYYMMDD and the header names a date.",)
    return Reading("date", digits, evidence, 0.97, format=COMPACT)


def _time(profile: ColumnProfile) -> Reading | None:
    rows, halves, long = (profile.count(form) for form in ("time", "clock12", "longtime"))
    if halves > rows:
        return _half_day_time(profile, halves)
    if not rows or _is_ratio(profile):
        return None
    evidence = [f"{rows} of {profile.filled} values are times of day."]
    evidence += counter_examples(profile, "longtime", "is past the end of the day")
    return Reading("time", rows, tuple(evidence), 0.97, kindred=long)


def _half_day_time(profile: ColumnProfile, rows: int) -> Reading | None:
    """Read times with AM and PM, all with seconds or all without."""
    found = profile.forms["clock12"]
    ends = (found.first, found.last)
    seconds = {text.count(":") == 2 for text in ends}
    spaces = {" " in text.strip() for text in ends}
    if len(seconds) > 1 or len(spaces) > 1:
        return None
    clock = f"%I:%M{':%S' if seconds == {True} else ''}{' ' if spaces == {True} else ''}%p"
    evidence = (f"{rows} of {profile.filled} values are times of day with AM or PM.",)
    return Reading("time", rows, evidence, 0.97, format=clock)


def _is_ratio(profile: ColumnProfile) -> bool:
    """Tell whether the texts are ratios such as 1:10, as those of a scale are."""
    ends = (profile.forms["time"].first, profile.forms["time"].last)
    return all(text.strip().startswith("1:") and text.count(":") == 1 for text in ends)


def _year(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    found = profile.forms.get("integer")
    if found is None or profile.longest != len("YYYY") or not names_year(profile.name):
        return None
    if not plain_years(store, table, profile.position, found.rows):
        return None
    evidence = (f"All {found.rows} numbers are years and the header says so.",)
    return Reading("gYear", found.rows, evidence, 0.95)


def _with_shared_day_order(drafts: Sequence[Reading]) -> list[Reading]:
    """Let an unambiguous date column of the table decide for the ambiguous ones."""
    sure = [d.format for d in drafts if d.format and "%d" in d.format and d.certainty > 0.6]
    month_first = any(p.startswith("%m") for p in sure)
    if not month_first or any(p.startswith("%d") for p in sure):
        return list(drafts)
    return [_month_first(d) if d.format and d.certainty <= 0.6 else d for d in drafts]


def _month_first(draft: Reading) -> Reading:
    pattern = draft.format or ""
    swapped = pattern.replace("%d", "%x").replace("%m", "%d").replace("%x", "%m")
    evidence = (draft.evidence[0], "Another date column of the table has the month first.")
    return replace(draft, format=swapped, certainty=0.85, evidence=evidence)


def _column(profile: ColumnProfile, draft: Reading) -> Column:
    filled = max(profile.filled - profile.count("blank", "null"), 1)
    share = min(draft.rows / filled, 1.0)
    confidence = draft.certainty * share * (filled + 2) / (filled + 3)
    evidence = draft.evidence
    if draft.datatype != "string":
        evidence += tuple(counter_examples(profile, "text", "does not fit"))
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


def _null_words(profile: ColumnProfile, draft: Reading) -> tuple[str, ...]:
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
    numbers = profile.count(*POINT_FORMS)
    if numbers == filled:
        return f"All {filled} values are digits, but the header names a code."
    example = profile.forms["text"].first[:40] if "text" in profile.forms else ""
    tail = f", such as {example!r}" if example else ""
    return f"{filled - numbers} of {filled} values are text{tail}."
