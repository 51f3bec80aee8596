"""The command line on small files: with and without a server, its outputs, its refusals."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import owlready2
import pytest
from rdflib import OWL, RDF, Graph

from app.commands import operation_commands
from tests.e2e.served import Served, environment, mimir, served

pytestmark = pytest.mark.slow

CUSTOMERS = "customer_id,name,city\n" + "".join(
    f"C{n:03},Customer {n},{'Bonn' if n % 2 else 'Ulm'}\n" for n in range(1, 31)
)
ORDERS = "order_id,customer_id,ordered_on,total_eur\n" + "".join(
    f"{n},C{n % 30 + 1:03},2026-01-{n % 28 + 1:02},{n * 3.5:.2f}\n" for n in range(1, 101)
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, shop: Path) -> Path:
    """A data folder into which the shop was run, without a server."""
    data = tmp_path_factory.mktemp("cli") / "data"
    first = command("run", str(shop), "--project", "shop", data=data)
    assert first.returncode == 0, first.stderr
    assert "Land the rows" in first.stdout
    return data


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as found:
        yield found


def command(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        mimir(*arguments), env=environment(**settings), capture_output=True, text=True, check=False
    )


def test_a_run_without_a_server_leaves_nobody_owning_the_folder(folder: Path) -> None:
    assert not (folder / "owner.json").exists()
    listed = command("list-project-runs", "--project", "shop", data=folder)

    assert [run["state"] for run in json.loads(listed.stdout)["items"]][-1] == "succeeded"


def test_the_same_files_again_add_and_remove_nothing(folder: Path, shop: Path) -> None:
    again = command("run", str(shop), "--project", "shop", "--json", data=folder)

    assert again.returncode == 0, again.stderr
    run = json.loads(again.stdout)["run"]
    assert (run["state"], run["added"], run["removed"]) == ("succeeded", 0, 0)


def test_a_run_goes_through_the_server_that_owns_the_folder(server: Served, shop: Path) -> None:
    ended = command("run", str(shop), "--project", "shop", "--json", data=server.folder)

    assert ended.returncode == 0, ended.stderr
    assert server.process.poll() is None
    runs = server.call("list_project_runs", project="shop")["items"]
    assert [run["state"] for run in runs] == ["succeeded"]


def test_two_processes_cannot_own_a_folder(server: Served) -> None:
    second = command("serve", data=server.folder, port=0)

    assert second.returncode == 1
    assert f"process {server.process.pid}" in second.stderr


def test_a_receiver_that_nothing_can_be_sent_to_is_named_at_the_start(tmp_path: Path) -> None:
    refused = command("serve", data=tmp_path, port=0, alert_urls="ops=pigeon://s3cret@loft/7")

    assert refused.returncode == 1
    assert "'ops'" in refused.stderr
    assert "s3cret" not in refused.stderr


def test_a_failed_run_ends_with_its_reason(tmp_path: Path) -> None:
    broken = tmp_path / "files" / "book.xlsx"
    broken.parent.mkdir()
    broken.write_bytes(b"\x00\x01\x02 this is no workbook \xff\xfe" * 20)

    ended = command("run", str(broken), "--project", "shop", data=tmp_path / "data")

    assert ended.returncode == 1
    assert "book.xlsx" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_schema_is_printed_in_plain_form(shop: Path) -> None:
    printed = command("infer", str(shop), "--json")

    schema = json.loads(printed.stdout)
    assert printed.returncode == 0, printed.stderr
    orders = schema["tables"]["orders"]
    assert set(schema["tables"]) == {"customers", "orders"}
    assert orders["primary_key"] == ["order_id"]
    assert orders["columns"]["ordered_on"]["type"] == "date"
    assert [link["ref_table"] for link in orders["foreign_keys"]] == ["customers"]


@pytest.mark.parametrize(("form", "parser"), [("turtle", "turtle"), ("rdfxml", "xml")])
def test_the_exported_ontology_is_read_by_rdflib(folder: Path, form: str, parser: str) -> None:
    exported = command("export", "--project", "shop", "--format", form, data=folder)

    graph = Graph().parse(data=exported.stdout, format=parser)
    names = {str(term).rpartition("#")[2] for term in graph.subjects(RDF.type, OWL.Class)}
    assert {"Customer", "Order"} <= names


def test_the_exported_ontology_opens_in_an_ontology_editor(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "shop.owl"
    ended = command(
        "export", "--project", "shop", "--format", "rdfxml", "--output", str(path), data=folder
    )
    world = owlready2.World()

    ontology = world.get_ontology(path.as_uri()).load(only_local=True)

    assert ended.returncode == 0, ended.stderr
    assert {"Customer", "Order"} <= {item.name for item in ontology.classes()}
    world.close()


def test_a_query_answers_from_the_folder(folder: Path) -> None:
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <http://mimir.local/p/shop/ontology#Order> }"

    answer = command("query", text, "--project", "shop", data=folder)

    assert answer.stdout.split() == ["n", "100"]


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    ended = command("list-projects", data=tmp_path, colour="green")

    assert ended.returncode == 1
    assert "MIMIR_COLOUR is not a setting" in ended.stderr
    assert "MIMIR_DATA" in ended.stderr


def test_a_job_needs_the_address_of_an_owner(tmp_path: Path) -> None:
    ended = command("job", "run", "shop/1", data=tmp_path)

    assert ended.returncode == 1
    assert "MIMIR_URL" in ended.stderr


def test_a_worker_needs_the_address_of_redis(tmp_path: Path) -> None:
    ended = command("worker", data=tmp_path)

    assert ended.returncode == 1
    assert "MIMIR_REDIS_URL" in ended.stderr


def test_a_worker_says_that_redis_does_not_answer(tmp_path: Path) -> None:
    ended = command("worker", data=tmp_path, redis_url="redis://127.0.0.1:1/0")

    assert ended.returncode == 1
    assert "Redis does not answer" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_lists_the_commands_of_all_operations() -> None:
    listed = command("--help").stdout

    for name in (*operation_commands(), "serve", "run", "infer", "export", "worker"):
        assert f"  {name} " in listed


def test_a_path_without_data_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = command("run", str(tmp_path / "empty"), "--project", "shop", data=tmp_path / "data")

    assert ended.returncode == 1
    assert "no data file" in ended.stderr


def test_two_files_of_the_same_name_are_refused_instead_of_losing_one(tmp_path: Path) -> None:
    for hall in ("north", "south"):
        (tmp_path / hall).mkdir()
        (tmp_path / hall / "orders.csv").write_text(ORDERS, encoding="utf-8")
    folders = [str(tmp_path / hall) for hall in ("north", "south")]

    ended = command("run", *folders, "--project", "shop", data=tmp_path / "data")

    assert ended.returncode == 1
    assert "'orders.csv'" in ended.stderr


def test_a_name_that_is_no_project_name_is_refused_with_the_rule(
    tmp_path: Path, shop: Path
) -> None:
    ended = command("run", str(shop), "--project", "My Shop", data=tmp_path / "data")

    assert ended.returncode == 1
    assert "lower-case" in ended.stderr
