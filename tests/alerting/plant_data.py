"""A plant of machines with hourly readings, in an in-memory store; faults are planted on demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graph.model import AttributeDef, ClassDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.store import GraphReader

NAMES = ProjectNames("https://example.org/", "plant")
START = np.datetime64("2026-09-01T00:00:00", "s")
PROPERTIES = ("temperatureC", "vibrationMmS", "powerKw")
_BASE, _SWING, _NOISE = (62.0, 3.1, 41.0), (4.0, 0.3, 9.0), (0.9, 0.12, 1.6)
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_XSD = "http://www.w3.org/2001/XMLSchema#"

READING = ClassDef(
    table="readings",
    name="Reading",
    label="reading",
    key=("reading_id",),
    attributes=(
        AttributeDef("reading_id", "readingId", "reading id", "integer"),
        AttributeDef("read_at", "readAt", "read at", "dateTime"),
        AttributeDef("temperature_c", "temperatureC", "temperature c", "decimal"),
        AttributeDef("vibration_mm_s", "vibrationMmS", "vibration mm s", "decimal"),
        AttributeDef("power_kw", "powerKw", "power kw", "decimal"),
    ),
    links=(LinkDef(("machine_id",), "machines", ("machine_id",), "Machine", "machine", "machine"),),
    kind="observation",
)
MACHINE = ClassDef(
    table="machines",
    name="Machine",
    label="machine",
    key=("machine_id",),
    attributes=(
        AttributeDef("machine_id", "machineId", "machine id", "string"),
        AttributeDef("max_temperature_c", "maxTemperatureC", "max temperature c", "decimal"),
    ),
    links=(),
)
MODEL = KnowledgeModel(classes=(MACHINE, READING))


@dataclass(frozen=True)
class Plant:
    """Values of shape (properties, machines, hours); NaN has no value, an absent hour no row."""

    values: NDArray[np.float64]
    present: NDArray[np.bool_]

    def heated(self, machine: int, first: int, last: int, by: float) -> "Plant":
        """Heat one machine, in hours `first` to `last` exclusive."""
        values = self.values.copy()
        values[0, machine, first:last] += by
        return Plant(values, self.present)

    def silenced(self, machine: int, first: int, last: int) -> "Plant":
        """Drop the rows of one machine, in hours `first` to `last` exclusive."""
        present = self.present.copy()
        present[machine, first:last] = False
        return Plant(self.values, present)


def clean_plant(seed: int, machines: int = 40, hours: int = 720) -> Plant:
    """Make a plant without a fault: daily rhythm, slow drift, noise, a few empty cells."""
    source = np.random.default_rng(seed)
    hour = np.arange(hours)
    values = np.empty((len(PROPERTIES), machines, hours))
    for number in range(len(PROPERTIES)):
        phase = source.uniform(0, 2 * np.pi, (machines, 1))
        swing = _SWING[number] * source.uniform(0.6, 1.4, (machines, 1))
        drift = source.normal(0, _SWING[number] / 2, (machines, 1)) * hour / hours
        noise = source.normal(0, _NOISE[number], (machines, hours))
        level = _BASE[number] * source.uniform(0.9, 1.1, (machines, 1))
        values[number] = level + swing * np.sin(2 * np.pi * hour / 24 + phase) + drift + noise
    values[source.random(values.shape) < 0.001] = np.nan
    return Plant(values, np.ones((machines, hours), dtype=np.bool_))


def reader_of(plant: Plant, folder: Path, limit: float = 95.0) -> GraphReader:
    """Land a plant in a store and give a reader of its data."""
    store = OxigraphStore()
    path = folder / "plant.nq"
    path.write_text("".join(_lines(plant, limit)), encoding="utf-8")
    store.load(path)
    return store.reader(list(NAMES.default_graphs), [NAMES.meta])


def machine(number: int) -> str:
    """Name a machine."""
    return NAMES.thing("Machine", [f"M{number:02}"]).value


def _lines(plant: Plant, limit: float) -> list[str]:
    hours = plant.present.shape[1]
    times = (START + np.arange(hours) * np.timedelta64(1, "h")).astype(str)
    lines = []
    for number, present in enumerate(plant.present):
        subject = f"<{machine(number)}>"
        lines.append(_line(subject, _TYPE, NAMES.term("Machine")))
        lines.append(_line(subject, NAMES.term("maxTemperatureC"), _typed(limit, "decimal")))
        for hour in np.flatnonzero(present).tolist():
            reading = NAMES.thing("Reading", [str(number * hours + hour)])
            cells = plant.values[:, number, hour]
            lines += _reading(str(reading), subject, str(times[hour]), cells.tolist())
    return lines


def _reading(reading: str, subject: str, time: str, cells: Sequence[float]) -> list[str]:
    lines = [
        _line(reading, _TYPE, NAMES.term("Reading")),
        _line(reading, NAMES.term("machine"), subject),
        _line(reading, NAMES.term("readAt"), _typed(time, "dateTime")),
    ]
    return lines + [
        _line(reading, NAMES.term(name), _typed(f"{cell:.2f}", "decimal"))
        for name, cell in zip(PROPERTIES, cells, strict=True)
        if np.isfinite(cell)
    ]


def _typed(value: object, datatype: str) -> str:
    return f'"{value}"^^<{_XSD}{datatype}>'


def _line(subject: object, predicate: object, value: object) -> str:
    return f"{subject} {predicate} {value} {NAMES.data} .\n"
