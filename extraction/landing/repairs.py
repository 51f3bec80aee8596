"""Proposals for cells that could not be mapped; a person decides, nothing is changed by itself."""

from dataclasses import replace

from graph.lexical import lexical_sql, quote_text
from graph.schema import Column

_NUMBER = "[+-]?[0-9][0-9.,]*"
_TRUE_WORDS = ("true", "t", "yes", "y", "1", "on")
_FALSE_WORDS = ("false", "f", "no", "n", "0", "off")
_DATES = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y%m%d",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%B %d, %Y",
)
_CLOCKS = ("%H:%M:%S", "%H:%M")
_EDIT_DISTANCE = 2
_COMPARISONS = 5_000_000


def repair_sql(column: Column, cell: str) -> str:
    """Give the expression of a valid text for an invalid cell; NULL where none is plain.

    A number is taken out of the text around it when it is the only one there and the text is not
    another unit than the column's. A date is read in other spellings when all readings agree.
    """
    if column.datatype in ("integer", "decimal", "double"):
        return _number(column, cell)
    if column.datatype == "boolean":
        words = replace(column, true_words=_TRUE_WORDS, false_words=_FALSE_WORDS)
        return lexical_sql(words, cell)
    if column.datatype == "date":
        return _moment(_DATES, "%Y-%m-%d", cell)
    if column.datatype == "dateTime":
        forms = [f"{date}{gap}{time}" for date in _DATES for gap in " T" for time in _CLOCKS]
        return _moment([*forms, *_DATES], "%Y-%m-%dT%H:%M:%S", cell)
    return "NULL"


def nearest_sql(orphans: str, parents: str) -> str:
    """Give the query of the one nearest key (`k`, `proposal`) for each orphan value `k`.

    Nearest by edit distance, at most 2 and at most a third of the value's length, upper and lower
    case alike; no proposal where two keys are as near. At most 5,000,000 pairs are compared, the
    first values in their order, so that a wrong reference cannot stop an import.

    Args:
        orphans: table or view with the texts in `k`.
        parents: table of the keys in `k0`.
    """
    return f"""
WITH asked AS (
    SELECT DISTINCT k FROM {orphans} WHERE k IS NOT NULL ORDER BY k
    LIMIT (SELECT {_COMPARISONS} // greatest(count(*), 1) FROM {parents})
), near AS (
    SELECT k, k0, levenshtein(lower(k), lower(k0)) AS distance
    FROM asked, {parents} WHERE abs(length(k) - length(k0)) <= {_EDIT_DISTANCE}
), best AS (
    SELECT k, min(distance) AS distance FROM near
    WHERE distance <= {_EDIT_DISTANCE} AND distance * 3 <= length(k) GROUP BY k
)
SELECT k, min(k0) AS proposal FROM near JOIN best USING (k, distance)
GROUP BY k HAVING count(*) = 1
"""


def _number(column: Column, cell: str) -> str:
    numbers = f"regexp_extract_all({cell}, {quote_text(_NUMBER)})"
    plain = replace(column, format=None)
    fits = f"len({numbers}) = 1"
    if column.unit:
        around = f"trim(regexp_replace({cell}, {quote_text(_NUMBER)}, ''))"
        fits += f" AND {around} IN ('', {quote_text(column.unit)})"
    found = f"rtrim({numbers}[1], '.,')"
    if column.datatype == "integer":
        found = rf"regexp_replace({found}, '[.,]0+$', '')"
    return f"(CASE WHEN {fits} THEN {lexical_sql(plain, found)} END)"


def _moment(forms: tuple[str, ...] | list[str], target: str, cell: str) -> str:
    read = ", ".join(f"try_strptime(trim({cell}), {quote_text(form)})" for form in forms)
    distinct = f"list_distinct([{read}])"
    return f"(CASE WHEN len({distinct}) = 1 THEN strftime({distinct}[1], {quote_text(target)}) END)"
