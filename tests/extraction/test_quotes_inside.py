"""Cells of many lines that hold other quotes than the file's own."""

import csv
import io

import pytest

from extraction.delimited.dialects import detect


def written(cell: str) -> str:
    """Write a table whose second column is one long cell, as spreadsheets do."""
    text = io.StringIO()
    rows = [[n, f"{cell}\nrow {n}", n % 5] for n in range(1, 30)]
    csv.writer(text).writerows([["id", "script", "status"], *rows])
    return text.getvalue()


@pytest.mark.parametrize(
    "cell",
    [
        "var colours = [\n    '#97AAB3', '#7499FF',\n    '#FFA059', '#E97659'\n];",
        "Known values:\n`up`, `down`,\n`unknown`",
    ],
)
def test_quotes_on_lines_within_a_cell_are_not_those_of_the_file(cell: str) -> None:
    found = detect(written(cell), complete=True)
    assert (found.quote, found.delimiter) == ('"', ",")
    assert found.columns == ("id", "script", "status")


def test_a_file_may_still_have_single_quotes() -> None:
    rows = [f"{n},'Bern, {n}','a \"word\"'" for n in range(1, 30)]
    found = detect("\n".join(["id,town,note", *rows]), complete=True)
    assert (found.quote, found.columns) == ("'", ("id", "town", "note"))
