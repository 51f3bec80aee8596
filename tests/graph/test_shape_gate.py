"""The gate on commits: it finds what two full validations differ by, from the touched nodes."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.errors import BadInput
from graph.names import ProjectNames
from graph.shacl.gate import ShapesBroken, mode_quads, read_review
from graph.shacl.report import ValidationResult
from graph.shacl.validation import validate
from graph.terms import NamedNode, Quad
from graph.vocab import MIMIR

NAMES = ProjectNames("https://example.org/", "gate")
_PREFIXES = """@prefix : <http://x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
PERSON = """:Person sh:targetClass :P ; sh:property :Name .
:Name sh:path :name ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:string ."""


def _quads(text: str, graph: NamedNode = NAMES.data) -> tuple[Quad, ...]:
    triples = parse((_PREFIXES + text).encode(), RdfFormat.TURTLE)
    return tuple(Quad(t.subject, t.predicate, t.object, graph) for t in triples)


@contextmanager
def _dataset(shapes: str, data: str, mode: str, folder: Path | None = None) -> Iterator[Dataset]:
    with TemporaryDirectory() as temporary:
        dataset = Dataset(folder or Path(temporary), NAMES, keep_checkpoints=0)
        try:
            dataset.commit(ChangeSet(added=(*_quads(shapes, NAMES.shapes), *_quads(data))))
            dataset.commit(ChangeSet(added=tuple(mode_quads(NAMES, NAMES.data, mode))))
            yield dataset
        finally:
            dataset.close()


def _change(added: str = "", removed: str = "") -> ChangeSet:
    return ChangeSet(added=_quads(added), removed=_quads(removed))


def _facts(results: Iterable[ValidationResult]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(map(str, item.facts().values())) for item in results)


def _full(dataset: Dataset) -> Counter[tuple[str, ...]]:
    data, shapes = dataset.reader([NAMES.data]), dataset.reader([NAMES.shapes])
    return _facts(validate(data, shapes).results)


def test_refuses_a_change_that_breaks_a_shape_and_groups_what_it_would_break() -> None:
    with _dataset(PERSON, "", "block") as dataset:
        before = dataset.sequence

        with pytest.raises(ShapesBroken) as caught:
            dataset.commit(_change(":a a :P . :b a :P . :c a :P ; :name 7 ."))

        groups = caught.value.details["groups"]
        assert isinstance(groups, list)
        assert [(item["component"], item["count"]) for item in groups] == [
            ("MinCountConstraintComponent", 2),
            ("DatatypeConstraintComponent", 1),
        ]
        assert dataset.sequence == before
        assert dataset.count(NAMES.data) == 0
        assert dataset.commit(_change(':a a :P ; :name "A" .')).sequence == before + 1


def test_commits_and_records_the_new_violations_when_it_only_warns() -> None:
    with _dataset(PERSON, ":old a :P .", "warn") as dataset:
        commit = dataset.commit(_change(":a a :P ."))

        file = read_review(dataset.reader([NAMES.meta]), commit.iri)
        assert file is not None
        text = dataset.blobs.path(file).read_text()
        assert '"focus_node": "http://x/a"' in text
        assert "old" not in text


def test_lets_pass_what_is_already_broken_and_what_mends_it() -> None:
    with _dataset(PERSON, ":a a :P .", "block") as dataset:
        dataset.commit(_change(":a :age 7 ."))
        dataset.commit(_change(':a :name "A" .'))
        with pytest.raises(ShapesBroken):
            dataset.commit(_change(removed=':a :name "A" .'))


def test_only_warns_of_what_is_no_violation_by_its_severity() -> None:
    shape = ":S sh:targetClass :P ; sh:severity sh:Warning ; sh:nodeKind sh:Literal ."
    with _dataset(shape, "", "block") as dataset:
        commit = dataset.commit(_change(":a a :P ."))
        assert read_review(dataset.reader([NAMES.meta]), commit.iri) is not None


def test_sees_the_nodes_that_a_removed_triple_concerns_through_an_inverse_path() -> None:
    shape = (
        ":S sh:targetClass :P ; sh:property [ sh:path ( [ sh:inversePath :knows ] :in ) ; "
        "sh:minCount 1 ] ."
    )
    data = ":a a :P . :b :knows :a ; :in :c ."
    with _dataset(shape, data, "block") as dataset, pytest.raises(ShapesBroken):
        dataset.commit(_change(removed=":b :in :c ."))


