"""VoID: what a project's dataset holds, counted by SPARQL. https://www.w3.org/TR/void/.

The counts come from queries that run in a reader process; this file words the queries and turns
their rows into triples.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from graph.service_description import VOID
from graph.sparql import load_query
from graph.store import Rows
from graph.terms import Literal, NamedNode, Term, Triple
from graph.vocab import DCTERMS, RDF

Ask = Callable[[str], Rows]
_MOST_PARTITIONS = 1_000


@dataclass(frozen=True)
class DatasetFacts:
    """What is told of a dataset besides its counts.

    Attributes:
        iri: names the dataset.
        endpoint, dump: URLs of its SPARQL endpoint and its Graph Store.
        uri_space: prefix of the IRIs of its things.
        graphs: its named graphs.
        commit: number of the commit that was counted.
    """

    iri: str
    title: str
    endpoint: str
    dump: str
    uri_space: str
    vocabulary: NamedNode
    graphs: Sequence[NamedNode]
    commit: int


def void_description(facts: DatasetFacts, ask: Ask) -> list[Triple]:
    """Count and describe a dataset; partitions are sorted by IRI.

    Args:
        ask: evaluates a SELECT on the dataset's default graph.
    """
    dataset = NamedNode(facts.iri)
    counts = ask(load_query("graph", "void_counts")).rows[0]
    told = zip(
        (VOID.triples, VOID.distinctSubjects, VOID.distinctObjects, VOID.properties),
        counts,
        strict=True,
    )
    said: list[tuple[NamedNode, NamedNode, Term]] = [
        (dataset, RDF.type, VOID.Dataset),
        (dataset, DCTERMS.term("title"), Literal(facts.title)),
        (dataset, VOID.sparqlEndpoint, NamedNode(facts.endpoint)),
        (dataset, VOID.dataDump, NamedNode(facts.dump)),
        (dataset, VOID.uriSpace, Literal(facts.uri_space)),
        (dataset, VOID.vocabulary, facts.vocabulary),
        (dataset, DCTERMS.hasVersion, Literal(facts.commit)),
        *((dataset, name, count) for name, count in told if count is not None),
    ]
    classes = ask(load_query("graph", "void_classes")).rows
    properties = ask(load_query("graph", "void_properties")).rows
    said.append((dataset, VOID.classes, Literal(len(classes))))
    said += _partitions(dataset, "class", classes, (VOID.term("class"), VOID.entities))
    said += _partitions(
        dataset,
        "property",
        properties,
        (VOID.property, VOID.triples, VOID.distinctSubjects, VOID.distinctObjects),
    )
    for number, graph in enumerate(facts.graphs, 1):
        part = NamedNode(f"{facts.iri}-graph-{number}")
        said += [
            (dataset, VOID.subset, part),
            (part, RDF.type, VOID.Dataset),
            (part, DCTERMS.identifier, graph),
        ]
    return [Triple(*triple) for triple in said]


def void_listing(page: str, datasets: Iterable[tuple[str, str]]) -> list[Triple]:
    """List the datasets of a server: pairs of IRI and address of the description."""
    here = NamedNode(page)
    said: list[tuple[NamedNode, NamedNode, Term]] = [(here, RDF.type, VOID.DatasetDescription)]
    for iri, address in datasets:
        dataset = NamedNode(iri)
        said += [
            (here, DCTERMS.hasPart, dataset),
            (dataset, RDF.type, VOID.Dataset),
            (dataset, VOID.inDataset, NamedNode(address)),
        ]
    return [Triple(*triple) for triple in said]


def _partitions(
    dataset: NamedNode, kind: str, rows: Sequence[Sequence[Term | None]], names: Sequence[NamedNode]
) -> list[tuple[NamedNode, NamedNode, Term]]:
    said: list[tuple[NamedNode, NamedNode, Term]] = []
    for number, row in enumerate(rows[:_MOST_PARTITIONS], 1):
        part = NamedNode(f"{dataset.value}-{kind}-{number}")
        said.append((dataset, VOID.term(f"{kind}Partition"), part))
        said += [
            (part, name, term) for name, term in zip(names, row, strict=True) if term is not None
        ]
    return said
