"""References between tables, found from inclusion and names."""

from pathlib import Path

from graph.schema import Schema, StagedTable
from inference.infer import infer_schema
from tests.inference.staging import stage

Link = tuple[str, tuple[str, ...], str, tuple[str, ...]]


def links(schema: Schema) -> set[Link]:
    return {
        (table.name, reference.columns, reference.ref_table, reference.ref_columns)
        for table in schema.tables
        for reference in table.references
    }


def customers(folder: Path, count: int = 40) -> StagedTable:
    rows = [[str(n), f"Customer {n}"] for n in range(1, count + 1)]
    return stage(folder, "customers", ["customer_id", "name"], rows)


def test_links_a_column_to_the_key_of_the_same_name(tmp_path: Path) -> None:
    rows = [[str(n), str(n % 40 + 1), str(n % 9)] for n in range(1, 121)]
    orders = stage(tmp_path, "orders", ["order_id", "customer_id", "quantity"], rows)
    schema = infer_schema([customers(tmp_path), orders])
    assert links(schema) == {("orders", ("customer_id",), "customers", ("customer_id",))}
    reference = schema.table("orders").references[0]
    assert (reference.coverage, reference.orphans, reference.one_to_one) == (1.0, 0, False)
    assert reference.decision.confidence > 0.9


def test_keeps_a_reference_with_a_few_orphans_and_counts_them(tmp_path: Path) -> None:
    rows = [[str(n), str(n % 41 + 1)] for n in range(1, 124)]
    orders = stage(tmp_path, "orders", ["order_id", "customer_id"], rows)
    schema = infer_schema([customers(tmp_path), orders])
    reference = schema.table("orders").references[0]
    assert reference.orphans == 3
    assert reference.coverage == 40 / 41


def test_does_not_link_dense_numbers_whose_names_disagree(tmp_path: Path) -> None:
    rows = [[str(n), str(n % 9 + 1), str(n % 20 + 1)] for n in range(1, 121)]
    orders = stage(tmp_path, "orders", ["order_id", "quantity", "priority"], rows)
    assert links(infer_schema([customers(tmp_path), orders])) == set()


def test_links_sparse_numbers_though_the_names_disagree(tmp_path: Path) -> None:
    people = [[str(100_003 + 7919 * n), f"Person {n}"] for n in range(50)]
    rows = [[str(n), people[n % 30][0]] for n in range(1, 90)]
    tables = [
        stage(tmp_path, "people", ["person_id", "name"], people),
        stage(tmp_path, "tickets", ["ticket_id", "handled"], rows),
    ]
    assert links(infer_schema(tables)) == {("tickets", ("handled",), "people", ("person_id",))}


