"""DuckDB expressions that turn source text into canonical XSD lexical forms.

Inference counts with them and mapping writes with them, so what was counted is what lands. Only
text is built here; no engine is imported. Lexical forms: XML Schema 1.1 part 2, canonical, with
these choices:

- a decimal always has a digit after the point (`2` and `2.00` give `2.0`);
- a double is the engine's shortest text that reads back to the same value (`1e+20`, `1.5`), with
  `INF`, `-INF` and `NaN`;
- a dateTime keeps its zone; a cell of a dateTime column that is only a date is its midnight;
- an integer never has leading zeros: such a cell is a code, not a number, and not valid here;
- text is kept unchanged (no Unicode normalisation, no trimming);
- around other values blanks of all kinds are no part of them; an amount in brackets, or with its
  minus behind it, is negative.
"""

from graph.schema import Column
from graph.spans import span_sql
from graph.spelled_dates import LANGUAGE_MARK, MONTHS, spelled_sql

NUMBER_PLACE = "#"
"""Where the number stands in the `format` of a number column whose cells carry their unit."""

_INTEGER = "[+-]?(0|[1-9][0-9]*)"
_DECIMAL = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
_DOUBLE = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_GROUPED = r"[+-]?[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}(\.[0-9]*)?"
"""Groups of three digits, and after the last three of two, as in India."""
_GROUPED_COMMA = r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]*)?"
GROUP_SIGNS = "[ \u00a0\u2009\u202f'’]"
"""Signs between groups of three digits besides comma and point, as a regular expression."""
_GROUP = f"{GROUP_SIGNS}([0-9]{{3}})\\b"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?"
_ZONE = r" ?(Z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?)"
_DATETIME = f"{_DATE}([T ]{_CLOCK}({_ZONE})?)?"
_TIME = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"
ZONED_TIME = (
    r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
)
"""Times with a zone; without seconds, `10:00-12:00` is from ten to twelve."""
# Most cells are written like this already: one look at them costs a tenth of the whole expression.
_CANONICAL_INTEGER = "0|-?[1-9][0-9]*"
_CANONICAL_DECIMAL = r"-?[1-9][0-9]*\.([0-9]*[1-9]|0)|-?0\.[0-9]*[1-9]|0\.0"
_CANONICAL_DATETIME = f"{_DATE}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_BLANKS = " \t\r\n\u00a0\u2007\u2009\u202f\u3000\ufeff"
_OTHER_DIGITS = "０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬"
_OTHER_NUMBER = "[+\u2212-]?[０-９٠-٩۰-۹][０-９٠-٩۰-۹.,٫٬]*"
"""Digits of full width, and those of Arabic and Persian with their decimal and group signs."""
_BRACKETED = r"^\(([^()]*[0-9][^()]*)\)$"
_MINUS_LAST = r"^([^-]*[0-9][.,][0-9]+)-$"
ZONED = " %z"
"""Ends the pattern of date-times whose zone stands behind them."""
EPOCHS = {"%s": 1_000_000, "%Q": 1_000}
"""Microseconds in one unit of numbers that count from 1970 in UTC, by the pattern of the column.

`%s` counts seconds, `%Q` milliseconds, as in d3-time-format.
"""
_COUNT = r"-?[0-9]{1,14}(\.[0-9]+)?"
_SPECIAL = (
    ("INF", ("inf", "+inf", "infinity", "+infinity")),
    ("-INF", ("-inf", "-infinity")),
    ("NaN", ("nan",)),
)


