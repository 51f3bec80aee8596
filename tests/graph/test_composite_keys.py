"""Keys of several properties: SHACL-SPARQL that the store answers, in validation and gate."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.shacl.excerpt import MOST
from graph.shacl.fallback import validate_slowly
from graph.shacl.gate import ShapesBroken, mode_quads
from graph.shacl.keys import CompositeKey, read_key
from graph.shacl.report import ValidationResult
from graph.shacl.shapes import read_shapes
from graph.shacl.trial import Trials, compile_shapes, of_graph
from graph.shacl.validation import validate
from graph.terms import NamedNode, Quad

NAMES = ProjectNames("https://example.org/", "keys")
PREFIXES = """@prefix : <http://x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
PAIR, TRIPLE = (
    CompositeKey(NamedNode("http://x/C"), tuple(NamedNode(f"http://x/{name}") for name in names))
    for names in ("pq", "pqr")
)
SHAPE = f':S a sh:NodeShape ; sh:targetClass :C ; sh:sparql [ sh:select "{PAIR.query}" ] .'
SHAPES = [
    SHAPE,
    SHAPE.replace(PAIR.query, TRIPLE.query),
    SHAPE.replace(":targetClass :C", ":targetClass :D ; sh:targetNode :n0, :n1"),
    SHAPE.replace(":targetClass :C", ":targetSubjectsOf :p"),
    ":T sh:targetClass :C ; sh:property [ sh:path :r ; sh:node :S ] . "
    + SHAPE.replace("sh:targetClass :C ; ", ""),
]

_value = st.sampled_from(["1", ":n1"])
_triple = st.one_of(
    st.builds(":n{} :{} {} .".format, st.integers(0, 4), st.sampled_from("pqr"), _value),
    st.builds(":n{} a :{} .".format, st.integers(0, 4), st.sampled_from("CCD")),
)
_node = st.builds(" a :{} ; :p {} ; :q {} ; :r {} .".format, st.sampled_from("CD"), *[_value] * 3)
_nodes = st.lists(_node, min_size=5, max_size=5)
_place = st.integers(0, 4)
_changed = st.dictionaries(_place, st.one_of(_place, _node, st.just(" :s 1 .")), min_size=1)
_further = st.lists(_triple, max_size=4)
_hierarchy = st.sampled_from(["", ":D rdfs:subClassOf :C ."])


def quads(text: str, graph: NamedNode) -> list[Quad]:
    """Read Turtle into a graph."""
    found = parse((PREFIXES + text).encode(), RdfFormat.TURTLE)
    return list(dict.fromkeys(Quad(q.subject, q.predicate, q.object, graph) for q in found))


def data_of(nodes: Sequence[str], further: Sequence[str], hierarchy: str) -> list[Quad]:
    """Read what nodes have, further triples, and the hierarchy of classes."""
    lines = [f":n{place}{text}" for place, text in enumerate(nodes)]
    return quads(" ".join((*lines, *further, hierarchy)), NAMES.data)


def facts(results: Iterable[ValidationResult]) -> Counter[tuple[object, ...]]:
    """Give what two reports have in common, whatever they call blank nodes."""
    return Counter((r.focus_node, r.path, r.value, r.component, r.severity) for r in results)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(nodes=_nodes, further=_further, hierarchy=_hierarchy, shapes=st.sampled_from(SHAPES))
def test_reports_what_pyshacl_reports(
    nodes: list[str], further: list[str], hierarchy: str, shapes: str
) -> None:
    store = OxigraphStore()
    store.apply([*data_of(nodes, further, hierarchy), *quads(shapes, NAMES.shapes)], [])
    data, read = store.reader([NAMES.data]), store.reader([NAMES.shapes])
    expected = facts(validate_slowly(data, read_shapes(read), done=()))
    for few_nodes in (0, 10_000):
        report = validate(data, read, few_nodes=few_nodes)
        assert report.fallback == ()
        assert facts(report.results) == expected