def test_links_a_table_to_itself(tmp_path: Path) -> None:
    rows = [[str(n), f"Name {n}", str(n // 3) if n > 2 else None] for n in range(1, 40)]
    employees = stage(tmp_path, "employees", ["employee_id", "name", "reports_to"], rows)
    expected = {("employees", ("reports_to",), "employees", ("employee_id",))}
    assert links(infer_schema([employees])) == expected


def test_links_two_roles_to_one_table(tmp_path: Path) -> None:
    airports = stage(
        tmp_path, "airports", ["id", "city"], [[str(n), f"City {n}"] for n in range(1, 60)]
    )
    rows = [[str(n), str(n % 59 + 1), str(n * 7 % 59 + 1)] for n in range(1, 300)]
    columns = ["route_id", "source_airport_id", "destination_airport_id"]
    schema = infer_schema([airports, stage(tmp_path, "routes", columns, rows)])
    assert links(schema) == {
        ("routes", ("source_airport_id",), "airports", ("id",)),
        ("routes", ("destination_airport_id",), "airports", ("id",)),
    }


def test_links_through_column_prefixes_of_tables(tmp_path: Path) -> None:
    parts = stage(
        tmp_path, "part", ["p_partkey", "p_name"], [[str(n), f"Part {n}"] for n in range(1, 40)]
    )
    rows = [[str(n), str(n % 39 + 1), str(n % 5)] for n in range(1, 100)]
    lines = stage(tmp_path, "lineitem", ["l_linekey", "l_partkey", "l_quantity"], rows)
    assert links(infer_schema([parts, lines])) == {
        ("lineitem", ("l_partkey",), "part", ("p_partkey",))
    }


def test_links_several_columns_to_a_composite_key(tmp_path: Path) -> None:
    teams = [[str(year), team] for year in range(2000, 2020) for team in "ABCDEFGH"]
    played = [[str(n), *teams[n * 13 % len(teams)], str(n % 11)] for n in range(1, 300)]
    tables = [
        stage(tmp_path, "teams", ["year_id", "team_id"], teams),
        stage(tmp_path, "games", ["game_id", "year_id", "team_id", "points"], played),
    ]
    expected = ("games", ("year_id", "team_id"), "teams", ("year_id", "team_id"))
    assert expected in links(infer_schema(tables))


def test_does_not_link_a_quantity_named_after_a_table(tmp_path: Path) -> None:
    orders = stage(tmp_path, "orders", ["order_id", "day"], [[str(n), "x"] for n in range(1, 50)])
    rows = [[str(n), str(n % 49 + 1), str(n % 4 + 1)] for n in range(1, 120)]
    items = stage(tmp_path, "items", ["item_id", "order_id", "order_quantity"], rows)
    assert links(infer_schema([orders, items])) == {
        ("items", ("order_id",), "orders", ("order_id",))
    }


def test_points_from_the_extension_to_the_thing(tmp_path: Path) -> None:
    movies = [[str(n), f"Movie {n}"] for n in range(1, 50)]
    extra = [[str(n), f"tt{n:07}"] for n in range(1, 50)]
    tables = [
        stage(tmp_path, "links", ["movieId", "imdb"], extra),
        stage(tmp_path, "movies", ["movieId", "title"], movies),
    ]
    schema = infer_schema(tables)
    assert links(schema) == {("links", ("movieId",), "movies", ("movieId",))}
    assert schema.table("links").references[0].one_to_one
    assert schema.table("links").kind == "extension"


def test_points_to_the_nearest_of_several_extensions(tmp_path: Path) -> None:
    entity = [[str(n), f"2024-01-{n % 28 + 1:02}"] for n in range(1, 301)]
    person = [[str(n), f"Name {n % 80}"] for n in range(1, 301, 2)]
    employee = [[str(n), f"{n % 9}"] for n in range(1, 301, 6)]
    tables = [
        stage(tmp_path, "business_entity", ["business_entity_id", "changed"], entity),
        stage(tmp_path, "person", ["business_entity_id", "name"], person),
        stage(tmp_path, "employee", ["business_entity_id", "level"], employee),
    ]
    assert links(infer_schema(tables)) == {
        ("person", ("business_entity_id",), "business_entity", ("business_entity_id",)),
        ("employee", ("business_entity_id",), "person", ("business_entity_id",)),
    }


def test_a_second_number_of_every_row_is_no_reference_to_the_first(tmp_path: Path) -> None:
    rows = [[str(n), str(31 - n), f"Thing {n}"] for n in range(1, 31)]
    table = stage(tmp_path, "things", ["thing_key", "thing_alternate_key", "name"], rows)
    assert links(infer_schema([table])) == set()


def test_takes_the_name_of_a_table_for_the_name_in_its_key(tmp_path: Path) -> None:
    states = [[name, country] for country in "ABCDEF" for name in ("North", "South", "East")]
    towns = [[f"Town {n}", *states[n * 5 % len(states)]] for n in range(90)]
    tables = [
        stage(tmp_path, "province", ["name", "country"], states),
        stage(tmp_path, "town", ["town", "province", "country"], towns),
    ]
    expected = ("town", ("province", "country"), "province", ("name", "country"))
    assert expected in links(infer_schema(tables))


def test_numbers_that_use_the_beginning_of_a_key_only_are_no_reference(tmp_path: Path) -> None:
    posts = [[str(n), f"Post {n}"] for n in range(1, 300)]
    changes = [[str(n), str(n % 9 + 1), str(n * 7 % 299 + 1)] for n in range(1, 400)]
    tables = [
        stage(tmp_path, "posts", ["id", "title"], posts),
        stage(tmp_path, "changes", ["id", "post_change_type_id", "post_id"], changes),
    ]
    assert links(infer_schema(tables)) == {("changes", ("post_id",), "posts", ("id",))}


def test_says_why_a_reference_and_why_not_another(tmp_path: Path) -> None:
    members = stage(
        tmp_path, "members", ["id", "level"], [[str(n), str(n % 4)] for n in range(1, 400)]
    )
    users = stage(tmp_path, "users", ["id", "name"], [[str(n), f"U {n}"] for n in range(1, 61)])
    notes = [[str(n), str(n * 7 % 60 + 1)] for n in range(1, 200)]
    schema = infer_schema([members, users, stage(tmp_path, "notes", ["id", "author_id"], notes)])
    reference = schema.table("notes").references[0]
    assert reference.ref_table == "users"
    said = " ".join(reference.decision.evidence)
    assert "60 of 60 distinct values" in said
    assert "The next best is members.id" in said
    assert "do not reach to its end" in said


def test_reports_the_rows_that_a_reference_lacks(tmp_path: Path) -> None:
    rows = [[str(n), str(n % 41 + 1)] for n in range(1, 124)]
    orders = stage(tmp_path, "orders", ["order_id", "customer_id"], rows)
    reference = infer_schema([customers(tmp_path), orders]).table("orders").references[0]
    assert "3 rows have a value that customers lacks." in reference.decision.evidence


def test_a_table_that_comes_later_is_pointed_to_from_one_that_was_there(tmp_path: Path) -> None:
    rows = [[str(n), str(n % 40 + 1)] for n in range(1, 121)]
    orders = stage(tmp_path, "orders", ["order_id", "customer_id"], rows)
    assert links(infer_schema([orders])) == set()
    both = infer_schema([orders, customers(tmp_path)])
    assert links(both) == {("orders", ("customer_id",), "customers", ("customer_id",))}
