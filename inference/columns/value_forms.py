"""The forms that texts have, as one SQL expression: what a value looks like by itself.

Whether a column is of a type is decided from the counts of its forms
(`inference.columns.datatypes`).
"""

from graph.lexical import GROUP_SIGNS, ZONED_TIME, quote_text
from graph.spans import CLOCK_SPAN, ISO_SPAN, WORD_SPAN
from graph.spelled_dates import month_hint

NULL_WORDS = (
    "null", "(null)", "<null>", "n/a", "#n/a", "na", "<na>", "n.a.", "nan", "none", "nil", "\\n",
    "-", "--", "---", "?", "??", ".", "..", "*", "unknown", "missing", "undefined", "not available",
    "not applicable", "k.a.", "keine angabe", "s/d", "n.d.", "#n/v", "nd", "tbd", "(blank)",
    "\u2013", "\u2014", "n.v.", "s.o.", "n.r.", "#ref!", "#value!", "#div/0!", "#name?", "no data",
    "unbekannt", "inconnu", "desconocido", "(none)", "n/d", "not known", "(empty)",
)  # fmt: skip
"""Texts, lower case, that may mean "no value"; the column decides whether they do."""

BOOLEAN_PAIRS = (
    ("true", "false"), ("t", "f"), ("yes", "no"), ("y", "n"), ("ja", "nein"), ("j", "n"),
    ("si", "no"), ("sí", "no"), ("oui", "non"), ("vrai", "faux"), ("wahr", "falsch"),
    ("verdadero", "falso"), ("sim", "não"), ("on", "off"), ("ja", "nee"), ("ja", "nej"),
    ("ja", "nei"), ("vero", "falso"), ("waar", "onwaar"), ("sant", "falskt"), ("tak", "nie"),
    ("ano", "ne"), ("da", "ne"), ("igen", "nem"), ("evet", "hayır"), ("kyllä", "ei"),
    ("да", "нет"), ("так", "ні"), ("ναι", "όχι"), ("はい", "いいえ"), ("是", "否"),
    ("예", "아니오"), ("enabled", "disabled"), ("active", "inactive"), ("✓", "✗"), ("✔", "✘"),
    ("☑", "☐"),
)  # fmt: skip
"""Words of true and false, lower case; `1` and `0` are left to the header."""

MARKS = ("x", "✓", "✔", "☑", "•")
"""Marks that stand where something is so, with a blank cell where it is not."""

CLOCK_12 = r"(0?[1-9]|1[0-2])(:[0-5][0-9]){1,2} ?[AaPp]\.?[Mm]\.?"
"""Times of day with AM and PM."""

NUMBER = f"([0-9]{{1,3}}({GROUP_SIGNS}[0-9]{{3}})+([.,][0-9]+)?|[0-9][0-9.,]*)"
"""A number without its sign, beside which a unit may stand."""

CURRENCY_MARKS = (
    "USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SGD|HKD|"
    "SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|BRL|MXN|ZAR|KRW|"
    r"US\$|R\$|C\$|A\$|CA\$|AU\$|NZ\$|HK\$|S\$|MX\$|Rs\.?|Fr\.?|SFr\.?|kr\.?|zł|Kč|Ft|Rp\.?|RM"
)
"""What stands before amounts besides a single sign, as a regular expression."""

_MONTH = (
    "(?i).*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*.*"  # english, as strptime reads
)
_ISO = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
_ZONE = r"( ?(Z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?))?"
_DAY = r"([0-9]{1,2}[/.-][0-9]{1,2}[/.-]([0-9]{4}|[0-9]{2})|[0-9]{4}[/.][0-9]{1,2}[/.][0-9]{1,2})"


def form_sql() -> str:
    """Give the form of the trimmed text `t`; the first that fits, the cheap tests first.

    Forms: blank, null, word (boolean), special (inf), integer, zeros (leading zeros), decimal,
    triple (1.234, a decimal or grouped thousands), exponent, grouped (1,234 or 1,234.5),
    comma (12,5 or 1.234,5), dotted (1.234.567), spaced (1 234 or 1'234.5), spacedcomma (1 234,5),
    date, dateTime, baddate (the shape of one, but not in the calendar), time, clock12 (3:04 PM),
    longtime (25:10:00), dated (other date), spelled (a date with a month in words), span (a
    duration that says so), measure (number with a unit), text.
    """
    tests = (*_words(), *_numbers(), *_times(), *_others())
    branches = " ".join(f"WHEN {test} THEN {form}" for test, form in tests)
    return f"CASE {branches} ELSE 'text' END"


def _words() -> tuple[tuple[str, str], ...]:
    nulls = ", ".join(quote_text(word) for word in NULL_WORDS)
    booleans = sorted({word for pair in BOOLEAN_PAIRS for word in pair} | set(MARKS))
    special = "'inf', '+inf', '-inf', 'infinity', '+infinity', '-infinity'"
    return (
        ("t = ''", "'blank'"),
        (f"length(t) <= 16 AND lower(t) IN ({nulls})", "'null'"),
        (f"length(t) <= 10 AND lower(t) IN ({', '.join(map(quote_text, booleans))})", "'word'"),
        (f"length(t) <= 9 AND lower(t) IN ({special})", "'special'"),
        ("length(t) > 64 OR NOT regexp_matches(t, '[0-9]')", "'text'"),
    )


