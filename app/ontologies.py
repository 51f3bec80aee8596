"""What operations and routes do with ontologies: read one from outside, edit, regenerate."""

import codecs
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from app.proposing import propose
from app.services import Services
from graph.changes import ChangeSet, Commit, Patch, read_quads
from graph.dataset.request import Guard
from graph.errors import BadInput, Conflict, NotFound
from graph.model import KnowledgeModel
from graph.ontology.diff import diff_ontologies
from graph.ontology.edits import (
    DATATYPES,
    OntologyEdit,
    edit_quads,
    make_edit,
    read_edits,
    record_edit,
)
from graph.ontology.export import unpack_parts
from graph.ontology.reading import (
    PARTS,
    STRATEGIES,
    ImportPlan,
    check_content,
    joined,
    media_type,
    plan_import,
)
from graph.ontology.schema_overrides import (
    check_override,
    override_change,
    override_from_text,
    read_overrides,
)
from graph.ontology.versions import (
    NOW,
    compare,
    current_graphs,
    find_version,
    next_number,
    roll_back_change,
)
from graph.projects import Project
from graph.proposals import Proposal, readings, retypes
from graph.readers.rdf_io import Upload
from graph.readers.update import Scope
from graph.schema import Schema
from graph.terms import NamedNode, Quad
from graph.vocab import RDFS, XSD
from workers.describing import describe
from workers.runs import last_output
from workers.sources import ingest_inputs
from workers.stored import read_stored_json

DATA_FOLLOWS = ("rename", "retype")
"""Kinds of edits after which the rows are landed again."""


def read_import(
    services: Services, project: Project, content: bytes, form: str, *, part: str, strategy: str
) -> ImportPlan:
    """Read an ontology in the sandbox and compare it with the current one.

    Raises:
        BadInput: it cannot be read; the message says why.
    """
    if part not in PARTS:
        raise BadInput(f"The part must be one of {', '.join(PARTS)}, not {part!r}.")
    if strategy not in STRATEGIES:
        raise BadInput(f"The strategy must be one of {', '.join(STRATEGIES)}, not {strategy!r}.")
    names = project.names
    media = media_type(form)
    content = content.removeprefix(codecs.BOM_UTF8)
    check_content(content, media)
    graph = names.graph(part)
    with tempfile.TemporaryDirectory(dir=services.settings.data / "spool") as folder:
        path = Path(folder) / "ontology"
        path.write_bytes(content)
        upload = Upload(path, media, names.ontology_iri.value)
        scope = Scope((graph,), (graph,), (graph,), skolem=names.skolem)
        with services.user_readers.parse([upload], graph, names.skolem, scope) as (output, _):
            imported = read_quads(output.read_bytes())
    current = sorted(project.dataset.quads(graph), key=str)
    return plan_import(imported, current, names, strategy=strategy)


def read_archive(
    services: Services, project: Project, content: bytes, *, strategy: str
) -> ImportPlan:
    """Read the ontology, shapes and mapping of an exported ZIP file as one change.

    Raises:
        BadInput: it is no such file, or its two files of the ontology contradict each other.
    """
    texts = unpack_parts(content)
    plans = []
    for part, files in texts.items():
        found = [
            read_import(services, project, text, form, part=part, strategy=strategy)
            for form, text in files.items()
        ]
        changed = [plan for plan in found if plan.added or plan.removed]
        if len(changed) == 2 and changed[0].diff != changed[1].diff:
            raise BadInput(
                f"Both files of the {part} were changed, and differently. Take one out of the ZIP."
            )
        plans.append((changed or found)[0])
    names = project.names
    current = [quad for part in texts for quad in project.dataset.quads(names.graph(part))]
    return joined(plans, current, names.skolem)


def propose_import(
    services: Services, project: Project, plan: ImportPlan, *, author: str, reason: str
) -> Proposal:
    """Make a proposal of an import."""
    renames = [f"{item.old} is {item.new} now. {item.evidence}" for item in plan.diff.renamed_terms]
    return propose(
        project,
        services.clock(),
        Patch({}, plan.added, plan.removed),
        author=author,
        reason=reason,
        confidence=0.9,
        evidence=[*renames, *plan.notes],
    )


