"""Rules of alerts through their doors, on a small store of parts and hourly readings."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerting.rules import Rule, merge_rules, read_rules, rule_changes
from app.client import CallFailed, Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from tests.e2e.conftest import finished, settings_for

TERMS = "http://mimir.local/p/parts/ontology#"
LOW = {"P-03", "P-11", "P-17"}
STOCK = {f"P-{n:02}": 4 if f"P-{n:02}" in LOW else 20 + n * 7 % 31 for n in range(1, 31)}
OWN = f"SELECT ?entity ?value WHERE {{ ?entity <{TERMS}stock> ?value }}"


class Parts:
    """The project and its owner."""

    def __init__(self, owner: Owner) -> None:
        self.client = Client(owner.url)
        self.project = owner.services.projects.get

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation on the project."""
        return self.client.call(OPERATIONS[operation], {"project": "parts", **fields})

    def watch(self) -> None:
        """Monitor once."""
        view = finished(self.client, "parts", self.call("start_watch")["id"])
        assert view["state"] == "succeeded", view

    def alerts(self, rule: str, state: str) -> dict[str, Any]:
        """Give the alerts that rest on a rule, by the last part of their entity's IRI."""
        return {
            item["entity"].rpartition("/")[2]: item
            for item in self.call("list_alerts", state=state, limit=1000)["items"]
            if any(evidence["rule"] == rule for evidence in item["evidence"])
        }

    def rules(self) -> dict[str, Any]:
        """Give all rules by id."""
        return {item["id"]: item for item in self.call("list_rules", limit=1000)["items"]}

    def sequence(self) -> int:
        """Number of the newest commit."""
        return self.project("parts").dataset.sequence

    def low_stock(self, **fields: Any) -> Any:
        """Save a rule on the stock of parts."""
        threshold = {"target_class": "Part", "property": "stock", "comparison": "<", "value": 5}
        return self.call("save_rule", **{"title": "Stock is low", **threshold, **fields})


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """Upload parts and readings, and wait until they are monitored."""
    folder = tmp_path_factory.mktemp("parts")
    owner = Owner(settings_for(folder / "data"), port=0)
    owner.start()
    client = Client(owner.url)
    client.call(OPERATIONS["create_project"], {"name": "parts"})
    sent = client.upload("parts", [(path.name, path) for path in _files(folder)])
    view = finished(client, "parts", sent["id"])
    assert view["state"] == "succeeded", view
    yield Parts(owner)
    owner.stop()


def _files(folder: Path) -> list[Path]:
    stock = ["part_id,name,stock", *(f"{key},Part {key},{n}" for key, n in STOCK.items())]
    readings = ["reading_id,part_id,measured_at,temperature_c"]
    for number in range(240):
        part, hour = f"P-{number % 10 + 1:02}", number // 10
        hot = 60 if part == "P-07" and hour in (12, 13) else 0
        time = f"2026-03-01T{hour:02}:00:00Z"
        readings.append(f"{number + 1},{part},{time},{20 + number % 7 / 2 + hot}")
    paths = [folder / "parts.csv", folder / "readings.csv"]
    for path, lines in zip(paths, (stock, readings), strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


def test_a_threshold_in_three_fields_opens_an_alert_for_exactly_what_breaks_it(
    parts: Parts,
) -> None:
    before = parts.sequence()
    saved = parts.low_stock(severity="high", by="kim")
    assert parts.sequence() == before + 1
    assert parts.low_stock(severity="high", by="kim") == saved
    assert parts.sequence() == before + 1
    assert (saved["id"], saved["derived"], saved["enabled"]) == ("own-stock-is-low", False, True)
    assert saved["parameters"] == {"bound": "5.0", "label": "stock", "operator": "<"}
    parts.watch()
    opened = parts.alerts(saved["id"], "open")
    assert set(opened) == LOW
    for part, alert in opened.items():
        assert (alert["severity"], alert["title"]) == ("high", f"{part}: Stock is low")
        assert alert["message"] == f"stock of {part} was 4, below the limit 5."
        shown = parts.call("run_query", query=alert["evidence"][0]["query"])["text"]
        assert len(shown.splitlines()) == 2

    parts.call("set_rule", rule=saved["id"], enabled=False, by="kim")
    parts.watch()
    assert parts.alerts(saved["id"], "open") == {}
    assert set(parts.alerts(saved["id"], "resolved")) == LOW

    parts.call("set_rule", rule=saved["id"], enabled=True, severity="critical")
    parts.watch()
    again = parts.alerts(saved["id"], "open")
    assert {part: alert["severity"] for part, alert in again.items()} == dict.fromkeys(
        LOW, "critical"
    )

    assert parts.call("delete_rule", rule=saved["id"])["commit"] == parts.sequence()
    parts.watch()
    assert parts.alerts(saved["id"], "open") == {}
    assert saved["id"] not in parts.rules()


def test_a_threshold_on_readings_tells_what_they_are_about_and_when(parts: Parts) -> None:
    where = {"target_class": f"{TERMS}Reading", "property": "temperatureC"}
    fields = {**where, "title": "Too hot", "comparison": ">=", "value": 79.5}
    rule = parts.call("save_rule", **fields)["id"]
    parts.watch()
    (alert,) = parts.alerts(rule, "open").values()
    assert alert["entity"].endswith("/P-07")
    assert alert["started"].startswith("2026-03-01T12:00")
    assert alert["ended"].startswith("2026-03-01T13:00")


def test_a_query_of_ones_own_with_a_comparison_is_a_rule_too(parts: Parts) -> None:
    fields = {"title": "Nearly empty", "comparison": "<=", "value": 4, "rule": "nearly-empty"}
    assert parts.call("save_rule", query=OWN, **fields)["query"] == OWN
    parts.watch()
    assert set(parts.alerts("nearly-empty", "open")) == LOW
    parts.call("save_rule", query=OWN, **{**fields, "comparison": "<", "value": 4.0})
    parts.watch()
    assert parts.alerts("nearly-empty", "open") == {}


def test_a_derived_rule_stays_switched_off_and_is_never_deleted(parts: Parts) -> None:
    derived = "missing-Reading"
    assert parts.rules()[derived]["derived"]
    assert not parts.rules()[derived]["overridden"]
    parts.call("set_rule", rule=derived, enabled=False, severity="low")
    parts.watch()
    found = parts.rules()[derived]
    assert (found["enabled"], found["severity"], found["overridden"]) == (False, "low", True)
    with pytest.raises(CallFailed, match="set_rule with enabled = false"):
        parts.call("delete_rule", rule=derived)


def test_rules_come_in_pages(parts: Parts) -> None:
    everything = sorted(parts.rules())
    first = parts.call("list_rules", limit=1)
    second = parts.call("list_rules", limit=1000, cursor=first["next"])
    assert [item["id"] for item in (*first["items"], *second["items"])] == everything
    assert len(everything) > 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT ?entity WHERE {", "expected"),
        ("SELECT ?thing WHERE { ?thing a ?entity }", "must select .entity"),
        ("ASK { ?entity a ?class }", "must be a SELECT"),
        ("CONSTRUCT WHERE { ?entity a ?class }", "must be a SELECT"),
        (f"SELECT (?n AS ?entity) WHERE {{ ?e <{TERMS}name> ?n }}", "must hold IRIs"),
        (f"SELECT ?entity ?value WHERE {{ ?entity <{TERMS}name> ?value }}", "hold numbers"),
        (f"SELECT ?entity ?time WHERE {{ ?entity <{TERMS}name> ?time }}", "dates or times"),
        ("SELECT ?entity FROM <urn:g> WHERE { ?entity a ?class }", "not in this dataset"),
        ("SELECT ?entity WHERE { SERVICE <http://x.test/> { ?entity a ?c } }", "SERVICE"),
    ],
)
def test_a_query_that_cannot_be_a_rule_is_refused_before_it_is_saved(
    parts: Parts, query: str, words: str
) -> None:
    before = parts.sequence()
    with pytest.raises(CallFailed, match=words):
        parts.call("save_rule", title="Wrong", query=query)
    assert parts.sequence() == before
    assert "own-wrong" not in parts.rules()