@pytest.mark.parametrize("most", [0, MOST], ids=["on a clone", "on a copy of what is read"])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    nodes=_nodes,
    changed=_changed,
    further=_further,
    hierarchy=_hierarchy,
    shapes=st.sampled_from(SHAPES),
)
def test_a_change_brings_what_two_full_validations_differ_by(
    most: int,
    nodes: list[str],
    changed: dict[int, int | str],
    further: list[str],
    hierarchy: str,
    shapes: str,
) -> None:
    store = OxigraphStore()
    old = data_of(nodes, further, hierarchy)
    after = [changed.get(place, text) for place, text in enumerate(nodes)]
    copied = [nodes[each] if isinstance(each, int) else each for each in after]
    new = data_of(copied, further, hierarchy)
    store.apply([*old, *quads(shapes, NAMES.shapes)], [])
    shape_reader, before = store.reader([NAMES.shapes]), store.reader([NAMES.data])
    was = facts(validate(before, shape_reader).results)

    def checkpoint(path: Path) -> int:
        """Copy the data, for a trial on a clone."""
        path.parent.mkdir(exist_ok=True)
        clone = OxigraphStore(path)
        clone.apply(store.quads(NAMES.data), [])
        clone.close()
        return 0

    come, gone = [q for q in new if q not in old], [q for q in old if q not in new]
    change = of_graph(NAMES.data, come, gone)
    with TemporaryDirectory() as folder:
        trials = Trials(store.reader, checkpoint, Path(folder) / "trials", most)
        found = trials.new_results(change, compile_shapes(shape_reader))
    store.apply(change.added, change.removed)
    now = facts(validate(store.reader([NAMES.data]), shape_reader).results)
    assert facts(found) == now - was


def test_the_gate_refuses_a_second_individual_with_the_same_key(tmp_path: Path) -> None:
    dataset = Dataset(tmp_path, NAMES, keep_checkpoints=0)
    shape = SHAPE.replace("sh:sparql", 'sh:message "Give each its own p and q." ; sh:sparql')
    data = ":a a :C ; :p 1 ; :q 2 . :b a :C ; :p 1 ; :q 3 ."
    dataset.commit(ChangeSet(added=(*quads(shape, NAMES.shapes), *quads(data, NAMES.data))))
    dataset.commit(ChangeSet(added=tuple(mode_quads(NAMES, NAMES.data, "block"))))
    dataset.commit(ChangeSet(added=tuple(quads(":c a :C ; :p 2 ; :q 2 .", NAMES.data))))
    with pytest.raises(ShapesBroken, match="own p and q") as caught:
        dataset.commit(ChangeSet(added=tuple(quads(":d a :C ; :p 1 ; :q 2 .", NAMES.data))))
    dataset.close()
    assert caught.value.details["violations"] == 2


def test_the_query_is_read_back_and_any_other_is_not_taken_for_a_key() -> None:
    for key in (PAIR, TRIPLE):
        assert read_key(key.query) == key
        assert read_key(key.query.replace(" ", "\n  ")) == key
    for old, new in (("!=", "="), ("?other <http://x/p>", "?one <http://x/p>"), ("/C>", "/C/D>")):
        other = read_key(PAIR.query.replace(old, new))
        assert other is None or other != PAIR
    assert read_key(PAIR.query.replace("!=", "=")) is None
    assert read_key("SELECT $this WHERE { $this <http://x/p> 1 }") is None


def test_other_queries_of_shapes_are_left_to_pyshacl() -> None:
    store = OxigraphStore()
    shapes = SHAPE.replace("!=", "=") + (
        ' :P sh:targetClass :C ; sh:path :p ; sh:sparql [ sh:select "' + PAIR.query + '" ] .'
    )
    store.apply([*quads(":a a :C ; :p 1 ; :q 2 .", NAMES.data), *quads(shapes, NAMES.shapes)], [])
    report = validate(store.reader([NAMES.data]), store.reader([NAMES.shapes]))
    assert len(report.fallback) == 2