def apply_import(
    services: Services, project: Project, plan: ImportPlan, *, author: str, reason: str
) -> int:
    """Commit an import, and land the rows again where it wants that; gives the commit."""
    change = ChangeSet(plan.added, plan.removed, author, reason)
    commit = project.commit(with_retypes(project, change, author, services.clock()))
    if data_follows(project, change):
        land_again(services, project)
    return commit.sequence


def data_follows(project: Project, change: ChangeSet) -> bool:
    """Tell whether rows are landed again after a change: it renames terms or types them anew."""
    read = readings(change) or _wanted_types(project, change)
    return bool(read or _renamed(project, change))


def land_again(services: Services, project: Project) -> str | None:
    """Submit a run that brings the data to renamed terms; gives it, if there are files."""
    inputs = ingest_inputs(project.reader(project.names.meta))
    return services.dispatcher.submit(project, "ingest", inputs).id if inputs["sources"] else None


def apply_edit(
    services: Services, project: Project, kind: str, target: str, value: str, author: str
) -> tuple[OntologyEdit, int, str | None]:
    """Record an edit and make it true; gives it, the commit, and the run that the data needs.

    Raises:
        BadInput, NotFound: the edit does not fit.
    """
    edit = make_edit(_edited(project), kind, target, value, author, services.clock())
    edits = read_edits(project.reader(project.names.meta))
    change = record_edit(edit, project.names)
    commit, run = _put(services, project, change, edits, (*edits, edit), edit)
    return edit, commit, run


def with_retypes(project: Project, change: ChangeSet, author: str, at: datetime) -> ChangeSet:
    """Add the edits to a change that wants other datatypes, so that the data follows it.

    Raises:
        BadInput, NotFound: a property or a datatype does not fit.
    """
    wanted = _wanted_types(project, change)
    if not wanted:
        return change
    model, names = _edited(project), project.names
    records = [
        quad
        for term, datatype in sorted(wanted.items())
        for quad in edit_quads(
            make_edit(model, "retype", term.removeprefix(names.terms), datatype, author, at), names
        )
    ]
    return replace(change, added=(*change.added, *records))


def with_readings(project: Project, change: ChangeSet, author: str, at: datetime) -> ChangeSet:
    """Add the decisions about how columns are read to a change that asks for them.

    Raises:
        BadInput, NotFound: a decision does not fit the schema.
    """
    wanted = [override_from_text(text) for text in readings(change)]
    if not wanted:
        return change
    schema = _base(project)[0]
    known = {item.id: item for item in read_overrides(project.reader(project.names.meta))}
    for item in wanted:
        override = replace(item, author=author, at=at.isoformat())
        check_override(override, schema)
        record = override_change(project.names, known.get(override.id), override)
        change = replace(
            change,
            added=(*change.added, *record.added),
            removed=(*change.removed, *record.removed),
        )
    return change


def roll_back(
    services: Services, project: Project, number: int, author: str
) -> tuple[Commit, str | None]:
    """Go back to a version with the edits that held then; gives the commit, and the run it needs.

    Renames stay recorded: the next run finds the names in the ontology.

    Raises:
        NotFound: there is no such version.
    """
    names = project.names
    meta = project.reader(names.meta)
    version = find_version(meta, number)
    with project.at(version.commit) as past:
        before = read_edits(past.reader(names.meta))
    edits = read_edits(meta)
    gone = [edit for edit in edits if edit not in before and edit.kind != "rename"]
    back = [edit for edit in before if edit not in edits and edit.kind != "rename"]
    change = roll_back_change(project, number, author=author)
    change = replace(
        change,
        added=(*change.added, *(quad for edit in back for quad in edit_quads(edit, names))),
        removed=tuple(quad for edit in gone for quad in edit_quads(edit, names)),
    )
    renamed = compare(project, NOW, str(number)).renamed_terms
    commit = project.commit(change, guard=_same_edits(edits), replacing=current_graphs(names))
    follows = renamed or any(edit.kind in DATA_FOLLOWS for edit in (*gone, *back))
    return commit, land_again(services, project) if follows else None


