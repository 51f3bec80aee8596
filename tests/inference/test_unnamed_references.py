"""References whose names do not say so: hierarchies, roles of people, short names, other keys."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from graph.schema import Schema
from inference.infer import infer_schema
from inference.structure.accident import precedence
from inference.structure.similarity import akin, holds_people, is_agent
from tests.inference.staging import stage

Tables = dict[str, tuple[str, Sequence[Sequence[object]]]]
DRAW = random.Random(11)  # noqa: S311 - no secret


def schema_of(folder: Path, tables: Tables) -> Schema:
    """Infer tables that are given as headers and rows of anything."""
    staged = [
        stage(
            folder,
            name,
            header.split(),
            [[None if cell is None else str(cell) for cell in row] for row in rows],
        )
        for name, (header, rows) in tables.items()
    ]
    return infer_schema(staged)


def links(schema: Schema) -> set[tuple[str, tuple[str, ...], str, tuple[str, ...]]]:
    return {
        (table.name, item.columns, item.ref_table, item.ref_columns)
        for table in schema.tables
        for item in table.references
    }


def numbers(most: int, count: int) -> list[int]:
    return [DRAW.randint(1, most) for _ in range(count)]


@pytest.mark.parametrize("header", ["rubrique_mere", "zweig", "via"])
def test_rows_that_all_point_to_earlier_ones_are_a_hierarchy(tmp_path: Path, header: str) -> None:
    rows = [(n, f"rubrique {n}", DRAW.randint(1, n - 1) if n > 4 else None) for n in range(1, 61)]
    found = links(schema_of(tmp_path, {"rubriques": (f"id libelle {header}", rows)}))
    assert found == {("rubriques", (header,), "rubriques", ("id",))}


def test_small_numbers_that_are_also_identifiers_are_no_hierarchy(tmp_path: Path) -> None:
    rows = [(n, f"thing {n}", DRAW.randint(1, 5)) for n in range(1, 61)]
    assert links(schema_of(tmp_path, {"things": ("id label rating", rows)})) == set()


def test_precedence_is_the_chance_of_shuffled_pointers() -> None:
    ids = np.arange(3.0, 43.0)
    assert precedence(ids - 1, ids) == 6.0
    assert precedence(ids, ids) == 0.0
    assert precedence(np.ones(40), ids) == pytest.approx(0.0, abs=1e-9)
    assert precedence(np.array([]), np.array([])) == 0.0


def test_people_are_meant_by_what_they_do(tmp_path: Path) -> None:
    tables: Tables = {
        "usr": ("uid uname karma", [(n, f"user{n}", n * 3) for n in range(1, 201)]),
        "follow": (
            "follower followee since",
            sorted(
                {
                    (a, b, "2024-01-05")
                    for a, b in zip(numbers(200, 500), numbers(200, 500), strict=True)
                }
            ),
        ),
        "vote": (
            "post uid val",
            [
                (a, b, 1)
                for a, b in sorted(set(zip(numbers(900, 600), numbers(200, 600), strict=True)))
            ],
        ),
    }
    assert links(schema_of(tmp_path, tables)) == {
        ("follow", ("follower",), "usr", ("uid",)),
        ("follow", ("followee",), "usr", ("uid",)),
        ("vote", ("uid",), "usr", ("uid",)),
    }


@pytest.mark.parametrize(
    ("word", "agent"),
    [
        ("author", True), ("followee", True), ("approved_by", True), ("assigned_to", True),
        ("custodian", True), ("playlist", False), ("verkäufer", True),
        ("vendeur", True), ("number", False), ("color", False), ("fee", False), ("city", False),
        ("quarter", False), ("server", False),
    ],
)  # fmt: skip
def test_agents_are_told_from_things(word: str, agent: bool) -> None:
    assert is_agent(word) == agent


def test_tables_of_people_show_in_their_headers() -> None:
    assert holds_people("members", [])
    assert holds_people("trainers", ["id", "first_name", "last_name"])
    assert holds_people("autoren", ["Nr", "Vorname", "Nachname"])
    assert not holds_people("rooms", ["id", "name", "floor"])


def test_a_short_name_of_a_table_points_to_it(tmp_path: Path) -> None:
    tables: Tables = {
        "tblMitarbeiter": ("mitID mitName", [(n, f"name {n}") for n in range(1, 31)]),
        "tblKunden": ("kndID kndName", [(n, f"kunde {n}") for n in range(1, 151)]),
        "tblAuftraege": (
            "aufID aufKnd aufMit aufRabatt",
            [
                (n, *pair, n % 15)
                for n, pair in enumerate(zip(numbers(150, 500), numbers(30, 500), strict=True), 1)
            ],
        ),
    }
    assert links(schema_of(tmp_path, tables)) == {
        ("tblAuftraege", ("aufKnd",), "tblKunden", ("kndID",)),
        ("tblAuftraege", ("aufMit",), "tblMitarbeiter", ("mitID",)),
    }


def test_rare_codes_need_no_name(tmp_path: Path) -> None:
    codes = [f"{a}{b}K" for a in "ABCDE" for b in "XYZ"]
    games = [(n, *DRAW.sample(codes, 2)) for n in range(1, 120)]
    tables: Tables = {
        "vereine": ("kuerzel name", [(code, f"FC {code}") for code in codes]),
        "spiele": ("nr heim gast", games),
    }
    assert links(schema_of(tmp_path, tables)) == {
        ("spiele", ("heim",), "vereine", ("kuerzel",)),
        ("spiele", ("gast",), "vereine", ("kuerzel",)),
    }


def test_words_with_one_beginning_are_not_one_word() -> None:
    assert akin("spieler", "spieltag") < 0.9
    assert akin("kunde", "kunden") >= 0.9
    assert akin("category", "categorie") == 0.9


def rooms() -> list[tuple[object, ...]]:
    return [
        (300 + place * 3, building, f"{floor}{room:02}", 20 + place % 7)
        for place, (building, floor, room) in enumerate(
            (b, f, r) for b in "ABCDEF" for f in range(4) for r in range(1, 6)
        )
    ]


def test_a_key_of_two_columns_besides_the_primary_key_is_pointed_to(tmp_path: Path) -> None:
    tables: Tables = {
        "room": ("room_id building room_no area", rooms()),
        "device": (
            "mac building room_no",
            [(f"{n:012X}", *DRAW.choice(rooms())[1:3]) for n in range(7000, 7300)],
        ),
    }
    schema = schema_of(tmp_path, tables)
    pair = ("building", "room_no")
    assert ("device", pair, "room", pair) in links(schema)
    room = schema.table("room")
    assert room.primary_key is not None
    assert room.primary_key.columns == ("room_id",)
    assert pair in {key.columns for key in room.unique_keys}


def test_what_repeats_the_key_anyway_is_no_reference_of_its_own(tmp_path: Path) -> None:
    picked = [DRAW.choice(rooms()) for _ in range(300)]
    tables: Tables = {
        "room": ("room_id building room_no area", rooms()),
        "device": (
            "mac room_id building room_no",
            [(f"{n:012X}", *room[:3]) for n, room in enumerate(picked)],
        ),
    }
    assert links(schema_of(tmp_path, tables)) == {("device", ("room_id",), "room", ("room_id",))}


def test_a_header_that_names_a_table_finds_its_other_key(tmp_path: Path) -> None:
    tables: Tables = {
        "building": ("building_id letter", [(n, "ABCDEFGH"[n - 1]) for n in range(1, 9)]),
        "plan": ("building weekday", [(b, day) for b in "ABCDEFGH" for day in range(1, 6)]),
    }
    assert ("plan", ("building",), "building", ("letter",)) in links(schema_of(tmp_path, tables))


def test_many_different_lent_values_are_a_key(tmp_path: Path) -> None:
    people = sorted(DRAW.sample(range(1, 301), 55))
    tables: Tables = {
        "party": ("party_id created", [(n, f"2020-01-{n % 28 + 1:02}") for n in range(1, 301)]),
        "employee": (
            "party_id hired boss_id",
            [(n, f"2021-02-{n % 28 + 1:02}", DRAW.choice(people)) for n in people],
        ),
    }
    schema = schema_of(tmp_path, tables)
    key = schema.table("employee").primary_key
    assert key is not None
    assert key.columns == ("party_id",)
