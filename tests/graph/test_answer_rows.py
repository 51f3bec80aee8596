"""Rows are counted in every format, whatever the values hold and wherever the file is cut."""

from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat

from graph.oxigraph import OxigraphStore
from graph.readers.answer_rows import count_rows, has_more_rows

FORMATS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
NASTY = """SELECT ?a ?b WHERE { VALUES (?a ?b) {
  ("},{" "\\"},{\\"") ("<result>" "a\\nb\\r\\nc") ("\\"\\"" UNDEF) (UNDEF UNDEF) ("\\\\" ",\\n")
  ("é" 1)
} }"""
QUERIES = {
    NASTY: 6,
    "SELECT ?a WHERE {}": 1,
    "SELECT ?a WHERE { FILTER(false) }": 0,
    "SELECT (1 AS ?a) WHERE { VALUES ?x { 1 2 3 4 5 6 7 8 } VALUES ?y { 1 2 3 4 5 6 7 8 } }": 64,
    'SELECT ?a WHERE { VALUES ?a { "[{" } }': 1,
}


@pytest.mark.parametrize("media", FORMATS)
@pytest.mark.parametrize("query", QUERIES)
def test_rows_are_counted(tmp_path: Path, media: str, query: str) -> None:
    path = tmp_path / "answer"
    OxigraphStore().engine.query(query).serialize(str(path), format=FORMATS[media])

    for size in (1, 3, 7, 64, 1 << 22):
        assert count_rows(path, media, block_bytes=size) == QUERIES[query]


@pytest.mark.parametrize("media", FORMATS)
@pytest.mark.parametrize("query", QUERIES)
def test_more_rows_than_a_number_are_noticed(tmp_path: Path, media: str, query: str) -> None:
    path = tmp_path / "answer"
    OxigraphStore().engine.query(query).serialize(str(path), format=FORMATS[media])

    for most in range(1, QUERIES[query] + 2):
        for size in (1, 5, 1 << 22):
            found = has_more_rows(path, media, most, block_bytes=size)
            assert found is (QUERIES[query] > most)