def undo_edit(services: Services, project: Project, edit: OntologyEdit) -> tuple[int, str | None]:
    """Take an edit back; gives the commit, and the run that the data needs."""
    edits = read_edits(project.reader(project.names.meta))
    rest = tuple(item for item in edits if item.id != edit.id)
    change = record_edit(edit, project.names, undo=True)
    return _put(services, project, change, edits, rest, edit)


def _put(
    services: Services,
    project: Project,
    record: ChangeSet,
    before: tuple[OntologyEdit, ...],
    after: tuple[OntologyEdit, ...],
    edit: OntologyEdit,
) -> tuple[int, str | None]:
    if edit.kind in DATA_FOLLOWS:
        commit = project.commit(record, guard=_same_edits(before))
        return commit.sequence, land_again(services, project)
    old, new = _described(project, before), _described(project, after)
    known, kept = frozenset(old), frozenset(new)
    change = ChangeSet(
        added=(*record.added, *(quad for quad in new if quad not in known)),
        removed=(*record.removed, *(quad for quad in old if quad not in kept)),
        author=record.author,
        reason=record.reason,
    )
    return project.commit(change, guard=_same_edits(before)).sequence, None


def _renamed(project: Project, change: ChangeSet) -> dict[str, str]:
    """Find which classes and properties a change renames, old names by new ones."""
    graph = project.names.ontology
    removed, added = (
        [quad for quad in quads if quad.graph_name == graph]
        for quads in (change.removed, change.added)
    )
    diff = diff_ontologies(removed, added, project.names.skolem)
    return {item.new[1:-1]: item.old[1:-1] for item in diff.renamed_terms}


def _wanted_types(project: Project, change: ChangeSet) -> dict[str, str]:
    """Find the datatypes that a change gives to attributes, by asking for it or by a new range."""
    removed, added = _ranges(change.removed), _ranges(change.added)
    names = _renamed(project, change)
    ranges = {names.get(term, term): datatype for term, datatype in added.items()}
    known = _attributes(project) if removed and ranges else frozenset()
    changed = {
        term: datatype
        for term, datatype in ranges.items()
        if term in known and datatype in DATATYPES and removed.get(term, datatype) != datatype
    }
    return {**changed, **retypes(change)}


def _ranges(quads: Iterable[Quad]) -> dict[str, str]:
    """Give the ranges of properties, those in XSD by their local names."""
    return {
        quad.subject.value: quad.object.value.removeprefix(XSD)
        for quad in quads
        if quad.predicate == RDFS.range
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, NamedNode)
    }


def _attributes(project: Project) -> frozenset[str]:
    """Give the properties that are filled from columns; none before the first run."""
    try:
        model = _edited(project)
    except NotFound:
        return frozenset()
    names = project.names
    return frozenset(
        names.term(attribute.name).value for item in model.classes for attribute in item.attributes
    )


def _same_edits(edits: tuple[OntologyEdit, ...]) -> Guard:
    def guard(meta: object) -> None:
        """Refuse the commit if the edits are no longer those that were read."""
        if read_edits(meta) != edits:  # type: ignore[arg-type] # a reader of the meta graph
            raise Conflict("Somebody else edited the ontology just now. Repeat the edit.")

    return guard


def _base(project: Project) -> tuple[Schema, KnowledgeModel]:
    meta = project.reader(project.names.meta)
    schema, model = last_output(meta, "infer"), last_output(meta, "describe")
    if schema is None or model is None:
        raise NotFound("The project has no generated ontology to edit. Upload files first.")
    return (
        Schema.from_json(read_stored_json(project, schema["file"])),
        KnowledgeModel.from_json(read_stored_json(project, model.get("base", model["file"]))),
    )


def _described(project: Project, edits: tuple[OntologyEdit, ...]) -> tuple[Quad, ...]:
    schema, base = _base(project)
    version = next_number(project.reader(project.names.meta))
    return describe(schema, base, edits, project.names, version=version).quads


def _edited(project: Project) -> KnowledgeModel:
    schema, base = _base(project)
    edits = read_edits(project.reader(project.names.meta))
    return describe(schema, base, edits, project.names, version=1).model
