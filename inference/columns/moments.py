"""Read the texts of a column as dates, date-times, times of day, years or durations."""

from graph.lexical import EPOCHS, lexical_sql
from graph.schema import Column, Datatype, Decision
from graph.spelled_dates import LANGUAGE_MARK
from inference.columns.dates import (
    compact_dates,
    date_pattern,
    epochs,
    has_clocks,
    plain_years,
    spelled_dates,
)
from inference.columns.profile import ColumnProfile, ValueStore
from inference.columns.readings import KINDRED_SHARE, Reading, counter_examples
from inference.headers import names_moment, names_span, names_year

_COMPACT: tuple[tuple[Datatype, str, str], ...] = (
    ("date", "YYYYMMDD", "%Y%m%d"),
    ("dateTime", "YYYYMMDDhhmm", "%Y%m%d%H%M"),
    ("dateTime", "YYYYMMDDhhmmss", "%Y%m%d%H%M%S"),
)
"""What digits alone may be: their type, form and `strptime` pattern."""


def date_reading(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    """Read the column as days or date-times, in the one form that most of them have."""
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
    least = (1 - KINDRED_SHARE) * (profile.filled - profile.count("blank", "null"))
    patterned = _patterned_date(store, table, profile) if dated >= least else None
    if profile.count("dated", "spelled") < least:
        return _compact_date(store, table, profile)
    if patterned is not None and patterned.rows >= least:
        return patterned
    return _spelled_date(store, table, profile) or patterned


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
        rival=found.rival,
        kindred=profile.count("dated", "baddate") - found.rows,
    )


def _spelled_date(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    found = spelled_dates(store, table, profile.position)
    if found is None:
        return None
    datatype: Datatype = "dateTime" if has_clocks(store, table, profile.position) else "date"
    language = found.pattern.rpartition(LANGUAGE_MARK)[2]
    words = f"a month in words, as in the language {language!r}"
    evidence = (f"{found.rows} of {profile.filled} values are days with {words}.",)
    return Reading(datatype, found.rows, evidence, 0.97, format=found.pattern)


def _compact_date(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    """Read digits as days or moments, where the header says so; numbers could be keys as well."""
    if not names_moment(profile.name):
        return None
    for kind, form, pattern in _COMPACT:
        digits = profile.count("integer")
        if digits and profile.longest == len(form):
            rows = compact_dates(store, table, profile.position, pattern)
            evidence = (f"All {digits} values are {form} and the header names a time.",)
            reading = Reading(kind, digits, evidence, 0.97, format=pattern)
            return reading if rows >= digits else None
    return None


def digits_reading(
    store: ValueStore, table: int, profile: ColumnProfile, datatype: Datatype
) -> Reading | None:
    """Read digits as the days or moments that somebody says they are: YYYYMMDD, or from 1970."""
    if datatype not in ("date", "dateTime"):
        return None
    patterns = [pattern for _, _, pattern in _COMPACT]
    rows = {p: compact_dates(store, table, profile.position, p) for p in patterns}
    rows |= {p: epochs(store, table, profile.position, p) for p in EPOCHS}
    best = max(rows, key=lambda pattern: rows[pattern])
    return Reading(datatype, rows[best], format=best) if rows[best] else None


def time_reading(profile: ColumnProfile) -> Reading | None:
    """Read the column as times of day."""
    rows, halves, long = (profile.count(form) for form in ("time", "clock12", "longtime"))
    if halves > rows:
        return _half_day_time(profile, halves)
    if not rows or _is_ratio(profile):
        return None
    evidence = [f"{rows} of {profile.filled} values are times of day."]
    evidence += counter_examples(profile, "longtime", "is past the end of the day")
    return Reading("time", rows, tuple(evidence), 0.97, kindred=long)


def span_reading(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    """Read the column as durations: where its values say so, or its header does of clocks."""
    said = profile.count("span")
    clocks = profile.count("time", "longtime")
    if not said and not (clocks and names_span(profile.name) and _has_seconds(profile)):
        return None
    span = Column("", "duration", Decision(0))
    found = store.connection.execute(
        f"SELECT coalesce(sum(n), 0)::BIGINT FROM {store.values(table)} WHERE col = ? "
        "AND form IN ('span', 'measure', 'time', 'longtime', 'text') "
        f"AND length(value) <= 64 AND {lexical_sql(span, 'value')} IS NOT NULL",
        [profile.position],
    ).fetchone()
    rows = int(found[0]) if found is not None else 0
    how = "are durations" if said else "are clock times, and the header names a duration"
    evidence = (f"{rows} of {profile.filled} values {how}.",)
    return Reading("duration", rows, evidence, 0.95)


def _has_seconds(profile: ColumnProfile) -> bool:
    """Tell whether all clocks go to the second; `3:45` may be minutes and seconds as well."""
    found = [profile.forms[form] for form in ("time", "longtime") if form in profile.forms]
    ends = [text.strip() for form in found for text in (form.first, form.last)]
    return all(text.count(":") == 2 for text in ends)


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


def year_reading(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    """Read the column as years, where the header says so too."""
    found = profile.forms.get("integer")
    if found is None or profile.longest != len("YYYY") or not names_year(profile.name):
        return None
    if not plain_years(store, table, profile.position, found.rows):
        return None
    evidence = (f"All {found.rows} numbers are years and the header says so.",)
    return Reading("gYear", found.rows, evidence, 0.95)