def quote_name(name: str) -> str:
    """Quote an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Quote an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def trimmed_sql(source: str) -> str:
    """Give the expression of a text without the blanks around it."""
    return f"trim({source}, {quote_text(_BLANKS)})"


def signed_sql(text: str) -> str:
    """Give the expression of a trimmed text with ASCII digits and a plain minus before it.

    `(12.50)` and `12.50-` are amounts below zero as accountants write them.
    """
    digits = f"translate({text}, {quote_text(_OTHER_DIGITS)}, '{'0123456789' * 3}.,')"
    known = f"(CASE WHEN {_matches(text, _OTHER_NUMBER)} THEN {digits} ELSE {text} END)"
    plain = f"replace({known}, '\u2212', '-')"
    unbracketed = f"regexp_replace({plain}, {quote_text(_BRACKETED)}, '-\\1')"
    return f"regexp_replace({unbracketed}, {quote_text(_MINUS_LAST)}, '-\\1')"


def zone_of(text: str) -> str:
    """Give the expression of the zone at the end of a date-time; empty where there is none."""
    return f"regexp_extract({text}, {quote_text(_ZONE + '$')}, 1)"


def null_sql(column: Column, source: str) -> str:
    """Give the condition under which the cell has no value.

    Args:
        column: the decided column; its `null_words` count as no value.
        source: SQL expression of the cell's text (varchar or NULL).
    """
    if not column.null_words:
        return f"({source} IS NULL)"
    words = ", ".join(quote_text(word) for word in column.null_words)
    return f"({source} IS NULL OR {trimmed_sql(source)} IN ({words}))"


def lexical_sql(column: Column, source: str) -> str:
    """Give the expression of the cell's canonical lexical form; NULL where it is not valid.

    Args:
        column: the decided column: datatype, format, words.
        source: SQL expression of the cell's text; where `null_sql` holds, the result is NULL.
    """
    form = _FORMS[column.datatype](column, source)
    if not column.null_words:
        return form
    return f"(CASE WHEN {null_sql(column, source)} THEN NULL ELSE {form} END)"


def _string(_: Column, source: str) -> str:
    return source


def _integer(column: Column, source: str) -> str:
    text = _number_text(column, source)
    digits = f"ltrim({text}, '+')"
    form = (
        f"(CASE WHEN {_matches(text, _INTEGER)} "
        f"THEN (CASE {digits} WHEN '-0' THEN '0' ELSE {digits} END) END)"
    )
    return _unless_canonical(column, source, _CANONICAL_INTEGER, form)


def _decimal(column: Column, source: str) -> str:
    text = _number_text(column, source)
    bare = f"ltrim({text}, '+-')"
    whole = f"coalesce(nullif(ltrim(split_part({bare}, '.', 1), '0'), ''), '0')"
    fraction = f"coalesce(nullif(rtrim(split_part({bare}, '.', 2), '0'), ''), '0')"
    value = f"({whole} || '.' || {fraction})"
    sign = f"(CASE WHEN starts_with({text}, '-') AND {value} <> '0.0' THEN '-' ELSE '' END)"
    form = f"(CASE WHEN {_matches(text, _DECIMAL)} THEN {sign} || {value} END)"
    return _unless_canonical(column, source, _CANONICAL_DECIMAL, form)


def _unless_canonical(column: Column, source: str, canonical: str, form: str) -> str:
    """Give the number's text itself where it is canonical already, else `form`."""
    if column.decimal_comma or (column.format is not None and NUMBER_PLACE in column.format):
        return form
    return f"(CASE WHEN {_matches(source, canonical)} THEN {source} ELSE {form} END)"


def _double(column: Column, source: str) -> str:
    text = _number_text(column, source)
    special = " ".join(
        f"WHEN lower({text}) IN ({', '.join(quote_text(word) for word in words)}) "
        f"THEN {quote_text(lexical)}"
        for lexical, words in _SPECIAL
    )
    number = f"TRY_CAST({text} AS DOUBLE)"
    # a number beyond the range of a double must not land as infinity
    return (
        f"(CASE {special} WHEN {_matches(text, _DOUBLE)} AND isfinite({number}) "
        f"THEN CAST({number} AS VARCHAR) END)"
    )


def _number_text(column: Column, source: str) -> str:
    """Give the number's text with a point and without unit and thousands separators."""
    text = signed_sql(trimmed_sql(source))
    if column.format is not None and NUMBER_PLACE in column.format:
        before, _, after = (part.strip() for part in column.format.partition(NUMBER_PLACE))
        text = _without(text, before, after)
    if column.spaced_groups:
        text = f"regexp_replace({text}, {quote_text(_GROUP)}, '\\1', 'g')"
    if column.decimal_comma:
        grouped = f"replace({text}, '.', '')"
        plain = f"CASE WHEN {_matches(text, _GROUPED_COMMA)} THEN {grouped} ELSE {text} END"
        # a point that does not group thousands is not a number in this column
        return f"replace(replace({plain}, '.', '?'), ',', '.')"
    return f"(CASE WHEN {_matches(text, _GROUPED)} THEN replace({text}, ',', '') ELSE {text} END)"


def _without(text: str, before: str, after: str) -> str:
    """Strip the unit that stands before or after the number; a cell without it is not valid."""
    form = (
        rf"^([+-]?)\s*\Q{before}\E[\s\x{{a0}}\x{{202f}}]*(.*?)[\s\x{{a0}}\x{{202f}}]*\Q{after}\E$"
    )
    # Each expression names its text once: nested ones would double with every level.
    whole = f"regexp_extract({text}, {quote_text(form)}, 0)"
    return f"regexp_replace({whole}, {quote_text(form)}, '\\1\\2')"


def _boolean(column: Column, source: str) -> str:
    text = f"lower({trimmed_sql(source)})"
    return (
        f"(CASE WHEN {text} IN ({_words(column.true_words or ('true',))}) THEN 'true' "
        f"WHEN {text} IN ({_words(column.false_words or ('false',))}) THEN 'false' END)"
    )


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(quote_text(word.lower()) for word in words)


def _date(column: Column, source: str) -> str:
    text = trimmed_sql(source)
    if column.format is not None and LANGUAGE_MARK in column.format:
        return f"nullif(left({_spelled(column.format, text)}, 10), '')"
    if column.format is not None:
        return f"strftime({_parsed(column.format, text)}, '%Y-%m-%d')"
    return f"(CASE WHEN {_is_iso(text, _DATE)} THEN {text} END)"