def test_a_query_with_a_dataset_of_its_own_cannot_show_its_evidence(parts: Parts) -> None:
    graph = "http://mimir.local/p/parts/graph/data"
    query = f"SELECT ?entity FROM <{graph}> WHERE {{ ?entity a <{TERMS}Part> }}"
    with pytest.raises(CallFailed, match="Leave out FROM"):
        parts.call("save_rule", title="Wrong", query=query)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"target_class": "Prat"}, "The classes are: Part, Reading"),
        ({"property": "name"}, "is string, not a number"),
        ({"property": "stocks"}, "Its numbers are: stock"),
        ({"comparison": "~"}, "<, <=, >, >="),
        ({"severity": "awful"}, "low, medium, high, critical"),
        ({"value": None}, "value, or a query"),
        ({"query": OWN}, "either a query or a class"),
        ({"title": "?!"}, "no word"),
        ({"rule": "threshold-mine"}, "those of derived rules"),
        ({"rule": "a/b"}, "must consist of"),
    ],
)
def test_fields_that_make_no_rule_are_refused(
    parts: Parts, fields: dict[str, Any], words: str
) -> None:
    given = {"title": "Never saved", **fields}
    with pytest.raises(CallFailed, match=words):
        parts.low_stock(**given)


def test_another_rule_of_the_same_title_needs_its_id(parts: Parts) -> None:
    parts.low_stock(title="Stock > 5", comparison=">", value=500)
    with pytest.raises(CallFailed, match="another rule 'own-stock-5'"):
        parts.low_stock(title="Stock < 5")
    parts.call("set_rule", rule="own-stock-5", enabled=False)
    replaced = parts.low_stock(title="Stock < 5", rule="own-stock-5")
    assert (replaced["parameters"]["operator"], replaced["enabled"]) == ("<", False)


def test_what_is_not_there_or_not_wanted_is_said(parts: Parts) -> None:
    for operation in ("set_rule", "delete_rule"):
        more = {"enabled": True} if operation == "set_rule" else {}
        with pytest.raises(CallFailed, match="no rule 'nothing'"):
            parts.call(operation, rule="nothing", **more)
    with pytest.raises(CallFailed, match="nothing to change"):
        parts.call("set_rule", rule="missing-Reading")


def test_a_round_of_monitoring_writes_over_nothing_that_a_person_changes_meanwhile() -> None:
    names = ProjectNames("https://example.org/", "plant")
    derived, own = (Rule(id, "missing", id, "SELECT ?entity") for id in ("missing-A", "own-b"))
    switched = replace(derived, enabled=False, overridden=True)
    before = (derived, replace(own, overridden=True))
    store = OxigraphStore()
    store.apply(*rule_changes(before, [], names))
    written = rule_changes(merge_rules([replace(derived, query="SELECT *")], before), before, names)
    store.apply(*rule_changes([switched], before, names))
    store.apply(*written)
    found = read_rules(store.reader([names.data], [names.meta]), names)
    assert found == (replace(switched, query="SELECT *"),)
