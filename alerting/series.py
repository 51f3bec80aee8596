"""Time series out of SPARQL CSV: columns as numpy arrays, then matrices of series × time.

Irregular sampling is binned to the usual interval of each series; series of about the same
interval share a matrix. Times without a zone count as UTC. Source: SPARQL 1.1 CSV results.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.errors import BadInput

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Texts = NDArray[np.str_]

SECOND = 1_000_000
DAY = 86_400 * SECOND
_MOST_BINS = 200_000
_MOST_CELLS = 20_000_000
_FEWEST_TO_STRAY = 20
_ZONE_LENGTH = len("+00:00")


@dataclass(frozen=True)
class Table:
    """A SELECT result as columns of text; an unbound cell is empty."""

    columns: Mapping[str, tuple[str, ...]]
    rows: int

    def texts(self, variable: str) -> Texts:
        """Give one column as an array; `BadInput` when the query does not select it."""
        if variable not in self.columns:
            raise BadInput(
                f"The query does not select ?{variable}; it selects "
                f"{', '.join('?' + name for name in self.columns) or 'nothing'}."
            )
        return np.array(self.columns[variable], dtype=np.str_)

    def numbers(self, variable: str) -> Floats:
        """Give one column as numbers, NaN where unbound or infinite."""
        texts = self.texts(variable)
        try:
            values = np.where(texts == "", "nan", texts).astype(np.float64)
        except ValueError as error:
            raise BadInput(
                f"The query column ?{variable} holds a value that is no number."
            ) from error
        return np.where(np.isfinite(values), values, np.nan)


@dataclass(frozen=True)
class Readings:
    """Readings of many entities, ordered by entity and time.

    Attributes:
        entities: IRIs, sorted.
        entity: index into `entities`, per reading.
        time: microseconds since 1970 UTC, per reading; `text` is the same as the data writes it.
        rows: row of the table, per reading.
    """

    entities: tuple[str, ...]
    entity: Integers
    time: Integers
    text: Texts
    rows: Integers

    def bounds(self) -> Integers:
        """Give the first position of each entity, and the number of readings as a last entry."""
        return np.searchsorted(self.entity, np.arange(len(self.entities) + 1))

    def having(self, kept: NDArray[np.bool_]) -> "Readings":
        """Keep some readings; entities keep their numbers."""
        return Readings(
            self.entities,
            self.entity[kept],
            self.time[kept],
            self.text[kept],
            self.rows[kept],
        )


@dataclass(frozen=True)
class Panel:
    """Series on one time grid.

    Attributes:
        series: index of the entity of each row.
        start, interval: microseconds of the first bin and of one step.
        values: mean of each bin, NaN where there is no reading; shape (series, bins).
    """

    series: Integers
    start: int
    interval: int
    values: Floats


def read_table(text: bytes) -> Table:
    """Parse SPARQL CSV."""
    rows = csv.reader(io.StringIO(text.decode("utf-8"), newline=""))
    try:
        header = next(rows, [])
        body = [row for row in rows if row]
    except csv.Error as error:
        raise BadInput(f"The query result cannot be read: {error}") from error
    columns = list(zip(*body, strict=True)) if body else [()] * len(header)
    return Table(dict(zip(header, columns, strict=True)), len(body))


def read_readings(table: Table) -> Readings:
    """Take `?entity` and `?time` of a table, ordered by entity and time."""
    entities, entity = np.unique(table.texts("entity"), return_inverse=True)
    text = table.texts("time")
    time = parse_times(text)
    order = np.lexsort((time, entity))
    return Readings(
        tuple(entities.tolist()), entity[order].astype(np.int64), time[order], text[order], order
    )


def parse_times(texts: Texts) -> Integers:
    """Parse XSD dateTime, date and gYear texts to microseconds since 1970 UTC."""
    if not len(texts):
        return np.zeros(0, dtype=np.int64)
    plain, offset = _without_zone(texts)
    try:
        moments = plain.astype("datetime64[us]").astype(np.int64)
    except ValueError as error:
        raise BadInput("The query column ?time holds a value that is no date or time.") from error
    return np.asarray(moments - offset, dtype=np.int64)


def usual_intervals(readings: Readings) -> Floats:
    """Give the median distance of successive readings per entity in µs, NaN below two readings."""
    gaps = np.diff(readings.time)
    counted = (np.diff(readings.entity) == 0) & (gaps > 0)
    entity, gaps = readings.entity[1:][counted], gaps[counted]
    order = np.lexsort((gaps, entity))
    entity, gaps = entity[order], gaps[order].astype(np.float64)
    first = np.searchsorted(entity, np.arange(len(readings.entities) + 1))
    count = np.diff(first)
    result = np.full(len(readings.entities), np.nan)
    some = count > 0
    low, high = (first[:-1] + (count - 1) // 2)[some], (first[:-1] + count // 2)[some]
    result[some] = (gaps[low] + gaps[high]) / 2
    return result


def within_period(readings: Readings) -> NDArray[np.bool_]:
    """Tell which readings lie in the period of the bulk; a lone far time would empty the grid."""
    count = len(readings.time)
    if count < _FEWEST_TO_STRAY:
        return np.ones(count, dtype=np.bool_)
    ordered = np.sort(readings.time)
    outermost = max(1, count // 1000)
    low, high = ordered[outermost], ordered[-1 - outermost]
    margin = max(high - low, DAY)
    return np.asarray((readings.time >= low - margin) & (readings.time <= high + margin))


def make_panels(readings: Readings, values: Floats) -> list[Panel]:
    """Lay the series of one variable on grids, one per group of about equal intervals."""
    known, values = readings.having(np.isfinite(values)), values[np.isfinite(values)]
    intervals = usual_intervals(known)
    measured = np.flatnonzero(np.isfinite(intervals))
    octave = np.round(np.log2(intervals[measured]))
    return [
        _panel(known, values, measured[octave == value], intervals) for value in np.unique(octave)
    ]


def median(values: Floats, axis: int = -1) -> Floats:
    """Give the median over an axis, leaving out NaN; NaN where nothing is left."""
    ordered = np.sort(np.moveaxis(values, axis, -1), axis=-1)
    count = np.isfinite(ordered).sum(axis=-1, keepdims=True)
    if ordered.shape[-1] == 0:
        return np.full(ordered.shape[:-1], np.nan)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(count // 2, ordered.shape[-1] - 1), axis=-1)
    return np.asarray(((low + high) / 2)[..., 0], dtype=np.float64)


def _without_zone(texts: Texts) -> tuple[Texts, Integers]:
    plain = np.char.rstrip(texts, "Z")
    letters = plain.view("U1").reshape(len(plain), -1)
    length = np.char.str_len(plain)
    rows = np.arange(len(plain))
    sign = letters[rows, np.maximum(length - _ZONE_LENGTH, 0)]
    colon = letters[rows, np.maximum(length - 3, 0)]
    zoned = (length > _ZONE_LENGTH) & np.isin(sign, ["+", "-"]) & (colon == ":")
    offset = np.zeros(len(plain), dtype=np.int64)
    if zoned.any():
        part = [
            letters[rows[zoned], length[zoned] - back].astype(np.int64) for back in (5, 4, 2, 1)
        ]
        minutes = (part[0] * 10 + part[1]) * 60 + part[2] * 10 + part[3]
        offset[zoned] = np.where(sign[zoned] == "-", -minutes, minutes) * 60 * SECOND
        cut = letters.copy()
        cut[np.arange(letters.shape[1]) >= (length - _ZONE_LENGTH * zoned)[:, None]] = ""
        plain = np.ascontiguousarray(cut).view(plain.dtype).ravel()
    return plain, offset


def _panel(readings: Readings, values: Floats, series: Integers, intervals: Floats) -> Panel:
    row_of = np.full(len(readings.entities), -1, dtype=np.int64)
    row_of[series] = np.arange(len(series))
    row = row_of[readings.entity]
    chosen = row >= 0
    row, time = row[chosen], readings.time[chosen]
    start = int(time.min())
    span = int(time.max()) - start
    most = max(2, min(_MOST_BINS, _MOST_CELLS // len(series)))
    interval = max(int(np.median(intervals[series])), span // (most - 1) + 1, 1)
    bins = span // interval + 1
    cell = row * bins + (time - start) // interval
    size = len(series) * bins
    total = np.bincount(cell, weights=values[chosen], minlength=size)
    count = np.bincount(cell, minlength=size)
    mean = np.full(size, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return Panel(series, start, interval, mean.reshape(len(series), bins))