def _datetime(column: Column, source: str) -> str:
    text = trimmed_sql(source)
    if column.format is not None and LANGUAGE_MARK in column.format:
        moment = f"rpad({_spelled(column.format, text)}, 19, ' 00:00:00')"
        return f"strftime(TRY_CAST({moment} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S')"
    if column.format is not None and column.format.endswith(ZONED):
        return _zoned(column.format.removesuffix(ZONED), text)
    if column.format is not None:
        moment = f"strftime({_parsed(column.format, text)}, '%Y-%m-%dT%H:%M:%S.%f')"
        zone = " || 'Z'" if column.format in EPOCHS else ""
        return f"({_trimmed_fraction(moment)}{zone})"
    clock = f"substring({text}, 12)"
    zone = f"regexp_extract({clock}, {quote_text(_ZONE + '$')}, 1)"
    time = f"regexp_extract({clock}, {quote_text('^' + _CLOCK)}, 0)"
    padded = f"(CASE WHEN {time}[2] = ':' THEN '0' || {time} ELSE replace({time}, ',', '.') END)"
    moment = (
        f"left({text}, 10) || 'T' || (CASE length({padded}) WHEN 0 THEN '00:00:00' "
        f"WHEN 5 THEN {padded} || ':00' ELSE {_trimmed_fraction(padded)} END) || {_zone(zone)}"
    )
    return (
        f"(CASE WHEN {_is_iso(source, _CANONICAL_DATETIME)} THEN replace({source}, ' ', 'T') "
        f"WHEN {_is_iso(text, _DATETIME)} THEN {moment} END)"
    )


def _zoned(pattern: str, text: str) -> str:
    """Give a date-time that a pattern reads, with the zone that stands behind it."""
    zone = zone_of(text)
    bare = f"rtrim(left({text}, length({text}) - length({zone})))"
    moment = f"strftime({_parsed(pattern, bare)}, '%Y-%m-%dT%H:%M:%S.%f')"
    return f"({_trimmed_fraction(moment)} || {_zone(zone)})"


def _spelled(form: str, text: str) -> str:
    language = form.rpartition(LANGUAGE_MARK)[2]
    return spelled_sql(text, language) if language in MONTHS else "NULL"


def _zone(zone: str) -> str:
    """Give the XSD form of a zone: `+01` and `+0100` are `+01:00`."""
    return (
        f"(CASE WHEN {zone} IN ('Z', 'UTC', 'GMT') THEN 'Z' "
        f"WHEN length({zone}) = 3 THEN {zone} || ':00' "
        f"WHEN length({zone}) = 5 THEN left({zone}, 3) || ':' || right({zone}, 2) "
        f"ELSE {zone} END)"
    )


def _duration(_: Column, source: str) -> str:
    return span_sql(trimmed_sql(source))


def _time(column: Column, source: str) -> str:
    text = trimmed_sql(source)
    if column.format is not None:
        return _trimmed_fraction(f"strftime({_parsed(column.format, text)}, '%H:%M:%S.%f')")
    padded = f"(CASE WHEN {text}[2] = ':' THEN '0' || {text} ELSE {text} END)"
    whole = f"(CASE WHEN length({padded}) = 5 THEN {padded} || ':00' ELSE {padded} END)"
    zone = zone_of(text)
    zoned = f"left({text}, length({text}) - length({zone}))"
    return (
        f"(CASE WHEN {_matches(text, _TIME)} THEN {_trimmed_fraction(whole)} "
        f"WHEN {_matches(text, ZONED_TIME)} THEN {_trimmed_fraction(zoned)} || {zone} END)"
    )


def _year(_: Column, source: str) -> str:
    text = trimmed_sql(source)
    return f"(CASE WHEN {_matches(text, '[0-9]{4}')} THEN {text} END)"


def _parsed(pattern: str, text: str) -> str:
    if pattern in EPOCHS:
        count = f"TRY_CAST({text} AS DECIMAL(24, 6)) * {EPOCHS[pattern]}"
        moment = f"make_timestamp(TRY_CAST({count} AS BIGINT))"
        return f"(CASE WHEN {_matches(text, _COUNT)} THEN {moment} END)"
    if "%p" in pattern:
        text = f"regexp_replace({text}, '([AaPp])[.][Mm][.]', '\\1M')"
    return f"TRY_STRPTIME({text}, {quote_text(pattern)})"


def _is_iso(text: str, pattern: str) -> str:
    """Give the test of shape and calendar: 2024-13-45 has the shape and is no date."""
    return f"{_matches(text, pattern)} AND TRY_CAST(left({text}, 10) AS DATE) IS NOT NULL"


def _trimmed_fraction(text: str) -> str:
    return f"(CASE WHEN contains({text}, '.') THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END)"


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {quote_text(pattern)})"


_FORMS = {
    "string": _string,
    "integer": _integer,
    "decimal": _decimal,
    "double": _double,
    "boolean": _boolean,
    "date": _date,
    "dateTime": _datetime,
    "time": _time,
    "gYear": _year,
    "duration": _duration,
}
