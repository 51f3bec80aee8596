"""Read the texts of a column as numbers: decimal sign, groups of thousands, units, exponents."""

from graph.schema import Datatype
from inference.columns.profile import ColumnProfile, ValueStore
from inference.columns.readings import COMMA_FORMS, POINT_FORMS, Reading, counter_examples
from inference.columns.units import header_unit, unit_format
from inference.headers import is_code_header

_LEAST_CARDS = 4


def number_reading(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    """Read the column as numbers: point or comma, with or without a unit in the cells."""
    if profile.count("zeros") or is_code_header(profile.name, length=profile.longest):
        return None
    if _is_bracketed(profile) or _are_card_numbers(store, table, profile):
        return None
    comma = profile.count("comma", "dotted", "spacedcomma") > 0 and profile.count("decimal") == 0
    spaced = profile.count("spaced", "spacedcomma")
    whole = spaced and not profile.count("spacedcomma", "comma", "decimal")
    if whole and not _vary_in_length(store, table, profile):
        return None  # groups of digits, none with a fraction and all as long, are as likely a code
    forms = COMMA_FORMS if comma else POINT_FORMS
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
    evidence += counter_examples(profile, "measure", "stands with something else")
    if measured and unit_format(store, table, profile.position) is None:
        measured = 0
    certainty = 0.99
    if _is_ambiguous_grouping(profile):
        certainty = 0.7
        evidence.append("Comma or point could group thousands or stand before a fraction.")
    unit = header_unit(profile.name)
    return Reading(
        datatype, rows, tuple(evidence), certainty,
        decimal_comma=comma, spaced_groups=spaced > 0, unit=unit, kindred=measured,
    )  # fmt: skip


def _vary_in_length(store: ValueStore, table: int, profile: ColumnProfile) -> bool:
    """Tell whether the grouped numbers have different lengths; those of codes are the same."""
    found = store.connection.execute(
        "SELECT count(DISTINCT length(trim(value))), bool_or(starts_with(trim(value), '0')) "
        f"FROM {store.values(table)} WHERE col = ? AND form = 'spaced'",
        [profile.position],
    ).fetchone()
    return found is not None and found[0] > 1 and not found[1]


def _is_bracketed(profile: ColumnProfile) -> bool:
    """Tell whether all numbers stand in brackets: these are marks, not amounts below zero."""
    found = [profile.forms[form] for form in (*POINT_FORMS, *COMMA_FORMS) if form in profile.forms]
    return bool(found) and all(form.last.strip().startswith("(") for form in found)


def _are_card_numbers(store: ValueStore, table: int, profile: ColumnProfile) -> bool:
    """Tell whether whole numbers of 13 to 19 digits all end in the check digit of ISO/IEC 7812."""
    digits = profile.forms.get("integer")
    if digits is None or digits.distinct < _LEAST_CARDS or not 13 <= profile.longest <= 19:
        return False
    values = store.connection.execute(
        f"SELECT DISTINCT trim(value) FROM {store.values(table)} "
        "WHERE col = ? AND form = 'integer' LIMIT 100",
        [profile.position],
    ).fetchall()
    return all(_is_card_number(value) for (value,) in values)


def _is_card_number(text: str) -> bool:
    if not (text.isdecimal() and 13 <= len(text) <= 19):
        return False
    figures = [int(sign) for sign in reversed(text)]
    doubled = (sum(divmod(2 * figure, 10)) for figure in figures[1::2])
    return (sum(figures[::2]) + sum(doubled)) % 10 == 0


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


def _measure(store: ValueStore, table: int, profile: ColumnProfile) -> Reading | None:
    found = unit_format(store, table, profile.position)
    if found is None:
        return None
    evidence = (f"{found.rows} of {profile.filled} values are numbers with {found.unit}.",)
    return Reading(
        "decimal" if found.fractional else "integer",
        found.rows,
        evidence,
        0.95,
        format=found.format,
        decimal_comma=found.decimal_comma,
        spaced_groups=found.spaced_groups,
        unit=found.unit,
    )