def _numbers() -> tuple[tuple[str, str], ...]:
    zeros = "CASE WHEN regexp_matches(t, '^[+-]?0[0-9]') THEN"
    triple = r"WHEN regexp_full_match(t, '[+-]?[1-9][0-9]{0,2}\.[0-9]{3}') THEN 'triple'"
    return (
        ("regexp_full_match(t, '[+-]?[0-9]+')", f"{zeros} 'zeros' ELSE 'integer' END"),
        (
            r"regexp_full_match(t, '[+-]?([0-9]+\.[0-9]*|\.[0-9]+)')",
            f"{zeros} 'text' {triple} ELSE 'decimal' END",
        ),
    )


def _times() -> tuple[tuple[str, str], ...]:
    hour = "regexp_matches(substring(t, 12), '^([01]?[0-9]|2[0-3]):[0-5][0-9]')"
    known = "TRY_CAST(left(t, 10) AS DATE) IS NOT NULL"
    return (
        (
            f"regexp_full_match(t, '{_ISO}')",
            f"CASE WHEN {known} THEN 'date' ELSE 'baddate' END",
        ),
        (
            f"regexp_full_match(t, '{_ISO}[T ]{_CLOCK}{_ZONE}')",
            f"CASE WHEN {known} AND {hour} THEN 'dateTime' ELSE 'baddate' END",
        ),
        (
            r"regexp_full_match(t, '([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?')",
            "'time'",
        ),
        (f"regexp_full_match(t, {quote_text(ZONED_TIME)})", "'time'"),
        ("regexp_full_match(t, '[0-9]{2}:[0-5][0-9]:[0-5][0-9]')", "'longtime'"),
    )


def _others() -> tuple[tuple[str, str], ...]:
    spaced = f"[+-]?[0-9]{{1,3}}({GROUP_SIGNS}[0-9]{{3}})+([.,][0-9]+)?"
    return (
        (r"regexp_full_match(t, '[+-]?[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}(\.[0-9]*)?')", "'grouped'"),
        (r"regexp_full_match(t, '[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+),[0-9]+')", "'comma'"),
        (r"regexp_full_match(t, '[+-]?[0-9]{1,3}(\.[0-9]{3}){2,}')", "'dotted'"),
        (
            f"regexp_full_match(t, {quote_text(spaced)})",
            "CASE WHEN contains(t, ',') THEN 'spacedcomma' ELSE 'spaced' END",
        ),
        (f"length(t) <= 14 AND regexp_full_match(t, {quote_text(CLOCK_12)})", "'clock12'"),
        (r"regexp_full_match(t, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+')", "'exponent'"),
        (f"length(t) <= 40 AND {_is_dated()}", "'dated'"),
        (
            "length(t) <= 48 AND regexp_matches(t, '(^|[^0-9])[12][0-9]{3}($|[^0-9])') "
            f"AND regexp_matches(lower(t), {quote_text(month_hint())})",
            "'spelled'",
        ),
        (f"length(t) <= 40 AND {_is_span()}", "'span'"),
        (f"length(t) <= 30 AND {_is_measure()}", "'measure'"),
    )


def _is_dated() -> str:
    return (
        f"(regexp_matches(t, '^{_DAY}([T ,]|$)') "
        "OR regexp_full_match(t, '[0-9]{8}T[0-9]{4,6}Z?|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日.{0,9}') "
        f"OR (regexp_matches(t, '[0-9]{{1,4}}') AND regexp_full_match(t, '{_MONTH}') "
        "AND regexp_full_match(t, '[0-9A-Za-z ,./:+-]+')))"
    )


def _is_span() -> str:
    """Give the test of durations that no number with a unit could be."""
    return (
        f"((starts_with(ltrim(t, '+-'), 'P') AND regexp_full_match(t, '{ISO_SPAN}') "
        "AND regexp_matches(t, '[0-9].$')) "
        f"OR (regexp_matches(t, '[a-z]') AND regexp_full_match(lower(t), '{CLOCK_SPAN}')) "
        "OR (regexp_matches(t, '[0-9].*[A-Za-z].*[0-9].*[A-Za-z]') "
        f"AND regexp_full_match(lower(t), '{WORD_SPAN}')))"
    )


def _is_measure() -> str:
    number = f"[+-]?{NUMBER}"
    after = f"{number} ?[^0-9\\s.,:/+-][^0-9]{{0,11}}"
    before = f"[+-]?[^0-9A-Za-z\\s.,:/+-][ ]?{number}"
    worded = f"[+-]?({CURRENCY_MARKS}) ?{number}"
    tests = (f"regexp_full_match(t, {quote_text(form)})" for form in (after, before, worded))
    return f"({' OR '.join(tests)})"
