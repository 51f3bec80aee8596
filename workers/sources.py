"""The files of a project: records of what was uploaded, newest version by name."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from graph.changes import ChangeSet
from graph.names import ProjectNames
from graph.ontology.edits import read_edits
from graph.ontology.schema_overrides import overrides_of_edits, read_overrides
from graph.records import record_quads
from graph.sparql import load_query
from graph.store import GraphReader
from graph.terms import Quad
from graph.vocab import DCAT, DCTERMS, MIMIR, PROV, RDF
from workers.runs import Source


def upload_change(names: ProjectNames, sources: Sequence[Source], now: datetime) -> ChangeSet:
    """Give the change that records uploaded files; the same bytes again change nothing but time."""
    quads: list[Quad] = []
    for source in sources:
        iri = names.record("source", source.name, source.sha256)
        quads += record_quads(
            iri,
            {
                RDF.type: (MIMIR.Source, DCAT.Distribution, PROV.Entity),
                DCTERMS.term("title"): source.name,
                MIMIR.sha256: source.sha256,
                DCAT.byteSize: source.size,
                MIMIR.uploadedAt: now,
            },
            names.meta,
        )
    listed = ", ".join(source.name for source in sources)
    return ChangeSet(added=tuple(quads), author="upload", reason=f"Upload of {listed}")


def ingest_inputs(reader: GraphReader) -> dict[str, Any]:
    """Give the inputs of an ingest: the newest files and what people decided about the schema."""
    said = (*overrides_of_edits(read_edits(reader)), *read_overrides(reader))
    newest = {override.id: override for override in sorted(said, key=lambda item: item.at)}
    return {
        "sources": [asdict(source) for source in current_sources(reader)],
        "overrides": [newest[name].to_json() for name in sorted(newest)],
    }


def current_sources(reader: GraphReader) -> tuple[Source, ...]:
    """List the newest version of each file; `reader` reads the meta graph.

    Files stand in the order in which their names first came, so that a later file of the same stem
    does not take the table name of an earlier one.
    """
    newest: dict[str, tuple[str, Source]] = {}
    first: dict[str, str] = {}
    for row in reader.select(load_query("workers", "sources")):
        name, sha256, size, time = (str(getattr(term, "value", term)) for term in row)
        first.setdefault(name, time)
        if name not in newest or time >= newest[name][0]:
            newest[name] = (time, Source(name, sha256, int(size)))
    return tuple(newest[name][1] for name in sorted(newest, key=lambda name: (first[name], name)))


def uploaded_files(reader: GraphReader) -> list[tuple[str, str]]:
    """List name and SHA-256 of every uploaded file, older versions too."""
    rows = reader.select(load_query("workers", "sources"))
    return [(str(getattr(row[0], "value", "")), str(getattr(row[1], "value", ""))) for row in rows]
