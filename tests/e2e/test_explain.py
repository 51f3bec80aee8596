"""Explaining queries on a running owner."""

import pytest

from tests.e2e.conftest import Fleet

PREFIX = "PREFIX : <http://mimir.local/p/fleet/ontology#> "


def test_an_empty_answer_names_the_pattern_that_has_nothing(fleet: Fleet) -> None:
    found = fleet.call(
        "explain_query", query=PREFIX + "SELECT * { ?m a :Machine ; :maxTemperatureCC ?t }"
    )

    assert (found["kind"], found["empty"]) == ("SELECT", True)
    assert found["commit"] > 0
    assert [step["solutions"] > 0 for step in found["steps"]] == [True, False]
    assert found["first_nothing"]["text"] == "?m :maxTemperatureCC ?t ."
    assert "ontology#maxTemperatureC>?" in found["first_nothing"]["reason"]


def test_from_narrows_the_dataset_that_is_told(fleet: Fleet) -> None:
    meta = "http://mimir.local/p/fleet/graph/meta"

    found = fleet.call("explain_query", query="ASK FROM <" + meta + "> { ?s ?p ?o }", twin="live")

    assert (found["default_graphs"], found["named_graphs"]) == ([meta], [])
    assert found["first_nothing"] is None


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("SELECT", 400, "bad-query"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", 400, "bad-query"),
        ("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 422, "network-refused"),
        ("ASK FROM <http://mimir.local/p/fleet/graph/none> { ?s ?p ?o }", 403, "graph-forbidden"),
    ],
)
def test_bad_queries_are_refused_as_at_the_endpoint(
    fleet: Fleet, query: str, status: int, code: str
) -> None:
    answer = fleet.client.http.post("/api/v1/projects/fleet/query/explain", json={"query": query})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
