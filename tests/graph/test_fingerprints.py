"""Numbers that stand for nodes: equal for equal rows, whatever is written in them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.oxigraph import OxigraphStore
from graph.shacl.fingerprints import Fingerprints, occurrences
from graph.terms import BlankNode, Literal, NamedNode, Quad

_GRAPHS = (NamedNode("urn:one"), NamedNode("urn:other"))
_HAS = NamedNode("urn:has")
_PAIRS = "SELECT ?this ?value { ?this <urn:has> ?value }"
_NODES = "SELECT ?this { ?this <urn:has> ?value }"

subjects = st.integers(0, 30).map(lambda n: NamedNode(f"urn:{'long' * 200 * (n % 3)}:{n}"))
values = st.one_of(
    st.text(max_size=20).map(Literal),
    st.text(max_size=3).map(lambda text: Literal(text, language="en")),
    st.integers(0, 5).map(Literal),
    st.integers(0, 3).map(lambda n: BlankNode(f"b{n}")),
    st.sampled_from(["tab\there", 'quote"', "line\nline\r", "\\t", "é" * 600]).map(Literal),
)
quads = st.builds(Quad, subjects, st.just(_HAS), values, st.sampled_from(_GRAPHS))


@settings(max_examples=60)
@given(found=st.lists(quads, max_size=60))
def test_counts_what_the_engine_counts(found: list[Quad]) -> None:
    store = OxigraphStore()
    store.apply(found, ())
    prints = Fingerprints(store.reader(_GRAPHS))
    counted = store.reader(_GRAPHS).select(
        "SELECT ?this (COUNT(DISTINCT ?value) AS ?n) { ?this <urn:has> ?value } GROUP BY ?this"
    )
    sizes = {row[0]: int(getattr(row[1], "value", "0")) for row in counted}

    nodes = prints.nodes(_NODES)
    owners = prints.owners(_PAIRS, distinct=True)
    assert sorted(occurrences(nodes, owners)) == sorted(sizes.values())
    assert len(prints.rows(_PAIRS)) == sum(sizes.values())
    for number, size in zip(nodes, occurrences(nodes, owners), strict=True):
        ((node,),) = prints.chosen(_NODES, nodes[nodes == number])
        assert sizes[node] == size


def test_rows_are_chosen_by_their_own_number_too() -> None:
    store = OxigraphStore()
    node = NamedNode("urn:a")
    store.apply([Quad(node, _HAS, Literal(text), _GRAPHS[0]) for text in ("x", "y\t", "z")], ())
    store.apply([Quad(node, NamedNode("urn:had"), Literal("y\t"), _GRAPHS[0])], ())
    prints = Fingerprints(store.reader(_GRAPHS[:1]))
    had = prints.rows("SELECT ?this ?value { ?this <urn:had> ?value }")
    assert list(prints.chosen(_PAIRS, prints.nodes(_NODES), had)) == [(node, Literal("y\t"))]


def test_an_answer_of_many_blocks_is_read_whole() -> None:
    store = OxigraphStore()
    nodes = [NamedNode(f"urn:{number}:{'x' * (number % 90)}") for number in range(9_000)]
    store.apply([Quad(node, _HAS, node, _GRAPHS[0]) for node in nodes], ())
    prints = Fingerprints(store.reader(_GRAPHS[:1]))
    numbers = prints.nodes(_NODES)
    assert len(numbers) == 9_000
    assert len(list(prints.chosen(_NODES, numbers))) == 9_000
    assert len(prints.nodes("SELECT ?this { ?this <urn:nothing> ?value }")) == 0
