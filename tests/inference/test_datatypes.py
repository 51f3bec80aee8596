"""Types of columns, decided from their values."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from graph.schema import Column
from inference.infer import infer_schema
from tests.inference.staging import stage


def column_of(folder: Path, header: str, values: Sequence[str | None]) -> Column:
    table = stage(folder, "things", [header], [[value] for value in values])
    return infer_schema([table]).tables[0].columns[0]


def test_keeps_codes_with_leading_zeros_as_text(tmp_path: Path) -> None:
    column = column_of(tmp_path, "amount", ["007", "12", "345"])
    assert column.datatype == "string"
    assert "leading zeros" in column.decision.evidence[0]


def test_counts_a_day_outside_the_calendar_as_invalid(tmp_path: Path) -> None:
    days = [f"2024-01-{day:02}" for day in range(1, 31)]
    column = column_of(tmp_path, "day", [*days, "2024-13-45"])
    assert (column.datatype, column.invalid) == ("date", 1)
    assert (column.minimum, column.maximum) == ("2024-01-01", "2024-01-30")
    assert any("2024-13-45" in sentence for sentence in column.decision.evidence)


def test_counts_a_number_with_a_unit_as_invalid_where_the_others_have_none(tmp_path: Path) -> None:
    column = column_of(tmp_path, "weight", [*(f"{n}.5" for n in range(60)), "12 kg"])
    assert (column.datatype, column.invalid, column.unit) == ("decimal", 1, None)


def test_reads_the_unit_that_all_cells_carry(tmp_path: Path) -> None:
    column = column_of(tmp_path, "weight", [f"{n} kg" for n in range(1, 40)])
    assert (column.datatype, column.unit, column.invalid) == ("integer", "kg", 0)
    assert (column.minimum, column.maximum) == ("1", "39")


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Temp (°C)", "°C"),
        ("temp_c", "°C"),
        ("weight_kg", "kg"),
        ("Torque [Nm]", "Nm"),
        ("wear [min]", "min"),
        ("speed [m/s]", "m/s"),
        ("pay (max)", None),
        ("plan_b", None),
        ("temp", None),
    ],
)
def test_reads_the_unit_of_a_header(tmp_path: Path, header: str, unit: str | None) -> None:
    assert column_of(tmp_path, header, ["1.5", "2.5"]).unit == unit


@pytest.mark.parametrize(
    ("values", "true_words"),
    [(["true", "false"], ("true",)), (["t", "f"], ("t",)), (["Yes", "No"], ("yes",))],
)
def test_reads_truth_words(tmp_path: Path, values: list[str], true_words: tuple[str, ...]) -> None:
    column = column_of(tmp_path, "active", values * 20)
    assert (column.datatype, column.true_words, column.invalid) == ("boolean", true_words, 0)


def test_takes_zero_and_one_as_numbers_unless_the_header_asks(tmp_path: Path) -> None:
    assert column_of(tmp_path, "stops", ["0", "1"] * 10).datatype == "integer"
    assert column_of(tmp_path, "is_active", ["0", "1"] * 10).datatype == "boolean"


def test_settles_day_and_month_by_the_whole_column(tmp_path: Path) -> None:
    assert column_of(tmp_path, "d", ["01/02/2024", "13/02/2024"]).format == "%d/%m/%Y"
    assert column_of(tmp_path, "d", ["01/02/2024", "02/13/2024"]).format == "%m/%d/%Y"


def test_doubts_dates_that_can_be_read_both_ways(tmp_path: Path) -> None:
    column = column_of(tmp_path, "d", ["01/02/2024", "03/04/2024"] * 30)
    assert column.datatype == "date"
    assert column.decision.confidence <= 0.6
    assert any("%m/%d/%Y" in sentence for sentence in column.decision.evidence)


def test_lets_a_sure_date_column_decide_for_an_ambiguous_one(tmp_path: Path) -> None:
    rows = [["01/02/2024", "02/13/2024"], ["03/04/2024", "04/25/2024"]]
    table = stage(tmp_path, "stays", ["arrival", "departure"], rows)
    schema = infer_schema([table])
    assert [column.format for column in schema.tables[0].columns] == ["%m/%d/%Y", "%m/%d/%Y"]


def test_reads_eight_digits_as_days_only_under_a_date_header(tmp_path: Path) -> None:
    values = ["20240105", "20240206"]
    assert column_of(tmp_path, "start_date", values).datatype == "date"
    assert column_of(tmp_path, "serial", values).datatype == "integer"


def test_keeps_phone_numbers_as_text(tmp_path: Path) -> None:
    assert column_of(tmp_path, "phone", ["4155550101", "4155550102"]).datatype == "string"


def test_reads_exponents_and_infinity_as_doubles(tmp_path: Path) -> None:
    assert column_of(tmp_path, "era", ["1.5", "inf", "2e3"]).datatype == "double"


def test_reads_a_decimal_comma(tmp_path: Path) -> None:
    column = column_of(tmp_path, "preis", ["1.234,50", "2,5", "7"])
    assert (column.datatype, column.decimal_comma, column.maximum) == ("decimal", True, "1234.5")


def test_takes_null_words_of_a_number_column_as_no_value(tmp_path: Path) -> None:
    column = column_of(tmp_path, "age", ["31", "N/A", "unknown", None, "45"])
    assert (column.datatype, column.nulls, column.invalid) == ("integer", 3, 0)
    assert set(column.null_words) == {"N/A", "unknown"}


def test_keeps_na_as_a_value_among_codes(tmp_path: Path) -> None:
    column = column_of(tmp_path, "country", ["NA", "DE", "FR"])
    assert (column.nulls, column.distinct, column.null_words) == (0, 3, ())


def test_keeps_text_where_many_cells_are_no_numbers(tmp_path: Path) -> None:
    assert column_of(tmp_path, "room", ["12", "14", "16B", "18", "20"]).datatype == "string"


def test_gives_a_column_without_values_no_certainty(tmp_path: Path) -> None:
    column = column_of(tmp_path, "fax", [None, None])
    assert (column.datatype, column.nulls, column.distinct) == ("string", 2, 0)
    assert column.decision.confidence <= 0.5


def test_lists_the_values_of_a_small_closed_set(tmp_path: Path) -> None:
    rows = [[str(n), ["open", "done", "late"][n % 3]] for n in range(60)]
    table = stage(tmp_path, "tasks", ["task_id", "status"], rows)
    columns = infer_schema([table]).tables[0].columns
    assert columns[1].enumeration == ("done", "late", "open")
    assert columns[0].enumeration == ()


def test_counts_over_all_rows(tmp_path: Path) -> None:
    column = column_of(tmp_path, "name", ["a", "bb", "bb", None])
    assert (column.nulls, column.distinct, column.unique, column.max_length) == (1, 2, False, 2)


@pytest.mark.parametrize(
    ("header", "values", "maximum"),
    [
        ("preis", ["12,50 €", "1.234,00 €"], "1234.0"),
        ("betrag", ["€ 12,50", "€ 1.234,75"], "1234.75"),
        ("share", ["12,5 %", "45,5 %"], "45.5"),
        ("price", ["$12.50", "$1,234.00"], "1234.0"),
        ("amount", ["USD 12.50", "USD 3"], "12.5"),
        ("montant", ["1 234,50", "12,00"], "1234.5"),
        ("montant", ["1\u202f234,50", "2\u00a0345,00"], "2345.0"),
        ("betrag", ["1'234.50", "12.00"], "1234.5"),
    ],
)
def test_reads_amounts_as_they_are_written_elsewhere(
    tmp_path: Path, header: str, values: list[str], maximum: str
) -> None:
    column = column_of(tmp_path, header, values * 9)
    assert (column.datatype, column.invalid, column.maximum) == ("decimal", 0, maximum)


@pytest.mark.parametrize("values", [["1,234", "5,678"], ["1.234", "5.678"]])
def test_doubts_numbers_whose_sign_may_group_or_divide(tmp_path: Path, values: list[str]) -> None:
    column = column_of(tmp_path, "amount", values * 9)
    assert column.decision.confidence < 0.8
    assert any("could group thousands" in sentence for sentence in column.decision.evidence)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("card_number", "4111111111111111"),
        ("credit card", "5500005555555559"),
        ("account_no", "123456789"),
        ("Kontonummer", "532013000"),
        ("postal code", "90210"),
        ("company no", "123 456 789"),
        ("scale", "1:18"),
    ],
)
def test_keeps_numbers_on_which_nobody_calculates_as_text(
    tmp_path: Path, header: str, value: str
) -> None:
    column = column_of(tmp_path, header, [value] * 9)
    assert (column.datatype, column.invalid) == ("string", 0)


def test_reads_years_under_a_header_that_says_so(tmp_path: Path) -> None:
    assert column_of(tmp_path, "model_year", ["1999", "2024"]).datatype == "gYear"
    assert column_of(tmp_path, "year_id", ["1999", "2024"]).datatype == "integer"
    assert column_of(tmp_path, "year", ["1", "2", "3"]).datatype == "integer"


def test_reads_times_with_am_and_pm(tmp_path: Path) -> None:
    column = column_of(tmp_path, "opens", ["3:04 PM", "11:59 AM"] * 9)
    assert (column.datatype, column.minimum, column.maximum) == ("time", "11:59:00", "15:04:00")


def test_one_truth_word_is_enough_where_the_header_names_a_state(tmp_path: Path) -> None:
    assert column_of(tmp_path, "active", ["t", "t"]).datatype == "boolean"
    assert column_of(tmp_path, "grade", ["t", "t"]).datatype == "string"


def test_says_which_other_type_was_looked_at(tmp_path: Path) -> None:
    rooms = column_of(tmp_path, "room", ["12", "14", "16B", "18", "20"])
    assert "As integer only 4 of 5 values could be read." in rooms.decision.evidence
    flags = column_of(tmp_path, "is_active", ["0", "1"] * 9)
    assert any("could be integer too" in sentence for sentence in flags.decision.evidence)
