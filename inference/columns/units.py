"""Read a unit of measure from a header (`temp_c`, `Temp (°C)`) or from the cells (`12 kg`).

Every unit has its IRI in QUDT (https://www.qudt.org/2.1/catalog/qudt-catalog.html), and every
currency its own there, so that programs elsewhere know it too.
"""

import re
from dataclasses import dataclass

from graph.lexical import GROUP_SIGNS, NUMBER_PLACE, quote_text, signed_sql, trimmed_sql
from inference.columns.profile import ValueStore
from inference.columns.value_forms import NUMBER
from inference.headers import word_set

UNIT_IRI = "http://qudt.org/vocab/unit/"
CURRENCY_IRI = "http://qudt.org/vocab/currency/"

_TABLE = """
°C DEG_C celsius degc centigrade
°F DEG_F fahrenheit degf
K K kelvin
° DEG deg degs degree degrees
t TONNE tonne tonnes
kg KiloGM kg kgs kilogram kilograms kilo kilos
g GM gram grams
mg MilliGM mg milligram milligrams
µg MicroGM ug mcg microgram micrograms
lb LB lb lbs pounds
oz OZ oz ounce ounces
km KiloM km kms kilometer kilometers kilometre kilometres
m M meter meters metre metres
cm CentiM cm centimeter centimeters centimetre centimetres
mm MilliM mm millimeter millimeters millimetre millimetres
µm MicroM um micrometer micrometers micron microns
nm NanoM nm nanometer nanometers
mi MI mile miles
nmi MI_N nmi
yd YD yard yards
ft FT ft feet foot
in IN inch inches
km² KiloM2 km2 sqkm
m² M2 m2 sqm
cm² CentiM2 cm2
ft² FT2 sqft ft2
ha HA ha hectare hectares
m³ M3 m3
cm³ CentiM3 cm3
ft³ FT3 ft3
l L liters litres liter litre
ml MilliL ml milliliter milliliters millilitre millilitres
gal GAL_US gallon gallons
kW KiloW kw kilowatt kilowatts
W W watt watts
MW MegaW mw megawatt megawatts
Wh W-HR wh
kWh KiloW-HR kwh
MWh MegaW-HR mwh
kVA KiloV-A kva
J J joule joules
kJ KiloJ kj
MJ MegaJ mj
kcal KiloCAL kcal
V V volt volts
kV KiloV kv
mV MilliV millivolt millivolts
A A amp amps ampere amperes
mA MilliA milliamp milliamps milliampere
mAh MilliA-HR mah
Ω OHM ohm ohms
Hz HZ hz hertz
kHz KiloHZ khz
MHz MegaHZ mhz
GHz GigaHZ ghz
rpm REV-PER-MIN rpm
bar BAR bar
mbar MilliBAR mbar millibar
psi PSI psi
Pa PA pascal
kPa KiloPA kpa
hPa HectoPA hpa
MPa MegaPA mpa
ppm PPM ppm
ppb PPB ppb
dB DeciB db
lx LUX lux
lm LM lumen lumens
N N newton newtons
Nm N-M
rad RAD radian radians
km/h KiloM-PER-HR kmh kph
mph MI-PER-HR mph
m/s M-PER-SEC mps
kn KN knots knot
ns NanoSEC nanoseconds nanosecond
µs MicroSEC microseconds microsecond
ms MilliSEC ms millis milliseconds millisecond
s SEC sec secs seconds second
min MIN mins minutes minute
h HR hours hour hrs hr
d DAY days day
wk WK weeks week
mo MO months
yr YR years yrs
B BYTE bytes
kB KiloBYTE kb
MB MegaBYTE mb
GB GigaBYTE gb
TB TeraBYTE tb
KiB KibiBYTE kib
MiB MebiBYTE mib
GiB GibiBYTE gib
% PERCENT pct percent percentage prozent
VA V-A
Ah A-HR
m/s² M-PER-SEC2
mm/s MilliM-PER-SEC
mm/h MilliM-PER-HR
l/min L-PER-MIN
l/h L-PER-HR
l/s L-PER-SEC
m³/h M3-PER-HR
m³/s M3-PER-SEC
kg/h KiloGM-PER-HR
kg/s KiloGM-PER-SEC
kg/m² KiloGM-PER-M2
kg/m³ KiloGM-PER-M3
g/cm³ GM-PER-CentiM3
g/l GM-PER-L
mg/l MilliGM-PER-L
mg/dl MilliGM-PER-DeciL
mg/m³ MilliGM-PER-M3
µg/m³ MicroGM-PER-M3
µg/l MicroGM-PER-L
mmol/l MilliMOL-PER-L
W/m² W-PER-M2
kWh/m² KiloW-HR-PER-M2
V/m V-PER-M
bpm BEAT-PER-MIN bpm
"""
"""One unit a line: its text, its local name in QUDT, the words of headers that mean it."""

