"""Texts that few programs write: rare delimiters, headers of several rows, tables in a row."""

from pathlib import Path

import duckdb
import pytest

from extraction.staging import Staging
from extraction.tables import stage


def staged(tmp_path: Path, content: str | bytes, name: str = "orders.csv") -> Staging:
    path = tmp_path / "content-hash"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return stage(path, name=name, sha256="abc", folder=tmp_path / "staged")


def cells(staging: Staging, table: int = 0) -> list[tuple[object, ...]]:
    path = staging.tables[table].path
    return [row[1:] for row in duckdb.read_parquet(str(path)).order("_row").fetchall()]


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("delimiter", ["||", "::", "~#~", "^^", ";;"])
def test_a_delimiter_of_several_signs_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [delimiter.join(("id", "name", "note"))]
    rows += [delimiter.join((str(n), f"name {n}", "a, b | c: d")) for n in range(20)]
    staging = staged(tmp_path, lines(*rows), "t.txt")
    assert staging.readings[0].delimiter == delimiter
    assert staging.tables[0].columns == ("id", "name", "note")
    assert cells(staging)[19] == ("19", "name 19", "a, b | c: d")


def test_a_column_that_is_always_empty_does_not_make_a_longer_delimiter(tmp_path: Path) -> None:
    staging = staged(tmp_path, lines("a||b|c", *(f"{n}||{n}|x" for n in range(9))), "t.txt")
    assert len(staging.tables[0].columns) == 4


def test_runs_of_blanks_part_the_columns_of_aligned_text(tmp_path: Path) -> None:
    rows = [f"{'city ' + str(n):<12}{n * 7:>6}  {n / 4:.2f}  " for n in range(12)]
    staging = staged(tmp_path, lines(f"{'place':<12}{'people':>6}  share", *rows), "t.txt")
    assert staging.tables[0].columns == ("place", "people", "share")
    assert cells(staging)[11] == ("city 11", "77", "2.75")


def test_numbers_of_any_distance_are_parted(tmp_path: Path) -> None:
    rows = [f"{n:>4} {n * 1.5:>9.3f} {n * 200:>6}" for n in range(1, 40)]
    staging = staged(tmp_path, lines("   n   height  depth", *rows), "run.dat")
    assert staging.tables[0].columns == ("n", "height", "depth")
    assert cells(staging)[38] == ("39", "58.500", "7800")


def test_quotes_keep_blanks_together(tmp_path: Path) -> None:
    rows = [f'n{n}   {n}  "new  york"' for n in range(9)]
    staging = staged(tmp_path, lines("name  age    city", *rows), "t.txt")
    assert cells(staging)[3] == ("n3", "3", "new  york")


def test_repeated_names_over_years_are_one_header(tmp_path: Path) -> None:
    top = ("Region,Sales,Sales,Costs,Costs", ",2020,2021,2020,2021")
    staging = staged(tmp_path, lines(*top, "North,1,2,3,4", "South,5,6,7,8"))
    names = ("Region", "Sales 2020", "Sales 2021", "Costs 2020", "Costs 2021")
    assert staging.tables[0].columns == names
    assert cells(staging) == [("North", "1", "2", "3", "4"), ("South", "5", "6", "7", "8")]


def test_a_row_with_a_blank_first_cell_stays_a_row(tmp_path: Path) -> None:
    staging = staged(tmp_path, lines("id,name,name", ",7.5,8.5", "2,9.5,1.5", "3,4.5,2.5"))
    assert staging.tables[0].rows == 3


def test_a_table_below_another_of_the_same_width_is_its_own(tmp_path: Path) -> None:
    first = ["id,name", *(f"{n},name {n}" for n in range(5))]
    second = ["code,price", *(f"X{n},{n}.5" for n in range(4))]
    staging = staged(tmp_path, lines(*first, "", "", *second))
    assert [(table.columns, table.rows) for table in staging.tables] == [
        (("id", "name"), 5),
        (("code", "price"), 4),
    ]
    assert cells(staging, 1)[3] == ("X3", "3.5")
    assert staging.rejects == ()


def test_a_blank_line_alone_does_not_start_a_table(tmp_path: Path) -> None:
    rows = ["north,1", "south,2", "", "west,pending", "east,3", "mid,4"]
    staging = staged(tmp_path, lines("region,amount", *rows))
    assert [table.rows for table in staging.tables] == [5]


def test_a_zero_byte_in_a_short_file_does_not_make_it_binary(tmp_path: Path) -> None:
    staging = staged(tmp_path, b"id,name\n1,a\0b\n2,c\n")
    assert cells(staging) == [("1", "ab"), ("2", "c")]
    assert "NUL" in staging.rejects[0].reason
