"""The doors answer random queries and updates as the engine does that has no doors around it."""

from collections.abc import Iterator
from random import Random

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pyoxigraph import (
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    serialize,
)

from app.wiring import Owner
from tests.conformance import answers
from tests.e2e.conftest import settings_for
from tests.e2e.random_texts import GRAPHS, TextWriter, random_quads

_QUADS = "application/n-quads"
_ACCEPT = "application/sparql-results+json, application/n-triples"
# Behind the IRIs of the data, where the IRIs of blank nodes would come if they were sorted as such.
_BASE = "https://zebra.example/"
_DATASET = {
    "default-graph-uri": f"{_BASE}p/random/graph/data",
    "named-graph-uri": [graph.value for graph in GRAPHS],
}
_SETTINGS = hypothesis_settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Doors:
    """The doors of one project, which each case fills anew."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def fill(self, quads: list[Quad]) -> Store:
        """Make these quads all that the project holds; gives a plain store that holds the same."""
        body = serialize(quads, format=RdfFormat.N_QUADS)
        answer = self.http.put("graph-store", content=body, headers={"Content-Type": _QUADS})
        assert answer.is_success, answer.text
        store = Store()
        store.extend(quads)
        return store

    def ask(self, text: str) -> answers.Answer | None:
        """Answer a query; None where it is refused."""
        answer = self.http.post(
            "sparql", params=_DATASET, data={"query": text}, headers={"Accept": _ACCEPT}
        )
        if answer.status_code == 400:
            return None
        assert answer.status_code == 200, f"{text} {answer.text}"
        if answer.headers["Content-Type"] == "application/n-triples":
            return answers.canonical(list(parse(answer.content, RdfFormat.N_TRIPLES)))
        return answers.read_answer(answer.content, QueryResultsFormat.JSON)

    def update(self, text: str) -> bool:
        """Send an update; tells whether it was accepted."""
        return self.http.post("update", data={"update": text}).is_success

    def held(self) -> str:
        """Give all quads in canonical form."""
        answer = self.http.get("graph-store", headers={"Accept": _QUADS})
        return answers.canonical(list(parse(answer.content, RdfFormat.N_QUADS)))


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """A running owner with one project."""
    settings = settings_for(tmp_path_factory.mktemp("random"), base_iri=_BASE)
    owner = Owner(settings, port=0)
    owner.start()
    with httpx.Client(base_url=f"{owner.url}/projects/random", timeout=60) as http:
        http.post(f"{owner.url}/api/v1/projects", json={"name": "random"}).raise_for_status()
        yield Doors(http)
    owner.stop()


def expected(store: Store, text: str) -> answers.Answer | None:
    """Answer a query by the engine alone; None where it is refused."""
    try:
        found = store.query(text)
    except (SyntaxError, RuntimeError):
        return None
    if isinstance(found, QueryBoolean):
        return bool(found)
    if isinstance(found, QuerySolutions):
        names = [variable.value for variable in found.variables]
        return answers.solutions([dict(zip(names, row, strict=True)) for row in found], names)
    return answers.canonical([Quad(*triple) for triple in found])


def is_same(wanted: answers.Answer | None, given: answers.Answer | None, text: str) -> bool:
    """Compare two answers up to the names of blank nodes."""
    if isinstance(wanted, answers.Solutions) and isinstance(given, answers.Solutions):
        if " LIMIT " in text:
            # Which of several equal rows come is not fixed.
            return len(wanted.rows) == len(given.rows)
        return answers.same_solutions(wanted, given)
    return wanted == given


@_SETTINGS
@given(seed=st.integers(0, 2**32))
def test_a_query_is_answered_as_by_the_engine_alone(doors: Doors, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    store = doors.fill(random_quads(random))

    for _ in range(6):
        text = TextWriter(random).query()

        assert is_same(expected(store, text), doors.ask(text), text), text


@_SETTINGS
@given(seed=st.integers(0, 2**32))
def test_solutions_come_in_the_order_of_the_engine_alone(doors: Doors, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    store = doors.fill(random_quads(random))

    for _ in range(4):
        text = TextWriter(random).sorting()

        assert kinds(doors.ask(text)) == kinds(expected(store, text)), text


@_SETTINGS
@given(seed=st.integers(0, 2**32))
def test_an_update_changes_what_it_changes_in_the_engine_alone(doors: Doors, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    store = doors.fill(random_quads(random))

    for _ in range(3):
        text = TextWriter(random).update()
        before = Store()
        before.extend(store)
        try:
            store.update(text)
            accepted = True
        except (SyntaxError, RuntimeError):
            store, accepted = before, False

        assert doors.update(text) is accepted, text
        assert doors.held() == answers.canonical(list(store)), text


def kinds(answer: answers.Answer | None) -> list[str]:
    """List the terms of a column by kind: which of two blank nodes comes first is not fixed."""
    assert isinstance(answer, answers.Solutions)
    return [type(row[0]).__name__ for row in answer.rows]