_ROWS = tuple(tuple(line.split()) for line in _TABLE.strip().splitlines())
_QUDT = {row[0]: row[1] for row in _ROWS}
_CURRENCIES = {
    "€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW",
    "₺": "TRY", "₴": "UAH", "₪": "ILS", "฿": "THB", "₫": "VND", "₱": "PHP", "₦": "NGN",
    "US$": "USD", "R$": "BRL", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "MX$": "MXN", "Rs": "INR", "Rs.": "INR", "zł": "PLN", "Kč": "CZK",
    "Fr.": "CHF", "SFr.": "CHF", "円": "JPY", "元": "CNY", "원": "KRW", "Ft": "HUF", "Rp": "IDR",
    "RM": "MYR", "лв": "BGN", "лв.": "BGN", "руб": "RUB", "руб.": "RUB", "грн": "UAH", "TL": "TRY",
}  # fmt: skip
_CROWNS = ("kr", "kr.")
"""Signs of the currencies of several countries."""
_CURRENCY_WORDS = word_set(
    "usd eur gbp chf jpy cad aud nzd cny inr sek nok dkk pln czk huf brl mxn zar rub try krw sgd "
    "hkd"
)
_UNITS = {word: row[0] for row in _ROWS for word in row[2:]} | {
    word: word.upper() for word in sorted(_CURRENCY_WORDS)
}
_NOT_ALONE = frozenset({"second", "minute", "hour", "day", "foot", "degree"})
"""Words that count or order as often as they measure: `birth_day`, `start_hour`."""

_CLOCK_WORDS = word_set(
    "start end begin from until open close opening closing departure arrival birth"
)
"""Before an hour or a minute, these name a time of day: `start_hr`."""

_AFTER_QUANTITY = {
    "c": "°C", "f": "°F", "k": "K", "g": "g", "m": "m", "s": "s", "h": "h", "l": "l", "v": "V",
    "a": "A", "t": "t", "n": "N", "w": "W", "pa": "Pa", "ma": "mA", "mv": "mV",
}  # fmt: skip
"""Short words are units only after a word that names a quantity."""

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
    "n": ("force", "load", "thrust"),
    "w": ("power", "consumption", "load", "output", "rating"),
    "pa": ("pressure",),
    "ma": ("current",),
    "mv": ("voltage",),
}
_PARTS = {
    "um": "µm", "ug": "µg", "mcg": "µg", "m2": "m²", "m3": "m³", "cm3": "cm³", "s2": "s²",
    "sec": "s", "second": "s", "hr": "h", "hour": "h", "minute": "min", "w": "W", "kwh": "kWh",
    "v": "V", "litre": "l", "liter": "l",
}  # fmt: skip
"""How headers spell the two sides of a rate, such as `mm_s` or `kg_per_m3`."""

_EXACT = ("Nm", "Wh", "VA", "Ah", "min", "rad", "MW", "W", "Pa", "mA", "MPa", "MJ")
"""Units whose case tells them from others, such as newton metres from nanometres."""

_NOT_IN_CELLS = frozenset(
    {"c", "f", "k", "a", "t", "v", "n", "ma", "mv", "pa", "in", "j", "b", "°c", "°f", "rad"}
)
_SPELLED = {"°c": "°C", "c": "°C", "°f": "°F", "f": "°F"}
_FOLDED = {
    row[0].lower(): row[0]
    for row in _ROWS
    if not row[0].isascii() or "/" in row[0] or row[0] == "%"
} | {sign.lower(): sign for sign in (*_CURRENCIES, *_CROWNS)}
_BRACKETED = re.compile(r"([(\[])\s*([^()\[\]]{1,12}?)\s*[)\]]\s*$")


@dataclass(frozen=True)
class UnitFormat:
    """The unit that stands in nearly all cells of a column.

    Attributes:
        format: the cell's text with `#` in place of the number.
        rows: rows with this format; `fractional` when one of their numbers has a fraction.
        decimal_comma: whether the fraction stands behind a comma.
        spaced_groups: whether blanks or apostrophes stand between groups of three digits.
    """

    format: str
    unit: str
    rows: int
    fractional: bool
    decimal_comma: bool = False
    spaced_groups: bool = False


