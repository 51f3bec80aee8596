"""Numbers that measure: quantities with units, money, percentages, years."""

from inference.columns.units import CURRENCY_IRI, currency_of, unit_iri
from inference.detectors.view import ColumnView, Finding, named, phrases
from inference.headers import names_moment, names_span

_MONEY = phrases(
    "price, prices, cost, costs, amount, salary, wage, wages, revenue, fee, fees, tax, balance, "
    "budget, payment, paid, discount amount, turnover, income, profit, expense, expenses, spend, "
    "spending, msrp, preis, betrag, kosten, umsatz, gehalt, prix, montant, cout, precio, importe, "
    "coste, costo, prezzo, importo, preco, valor, subtotal, total amount, grand total, freight, "
    "credit limit, creditlimit, commission, bonus, rent, fare, tuition, bruttopreis, nettopreis, "
    "salaire, sueldo, donation, deposit, loan, debt, market value, earnings, sales amount, "
    "unit price, unitprice, list price, net worth, gross, money"
)
_NOT_MONEY = phrases(
    "id, code, count, number, no, date, type, status, method, percent, pct, rate, quantity, qty, "
    "currency, class, level, category, points, index, ratio, year, days, months, terms, by, name"
)
_PERCENT = phrases(
    "percent, percentage, pct, prozent, prozentsatz, pourcentage, porcentaje, percentuale, "
    "percent of, anteil, share pct"
)
_EPOCHS = (("seconds", 1, "%s"), ("milliseconds", 1000, "%Q"))
_DAY_SECONDS = 86_400
_EPOCH_DAYS = (7_305, 47_482)
"""Days from 1970 to the beginnings of 1990 and 2100."""
_YEAR = phrases("year, jahr, annee, ano, anno, yr, model year, season, jaar, built year, founded")


def measurement(view: ColumnView) -> Finding | None:
    """Find quantities whose unit the header or the cells tell."""
    unit = view.column.unit
    if unit is not None and view.is_number and not view.bound:
        return _with_unit(view, unit)
    if view.is_text and min(view.share("quantity"), view.share("units")) >= 0.9:
        evidence = (view.stated("units", "numbers with a known unit, not always the same"),)
        return Finding("measurement", 0.85, evidence)
    return None


def money(view: ColumnView) -> Finding | None:
    """Find amounts of money."""
    if view.is_text:
        if view.sampled and view.share("amount") >= 0.95:
            return Finding("money", 0.95, (view.stated("amount", "amounts with a currency"),))
        return None
    if not view.is_number or view.bound or not view.says(_MONEY) or view.says(_NOT_MONEY):
        return None
    if view.column.unit is not None:
        return None
    beside = view.is_beside(("currency", "curr", "ccy", "currency code"))
    whole = view.column.datatype == "integer"
    vague = view.ends(("amount", "balance", "valor", "total", "paid", "gross", "deposit"))
    evidence = [named(view)]
    evidence += ["Another column of the table names the currency."] if beside else []
    if beside:
        return Finding("money", 0.95, tuple(evidence))
    return Finding("money", 0.75 if whole and vague else 0.88, tuple(evidence))


def percentage(view: ColumnView) -> Finding | None:
    """Find percentages in a header or the cells."""
    if view.is_text and view.sampled and view.share("percent") >= 0.95:
        evidence = (view.stated("percent", "numbers with a percent sign"),)
        return Finding("percentage", 0.97, evidence, "percent", unit_iri("%"))
    if view.is_number and not view.bound and view.says(_PERCENT):
        return Finding("percentage", 0.93, (named(view),), unit=_percent(view))
    return None


def year(view: ColumnView) -> Finding | None:
    """Find years of the calendar."""
    low, high = view.column.minimum, view.column.maximum
    if view.column.datatype == "gYear":
        return Finding("year", 0.95, (named(view),))
    if view.column.datatype != "integer" or not view.says(_YEAR) or low is None or high is None:
        return None
    if 1000 <= int(low) <= int(high) <= 2200:
        return Finding("year", 0.95, (named(view), f"The values go from {low} to {high}."))
    return None


def epoch(view: ColumnView) -> Finding | None:
    """Find whole numbers that count seconds or milliseconds from 1970.

    They stay integers: what the source counts with, other tables compare with, and a column of
    numbers under `time` may be a duration as well. A person turns them into moments.
    """
    low, high = view.column.minimum, view.column.maximum
    if view.column.datatype != "integer" or view.bound or low is None or high is None:
        return None
    if not names_moment(view.column.name) or names_span(view.column.name):
        return None
    for name, unit, pattern in _EPOCHS:
        first, last = (_DAY_SECONDS * days * unit for days in _EPOCH_DAYS)
        if first <= int(low) <= int(high) <= last:
            said = f"All values are between 1990 and 2100 as {name} from 1970."
            advice = f"Set the type dateTime (format {pattern}) to read them as moments."
            return Finding(f"epoch-{name}", 0.97, (said, named(view), advice))
    return None


def _percent(view: ColumnView) -> str | None:
    """Give the unit of percentages; `0.25` under such a header is a share of one, with no unit."""
    low, high = view.column.minimum, view.column.maximum
    if view.column.datatype != "integer" and low is not None and high is not None:
        return None if -1 <= float(low) <= float(high) <= 1 else unit_iri("%")
    return unit_iri("%")


def _with_unit(view: ColumnView, unit: str) -> Finding:
    iri = unit_iri(unit)
    in_cells = view.column.format is not None and view.column.format != "#"
    where = "The cells carry" if in_cells else f"The header {view.column.name!r} names"
    if unit == "%":
        unit_of_all = iri if in_cells else _percent(view)
        return Finding("percentage", 0.97, (f"{where} the percent sign.",), unit=unit_of_all)
    if currency_of(unit) is not None:
        sure = 0.97 if in_cells or iri != CURRENCY_IRI + "USD" else 0.93
        return Finding("money", sure, (f"{where} the currency {unit}.",), unit=iri)
    if iri is None:
        return Finding("measurement", 0.7, (f"{where} {unit!r}, which QUDT does not know.",))
    return Finding("measurement", 0.96, (f"{where} the unit {unit}.",), unit=iri)


DETECTORS = (epoch, measurement, money, percentage, year)
"""The detectors of this domain."""