def test_follows_a_path_that_may_be_empty_from_a_node_that_the_change_does_not_name() -> None:
    shape = (
        ":S sh:targetNode :a ; sh:property [ sh:path [ sh:zeroOrMorePath :p ] ; "
        "sh:nodeKind sh:IRI ] ."
    )
    with _dataset(shape, ":a :p :b .", "block") as dataset, pytest.raises(ShapesBroken):
        dataset.commit(_change(":b :p 1 ."))


@pytest.mark.parametrize("gone", [0, 1])
@pytest.mark.parametrize(
    ("kind", "two"),
    [("Subjects", [":a :p :x .", ":a :p :y ."]), ("Objects", [":x :p :a .", ":y :p :a ."])],
)
def test_takes_a_node_for_a_target_as_long_as_one_of_its_triples_stays(
    kind: str, two: list[str], gone: int
) -> None:
    shape = f":S sh:target{kind}Of :p ; sh:property [ sh:path :q ; sh:maxCount 0 ] ."
    with _dataset(shape, " ".join(two), "block") as dataset, pytest.raises(ShapesBroken):
        dataset.commit(_change(":a :q 1 .", two[gone]))


def test_checks_everything_when_the_classes_change() -> None:
    with _dataset(PERSON, ":a a :Q .", "block") as dataset, pytest.raises(ShapesBroken):
        dataset.commit(_change(":Q rdfs:subClassOf :P ."))


def test_refuses_a_malformed_shape_so_that_later_changes_can_still_be_checked() -> None:
    with _dataset(PERSON, "", "block") as dataset:
        with pytest.raises(BadInput, match="minCount"):
            dataset.commit(ChangeSet(added=_quads(':Name sh:minCount "x" .', NAMES.shapes)))
        dataset.commit(_change(':a a :P ; :name "A" .'))


def test_checks_by_new_shapes_from_the_next_change_on() -> None:
    with _dataset(PERSON, "", "block") as dataset:
        dataset.commit(_change(":d a :Dog ."))
        dataset.commit(
            ChangeSet(
                added=_quads(":D sh:targetClass :Dog ; sh:nodeKind sh:Literal .", NAMES.shapes)
            )
        )
        with pytest.raises(ShapesBroken):
            dataset.commit(_change(":e a :Dog ."))


def test_leaves_alone_what_the_caller_exempts_and_graphs_that_are_off() -> None:
    with _dataset(PERSON, "", "block") as dataset:
        dataset.commit(_change(":a a :P ."), gated=False)
        dataset.commit(ChangeSet(added=tuple(mode_quads(NAMES, NAMES.shapes, "off"))))
        gates = mode_quads(NAMES, NAMES.data, "block")
        dataset.commit(ChangeSet(removed=tuple(gates)))
        dataset.commit(_change(":b a :P ."))
        assert dataset.count(NAMES.data) == 2


def test_checks_files_as_well_as_triples(tmp_path: Path) -> None:
    with _dataset(PERSON, ":a a :P .", "block") as dataset:
        for text, refused in ((':b a :P ; :name "B" .', False), (":c a :P .", True)):
            path = tmp_path / "file.nq"
            path.write_text("".join(f"{quad} .\n" for quad in _quads(text)))
            change = ChangeSet(added_file=dataset.blobs.adopt(path)[0])
            if refused:
                with pytest.raises(ShapesBroken):
                    dataset.commit(change)
            else:
                dataset.commit(change)
        assert dataset.count(NAMES.data) == 3
        with pytest.raises(ShapesBroken):
            dataset.commit(_change(":d a :P ."))


def test_opens_again_with_its_gate(tmp_path: Path) -> None:
    with _dataset(PERSON, "", "block", tmp_path):
        pass
    dataset = Dataset(tmp_path, NAMES)
    try:
        with pytest.raises(ShapesBroken):
            dataset.commit(_change(":a a :P ."))
    finally:
        dataset.close()


def test_no_commits_at_the_same_time_pass_together_what_neither_may() -> None:
    shape = (
        ":S sh:targetNode :list ; sh:property [ sh:path :item ; sh:maxCount 3 ; "
        "sh:nodeKind sh:Literal ] ."
    )
    with _dataset(shape, "", "block") as dataset:
        refused: list[int] = []

        def add(number: int) -> None:
            """Add one of twelve, of which three fit."""
            try:
                dataset.commit(_change(f":list :item {number} ."))
            except ShapesBroken:
                refused.append(number)

        threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(refused) == 9
        assert dataset.count(NAMES.data) == 3


