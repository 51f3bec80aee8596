"""The history of a project through the doors: undo, time travel, conditional writes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from app.cli import main
from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.changes import ChangeSet
from graph.projects import Project
from graph.terms import Literal, Quad
from tests.e2e.conftest import finished, settings_for

ALL = "SELECT ?o WHERE { ?s ?p ?o } ORDER BY ?o"


class Shop:
    """A project, its owner and a client."""

    def __init__(self, owner: Owner) -> None:
        self.client = Client(owner.url)
        self.client.call(OPERATIONS["create_project"], {"name": "shop"})
        self.project: Project = owner.services.projects.get("shop")

    def quad(self, text: str) -> Quad:
        names = self.project.names
        return Quad(names.thing("Item", [text]), names.term("says"), Literal(text), names.data)

    def commit(self, added: str = "", removed: str = "") -> int:
        change = ChangeSet(
            tuple(map(self.quad, added)), tuple(map(self.quad, removed)), "ann", f"+{added}"
        )
        return self.project.commit(change).sequence

    def call(self, operation: str, **fields: Any) -> Any:
        return self.client.call(OPERATIONS[operation], {"project": "shop", **fields})

    def get(self, **arguments: Any) -> httpx.Response:
        parameters = {"query": ALL, **arguments.pop("params", {})}
        headers = {"Accept": "text/csv", **arguments.pop("headers", {})}
        place = "/projects/shop/sparql"
        return self.client.http.get(place, params=parameters, headers=headers)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A project with three commits: a, then b, then c instead of a."""
    owner = Owner(settings_for(tmp_path / "data"), port=0)
    owner.start()
    shop = Shop(owner)
    shop.commit("a")
    shop.commit("b")
    shop.commit("c", "a")
    yield shop
    owner.stop()


def texts(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return "".join(answer.text.split()[1:])


def test_commits_are_listed_shown_undone_and_gone_back_to(shop: Shop) -> None:
    listed = shop.call("list_project_commits", limit=2)
    older = shop.call("list_project_commits", limit=2, cursor=listed["next"])
    assert [item["sequence"] for item in listed["items"] + older["items"]] == [3, 2, 1]
    assert older["next"] is None
    shown = shop.call("get_project_commit", commit="3")
    assert (shown["commit"]["added"], shown["commit"]["removed"]) == (1, 1)
    assert f"D {shop.quad('a')} ." in shown["patch"]

    with pytest.raises(CallFailed, match="changed again by commit 3"):
        shop.call("undo_project_commit", commit="1")
    undone = shop.call("undo_project_commit", commit="3", by="kim")
    assert texts(shop.get()) == "ab"
    shop.call("undo_project_commit", commit="1")
    assert texts(shop.get()) == "b"
    shop.call("revert_project", to="1", by="kim")
    assert texts(shop.get()) == "a"
    assert undone["commit"] == 4
    usage = shop.call("get_history_usage")
    assert usage["log_bytes"] > 0


def test_a_conflict_lists_the_triples_that_were_changed_again(shop: Shop) -> None:
    answer = shop.client.http.post("/api/v1/projects/shop/commits/1/undo", json={})

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "conflict")
    assert problem["conflicts"] == [{"quad": str(shop.quad("a")), "commit": 3, "change": "removed"}]
    assert texts(shop.get()) == "bc"


def test_a_query_sees_the_state_of_a_commit_or_of_a_time(shop: Shop) -> None:
    second = shop.call("get_project_commit", commit="2")["commit"]

    assert [texts(shop.get(params={"at": at})) for at in "0123"] == ["", "a", "ab", "bc"]
    past = shop.get(params={"at": second["time"]})
    assert (texts(past), past.headers["ETag"]) == ("ab", '"2-csv"')
    assert "Memento-Datetime" in past.headers
    assert "Accept-Datetime" in past.headers["Vary"]
    now = shop.get()
    assert (texts(now), now.headers["ETag"]) == ("bc", '"3-csv"')
    assert "Memento-Datetime" not in now.headers
    assert [shop.get(params={"at": at}).status_code for at in ("4", "soon")] == [404, 422]
    answer = shop.call("run_query", query=ALL, at="2")
    assert (answer["text"].split()[1:], answer["commit"]) == (["a", "b"], 2)


def test_accept_datetime_asks_for_a_memento(shop: Shop) -> None:
    def asked(text: str) -> httpx.Response:
        return shop.get(headers={"Accept-Datetime": text})

    latest = asked("Fri, 01 Jan 2100 00:00:00 GMT")
    first = asked("Sat, 01 Jan 2000 00:00:00 GMT")

    assert (texts(latest), latest.headers["ETag"]) == ("bc", '"3-csv"')
    assert (texts(first), first.headers["ETag"]) == ("a", '"1-csv"')
    assert first.headers["Memento-Datetime"].endswith("GMT")
    assert 'rel="original timegate"' in first.headers["Link"]
    assert asked("tomorrow").status_code == 400


