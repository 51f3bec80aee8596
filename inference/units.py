"""Read a unit of measure from a header (`temp_c`, `Temp (°C)`) or from the cells (`12 kg`)."""

import re
from dataclasses import dataclass

from graph.lexical import NUMBER_PLACE
from inference.profile import ValueStore

_UNITS = {
    "celsius": "°C", "degc": "°C", "degf": "°F", "fahrenheit": "°F", "kelvin": "K",
    "kg": "kg", "mg": "mg", "grams": "g", "gram": "g", "lb": "lb", "lbs": "lb", "oz": "oz",
    "tonnes": "t", "km": "km", "cm": "cm", "mm": "mm", "nm": "nm", "um": "µm", "meters": "m",
    "metres": "m", "miles": "mi", "ft": "ft", "feet": "ft", "inch": "in", "inches": "in",
    "km2": "km²", "m2": "m²", "sqm": "m²", "sqft": "ft²", "m3": "m³", "ha": "ha",
    "ml": "ml", "liters": "l", "litres": "l", "liter": "l", "litre": "l",
    "kmh": "km/h", "kph": "km/h", "mph": "mph", "knots": "kn", "mps": "m/s",
    "ms": "ms", "milliseconds": "ms", "sec": "s", "secs": "s", "seconds": "s", "minutes": "min",
    "mins": "min", "hours": "h", "hrs": "h", "days": "d",
    "pct": "%", "percent": "%", "percentage": "%", "prozent": "%",
    "usd": "USD", "eur": "EUR", "gbp": "GBP", "chf": "CHF", "jpy": "JPY",
    "kb": "kB", "mb": "MB", "gb": "GB", "tb": "TB", "kib": "KiB", "mib": "MiB", "gib": "GiB",
    "w": "W", "kw": "kW", "mw": "MW", "kwh": "kWh", "mwh": "MWh", "volts": "V", "amps": "A",
    "hz": "Hz", "khz": "kHz", "mhz": "MHz", "ghz": "GHz", "rpm": "rpm", "bar": "bar",
    "mbar": "mbar", "psi": "psi", "pa": "Pa", "kpa": "kPa", "hpa": "hPa", "ppm": "ppm", "db": "dB",
    "kcal": "kcal", "nmi": "nmi",
}  # fmt: skip
_AFTER_QUANTITY = {
    "c": "°C", "f": "°F", "k": "K", "g": "g", "m": "m", "s": "s", "h": "h", "l": "l", "v": "V",
    "a": "A", "t": "t",
}  # fmt: skip
"""Single letters are units only after a word that names a quantity."""

_QUANTITIES = {
    "c": ("temp", "temperature", "temperatur", "dewpoint"),
    "f": ("temp", "temperature", "dewpoint"),
    "k": ("temp", "temperature"),
    "g": ("weight", "mass", "gewicht"),
    "m": ("length", "height", "width", "depth", "distance", "altitude", "elevation", "range"),
    "s": ("time", "duration", "elapsed", "latency"),
    "h": ("time", "duration", "elapsed"),
    "l": ("volume", "capacity"),
    "v": ("voltage",),
    "a": ("current",),
    "t": ("weight", "mass", "load"),
}
_SYMBOLS = {"°c", "°f", "%", "€", "$", "£", "¥", "°", "µg", "m/s", "km/h", "m²", "m³", "km²"}
_EXACT = ("Nm", "Wh", "VA", "Ah", "min", "rad")
"""Units whose case tells them from others, such as newton metres from nanometres."""

_SPELLED = {"°c": "°C", "c": "°C", "°f": "°F", "f": "°F"}
_BRACKETED = re.compile(r"([(\[])\s*([^()\[\]]{1,12}?)\s*[)\]]\s*$")


@dataclass(frozen=True)
class UnitFormat:
    """The unit that stands in nearly all cells of a column.

    Attributes:
        format: the cell's text with `#` in place of the number.
        rows: rows with this format; `fractional` when one of their numbers has a point.
    """

    format: str
    unit: str
    rows: int
    fractional: bool


def unit_format(store: ValueStore, table: int, position: int) -> UnitFormat | None:
    """Find the one unit that the cells of a column carry, if they agree on a known one."""
    number = "[+-]?[0-9][0-9.,]*"
    rows = store.connection.execute(
        f"SELECT regexp_replace(trim(value), ' ?{number} ?', '{NUMBER_PLACE}') AS affix, "
        "sum(n)::BIGINT AS rows, bool_or(contains(value, '.')) "
        f"FROM {store.values(table)} WHERE col = ? AND form = 'measure' "
        "GROUP BY affix ORDER BY rows DESC, affix LIMIT 1",
        [position],
    ).fetchall()
    for affix, count, fractional in rows:
        unit = cell_unit(affix.replace(NUMBER_PLACE, ""))
        if unit is not None:
            return UnitFormat(affix, unit, int(count), bool(fractional))
    return None


def header_unit(name: str) -> str | None:
    """Read the unit that a header names, if it names one."""
    bracketed = _BRACKETED.search(name)
    if bracketed is not None:
        return _bracketed_unit(bracketed.group(2), square=bracketed.group(1) == "[")
    words = re.findall(r"[a-z0-9°%€$£µ²³]+", _split_case(name).lower())
    if len(words) < 2:
        return None
    last, before = words[-1], words[-2]
    if last in _AFTER_QUANTITY:
        return _AFTER_QUANTITY[last] if before in _QUANTITIES[last] else None
    return _UNITS.get(last)


def cell_unit(text: str) -> str | None:
    """Read a unit that stands beside a number in a cell, if it is a known one."""
    if text.strip() in _EXACT:
        return text.strip()
    folded = text.strip().lower()
    if folded in _SYMBOLS:
        return _SPELLED.get(folded, text.strip())
    if folded in _AFTER_QUANTITY and folded not in ("c", "f", "k", "a", "t", "v"):
        return _AFTER_QUANTITY[folded]
    return _UNITS.get(folded)


def _bracketed_unit(text: str, *, square: bool) -> str | None:
    """Read a unit in brackets; square ones hold nothing else, round ones may hold a remark."""
    known = cell_unit(text) or _SPELLED.get(text.lower()) or _AFTER_QUANTITY.get(text.lower())
    return known or (text if square else None)


def _split_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
