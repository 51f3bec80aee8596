"""Expected and given answers as comparable values: solutions, booleans, graphs."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
Row = tuple[object | None, ...]
_RESULTS = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}
_GRAPHS = {".ttl": RdfFormat.TURTLE, ".rdf": RdfFormat.RDF_XML, ".nt": RdfFormat.N_TRIPLES}


@dataclass(frozen=True)
class Solutions:
    """Rows of terms under sorted variable names."""

    variables: tuple[str, ...]
    rows: tuple[Row, ...]
    ordered: bool = False


Answer = Solutions | bool | str


def expected_answer(path: Path, base: str) -> Answer:
    """Read a result file of the suites; graphs become canonical N-Quads."""
    if path.suffix in _RESULTS:
        return read_answer(path.read_bytes(), _RESULTS[path.suffix])
    quads = read_graph(path, base)
    store = Store()
    store.extend(quads)
    heads = list(store.quads_for_pattern(None, None, NamedNode(f"{RS}ResultSet")))
    return _result_set(store, heads[0].subject) if heads else canonical(quads)


def read_answer(text: bytes, form: QueryResultsFormat) -> Solutions | bool:
    """Read results that the server gave."""
    found = parse_query_results(text, form)
    if isinstance(found, QueryBoolean):
        return bool(found)
    names = [variable.value for variable in found.variables]
    return solutions([dict(zip(names, row, strict=True)) for row in found], names)


def solutions(
    rows: Sequence[Mapping[str, object | None]], names: Sequence[str], *, ordered: bool = False
) -> Solutions:
    """Put rows under sorted names, with literals as the engine keeps them."""
    variables = tuple(sorted(names))
    return Solutions(
        variables,
        tuple(tuple(normal(row.get(name)) for name in variables) for row in rows),
        ordered,
    )


def normal(term: object | None) -> object | None:
    """Give a literal as the engine keeps it: its value in canonical form."""
    if not isinstance(term, Literal):
        return term
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), term))
    return next(iter(store)).object


def read_graph(path: Path, base: str) -> list[Quad]:
    """Read an RDF file; its blank nodes get names of their own."""
    form = _GRAPHS[path.suffix]
    return list(parse(path=str(path), format=form, base_iri=base, rename_blank_nodes=True))


def canonical(quads: Sequence[Quad]) -> str:
    """Give N-Quads that are the same for isomorphic datasets."""
    dataset = Dataset(
        Quad(quad.subject, quad.predicate, normal(quad.object), quad.graph_name)  # type: ignore[arg-type]
        for quad in quads
    )
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return "\n".join(sorted(str(quad) for quad in dataset))


def same_csv(wanted: str, given: str) -> bool:
    """Compare CSV results, whose rows have no order and whose numbers have many spellings."""

    def rows(text: str) -> list[list[str]]:
        return [[_number(cell) for cell in row] for row in csv.reader(io.StringIO(text))]

    (head, *left), (other_head, *right) = rows(wanted), rows(given)
    if sorted(head) != sorted(other_head):
        return False
    order = [other_head.index(name) for name in head]
    right = [[row[place] for place in order] for row in right]
    return _isomorphic(
        [tuple(map(_cell, row)) for row in left], [tuple(map(_cell, r)) for r in right]
    )


def same_solutions(wanted: Solutions, given: Solutions, *, lax: bool = False) -> bool:
    """Compare two results up to the names of blank nodes."""
    if wanted.variables != given.variables:
        return False
    if lax:
        return set(map(_ground, wanted.rows)) == set(map(_ground, given.rows))
    if wanted.ordered:
        return len(wanted.rows) == len(given.rows) and all(
            _isomorphic([left], [right])
            for left, right in zip(wanted.rows, given.rows, strict=True)
        )
    return _isomorphic(wanted.rows, given.rows)


def _result_set(store: Store, head: object) -> Answer:
    def value(node: object, name: str) -> list[object]:
        return [q.object for q in store.quads_for_pattern(node, NamedNode(RS + name), None)]  # type: ignore[arg-type]

    truth = value(head, "boolean")
    if truth:
        return truth[0].value in ("true", "1")  # type: ignore[attr-defined]
    names = [term.value for term in value(head, "resultVariable")]  # type: ignore[attr-defined]
    rows, places = [], []
    for solution in value(head, "solution"):
        places += [int(term.value) for term in value(solution, "index")]  # type: ignore[attr-defined]
        rows.append(
            {
                value(binding, "variable")[0].value: value(binding, "value")[0]  # type: ignore[attr-defined]
                for binding in value(solution, "binding")
            }
        )
    ordered = len(places) == len(rows) > 0
    if ordered:
        rows = [row for _, row in sorted(zip(places, rows, strict=True), key=lambda pair: pair[0])]
    return solutions(rows, names, ordered=ordered)


def _isomorphic(wanted: Sequence[Row], given: Sequence[Row]) -> bool:
    """Look for a one-to-one renaming of blank nodes that turns one bag of rows into the other."""
    if Counter(map(_ground, wanted)) != Counter(map(_ground, given)):
        return False
    blank = [row for row in wanted if any(isinstance(term, BlankNode) for term in row)]
    others = [row for row in given if any(isinstance(term, BlankNode) for term in row)]
    return _match(blank, others, {})


def _match(wanted: list[Row], given: list[Row], names: dict[object, object]) -> bool:
    if not wanted:
        return True
    first, rest = wanted[0], wanted[1:]
    for place, row in enumerate(given):
        if _ground(first) != _ground(row):
            continue
        trial = dict(names)
        if _renamed(first, row, trial) and _match(rest, given[:place] + given[place + 1 :], trial):
            return True
    return False


def _renamed(left: Row, right: Row, names: dict[object, object]) -> bool:
    for one, other in zip(left, right, strict=True):
        if isinstance(one, BlankNode):
            if one not in names and other in names.values():
                return False
            if names.setdefault(one, other) != other:
                return False
    return True


def _ground(row: Row) -> Row:
    return tuple("_:" if isinstance(term, BlankNode) else term for term in row)


def _cell(text: str) -> object:
    return BlankNode(text[2:]) if text.startswith("_:") else text


def _number(text: str) -> str:
    try:
        return repr(float(text))
    except ValueError:
        return text
