"""Values that may mean "no value", suspected from how the others lie."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.ontology.schema_overrides import SchemaOverride
from graph.schema import Column
from inference.infer import infer_schema
from tests.inference.staging import stage

ROWS = 240


def marked(value: Callable[[int], str], mark: str, every: int) -> list[str]:
    """Give a column with a mark in every so many rows."""
    return [mark if n % every == 0 else value(n) for n in range(ROWS)]


def columns_of(folder: Path, cells: list[str], *said: SchemaOverride) -> Column:
    """Infer a table with a key and a column."""
    rows = [[str(n), cell] for n, cell in enumerate(cells, start=1)]
    schema = infer_schema([stage(folder, "items", ["item_id", "reading"], rows)], overrides=said)
    return schema.tables[0].columns[1]


def suspicions(column: Column) -> list[str]:
    """Give the sentences of suspicion."""
    return [sentence for sentence in column.decision.evidence if "may mean no value" in sentence]


SUSPECT = {
    "999 among ages": marked(lambda n: str(20 + n * 7 % 60), "999", 20),
    "-999.0 among measures": marked(lambda n: f"{10 + n * 13 % 170 / 10:.1f}", "-999.0", 25),
    "-99 among temperatures": marked(lambda n: str(n % 41 - 20), "-99", 30),
    "-1 among counts": marked(lambda n: str(n * 7 % 101), "-1", 15),
    "99 among grades": marked(lambda n: str(1 + n % 7), "99", 30),
    "0 among heights": marked(lambda n: str(150 + n * 3 % 50), "0", 8),
    "1900-01-01 among birthdays": marked(
        lambda n: f"{1960 + n % 40}-0{1 + n % 9}-1{n % 9}", "1900-01-01", 20
    ),
    "9999-12-31 among ends": marked(lambda n: f"202{n % 4}-0{1 + n % 9}-1{n % 9}", "9999-12-31", 3),
    "1900 among moments": marked(
        lambda n: f"2024-0{1 + n % 9}-1{n % 9}T10:00:00", "1900-01-01T00:00:00", 20
    ),
}
PLAIN = {
    "prices that end in nines": [f"{n % 7 * 10 + 9}.99" for n in range(ROWS)],
    "differences around zero": [str(n * 7 % 19 - 9) for n in range(ROWS)],
    "lags from -1": [str(n * 7 % 31 - 1) for n in range(ROWS)],
    "one rich person": [*(str(30_000 + n * 17 % 50_000) for n in range(ROWS - 1)), "9000000"],
    "many zeros": [str(0 if n % 3 else n % 50) for n in range(ROWS)],
    "two values": ["99" if n % 9 == 0 else "1" for n in range(ROWS)],
    "days of a year": [f"2024-0{1 + n % 9}-1{n % 9}" for n in range(ROWS)],
}


@pytest.mark.parametrize("name", SUSPECT)
def test_suspects_a_repeated_value_apart_from_the_others(tmp_path: Path, name: str) -> None:
    (sentence,) = suspicions(columns_of(tmp_path, SUSPECT[name]))
    assert sentence.startswith(f"{SUSPECT[name][0]!r} stands in")


@pytest.mark.parametrize("name", PLAIN)
def test_suspects_no_values_that_belong_to_the_others(tmp_path: Path, name: str) -> None:
    assert suspicions(columns_of(tmp_path, PLAIN[name])) == []


def test_what_a_person_calls_no_value_is_null_and_no_suspect(tmp_path: Path) -> None:
    said = SchemaOverride("type", "items", ("reading",), "decimal", null_words=("-999.0",))
    column = columns_of(tmp_path, SUSPECT["-999.0 among measures"], said)
    assert suspicions(column) == []
    assert (column.nulls, column.minimum, column.invalid) == (10, "10.0", 0)


@pytest.mark.parametrize("word", ["N/A", "n.a.", "-", "NULL", "keine Angabe", "#REF!", "unknown"])
def test_words_for_no_value_among_numbers_are_null(tmp_path: Path, word: str) -> None:
    column = columns_of(tmp_path, marked(lambda n: str(20 + n * 7 % 60), word, 20))
    assert (column.datatype, column.null_words, column.nulls) == ("integer", (word,), 12)
