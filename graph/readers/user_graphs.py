"""Which graphs of a project its users may write: the data graph, and all that are not Mimir's own.

Mimir's own graphs lie below `…/graph/`; users' graphs have any other IRI, or lie below
`…/graph/user/`. Each project has a store of its own, so foreign IRIs meet nobody else's data.
"""

from graph.dataset.port import ProjectDataset
from graph.names import ProjectNames
from graph.readers.update import Scope
from graph.terms import NamedNode

INTERNAL = "urn:mimir:"


def user_scope(
    dataset: ProjectDataset, using: tuple[str, ...] = (), using_named: tuple[str, ...] = ()
) -> Scope:
    """Give what an update by a user may read and write.

    Args:
        using, using_named: graphs that the protocol names for WHERE.
    """
    names = dataset.names
    return Scope(
        default=names.default_graphs,
        named=(),
        writable=(names.data,),
        readable=tuple(g for g in dataset.graphs() if not g.value.startswith(INTERNAL)),
        closed=closed_prefixes(names),
        opened=(user_prefix(names),),
        using=using,
        using_named=using_named,
        base=names.root,
        skolem=names.skolem,
    )


def user_graphs(dataset: ProjectDataset) -> list[NamedNode]:
    """List the users' own graphs that hold a triple, without the data graph, by IRI."""
    scope = user_scope(dataset)
    return [graph for graph in dataset.graphs() if scope.leaves_open(graph.value)]


def closed_prefixes(names: ProjectNames) -> tuple[str, ...]:
    """Prefixes of the graphs that are Mimir's own."""
    return (f"{names.root}graph/", INTERNAL)


def user_prefix(names: ProjectNames) -> str:
    """Prefix of graphs that the Graph Store Protocol makes by path."""
    return f"{names.root}graph/user/"
