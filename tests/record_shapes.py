"""The shapes of the platform's own records, and what of a project does not fit them."""

from importlib.resources import files

from pyoxigraph import RdfFormat

from graph.oxigraph import OxigraphStore
from graph.projects import Project
from graph.shacl.validation import validate
from graph.store import GraphReader
from graph.terms import NamedNode
from graph.vocab import MIMIR, RDF, SH

SHAPES = NamedNode("http://example.org/shapes")


def shapes_reader(store: OxigraphStore) -> GraphReader:
    """Load all files of shapes into a store, and read them."""
    for file in sorted((files("graph") / "shapes").iterdir(), key=lambda item: item.name):
        store.engine.load(file.read_bytes(), format=RdfFormat.TURTLE, to_graph=SHAPES)
    return store.reader([SHAPES])


def shaped_kinds() -> set[str]:
    """Name the classes that have a shape."""
    store = OxigraphStore()
    shapes_reader(store)
    pattern = store.engine.quads_for_pattern(None, SH.targetClass, None, SHAPES)
    return {str(quad.object) for quad in pattern}


def unfit_records(project: Project) -> list[str]:
    """List what is wrong with the records in all graphs beside data, ontology and shapes."""
    names = project.names
    knowledge = {names.data, names.ontology, names.shapes, names.inferred, names.mapping}
    graphs = [graph for graph in project.graphs() if graph not in knowledge]
    reader = project.reader(*graphs)
    report = validate(reader, shapes_reader(OxigraphStore()))
    problems = [f"{item.focus_node} {item.path}: {item.message}" for item in report.results]
    known = shaped_kinds()
    for graph in graphs:
        kinds = {quad.object for quad in project.quads(graph) if quad.predicate == RDF.type}
        problems += [
            f"{graph}: {kind} has no shape"
            for kind in sorted(map(str, kinds))
            if kind.startswith(f"<{MIMIR}") and kind not in known
        ]
    return problems
