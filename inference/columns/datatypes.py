"""Decide the datatype of every column of a table from the forms of its values.

A column keeps the type of its majority when a tiny share of cells does not fit (these are counted
as invalid, and mapping quarantines them); codes stay text, and so does every column with a leading
zero. Knows no other table.
"""

from collections.abc import Sequence
from dataclasses import replace

from graph.schema import Column, Datatype, Decision
from inference.columns.booleans import FALSE, TRUE, boolean_reading, given_words
from inference.columns.moments import (
    date_reading,
    digits_reading,
    span_reading,
    time_reading,
    year_reading,
)
from inference.columns.numbers import number_reading
from inference.columns.profile import ColumnProfile, ValueStore
from inference.columns.readings import (
    COMMA_FORMS,
    KINDRED_SHARE,
    POINT_FORMS,
    Reading,
    counter_examples,
)
from inference.columns.statistics import measured_columns
from inference.headers import is_code_header, is_identifier_header, word_set

_STRAY_SHARE = 0.02
_STRAY_DISTINCT = 5
_STRONG_NULLS = word_set(
    "null (null) <null> n/a #n/a <na> \\n nan - -- --- (blank) \u2013 \u2014 #ref! #value! #div/0! "
    "#name? (none) (empty)"
)
_KINDRED_TYPES: tuple[tuple[Datatype, ...], ...] = (
    ("integer", "decimal", "double"),
    ("date", "dateTime"),
    ("time",),
    ("duration",),
    ("gYear",),
    ("boolean",),
    ("string",),
)


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
        boolean_reading(profile),
        date_reading(store, table, profile),
        span_reading(store, table, profile),
        time_reading(profile),
        year_reading(store, table, profile),
        number_reading(store, table, profile),
    )
    kindred = next(group for group in _KINDRED_TYPES if datatype in group)
    for reading in readings:
        if reading is not None and reading.datatype in kindred:
            return _column(profile, replace(reading, datatype=datatype))
    if counted := digits_reading(store, table, profile, datatype):
        return _column(profile, counted)
    truth = given_words(datatype)
    draft = Reading(datatype, profile.filled, true_words=truth[0], false_words=truth[1])
    return _column(profile, draft)


def _draft(store: ValueStore, table: int, profile: ColumnProfile) -> Reading:
    """Choose the reading of one column."""
    filled = profile.filled - profile.count("blank", "null")
    if filled == 0:
        return Reading("string", profile.filled, ("No row has a value.",), 0.5)
    readings = (
        boolean_reading(profile),
        date_reading(store, table, profile),
        span_reading(store, table, profile),
        time_reading(profile),
        year_reading(store, table, profile),
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
    if reading.kindred > KINDRED_SHARE * filled:
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
    dates = ("date", "dateTime", "baddate", "dated", "spelled", "integer")
    return (*dates, "time", "longtime", "span", "measure", *kindred)


def _is_coded(profile: ColumnProfile) -> bool:
    return is_code_header(profile.name) or is_identifier_header(profile.name)


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
    return replace(draft, format=swapped, rival=None, certainty=0.85, evidence=evidence)


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
        rival=draft.rival,
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
        is_null = word in _STRONG_NULLS or (typed and word not in TRUE | FALSE)
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
