"""Reading SPARQL CSV into series: zones, empty cells, irregular times."""

import numpy as np
import pytest

from alerting.series import (
    DAY,
    Table,
    make_panels,
    median,
    parse_times,
    read_readings,
    read_table,
    within_period,
)
from graph.errors import BadInput

HOUR = DAY // 24


def test_times_of_all_forms_are_read_as_utc() -> None:
    texts = np.array(
        [
            "2026-01-01T12:00:00Z",
            "2026-01-01T13:30:00+01:30",
            "2026-01-01T07:00:00.000-05:00",
            "2026-01-01T12:00:00",
            "2026-01-01T12:00:00.0",
        ]
    )
    noon = np.datetime64("2026-01-01T12:00:00", "us").astype(np.int64)
    assert parse_times(texts).tolist() == [noon] * 5
    assert parse_times(np.array(["2026-01-01", "2026"])).tolist() == [noon - DAY // 2] * 2


def test_a_time_or_number_that_is_none_is_named() -> None:
    with pytest.raises(BadInput, match=r"\?time"):
        parse_times(np.array(["yesterday"]))
    with pytest.raises(BadInput, match=r"\?v"):
        Table({"v": ("1", "x")}, 2).numbers("v")
    with pytest.raises(BadInput, match=r"\?w"):
        Table({"v": ("1",)}, 1).numbers("w")


def test_quoted_cells_and_unbound_cells_are_read() -> None:
    table = read_table(b'entity,label,v\r\nhttp://e/1,"a, ""b""\nc",1.5\r\nhttp://e/2,,\r\n')
    assert table.columns["label"] == ('a, "b"\nc', "")
    assert table.numbers("v")[0] == 1.5
    assert np.isnan(table.numbers("v")[1])


def test_an_empty_result_has_its_columns() -> None:
    table = read_table(b"entity,time,v\r\n")
    readings = read_readings(table)
    assert (table.rows, readings.entities) == (0, ())
    assert make_panels(readings, table.numbers("v")) == []
    assert within_period(readings).tolist() == []


def test_irregular_times_are_binned_to_the_usual_interval() -> None:
    times = ["00:00:00", "01:02:00", "01:59:00", "05:00:00", "06:00:00", "06:20:00"]
    table = Table(
        {
            "entity": ("http://e/1",) * 6,
            "time": tuple(f"2026-01-01T{time}" for time in times),
            "v": ("1", "2", "3", "4", "5", "7"),
        },
        6,
    )
    (panel,) = make_panels(read_readings(table), table.numbers("v"))
    assert panel.interval == HOUR
    expected = [1, 2.5, np.nan, np.nan, np.nan, 4, 6]
    np.testing.assert_array_equal(panel.values[0], expected)


def test_series_of_different_pace_do_not_share_a_grid() -> None:
    rows = [("http://e/fast", f"2026-01-01T00:{minute:02}:00") for minute in range(30)]
    rows += [("http://e/slow", f"2026-01-{day:02}") for day in range(1, 31)]
    table = Table(
        {
            "entity": tuple(row[0] for row in rows),
            "time": tuple(row[1] for row in rows),
            "v": ("1",) * len(rows),
        },
        len(rows),
    )
    panels = make_panels(read_readings(table), table.numbers("v"))
    assert [panel.values.shape for panel in panels] == [(1, 30), (1, 30)]


def test_a_mistyped_year_does_not_stretch_the_period() -> None:
    days = [f"2026-01-{day:02}" for day in range(1, 31)]
    table = Table({"entity": ("http://e/1",) * 31, "time": (*days, "2206-01-01")}, 31)
    assert within_period(read_readings(table)).tolist() == [True] * 30 + [False]


def test_a_median_leaves_out_what_is_not_there() -> None:
    values = np.array([[1, np.nan, 3, 8], [np.nan] * 4])
    np.testing.assert_array_equal(median(values), [3, np.nan])
