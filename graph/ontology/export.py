"""An ontology as a zip that other tools open offline: OWL, SHACL, RML, a catalog, a description."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from graph.errors import BadInput
from graph.export import export_graph
from graph.ontology.lint import dl_problems
from graph.ontology.reading import LARGEST
from graph.ontology.versions import find_version, next_number, version_graph
from graph.projects import Project
from graph.readers.rdf_io import with_blank_nodes
from graph.terms import NamedNode

_FILES = (
    ("ontology", "turtle", "ontology.ttl"),
    ("ontology", "rdfxml", "ontology.owl"),
    ("shapes", "turtle", "shapes.ttl"),
    ("mapping", "turtle", "mapping.rml.ttl"),
)
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_CATALOG = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
    <uri name={iri} uri="ontology.owl"/>
    <uri name={version} uri="ontology.owl"/>
</catalog>
"""
_README = """Ontology of the project {project}, {version}

ontology.owl       OWL 2 in RDF/XML; open this one in Protege
ontology.ttl       the same in Turtle
shapes.ttl         SHACL shapes that the data is validated with
mapping.rml.ttl    RML mapping from the tables to the data; run an RML engine in this folder
*.csv              the tables as they landed, in canonical form, where they are not too large;
                   else GET .../tables.zip gives them
csv-metadata.json  CSVW metadata of these tables
sources/           CSVW metadata of the CSV files as they were given
catalog-v001.xml   tells Protege that the ontology's IRIs are these files; nothing is fetched

Ontology IRI: {iri}
Version IRI:  {version_iri}

Edit ontology.owl or ontology.ttl and import it into the project again: the difference becomes a
proposal.
{problems}"""


def export_zip(
    project: Project, version: int | None = None, more: Mapping[str, bytes] | None = None
) -> bytes:
    """Pack the current ontology, or a published version; the same content gives the same bytes.

    Args:
        more: further files by name, such as the tables that the mapping reads.

    Raises:
        NotFound: there is no such version.
    """
    names = project.names
    meta = project.reader(names.meta)
    if version is not None:
        find_version(meta, version)
    graphs = {
        part: names.graph(part) if version is None else version_graph(names, part, version)
        for part in ("ontology", "shapes", "mapping")
    }
    number = version or next_number(meta)
    title = f"version {number}" if version else f"not yet published as version {number}"
    files: dict[str, str | bytes] = {
        "README.txt": _readme(project, graphs["ontology"], title, number),
        "catalog-v001.xml": _CATALOG.format(
            iri=quoteattr(names.ontology_iri.value),
            version=quoteattr(names.graph("ontology", f"v{number}").value),
        ),
        "mapping.rml.ttl": export_graph(project, graphs["mapping"], "turtle"),
        "ontology.owl": export_graph(project, graphs["ontology"], "rdfxml"),
        "ontology.ttl": export_graph(project, graphs["ontology"], "turtle"),
        "shapes.ttl": export_graph(project, graphs["shapes"], "turtle"),
        **(more or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def unpack_parts(content: bytes) -> dict[str, dict[str, bytes]]:
    """Take the files of ontology, shapes and mapping out of an export, by part and format.

    Raises:
        BadInput: it is no ZIP file, has none of these files, or one that is too large.
    """
    found: dict[str, dict[str, bytes]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part, form, name in _FILES:
                if name in archive.namelist():
                    if archive.getinfo(name).file_size > LARGEST:
                        raise BadInput(f"{name} is longer than {LARGEST:,} bytes.")
                    with archive.open(name) as file:
                        found.setdefault(part, {})[form] = file.read(LARGEST + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise BadInput(f"The ZIP file cannot be read: {error}.") from error
    if not found:
        names = ", ".join(name for _, _, name in _FILES)
        raise BadInput(f"The ZIP file has none of {names}; send one that was exported.")
    return found


def _readme(project: Project, ontology: NamedNode, title: str, number: int) -> str:
    names = project.names
    triples = (quad.triple for quad in project.quads(ontology))
    problems = dl_problems(with_blank_nodes(triples, names.skolem))
    listed = "".join(f"  {item}\n" for item in problems)
    return _README.format(
        project=names.project,
        version=title,
        iri=names.ontology_iri.value,
        version_iri=names.graph("ontology", f"v{number}").value,
        problems=f"\nNot clean OWL 2 DL:\n{listed}" if listed else "",
    )
