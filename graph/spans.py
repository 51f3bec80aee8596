"""Spans of time as people write them, as SQL expressions of the lexical form of `xsd:duration`.

Source: XML Schema 1.1 part 2, section 3.3.6. Spans in days and smaller are written with each part
within its range (`PT90M` stands, but `1:30:00` and `90 min` give `PT1H30M`).
"""

_NUMBER = "([0-9]+(?:[.,][0-9]+)?)"
_UNITS = {
    "week": "weeks?|wks?|w|wochen?|semaines?|semanas?|settiman[ae]",
    "day": "days?|d|tage?n?|jours?|d[ií]as?|dias?|giorn[oi]|dagen|dag",
    "hour": "hours?|hrs?|h|std\\.?|stunden?|heures?|horas?|or[ae]|uur|uren",
    "minute": "minutes?|mins?\\.?|m|minuten?|minutos?|minut[oi]|minuut",
    "second": "seconds?|secs?\\.?|s|sek\\.?|sekunden?|secondes?|segundos?|second[oi]|seconden?",
}
"""Words for units of time, lower case."""

_CLOCK = r"[0-9]{1,4}:[0-5][0-9]:[0-5][0-9](?:[.,][0-9]+)?"
ISO_SPAN = (
    r"[+-]?P([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?"
    r"(T([0-9]+H)?([0-9]+M)?([0-9]+([.,][0-9]+)?S)?)?"
)
"""Regular expression of spans of ISO 8601; `P` alone and `PT` alone are none."""

CLOCK_SPAN = f"-?(?:[0-9]+ ?(?:{_UNITS['day']}),? )?{_CLOCK}"
"""Regular expression of spans as hours, minutes and seconds, after days or not, lower case."""

WORD_SPAN = "".join(
    f"(?:{_NUMBER.replace('(', '(?:', 1)} ?(?:{words})[, ]*(?:and |und |et |y |e )?)?"
    for words in _UNITS.values()
)
"""Regular expression of spans as numbers with units, the largest first, lower case."""


def span_sql(text: str) -> str:
    """Give the expression of a span in the lexical form of `xsd:duration`; NULL where it is none.

    Args:
        text: SQL expression of the trimmed text.
    """
    lower = f"lower({text})"
    iso = f"replace(ltrim({text}, '+'), ',', '.')"
    weeks = f"TRY_CAST(regexp_extract({text}, '([0-9]+)W', 1) AS BIGINT)"
    return (
        f"(CASE WHEN regexp_full_match({text}, '{ISO_SPAN}') AND regexp_matches({text}, '[0-9].$') "
        f"THEN (CASE WHEN contains({text}, 'W') "
        f"THEN {_without_weeks(iso, weeks)} ELSE {iso} END) "
        f"WHEN regexp_full_match({lower}, '{CLOCK_SPAN}') "
        f"THEN {_composed(_clock_seconds(lower), lower)} "
        f"WHEN {text} <> '' AND regexp_full_match({lower}, '{WORD_SPAN}') "
        f"THEN {_composed(_word_seconds(lower), lower)} END)"
    )


def _without_weeks(iso: str, weeks: str) -> str:
    """Write weeks as days, which XML Schema has."""
    days = f"coalesce(TRY_CAST(regexp_extract({iso}, '([0-9]+)D', 1) AS BIGINT), 0)"
    whole = f"regexp_replace({iso}, '[0-9]+W([0-9]+D)?', '#')"
    return f"replace({whole}, '#', CAST({weeks} * 7 + {days} AS VARCHAR) || 'D')"


def _clock_seconds(lower: str) -> str:
    days = f"coalesce({_decimal(_first_number(lower))}, 0)"
    clock = f"regexp_extract({lower}, '{_CLOCK}$')"
    hours = f"CAST(split_part({clock}, ':', 1) AS DECIMAL(18, 0))"
    minutes = f"CAST(split_part({clock}, ':', 2) AS DECIMAL(18, 0))"
    seconds = _decimal(f"split_part({clock}, ':', 3)")
    return f"({days} * 86400 + {hours} * 3600 + {minutes} * 60 + {seconds})"


def _first_number(lower: str) -> str:
    return f"regexp_extract({lower}, '^-?([0-9]+) ?[a-zí]', 1)"


def _word_seconds(lower: str) -> str:
    sizes = {"week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1}
    parts = []
    for unit, words in _UNITS.items():
        found = f"regexp_extract({lower}, '{_NUMBER} ?(?:{words})(?:$|[^a-zí.])', 1)"
        parts.append(f"coalesce({_decimal(found)}, 0) * {sizes[unit]}")
    return f"({' + '.join(parts)})"


def _decimal(text: str) -> str:
    return f"TRY_CAST(replace({text}, ',', '.') AS DECIMAL(18, 6))"


def _composed(seconds: str, lower: str) -> str:
    """Write a number of seconds as days, hours, minutes and seconds."""
    whole = f"CAST(floor({seconds}) AS BIGINT)"
    rest = f"({seconds} - floor({seconds}))"
    fraction = f"rtrim(substring(CAST(CAST({rest} AS DECIMAL(7, 6)) AS VARCHAR), 2), '0')"
    days = f"if({whole} >= 86400, CAST({whole} // 86400 AS VARCHAR) || 'D', '')"
    hours = f"if({whole} // 3600 % 24 > 0, CAST({whole} // 3600 % 24 AS VARCHAR) || 'H', '')"
    minutes = f"if({whole} // 60 % 60 > 0, CAST({whole} // 60 % 60 AS VARCHAR) || 'M', '')"
    second = (
        f"if({whole} % 60 > 0 OR {rest} > 0, "
        f"CAST({whole} % 60 AS VARCHAR) || rtrim({fraction}, '.') || 'S', '')"
    )
    sign = f"if(starts_with({lower}, '-'), '-', '')"
    time = f"({hours} || {minutes} || {second})"
    tail = f"if({time} = '', '', 'T' || {time})"
    written = f"({sign} || 'P' || {days} || {tail})"
    return f"(CASE {seconds} WHEN 0 THEN 'PT0S' ELSE {written} END)"
