"""The values of the demo fleet: sites, machines, people, parts, work and sensor readings.

Every draw comes from the generator that is passed in, in a fixed order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from app.demo_truth import Fault, FaultKind

START = datetime(2025, 3, 1)
DAYS = 30
MACHINES = 40
TECHNICIANS = 25
PARTS = 300
WORK_ORDERS = 6_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Columns = dict[str, list[str]]

_HOURS = DAYS * 24
_WORK_DAYS = 700
"""Days of work orders before `START`; nobody and nothing is younger."""

_NOISE_BOUND = 3.5
"""Standard deviations that noise never passes."""

_RISE = (10.0, 20.0, 26.0, 26.0, 26.0, 26.0, 26.0, 26.0, 20.0, 10.0)
"""Degrees above normal, hour by hour, of the overheating episode."""

_OUTAGE_HOURS = 18
_SITES = (
    ("Hamburg", "DE", 53.55, 9.99),
    ("Rotterdam", "NL", 51.92, 4.48),
    ("Lyon", "FR", 45.76, 4.84),
    ("Bilbao", "ES", 43.26, -2.93),
    ("Turin", "IT", 45.07, 7.69),
    ("Gdansk", "PL", 54.35, 18.65),
    ("Leeds", "GB", 53.80, -1.55),
    ("Malmö", "SE", 55.60, 13.00),
)
_MODELS = (("Atlas 200", 75.0), ("Atlas 400", 110.0), ("Vega C", 55.0), ("Orion XL", 160.0))
_FIRST = ("Ana", "Ben", "Carla", "David", "Elif", "Femke", "Goran", "Hanna", "Ivo", "Jana")
_LAST = ("Ahmed", "Berg", "Costa", "Dupont", "Evans", "Fischer", "Garcia", "Horvat", "Ito")
_PART_NAMES = ("Bearing", "Belt", "Filter", "Gasket", "Pump seal", "Relay", "Valve", "Fan", "Hose")
_KINDS = ("inspection", "lubrication", "calibration", "repair", "replacement")
_KIND_SHARES = (0.3, 0.2, 0.15, 0.25, 0.1)
_KIND_HOURS = np.array([1.0, 0.8, 1.6, 4.0, 7.0])
_HEAVY = 3
"""Index of the first of `_KINDS` that takes a machine apart."""

_PRIORITIES = ("low", "normal", "high")


@dataclass(frozen=True)
class Machines:
    """The machines' columns, and what decides on work and readings.

    `age` is in days at `START`; `base` is the usual temperature in °C.
    """

    columns: Columns
    age: Ints
    base: Floats


@dataclass(frozen=True)
class Technicians:
    """The technicians' columns, and their days of service at `START`."""

    columns: Columns
    service: Ints


def sites(rng: Generator) -> Columns:
    """Make the sites."""
    opened = rng.integers(0, 9_000, len(_SITES))
    return {
        "site_id": [f"S-{number:02}" for number in range(1, len(_SITES) + 1)],
        "name": [f"{city} plant" for city, *_ in _SITES],
        "city": [city for city, *_ in _SITES],
        "country": [country for _, country, *_ in _SITES],
        "latitude": [f"{latitude:.2f}" for *_, latitude, _ in _SITES],
        "longitude": [f"{longitude:.2f}" for *_, longitude in _SITES],
        "opened_on": _days(date(1990, 1, 1), opened),
    }


def machines(rng: Generator, sites: Sequence[str]) -> Machines:
    """Make the machines; each site has some."""
    model = rng.integers(0, len(_MODELS), MACHINES)
    age = rng.integers(_WORK_DAYS, 6_500, MACHINES)
    base = rng.uniform(54.0, 68.0, MACHINES)
    limit = 5 * np.round((base + 15) / 5)
    columns = {
        "machine_id": [f"M-{number:03}" for number in range(1, MACHINES + 1)],
        "serial": [f"{serial:05}" for serial in rng.choice(9_999, MACHINES, replace=False) + 1],
        "site_id": _spread(rng, sites, MACHINES),
        "model": [_MODELS[index][0] for index in model],
        "installed_on": _days(START.date(), -age),
        "rated_power_kw": [f"{_MODELS[index][1]:.1f}" for index in model],
        "max_temperature_c": [f"{degrees:.0f}" for degrees in limit],
    }
    return Machines(columns, age, base)


