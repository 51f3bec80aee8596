"""Random RDF terms and quads for property tests."""

from hypothesis import strategies as st

from graph.terms import Literal, NamedNode, Quad
from graph.vocab import XSD

GRAPHS = [NamedNode("https://example.org/graph/a"), NamedNode("https://example.org/graph/b")]

iris = st.from_regex(r"https://example\.org/(?:[A-Za-z0-9äß/:;.-]|%7E){0,12}", fullmatch=True).map(
    NamedNode
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
literals = st.one_of(
    texts.map(Literal),
    st.builds(Literal, texts, language=st.sampled_from(["en", "de-ch", "zh-hant"])),
    st.builds(
        Literal, texts, datatype=st.sampled_from([XSD.integer, XSD.date, NamedNode("urn:type")])
    ),
    st.integers().map(Literal),
)
quads = st.builds(Quad, iris, iris, st.one_of(iris, literals), st.sampled_from(GRAPHS))
