"""Canonical lexical forms, asked of the engine itself."""

import duckdb
import pytest

from graph.lexical import lexical_sql, null_sql
from graph.schema import Column, Datatype, Decision


def lexical(datatype: Datatype, text: str | None, **options: object) -> str | None:
    column = Column("x", datatype, Decision(1.0), **options)  # type: ignore[arg-type]
    sql = f"SELECT {lexical_sql(column, 'v')} FROM (SELECT ?::VARCHAR AS v)"
    with duckdb.connect() as connection:
        row = connection.execute(sql, [text]).fetchone()
    assert row is not None
    return None if row[0] is None else str(row[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5", "5"), ("+5", "5"), (" 7 ", "7"), ("-0", "0"), ("1,234", "1234"), ("-12", "-12")],
)
def test_gives_integers_without_plus_and_grouping(text: str, expected: str) -> None:
    assert lexical("integer", text) == expected


@pytest.mark.parametrize("text", ["007", "1.0", "x", "", "12 kg", "1e5"])
def test_refuses_what_is_no_integer(text: str) -> None:
    assert lexical("integer", text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.50", "1.5"),
        ("2", "2.0"),
        ("2.00", "2.0"),
        ("+.5", "0.5"),
        ("-0.00", "0.0"),
        ("1,234.50", "1234.5"),
        ("-3.10", "-3.1"),
    ],
)
def test_gives_decimals_with_a_digit_on_both_sides_of_the_point(text: str, expected: str) -> None:
    assert lexical("decimal", text) == expected


def test_reads_a_decimal_comma_and_refuses_a_point_that_groups_nothing() -> None:
    assert lexical("decimal", "1.234,50", decimal_comma=True) == "1234.5"
    assert lexical("decimal", "2,5", decimal_comma=True) == "2.5"
    assert lexical("decimal", "1.5", decimal_comma=True) is None


def test_strips_the_unit_only_where_the_column_carries_it() -> None:
    assert lexical("decimal", "72.5 °C", format="# °C", unit="°C") == "72.5"
    assert lexical("decimal", "72.5 °C", unit="°C") is None
    assert lexical("decimal", "72.5", format="# °C", unit="°C") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1e20", "1e+20"), ("inf", "INF"), ("-Infinity", "-INF"), ("NaN", "NaN"), ("1.5", "1.5")],
)
def test_gives_doubles_in_their_shortest_form(text: str, expected: str) -> None:
    assert lexical("double", text) == expected


def test_does_not_let_a_number_overflow_to_infinity() -> None:
    assert lexical("double", "1e400") is None


def test_reads_the_words_of_a_boolean() -> None:
    words = {"true_words": ("y",), "false_words": ("n",)}
    assert [lexical("boolean", text, **words) for text in ("Y", "n", "x")] == [
        "true",
        "false",
        None,
    ]


def test_refuses_a_day_that_is_not_in_the_calendar() -> None:
    assert lexical("date", "2024-02-29") == "2024-02-29"
    assert lexical("date", "2024-13-45") is None
    assert lexical("date", "2023-02-29") is None


def test_reads_a_date_by_its_pattern() -> None:
    assert lexical("date", "31/12/2024", format="%d/%m/%Y") == "2024-12-31"
    assert lexical("date", "12/31/2024", format="%d/%m/%Y") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-02 03:04:05", "2024-01-02T03:04:05"),
        ("2024-01-02T03:04:05.120Z", "2024-01-02T03:04:05.12Z"),
        ("2024-01-02 03:04:05+0100", "2024-01-02T03:04:05+01:00"),
        ("2024-01-02 03:04+01", "2024-01-02T03:04:00+01:00"),
        ("2024-01-02", "2024-01-02T00:00:00"),
        ("2024-01-02 25:00:00", None),
    ],
)
def test_keeps_the_zone_of_a_moment(text: str, expected: str | None) -> None:
    assert lexical("dateTime", text) == expected


def test_keeps_times_within_the_day() -> None:
    assert lexical("time", "7:05") == "07:05:00"
    assert lexical("time", "07:05:06.50") == "07:05:06.5"
    assert lexical("time", "25:10:00") is None


def test_keeps_text_as_it_stands() -> None:
    assert lexical("string", "  e\u0301 ") == "  e\u0301 "


def test_gives_null_for_the_words_that_mean_no_value() -> None:
    column = Column("x", "string", Decision(1.0), null_words=("N/A",))
    assert lexical("string", " N/A ", null_words=("N/A",)) is None
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {null_sql(column, chr(39) + 'N/A' + chr(39))}").fetchone()
    assert row == (True,)