def technicians(rng: Generator, sites: Sequence[str]) -> Technicians:
    """Make the technicians, more beginners than veterans."""
    service = _WORK_DAYS + (7_000 * rng.random(TECHNICIANS) ** 2).astype(np.int64)
    names = [(first, last) for last in _LAST for first in _FIRST]
    chosen = [names[index] for index in rng.choice(len(names), TECHNICIANS, replace=False)]
    phones = rng.integers(1_000_000, 9_999_999, TECHNICIANS)
    columns = {
        "technician_id": [f"T-{number:03}" for number in range(1, TECHNICIANS + 1)],
        "name": [f"{first} {last}" for first, last in chosen],
        "email": [f"{first}.{last}@example.com".lower() for first, last in chosen],
        "phone": [f"+49 40 {phone}" if phone % 5 else "" for phone in phones],
        "site_id": _spread(rng, sites, TECHNICIANS),
        "hired_on": _days(START.date(), -service),
    }
    return Technicians(columns, service)


def parts(rng: Generator) -> Columns:
    """Make the parts, none of them below its reorder level."""
    prices = np.round(np.exp(rng.normal(3.2, 0.9, PARTS)), 2)
    reorder = rng.integers(2, 40, PARTS)
    stock = reorder + rng.integers(0, 200, PARTS)
    weights = rng.uniform(0.1, 25.0, PARTS)
    names = rng.integers(0, len(_PART_NAMES), PARTS)
    return {
        "part_code": [f"{code:05}" for code in np.sort(rng.choice(9_000, PARTS, replace=False))],
        "name": [f"{_PART_NAMES[kind]} {100 + n}" for n, kind in enumerate(names)],
        "unit_price": [f"{price:.2f}" for price in prices],
        "weight_kg": [f"{weight:.1f}" for weight in weights],
        "stock": [str(count) for count in stock],
        "reorder_level": [str(count) for count in reorder],
    }


def work(
    rng: Generator, machines: Machines, technicians: Technicians, parts: Columns
) -> tuple[Columns, Columns]:
    """Make two years of work orders and the parts that they used."""
    count = WORK_ORDERS
    machine = rng.integers(0, MACHINES, count)
    technician = rng.integers(0, TECHNICIANS, count)
    kind = rng.choice(len(_KINDS), count, p=_KIND_SHARES)
    priority = rng.choice(3, count, p=(0.3, 0.5, 0.2))
    minutes = np.sort(rng.integers(-_WORK_DAYS * 1440, DAYS * 1440, count))
    days = minutes / 1440
    age = (machines.age[machine] + days) / 365.25
    service = (technicians.service[technician] + days) / 365.25
    hours = _downtime(rng, kind, priority, age, service)
    used = [rng.choice(PARTS, n, replace=False) for n in rng.poisson(1.35, count) + 1]
    prices = np.array([float(price) for price in parts["unit_price"]])
    ids = [f"WO-{number:05}" for number in range(1, count + 1)]
    cost = np.array([prices[rows].sum() for rows in used]) + rng.uniform(40, 90, count)
    orders = {
        "work_order_id": ids,
        "machine_id": [machines.columns["machine_id"][index] for index in machine],
        "technician_id": [technicians.columns["technician_id"][index] for index in technician],
        "opened_at": [(START + timedelta(minutes=int(m))).isoformat() for m in minutes],
        "priority": [_PRIORITIES[index] for index in priority],
        "kind": [_KINDS[index] for index in kind],
        "downtime_hours": [f"{value:.2f}" for value in hours],
        "cost": [f"{value:.2f}" for value in cost],
    }
    usage = {
        "work_order_id": [order for order, rows in zip(ids, used, strict=True) for _ in rows],
        "part_code": [parts["part_code"][row] for rows in used for row in np.sort(rows)],
    }
    return orders, usage


