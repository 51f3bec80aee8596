"""All known data, with every suggestion accepted, as other tools read it.

Every folder under MIMIR_SHARED that holds a `truth.json` and CSV files is a set: one command shows
for each of them that the export replays, validates, is clean OWL 2 DL, and comes back.
"""

import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from extraction.landing.mapping import land
from extraction.landing.replay import write_replay
from extraction.staging import Staging
from extraction.tables import stage
from graph.export import write_graph
from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.schema import Schema
from graph.terms import Quad
from inference.infer import infer_schema
from inference.knowledge.alignments import alignment_suggestions
from inference.knowledge.code_matches import code_suggestions
from inference.knowledge.csvw import csvw_metadata
from inference.knowledge.naming import name_schema
from inference.knowledge.reading_back import read_schema
from inference.knowledge.suggestions import hierarchy_suggestions, skolemised
from tests.csvw_validator import complaints, needs_csvw
from tests.inference.essence import essence
from tests.inference.test_owl_api import unsatisfiable
from tests.morph_kgc import needs_morph_kgc, replay
from tests.owl_api import dl_complaints, needs_owl_api
from workers.describing import describe
from workers.steps.tables import source_files

SHARED = os.environ.get("MIMIR_SHARED", "")
SETS = sorted({path.parent for path in Path(SHARED).rglob("truth.json")}) if SHARED else []
NAMES = ProjectNames("https://example.org/", "known")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SETS, reason="MIMIR_SHARED names no folder of known data"),
]


@dataclass(frozen=True)
class Known:
    """One set: its files as read, its schema, and what is said of it, suggestions and all."""

    folder: Path
    source: Path
    staging: Staging
    schema: Schema
    model: KnowledgeModel
    quads: tuple[Quad, ...]

    def written(self, graph: str, form: str) -> str:
        """Write one of the graphs as an export does."""
        wanted = NAMES.graph(graph)
        return write_graph(NAMES, (q for q in self.quads if q.graph_name == wanted), form)

    def saved(self, name: str, text: str) -> Path:
        """Save a file of the export."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    @cached_property
    def tables(self) -> Path:
        """Unpack the tables for other tools."""
        archive = self.folder / "tables.zip"
        write_replay(self.staging.tables, self.schema, self.model, NAMES, archive)
        zipfile.ZipFile(archive).extractall(self.folder)
        archive.unlink()
        return self.folder


@pytest.fixture(scope="module", params=SETS, ids=lambda path: path.name)
def known(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Known]:
    """Read, infer and describe a set, and accept every suggestion about it."""
    source: Path = request.param
    folder = tmp_path_factory.mktemp(source.name)
    found = [
        stage(path, name=path.name, sha256="0" * 64, folder=folder / "staged")
        for path in sorted(source.glob("*.csv"))
    ]
    staging = Staging(
        tuple(table for each in found for table in each.tables),
        readings=tuple(reading for each in found for reading in each.readings),
    )
    schema = infer_schema(staging.tables)
    model = name_schema(schema)
    suggestions = (
        *hierarchy_suggestions(model, schema, NAMES),
        *alignment_suggestions(model, schema, NAMES),
        *code_suggestions(model, schema, NAMES),
    )
    accepted = [quad for item in suggestions for quad in skolemised(item, NAMES)]
    quads = describe(schema, model, (), NAMES, version=1).quads
    yield Known(folder, source, staging, schema, model, (*quads, *accepted))
    shutil.rmtree(folder)


def triples(lines: Iterable[str]) -> set[str]:
    """Read lines of N-Triples or N-Quads as triples, however they are written."""
    text = "\n".join(lines).encode()
    return {str(quad.triple) for quad in parse(text, format=RdfFormat.N_QUADS)}


@needs_morph_kgc
def test_the_mapping_is_replayed_to_the_graph_that_landed(known: Known) -> None:
    known.tables.joinpath("mapping.rml.ttl").write_text(known.written("mapping", "turtle"))
    theirs = set(replay(known.tables).splitlines())
    output = known.folder / "landed.nq"
    land(known.staging.tables, known.schema, known.model, NAMES, "known", output)
    ending = f" {NAMES.data} ."
    with output.open(encoding="utf-8") as lines:
        ours = {line.rstrip("\n").removesuffix(ending) + " ." for line in lines}
    assert ours
    missing, extra = triples(ours - theirs), triples(theirs - ours)
    assert (sorted(missing - extra)[:9], sorted(extra - missing)[:9]) == ([], [])


@needs_owl_api
def test_the_ontology_is_clean_and_consistent_with_all_suggestions(known: Known) -> None:
    path = known.saved("ontology.owl", known.written("ontology", "rdfxml"))
    assert dl_complaints([path]) == []
    assert unsatisfiable(path) == []


@needs_csvw
def test_the_metadata_of_exported_tables_are_true_of_them(known: Known) -> None:
    metadata = csvw_metadata(known.model, known.schema, NAMES)
    known.tables.joinpath("csv-metadata.json").write_text(json.dumps(metadata))
    assert complaints(known.tables / "csv-metadata.json") == []


@needs_csvw
def test_the_metadata_of_the_files_as_given_are_true_of_them(known: Known) -> None:
    folder = known.folder / "sources"
    shutil.copytree(known.source, folder)
    files = source_files(known.staging, known.schema)
    metadata = csvw_metadata(known.model, known.schema, NAMES, files)
    folder.joinpath("csv-metadata.json").write_text(json.dumps(metadata))
    assert complaints(folder / "csv-metadata.json") == []


def test_the_schema_and_its_names_come_back(known: Known) -> None:
    quads = [
        quad
        for graph in ("ontology", "shapes", "mapping")
        for quad in parse(known.written(graph, "turtle").encode(), RdfFormat.TURTLE)
    ]
    assert read_schema(quads) == (essence(known.schema), known.model)
