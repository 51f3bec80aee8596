"""Keys of tables, found from uniqueness, names and order."""

from collections.abc import Sequence
from pathlib import Path

from graph.schema import Table
from inference.infer import infer_schema
from tests.inference.staging import stage

LETTERS = "abcdefghij"


def table_of(
    folder: Path, name: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]
) -> Table:
    return infer_schema([stage(folder, name, columns, rows)]).tables[0]


def test_takes_the_column_named_after_the_table(tmp_path: Path) -> None:
    rows = [[f"p{n}", str(n), f"name {n}"] for n in range(30)]
    table = table_of(tmp_path, "products", ["barcode_no", "product_id", "title"], rows)
    assert table.primary_key is not None
    assert table.primary_key.columns == ("product_id",)
    assert table.primary_key.decision.confidence > 0.8
    assert ("barcode_no",) in [key.columns for key in table.unique_keys]


def test_keeps_a_key_that_a_few_rows_repeat_and_counts_them(tmp_path: Path) -> None:
    rows = [[str(n), f"{n * 7 % 50}"] for n in range(1, 200)] + [["5", "3"]]
    key = table_of(tmp_path, "orders", ["order_id", "quantity"], rows).primary_key
    assert key is not None
    assert (key.columns, key.duplicates) == (("order_id",), 1)
    assert "repeat" in key.decision.evidence[0]


def test_finds_a_key_of_two_columns(tmp_path: Path) -> None:
    rows = [[str(o), str(i), str((o * i) % 7)] for o in range(20) for i in range(1, 6)]
    key = table_of(tmp_path, "order_lines", ["order_id", "line_no", "quantity"], rows).primary_key
    assert key is not None
    assert key.columns == ("order_id", "line_no")


def test_widens_a_key_to_the_block_it_stands_in(tmp_path: Path) -> None:
    rows = [
        [str(year), "N" if team < "f" else "S", team, str(place)]
        for year in range(2000, 2012)
        for place, team in enumerate(LETTERS)
    ]
    columns = ["year_id", "league_id", "team_id", "rank"]
    key = table_of(tmp_path, "seasons", columns, rows).primary_key
    assert key is not None
    assert key.columns == ("year_id", "league_id", "team_id")


def test_takes_both_columns_of_a_small_link_table_though_one_is_unique(tmp_path: Path) -> None:
    stations = stage(tmp_path, "station", ["station_id", "name"], [[c, c * 3] for c in LETTERS])
    companies = stage(tmp_path, "company", ["company_id", "name"], [[c, c * 4] for c in LETTERS])
    rows = [[one, other] for one, other in zip(LETTERS[:6], "aabbcc", strict=True)]
    links = stage(tmp_path, "station_company", ["station_id", "company_id"], rows)
    key = infer_schema([stations, companies, links]).table("station_company").primary_key
    assert key is not None
    assert key.columns == ("station_id", "company_id")


def test_finds_no_key_where_rows_repeat(tmp_path: Path) -> None:
    rows = [["a", "1.5"], ["a", "1.5"], ["b", "2.5"], ["b", "2.5"]]
    assert table_of(tmp_path, "readings", ["sensor", "value"], rows).primary_key is None


def test_does_not_take_a_measure_for_a_key(tmp_path: Path) -> None:
    rows = [[LETTERS[n % 3], f"{n * 1.37:.2f}"] for n in range(30)]
    assert table_of(tmp_path, "readings", ["sensor", "value"], rows).primary_key is None


def test_names_the_key_of_a_table_without_rows_by_its_header(tmp_path: Path) -> None:
    table = table_of(tmp_path, "customers", ["customer_id", "name"], [])
    assert table.primary_key is not None
    assert table.primary_key.columns == ("customer_id",)
    assert table.primary_key.decision.confidence <= 0.5
    assert table.columns[0].distinct == 0


def test_prefers_the_text_key_that_other_tables_point_to(tmp_path: Path) -> None:
    films = [[str(n), f"Film {n}", str(80 + n % 9)] for n in range(1, 31)]
    awards = [[f"Film {n}", prize] for n in range(1, 31) for prize in ("song", "score")]
    tables = [
        stage(tmp_path, "studio_films", ["number", "film", "run_time"], films),
        stage(tmp_path, "awards", ["film", "award_type"], awards),
        stage(
            tmp_path, "reviews", ["film", "source"], [[film, "press"] for film, _ in awards[::2]]
        ),
    ]
    key = infer_schema(tables).table("studio_films").primary_key
    assert key is not None
    assert key.columns == ("film",)


def test_takes_the_leading_moment_of_a_series_as_its_key(tmp_path: Path) -> None:
    rows = [[f"2024-01-01 {n // 60:02}:{n % 60:02}:00", str(n % 2)] for n in range(100)]
    key = table_of(tmp_path, "series", ["taken_at", "anomaly"], rows).primary_key
    assert key is not None
    assert key.columns == ("taken_at",)
    assert key.decision.confidence < 0.8


def test_knows_no_key_of_a_table_without_rows_and_identifiers(tmp_path: Path) -> None:
    assert table_of(tmp_path, "posts", ["Number of posts", "Grade"], []).primary_key is None


def test_prefers_the_columns_of_which_one_counts_within_the_other(tmp_path: Path) -> None:
    rows = [
        [f"SO{o:04}", str(n), f"P{o * 7 % 90}", f"2024-01-{(o + n) % 28 + 1:02}"]
        for o in range(80)
        for n in range(1, o % 4 + 2)
    ]
    columns = ["order_number", "item", "product_code", "shipped"]
    key = table_of(tmp_path, "sales", columns, rows).primary_key
    assert key is not None
    assert key.columns == ("order_number", "item")
    assert any("counts 1, 2, 3" in sentence for sentence in key.decision.evidence)


def test_a_column_that_is_unique_by_itself_is_no_part_of_a_key(tmp_path: Path) -> None:
    rows = [[str(1970 + n), f"https://example.com/{n * 7919}"] for n in range(40)]
    key = table_of(tmp_path, "seasons", ["year", "url"], rows).primary_key
    assert key is not None
    assert key.columns == ("year",)


def test_says_which_key_was_next_and_why_it_lost(tmp_path: Path) -> None:
    rows = [[str(n), f"p{n}", f"name {n % 9}"] for n in range(30)]
    key = table_of(tmp_path, "products", ["product_id", "barcode", "title"], rows).primary_key
    assert key is not None
    assert key.decision.evidence[-1].startswith("The next best is barcode (")