def _downtime(
    rng: Generator,
    kind: Ints,
    priority: Ints,
    age: Floats,
    service: Floats,
) -> Floats:
    """Give hours of downtime; the effects multiply, so that no straight line explains them.

    Old machines take longer when taken apart, beginners take longer on heavy work, and a rush
    shortens heavy work but draws out the light.
    """
    heavy = kind >= _HEAVY
    ageing = 1 + np.where(heavy, 1.4, 0.2) / (1 + np.exp(-(age - 9) / 0.8))
    beginner = 1 + np.where(heavy, 1.2, 0.3) * np.exp(-service / 4)
    rush = np.where(priority == 2, np.where(heavy, 0.6, 1.5), np.where(priority == 0, 1.15, 1.0))
    noise = np.exp(0.12 * _bounded_normal(rng, len(kind)))
    hours: Floats = _KIND_HOURS[kind] * ageing * beginner * rush * noise
    return hours


def readings(
    rng: Generator, machines: Machines, *, faults: bool
) -> tuple[Columns, tuple[Fault, ...]]:
    """Make hourly readings of every machine, and plant the faults."""
    rated = np.array([float(power) for power in machines.columns["rated_power_kw"]])
    temperature = _signal(rng, machines.base, rhythm=3.5, drift=0.8, sigma=0.7)
    vibration = _signal(rng, rng.uniform(2.0, 4.0, MACHINES), rhythm=0.2, drift=0.05, sigma=0.12)
    power = rated[:, None] * _signal(rng, np.full(MACHINES, 0.6), rhythm=0.1, drift=0, sigma=0.015)
    measured = np.ones((MACHINES, _HOURS), dtype=bool)
    hot, silent = (int(index) for index in rng.choice(MACHINES, 2, replace=False))
    rise_at = int(rng.integers(21 * 24, 27 * 24))
    outage_at = int(rng.integers(15 * 24, 27 * 24))
    planted: tuple[Fault, ...] = ()
    names = machines.columns["machine_id"]
    if faults:
        temperature[hot, rise_at : rise_at + len(_RISE)] += _RISE
        measured[silent, outage_at : outage_at + _OUTAGE_HOURS] = False
        planted = (
            _fault(names[hot], "temperature_c", rise_at, len(_RISE), "overheating"),
            _fault(names[silent], "*", outage_at, _OUTAGE_HOURS, "outage"),
        )
    hour, machine = np.nonzero(measured.T)
    columns = {
        "machine_id": [names[index] for index in machine],
        "recorded_at": [_hour(int(index)) for index in hour],
        "temperature_c": [f"{value:.1f}" for value in temperature[machine, hour]],
        "vibration_mm_s": [f"{value:.2f}" for value in vibration[machine, hour]],
        "power_kw": [f"{value:.1f}" for value in power[machine, hour]],
    }
    return columns, planted


def _signal(rng: Generator, base: Floats, *, rhythm: float, drift: float, sigma: float) -> Floats:
    """Give a signal per machine and hour: level, daily rhythm, slow drift, bounded noise."""
    hours = np.arange(_HOURS)
    swing = rhythm * rng.uniform(0.7, 1.0, len(base))
    slope = drift * rng.uniform(-1.0, 1.0, len(base))
    daily = np.sin(2 * np.pi * (hours - 9) / 24)
    noise = sigma * _bounded_normal(rng, len(base) * _HOURS).reshape(len(base), _HOURS)
    level: Floats = base[:, None] + swing[:, None] * daily + slope[:, None] * hours / _HOURS
    return level + noise


def _bounded_normal(rng: Generator, count: int) -> Floats:
    """Draw standard normal noise again where it passes the bound: no outlier by chance."""
    noise = rng.standard_normal(count)
    while (far := np.abs(noise) > _NOISE_BOUND).any():
        noise[far] = rng.standard_normal(int(far.sum()))
    return noise


def _fault(machine: str, column: str, first: int, hours: int, kind: FaultKind) -> Fault:
    return Fault(machine, column, _hour(first), _hour(first + hours - 1), kind)


def _hour(index: int) -> str:
    return (START + timedelta(hours=index)).isoformat()


def _days(origin: date, offsets: Ints) -> list[str]:
    return [(origin + timedelta(days=int(offset))).isoformat() for offset in offsets]


def _spread(rng: Generator, values: Sequence[str], count: int) -> list[str]:
    """Give each value at least once, the rest by chance."""
    rest = rng.integers(0, len(values), count - len(values))
    return [*values, *(values[index] for index in rest)]