def test_an_export_shows_the_state_of_then(shop: Shop) -> None:
    names = shop.project.names
    label = Quad(names.term("Item"), names.term("says"), Literal("then"), names.ontology)
    there = shop.project.commit(ChangeSet((label,))).sequence
    shop.project.commit(ChangeSet((), (label,)))

    fields = {"graph": "ontology", "format": "ntriples"}
    assert "then" in shop.call("export_project_graph", **fields, at=str(there))["text"]
    assert shop.call("export_project_graph", **fields)["text"] == ""


def test_a_graph_that_is_gone_can_be_named_in_the_past(shop: Shop) -> None:
    names = shop.project.names
    quad = Quad(names.term("x"), names.term("says"), Literal("old"), names.twin_added("t"))
    there = shop.project.commit(ChangeSet((quad,))).sequence
    shop.project.commit(ChangeSet((), (quad,)))
    query = "SELECT ?o WHERE { GRAPH ?g { ?s ?p ?o } FILTER(?o = 'old') }"

    assert texts(shop.get(params={"query": query, "at": str(there)})) == "old"
    assert texts(shop.get(params={"query": query})) == ""


def test_answers_carry_the_commit_and_changes_heed_it(shop: Shop) -> None:
    http, place = shop.client.http, "/api/v1/projects/shop"
    tag = http.get(place).headers["ETag"]
    assert tag == '"3"'
    shop.commit("d")

    refused = http.post(f"{place}/commits/2/undo", json={}, headers={"If-Match": tag})
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["commit"]) == (
        412,
        "precondition-failed",
        4,
    )
    assert problem["commits"] == [{"number": 4, "author": "ann", "reason": "+d"}]
    assert texts(shop.get()) == "bcd"

    done = http.post(f"{place}/commits/2/undo", json={}, headers={"If-Match": '"4"'})
    assert (done.status_code, done.headers["ETag"]) == (200, '"5"')
    files = {"files": ("x.csv", b"a,b\n1,2\n")}
    stale = http.post(f"{place}/files", files=files, headers={"If-Match": '"4"'})
    assert stale.status_code == 412
    for given, status in ((None, 409), ("*", 409), ('"4", "5"', 409), ('"abc"', 412)):
        headers = {"If-Match": given} if given else {}
        answer = http.post(f"{place}/commits/1/undo", json={}, headers=headers)
        assert answer.status_code == status


def test_the_log_is_verified_exported_and_rebuilt_from_files(tmp_path: Path) -> None:
    owner = Owner(settings_for(tmp_path), port=0)
    owner.start()
    shop = Shop(owner)
    shop.commit("a")
    shop.commit("b", "a")
    runner = CliRunner(env={"MIMIR_DATA": str(tmp_path)})

    def mimir(*arguments: str) -> tuple[int, str]:
        result = runner.invoke(main, ["log", *arguments, "--project", "shop"])
        return result.exit_code, result.output

    assert mimir("rebuild")[0] == 1
    owner.stop()

    assert mimir("verify")[1].startswith("2 records")
    exported = mimir("export", "--from", "2")[1]
    assert exported.count("TX .") == 1
    assert f"D {shop.quad('a')} ." in exported
    assert mimir("rebuild") == (0, "The store is at commit 2.\n")
    log = tmp_path / "projects/shop/log.rdfp"
    log.write_bytes(log.read_bytes().replace(b"+a", b"+x"))
    code, output = mimir("verify")
    assert code == 1
    assert "Record 1" in output


def test_a_landing_that_was_taken_back_lands_again(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "towns.csv"
    path.write_text("town_id,name\n" + "".join(f"{n},Town {n}\n" for n in range(9)))
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <http://mimir.local/p/shop/ontology#Town> }"

    def towns() -> str:
        return str(shop.call("run_query", query=count)["text"].splitlines()[1])

    run = shop.client.upload("shop", [("towns.csv", path)])
    assert finished(shop.client, "shop", run["id"])["state"] == "succeeded"
    assert towns() == "9"
    commits = shop.call("list_project_commits", limit=100)["items"]
    landed = next(item["sequence"] for item in commits if item["author"] == "step land")
    shop.call("undo_project_commit", commit=landed)
    assert towns() == "0"

    assert finished(shop.client, "shop", shop.call("start_run")["id"])["state"] == "succeeded"

    assert towns() == "9"
