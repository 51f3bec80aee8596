"""`NOW()` has one value in a request, however many operations it has."""

from datetime import UTC, datetime

import pytest

from graph.oxigraph import OxigraphStore
from graph.syntax.update_text import at_one_time

NOW = datetime(2024, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
_VALUE = '"2024-01-02T03:04:05.678000+00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>'


@pytest.mark.parametrize("call", ["NOW()", "now ( )", "Now(#comment\n)"])
def test_a_call_becomes_the_time(call: str) -> None:
    text = f"INSERT {{ <urn:a> <urn:b> ?n }} WHERE {{ BIND({call} AS ?n) }}"

    assert at_one_time(text, NOW) == text.replace(call, _VALUE)


def test_all_operations_have_the_same_time() -> None:
    operation = "INSERT { <urn:a> <urn:b> ?n } WHERE { BIND(NOW() AS ?n) FILTER(NOW() = ?n) }"
    store = OxigraphStore()

    store.update(at_one_time(" ; ".join([operation] * 3), NOW))

    assert [str(quad.object) for quad in store.engine] == [
        '"2024-01-02T03:04:05.678Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
    ]


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <urn:now()> <urn:b> 'NOW()' } # NOW()",
        "PREFIX now: <urn:> INSERT { ?now now:now ?now } WHERE { ?now now:now () }",
        "DELETE WHERE { ?a ?b ?c }",
    ],
)
def test_names_and_texts_stay_as_they_are(text: str) -> None:
    assert at_one_time(text, NOW) == text
