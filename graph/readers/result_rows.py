"""Rows of a query that a reader process answered, for this program's own use."""

from pathlib import Path

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from graph.errors import BadQuery
from graph.readers.pool import JSON_RESULTS, Query, ReaderPool
from graph.store import Rows
from graph.terms import NamedNode


def ask_reader(pool: ReaderPool, store: Path, text: str, default: tuple[NamedNode, ...]) -> Rows:
    """Evaluate a SELECT on a checkpoint, in a process that has limits.

    Raises:
        BadQuery: the text is no SELECT.
    """
    query = Query(text, default, results=JSON_RESULTS)
    with pool.query(store, query) as answer:
        solutions = parse_query_results(path=str(answer.path), format=QueryResultsFormat.JSON)
        if not isinstance(solutions, QuerySolutions):
            raise BadQuery("A SELECT query was expected.")
        variables = tuple(variable.value for variable in solutions.variables)
        return Rows(variables, [tuple(solution) for solution in solutions])