_NODES = [":a", ":b", ":c", ":d"]
_TRIPLES = st.tuples(
    st.sampled_from(_NODES),
    st.sampled_from([":p", ":q", ":r"]),
    st.sampled_from([*_NODES, "1", "2", '"x"', '"y"@en', '"z"@en']),
).map(" ".join) | st.tuples(
    st.sampled_from(_NODES), st.just("a"), st.sampled_from([":C", ":D", ":E"])
).map(" ".join)
_TRIPLES_OR_CLASSES = _TRIPLES | st.just(":D rdfs:subClassOf :C")
_PATHS = st.sampled_from(
    [":p", ":q", "[ sh:inversePath :p ]", "( :p :q )", "[ sh:alternativePath ( :p ( :q :r ) ) ]",
     "[ sh:zeroOrMorePath :p ]", "[ sh:oneOrMorePath [ sh:inversePath :q ] ]",
     "[ sh:zeroOrOnePath :q ]", "( :r [ sh:zeroOrMorePath :q ] [ sh:inversePath :p ] )",
     "[ sh:inversePath [ sh:oneOrMorePath ( :p :q ) ] ]"]
)  # fmt: skip
_RULES = st.sampled_from(
    ["sh:minCount 1", "sh:maxCount 1", "sh:class :C", "sh:nodeKind sh:IRI", "sh:hasValue :a",
     "sh:equals :q", "sh:disjoint :r", "sh:lessThan :r", "sh:uniqueLang true", "sh:node :Inner",
     "sh:not :Inner", "sh:qualifiedValueShape :Inner ; sh:qualifiedMinCount 1",
     "sh:property [ sh:path :q ; sh:minCount 1 ; sh:class :D ]",
     "sh:or ( :Inner [ sh:class :D ] )", "sh:xone ( :Inner [ sh:nodeKind sh:Literal ] )"]
)  # fmt: skip
_INNER = st.sampled_from(
    [":Inner sh:class :D .", ":Inner sh:closed true ; sh:ignoredProperties ( rdf:type :p ) .",
     ":Inner sh:property [ sh:path [ sh:inversePath :r ] ; sh:minCount 1 ] .",
     ":Inner sh:property [ sh:path :r ; sh:node :Deep ] . :Deep sh:property "
     "[ sh:path ( :p :p ) ; sh:maxCount 0 ] ."]
)  # fmt: skip
_TARGET = st.sampled_from(
    ["sh:targetClass :C", "sh:targetClass :D", "sh:targetSubjectsOf :p", "sh:targetObjectsOf :q",
     "sh:targetNode :a, 1", "sh:targetObjectsOf :r ; sh:targetClass :E"]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.lists(_TRIPLES_OR_CLASSES, max_size=10),
    added=st.lists(_TRIPLES_OR_CLASSES, max_size=3),
    removed=st.lists(_TRIPLES_OR_CLASSES, max_size=3),
    path=_PATHS,
    rules=st.lists(_RULES, min_size=1, max_size=2, unique_by=lambda rule: rule.split()[0]),
    inner=_INNER,
    target=_TARGET,
)
def test_finds_what_two_full_validations_differ_by(
    data: list[str],
    added: list[str],
    removed: list[str],
    path: str,
    rules: list[str],
    inner: str,
    target: str,
) -> None:
    shapes = f":S {target} ; sh:property :R . :R sh:path {path} ; {' ; '.join(rules)} . {inner}"
    with _dataset(shapes, _turtle(data), "warn") as dataset:
        gone = [*removed, *data[:2]]
        before = _full(dataset)
        commit = dataset.commit(_change(_turtle(added), _turtle(gone)))
        expected = _full(dataset) - before

        rows = dataset.reader([NAMES.meta]).select(
            f"SELECT ?n WHERE {{ {commit.iri} {MIMIR.newViolations} ?n }}"
        )
        found = int(getattr(rows.rows[0][0], "value", 0)) if len(rows) else 0
        assert found == sum(expected.values())
        if found:
            file = read_review(dataset.reader([NAMES.meta]), commit.iri)
            assert file is not None
            text = dataset.blobs.path(file).read_text()
            assert all(key[0] in text for key in expected)


def _turtle(triples: list[str]) -> str:
    return "\n".join(f"{triple} ." for triple in triples)
