"""The audit: each change and each refusal leaves one record, and nobody edits it unseen."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.audit_file import FILE, AuditFile, read_audit
from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.errors import LogDamaged
from tests.e2e.conftest import settings_for

TOKEN = {"Authorization": "Bearer s3cret"}
INSERT = {"update": "INSERT DATA { <urn:s> <urn:p> 'secret value' }"}


class Guarded:
    """An owner that wants a token, and its audit."""

    def __init__(self, owner: Owner, file: Path) -> None:
        self.http = httpx.Client(base_url=owner.url)
        self.client = Client(owner.url, "s3cret")
        self.client.call(OPERATIONS["create_project"], {"name": "shop"})
        self.worker = {"Authorization": f"Bearer {owner.worker_token}"}
        self.file = file

    def new_records(self) -> list[dict[str, object]]:
        """Give the records since the last look, without what differs each time."""
        found = list(read_audit(self.file))
        names = ("method", "door", "project", "status", "outcome", "commit")
        shown = [{name: item[name] for name in names} for item in found[self.seen :]]
        self.seen = len(found)
        return shown

    seen = 1


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """An owner that wants a token."""
    owner = Owner(settings_for(tmp_path, token="s3cret"), port=0)
    owner.start()
    yield Guarded(owner, tmp_path / FILE)
    owner.stop()


def test_changes_and_refusals_leave_one_record_each(guarded: Guarded) -> None:
    http, place = guarded.http, "/projects/shop/sparql"

    assert http.post(place, data=INSERT, headers=TOKEN).status_code == 204
    assert http.post(place, data=INSERT).status_code == 401
    assert http.post(place, data=INSERT, headers={"Authorization": "Bearer x"}).status_code == 401
    stale = {**TOKEN, "If-Match": '"0"'}
    assert http.post(place, data=INSERT, headers=stale).status_code == 412
    closed = {"update": "CLEAR GRAPH <http://mimir.local/p/shop/graph/meta>"}
    assert http.post(place, data=closed, headers=TOKEN).status_code == 403
    outward = {"query": "SELECT * { SERVICE <http://169.254.169.254/> { ?s ?p ?o } }"}
    assert http.get(place, params=outward, headers=TOKEN).status_code == 422
    twins = "/api/v1/projects/shop/twins"
    assert http.post(twins, json={"id": "plan"}, headers=TOKEN).status_code == 201
    claim = "/api/v1/projects/shop/runs/1/claim"
    assert http.post(claim, headers=TOKEN).status_code == 403

    def one(door: str, status: int, outcome: str, **more: object) -> dict[str, object]:
        fields = {"method": "POST", "project": "shop", "commit": None}
        return {**fields, "door": door, "status": status, "outcome": outcome, **more}

    door = "project_sparql"
    assert guarded.new_records() == [
        one(door, 204, "done", commit='"1"'),
        one(door, 401, "unauthorized"),
        one(door, 401, "unauthorized"),
        one(door, 412, "precondition-failed"),
        one(door, 403, "graph-forbidden", commit='"1"'),
        one(door, 422, "network-refused", method="GET"),
        one("create_twin", 201, "done", commit='"2"'),
        one("claim_run", 403, "forbidden"),
    ]


def test_reading_and_signs_of_life_leave_none(guarded: Guarded) -> None:
    http = guarded.http
    query = {"query": "ASK { ?s ?p ?o }"}
    assert http.post("/projects/shop/sparql", data=query, headers=TOKEN).status_code == 200
    assert http.get("/api/v1/projects/shop", headers=TOKEN).status_code == 200
    assert http.get("/api/v1/projects/none", headers=TOKEN).status_code == 404
    beat = "/api/v1/projects/shop/runs/1/heartbeat"
    assert http.post(beat, headers=guarded.worker).status_code == 200
    assert http.get("/livez").status_code == 200

    assert guarded.new_records() == []


def test_who_and_from_where_is_told_without_secrets(guarded: Guarded) -> None:
    guarded.http.post("/projects/shop/sparql", data=INSERT, headers=TOKEN)
    guarded.http.post("/projects/shop/sparql", data=INSERT)

    first, second = list(read_audit(guarded.file))[-2:]
    assert (first["address"], second["address"]) == ("127.0.0.1", "127.0.0.1")
    assert first["actor"] != second["actor"] == "127.0.0.1"
    text = guarded.file.read_text()
    assert "s3cret" not in text
    assert "secret value" not in text


def test_an_administrator_lists_the_audit_newest_first(guarded: Guarded) -> None:
    guarded.http.post("/projects/shop/sparql", data=INSERT)
    guarded.http.post("/projects/shop/sparql", data=INSERT, headers=TOKEN)

    def listed(**fields: object) -> list[tuple[str, str]]:
        page = guarded.client.call(OPERATIONS["list_audit_records"], fields)
        return [(item["door"], item["outcome"]) for item in page["items"]]

    assert listed()[:2] == [("project_sparql", "done"), ("project_sparql", "unauthorized")]
    assert listed(outcome="unauthorized") == [("project_sparql", "unauthorized")]
    assert listed(of_project="other") == []
    lines = guarded.file.read_text().splitlines()
    forged = json.loads(lines[0]) | {"actor": "somebody else"}
    guarded.file.write_text("\n".join([json.dumps(forged), *lines[1:], ""]))
    with pytest.raises(CallFailed, match=r"Record 1 .* does not fit its seal"):
        listed()


def test_a_changed_missing_or_moved_record_is_found_and_a_cut_one_left_out(tmp_path: Path) -> None:
    path = tmp_path / FILE
    for number in range(4):
        AuditFile(path).append({"number": number, "path": "/ü\n\ud800"})
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert [item["number"] for item in read_audit(path)] == [0, 1, 2, 3]
    bad = [lines[0:1] + lines[2:], [lines[1], lines[0], *lines[2:]], [*lines, lines[3]]]
    flips = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(lines[0]))]

    for content in [b"".join(item) for item in bad] + flips:
        path.write_bytes(content)
        with pytest.raises(LogDamaged):
            list(read_audit(path))
    path.write_bytes(whole + lines[0][:40])
    assert [item["number"] for item in read_audit(path)] == [0, 1, 2, 3]
    AuditFile(path).append({"number": 9})
    assert [item["number"] for item in read_audit(path)] == [0, 1, 2, 3, 9]


def test_an_audit_that_lost_its_end_says_so_after_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / FILE
    listing = OPERATIONS["list_audit_records"]
    first = Owner(settings_for(tmp_path), port=0)
    first.start()
    client = Client(first.url)
    for name in ("one", "two"):
        client.call(OPERATIONS["create_project"], {"name": name})
    left = file.read_text().splitlines(keepends=True)[0]
    file.write_text(left)
    with pytest.raises(CallFailed, match="its end was cut off"):
        client.call(listing, {})
    first.stop()

    again = Owner(settings_for(tmp_path), port=0)
    again.start()
    (record,) = Client(again.url).call(listing, {})["items"]
    again.stop()

    assert (record["door"], record["outcome"]) == ("audit", "log-damaged")
    assert (tmp_path / record["path"]).read_text().startswith(left)