def unit_format(store: ValueStore, table: int, position: int) -> UnitFormat | None:
    """Find the one unit that the cells of a column carry, if they agree on a known one."""
    number = quote_text(f" ?[+-]?{NUMBER} ?")
    spaced = quote_text(f"[0-9]{GROUP_SIGNS}[0-9]{{3}}")
    text = signed_sql(trimmed_sql("value"))
    bare = f"if(regexp_matches({text}, '^[+-][^0-9]'), trim(substring({text}, 2)), {text})"
    rows = store.connection.execute(
        f"SELECT regexp_replace(t, {number}, '{NUMBER_PLACE}') AS affix, "
        r"sum(n)::BIGINT AS rows, bool_or(regexp_matches(t, '[0-9]\.[0-9]')), "
        "bool_or(regexp_matches(t, '[0-9],[0-9]{1,2}([^0-9.,]|$)')), "
        r"bool_or(regexp_matches(t, '\.[0-9]{1,2}([^0-9]|$)')), "
        f"bool_or(regexp_matches(t, {spaced})) "
        f"FROM (SELECT n, {bare} AS t FROM {store.values(table)} "
        "WHERE col = ? AND form = 'measure') GROUP BY affix ORDER BY rows DESC, affix LIMIT 1",
        [position],
    ).fetchall()
    for affix, count, points, commas, fractions, groups in rows:
        unit = cell_unit(affix.replace(NUMBER_PLACE, ""))
        if unit is not None:
            comma = bool(commas) and not fractions
            fractional = comma or bool(points)
            return UnitFormat(affix, unit, int(count), fractional, comma, bool(groups))
    return None


def header_unit(name: str) -> str | None:
    """Read the unit that a header names, if it names one."""
    bracketed = _BRACKETED.search(name)
    if bracketed is not None:
        return _bracketed_unit(bracketed.group(2), square=bracketed.group(1) == "[")
    tail = re.split(r"[_\s]+", name)[-1]
    if tail in _QUDT and tail != name and len(tail) > 1 and tail != tail.lower():
        return tail
    words = re.findall(r"[a-z0-9°%€$£µ²³]+", _split_case(name).lower())
    if len(words) < 2:
        return None
    if len(words) > 2 or "per" in words:
        rate = _rate(words)
        if rate is not None or "per" in words[1:]:
            return rate
    last, before = words[-1], words[-2]
    if before in _CLOCK_WORDS and _UNITS.get(last) in ("h", "min", "s", "d"):
        return None
    if last in _AFTER_QUANTITY and last not in _UNITS:
        return _AFTER_QUANTITY[last] if before in _QUANTITIES[last] else None
    return None if last in _NOT_ALONE else _UNITS.get(last)


def cell_unit(text: str) -> str | None:
    """Read a unit that stands beside a number in a cell, if it is a known one."""
    if text.strip() in _EXACT:
        return text.strip()
    folded = text.strip().lower()
    if folded in _FOLDED:
        return _FOLDED[folded]
    if folded in _AFTER_QUANTITY and folded not in _NOT_IN_CELLS:
        return _AFTER_QUANTITY[folded]
    return _UNITS.get(folded)


def unit_iri(unit: str) -> str | None:
    """Give the IRI that QUDT has for a unit or a currency; None when it is not known."""
    if unit in _QUDT:
        return UNIT_IRI + _QUDT[unit]
    currency = currency_of(unit)
    return CURRENCY_IRI + currency if currency else None


def currency_of(unit: str) -> str | None:
    """Give the ISO 4217 code of a currency by its sign or code; None for what is no currency."""
    if unit.lower() in _CURRENCY_WORDS:
        return unit.upper()
    return _CURRENCIES.get(unit)


def unit_words() -> tuple[str, ...]:
    """List, in lower case, what may stand behind a number in a cell and be its unit."""
    signs = {row[0].lower() for row in _ROWS if len(row[0]) > 1} | set("gmlsht%€$£")
    return tuple(sorted(signs | _UNITS.keys()))


def _rate(words: list[str]) -> str | None:
    """Read `vibration_mm_s` or `kg_per_m3`: one quantity over another."""
    end = -3 if words[-2] == "per" else -2
    above, below = words[end : end + 1], words[-1]
    text = "/".join(_PARTS.get(word, word) for word in (*above, below))
    return text if text in _QUDT else None


def _bracketed_unit(text: str, *, square: bool) -> str | None:
    """Read a unit in brackets; square ones hold nothing else, round ones may hold a remark."""
    known = cell_unit(text) or _SPELLED.get(text.lower()) or _AFTER_QUANTITY.get(text.lower())
    if known is None:
        known = text if text in _QUDT else None
    return known or (text if square else None)


def _split_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
