"""Keys of several columns as shapes: no two individuals of a class share all the values.

SHACL Core has no words for that, so it is SHACL-SPARQL, in the form that `graph.shacl.keys` knows.
"""

from collections.abc import Iterator, Mapping

from graph.model import ClassDef
from graph.names import ProjectNames
from graph.schema import Table
from graph.shacl.keys import CompositeKey
from graph.terms import NamedNode, Quad
from graph.vocab import RDF, SH
from inference.knowledge.graph_writer import GraphWriter, blank_node


def composite_key_quads(item: ClassDef, table: Table, names: ProjectNames) -> Iterator[Quad]:
    """Write a shape for each key of several columns that all rows keep."""
    properties = _properties(item)
    unique = [key.columns for key in table.unique_keys if not key.duplicates]
    primary = table.primary_key
    if primary is not None and not primary.duplicates:
        unique.insert(0, primary.columns)
    for columns in dict.fromkeys(unique):
        if len(columns) > 1 and properties.keys() >= set(columns):
            own = {column: properties[column] for column in columns}
            if len(set(own.values())) > 1:
                yield from _key(item, table, own, names)


def _properties(item: ClassDef) -> dict[str, tuple[str, str]]:
    """Give name and label of the property that each column became."""
    found = {
        link.columns[0]: (link.name, link.label) for link in item.links if len(link.columns) == 1
    }
    texts = (each for each in item.attributes if not each.language)
    return {**found, **{each.column: (each.name, each.label) for each in texts}}


def _key(
    item: ClassDef, table: Table, own: Mapping[str, tuple[str, str]], names: ProjectNames
) -> Iterator[Quad]:
    facts = GraphWriter(names.shapes).facts
    label = (item.name, *(name for name, _ in own.values()), "key")
    shape, query = names.shape("-".join(label)), blank_node(*label)
    words = " and ".join(repr(text) for _, text in own.values())
    place = f"column {' and '.join(own)} of {table.source}"
    message = (
        f"Give each {item.label} its own combination of {words}, or make one of those that share "
        f"it ({place})."
    )
    key = CompositeKey(names.term(item.name), _most_telling_first(table, own, names))
    yield from facts(
        shape,
        (RDF.type, SH.NodeShape),
        (SH.targetClass, names.term(item.name)),
        (SH.name, f"{' and '.join(text for _, text in own.values())} (unique)"),
        (SH.description, f"{place} is a key."),
        (SH.severity, SH.Violation),
        (SH.message, message),
        (SH.sparql, query),
    )
    yield from facts(query, (RDF.type, SH.SPARQLConstraint), (SH.select, key.query))


def _most_telling_first(
    table: Table, own: Mapping[str, tuple[str, str]], names: ProjectNames
) -> tuple[NamedNode, ...]:
    """Order the properties of a key: who shares the first value is looked up."""
    columns = sorted(own, key=lambda name: (-table.column(name).distinct, name))
    return tuple(names.term(own[column][0]) for column in columns)
