"""An ontology that the OWL API edited and wrote comes back as exactly the edit, in every syntax."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.changes import read_quads
from graph.export import write_graph
from graph.ontology.reading import FORMATS, ImportPlan, check_content, plan_import
from graph.oxigraph import OxigraphStore
from graph.readers.rdf_io import Upload, read_uploads
from graph.readers.update import Scope
from graph.schema import Schema
from graph.terms import Quad
from graph.vocab import OWL, RDF, RDFS
from inference.knowledge.naming import name_schema
from tests.inference.knowledge import NAMES, shop_schema
from tests.inference.test_owl_api import ODD
from tests.owl_api import needs_owl_api, owl_api
from workers.describing import describe

SYNTAXES = ("rdfxml", "turtle", "owlxml")


@dataclass(frozen=True)
class Exported:
    """An ontology as the graph holds it, and the file that was exported."""

    current: tuple[Quad, ...]
    path: Path


def export(schema: Schema, folder: Path) -> Exported:
    """Describe a schema as an import does, store its ontology, and write it as RDF/XML."""
    store = OxigraphStore()
    store.engine.extend(describe(schema, name_schema(schema), (), NAMES, version=1).quads)
    current = tuple(sorted(store.quads(NAMES.ontology), key=str))
    path = folder / "ontology.owl"
    path.write_text(write_graph(NAMES, current, "rdfxml"), encoding="utf-8")
    return Exported(current, path)


def imported(exported: Exported, path: Path, syntax: str, strategy: str = "replace") -> ImportPlan:
    """Read a file back and compare it with what the graph holds."""
    check_content(path.read_bytes(), FORMATS[syntax])
    scope = Scope((NAMES.ontology,), (NAMES.ontology,), (NAMES.ontology,), skolem=NAMES.skolem)
    output = path.with_suffix(".nq")
    upload = Upload(path, FORMATS[syntax], NAMES.ontology_iri.value)
    read_uploads([upload], output, NAMES.ontology.value, NAMES.skolem, scope)
    quads = read_quads(output.read_bytes())
    return plan_import(quads, exported.current, NAMES, strategy=strategy)


@needs_owl_api
@pytest.mark.parametrize("name", sorted(set(ODD) - {"wide"}))
def test_what_another_tool_only_wrote_again_is_no_change(name: str, tmp_path: Path) -> None:
    exported = export(ODD[name], tmp_path)
    paths = {syntax: tmp_path / f"again.{syntax}" for syntax in SYNTAXES}
    owl_api(*(f"save|{exported.path}|{path}|{syntax}" for syntax, path in paths.items()))
    for syntax, path in paths.items():
        plan = imported(exported, path, syntax)
        assert (plan.added, plan.removed) == ((), ()), syntax
        assert plan.diff.empty


@needs_owl_api
def test_an_edit_in_another_tool_is_exactly_the_difference(tmp_path: Path) -> None:
    exported = export(shop_schema(), tmp_path)
    order, site, note, depot = (NAMES.term(name) for name in ("Order", "Site", "Note", "Depot"))
    edits = "|".join(
        (
            f"label {order.value} purchase",
            f"class {depot.value} {site.value}",
            f"some {note.value} {NAMES.term('customer').value} {NAMES.term('Customer').value}",
        )
    )
    paths = {syntax: tmp_path / f"edited.{syntax}" for syntax in SYNTAXES}
    owl_api(*(f"edit|{exported.path}|{path}|{syntax}|{edits}" for syntax, path in paths.items()))
    for syntax, path in paths.items():
        plan = imported(exported, path, syntax)
        assert [str(quad.object) for quad in plan.removed] == ['"order"'], syntax
        assert plan.diff.classes.added == (str(depot),)
        changed = {change.iri: change for change in plan.diff.classes.changed}
        assert set(changed) == {str(order), str(note)}
        assert changed[str(order)].added == (f'{RDFS.label} "purchase"',)
        (restriction,) = changed[str(note)].added
        assert str(OWL.someValuesFrom) in restriction
        assert (plan.diff.properties.changed, plan.diff.axioms.added) == ((), ())
        assert len(plan.added) == 1 + 2 + 4


def test_a_list_that_is_called_one_is_the_same_list(tmp_path: Path) -> None:
    exported = export(shop_schema(), tmp_path)
    path = tmp_path / "typed.nt"
    text = write_graph(NAMES, exported.current, "ntriples")
    lists = {line.split()[0] for line in text.splitlines() if str(RDF.first) in line}
    typed = "".join(f"{node} {RDF.type} {RDF.List} .\n" for node in sorted(lists))
    path.write_text(text + typed, encoding="utf-8")
    plan = imported(exported, path, "ntriples")
    assert (plan.added, plan.removed) == ((), ())
