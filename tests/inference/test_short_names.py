"""Headers that are short for a table, and headers that only look so."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from inference.structure.similarity import akin, reference_name_score
from tests.inference.test_unnamed_references import Tables, links, schema_of

DRAW = random.Random(23)  # noqa: S311 - no secret


def rows(count: int, *most: int) -> list[Sequence[object]]:
    """Number rows from 1, each with a label and random numbers up to `most`."""
    return [
        (n, f"label {n * 7 % count}", *(DRAW.randint(1, top) for top in most))
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("header", "table", "key"),
    [
        ("cid", "contact", "id"),
        ("gid", "meaning_group", "id"),
        ("po_id", "purchase_order", "id"),
        ("uom", "unit_of_measure", "code"),
        ("bill_hdemo_sk", "household_demographics", "demo_sk"),
    ],
)
def test_initials_name_a_table(header: str, table: str, key: str) -> None:
    assert reference_name_score(header, table, key) >= 0.6


@pytest.mark.parametrize(
    ("header", "table", "key"),
    [
        ("value", "valuemap", "valuemap_id"),
        ("operator", "operation", "operation_id"),
        ("cid", "sentence", "id"),
        ("valid", "valve", "id"),
        ("bill_hdemo_sk", "customer_demographics", "demo_sk"),
    ],
)
def test_what_is_merely_alike_names_no_table(header: str, table: str, key: str) -> None:
    assert reference_name_score(header, table, key) < 0.5


def test_who_acts_is_not_the_act() -> None:
    assert akin("operator", "operation") < 0.6
    assert akin("translations", "translation") == 1.0


def test_an_initial_before_id_points_to_the_table_that_it_begins(tmp_path: Path) -> None:
    tables: Tables = {
        "contact": ("id name", rows(80)),
        "sentence": ("id text", rows(300)),
        "complaint": ("id subject cid", rows(400, 80)),
    }
    found = links(schema_of(tmp_path, tables))
    assert found == {("complaint", ("cid",), "contact", ("id",))}


def test_the_manager_of_a_room_is_a_person_and_no_room(tmp_path: Path) -> None:
    staff = [(n, f"first {n}", f"last {n % 9}", n // 4 or None) for n in range(1, 41)]
    tables: Tables = {
        "room": ("room_id label manager_id", rows(120, 40)),
        "staff": ("staff_id first_name last_name manager_id", staff),
    }
    assert links(schema_of(tmp_path, tables)) == {
        ("room", ("manager_id",), "staff", ("staff_id",)),
        ("staff", ("manager_id",), "staff", ("staff_id",)),
    }


def test_each_edition_of_a_book_but_the_first_has_the_one_before(tmp_path: Path) -> None:
    books = [(n, f"book {n % 7}", n - 1 if n > 1 else None) for n in range(1, 31)]
    found = links(schema_of(tmp_path, {"books": ("id title previous_edition_id", books)}))
    assert found == {("books", ("previous_edition_id",), "books", ("id",))}


def test_a_second_number_named_after_its_own_table_is_no_reference(tmp_path: Path) -> None:
    pages = [(n, 1 + n % 60, f"text {n}") for n in range(1, 241)]
    header = "catalog_page_id catalog_page_number words"
    assert links(schema_of(tmp_path, {"catalog_page": (header, pages)})) == set()


def test_the_year_of_a_table_of_years_is_its_key_and_met_by_other_years(tmp_path: Path) -> None:
    years = [(1990 + n, f"http://example.org/{1990 + n}") for n in range(30)]
    races = [(n, 1990 + n % 30, f"race {n % 11}") for n in range(1, 301)]
    schema = schema_of(
        tmp_path, {"seasons": ("year url", years), "races": ("race_id year name", races)}
    )
    key = schema.table("seasons").primary_key
    assert key is not None
    assert key.columns == ("year",)
    assert links(schema) == {("races", ("year",), "seasons", ("year",))}
