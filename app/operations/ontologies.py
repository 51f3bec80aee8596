"""Operations on the ontology: versions, differences, import, edits, migration of data."""

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.ontologies import (
    apply_edit,
    apply_import,
    propose_import,
    read_archive,
    read_import,
    roll_back,
    undo_edit,
)
from app.operations.registry import PageRequest, described, operation, page
from app.services import Services
from graph.errors import BadInput
from graph.ontology.diff import OntologyDiff
from graph.ontology.edits import OntologyEdit, find_edit, read_edits
from graph.ontology.migration import plan_migration, renamed_terms
from graph.ontology.versions import (
    NOW,
    OntologyVersion,
    compare,
    list_versions,
    publish,
)

ACTIONS = ("dry-run", "propose", "apply")


@dataclass(frozen=True)
class PublishOntology:
    """A wish to publish the ontology as it is."""

    project: str = described("Name of the project.")
    note: str = described("What is new, in a sentence.", default="")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class DiffOntology:
    """Two versions to compare."""

    project: str = described("Name of the project.")
    old: str = described("Number of a version.")
    new: str = described("Number of a version, or now.", default=NOW)


@dataclass(frozen=True)
class RollBackOntology:
    """A version to go back to."""

    project: str = described("Name of the project.")
    version: int = described("Number of the version.")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class MigrateData:
    """Data to bring to renamed terms."""

    project: str = described("Name of the project.")
    old: str = described("Version the data follows.")
    new: str = described("Version it shall follow, or now.", default=NOW)
    dry_run: bool = described("Only count and show.", default=True)
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class ImportOntology:
    """An ontology or shapes from outside."""

    project: str = described("Name of the project.")
    text: str = described("The document.")
    format: str = described("turtle, ntriples, rdfxml, owlxml or jsonld.", default="turtle")
    part: str = described("ontology, shapes or mapping.", default="ontology")
    strategy: str = described("replace, or merge (only add).", default="replace")
    action: str = described("dry-run, propose or apply.", default="propose")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class EditOntology:
    """A decision of a person that outlives every re-run."""

    project: str = described("Name of the project.")
    kind: str = described("label, comment, rename, retype, subclass or merge.")
    target: str = described("Local name of a class or property.")
    value: str = described("Text, new name, datatype, or the other class.")
    by: str = described("Who.", default="person")


@dataclass(frozen=True)
class EditRequest:
    """A request about one edit."""

    project: str = described("Name of the project.")
    edit: str = described("Id.")


@dataclass(frozen=True)
class VersionView:
    """A published version; `commit` is the one whose state it holds."""

    number: int
    created: str
    author: str
    note: str
    commit: int
    triples: int


@dataclass(frozen=True)
class VersionPage:
    """A page of versions."""

    items: tuple[VersionView, ...]
    next: str | None


@dataclass(frozen=True)
class DiffView:
    """A difference: classes, properties, axioms, shapes, and what was renamed."""

    difference: dict[str, Any]
    empty: bool


@dataclass(frozen=True)
class RollBackDone:
    """The commit that went back, its triples, and the run that the data needs, if any."""

    commit: int
    added: int
    removed: int
    run: str | None


@dataclass(frozen=True)
class MigrationView:
    """What a migration adds and removes, a sample of what it adds, and its commit if made."""

    renamed: tuple[dict[str, str], ...]
    added: int
    removed: int
    graphs: tuple[str, ...]
    sample: tuple[str, ...]
    commit: int | None


@dataclass(frozen=True)
class ImportView:
    """What an import changes; its proposal or its commit, if there is one."""

    difference: dict[str, Any]
    added: int
    removed: int
    notes: tuple[str, ...]
    proposal: str | None
    commit: int | None


@dataclass(frozen=True)
class EditView:
    """An edit; `run` is the run that brings the data to it."""

    id: str
    kind: str
    target: str
    value: str
    author: str
    at: str
    commit: int | None = None
    run: str | None = None


@dataclass(frozen=True)
class EditPage:
    """A page of edits."""

    items: tuple[EditView, ...]
    next: str | None


@operation(
    "POST",
    "/projects/<project>/ontology/versions",
    "Publish ontology, shapes and mapping as a version that never changes.",
    permission="write",
    request=PublishOntology,
    response=VersionView,
    example={"project": "fleet", "note": "First"},
    status=201,
)
def publish_ontology(services: Services, request: PublishOntology) -> VersionView:
    """Publish a version."""
    project = services.projects.get(request.project)
    found = publish(project, author=request.by, note=request.note, at=services.clock())
    return _version(found)


@operation(
    "GET",
    "/projects/<project>/ontology/versions",
    "List the published versions of the ontology.",
    permission="read",
    request=PageRequest,
    response=VersionPage,
    example={"project": "fleet"},
)
def list_ontology_versions(services: Services, request: PageRequest) -> VersionPage:
    """List versions, oldest first."""
    project = services.projects.get(request.project)
    found = list(list_versions(project.reader(project.names.meta)))
    items, following = page(found, request.limit, request.cursor)
    return VersionPage(tuple(map(_version, items)), following)


@operation(
    "GET",
    "/projects/<project>/ontology/diff",
    "Compare two versions of the ontology, or one with what is current.",
    permission="read",
    request=DiffOntology,
    response=DiffView,
    example={"project": "fleet", "old": "1"},
)
def diff_ontology(services: Services, request: DiffOntology) -> DiffView:
    """Compare versions."""
    found = compare(services.projects.get(request.project), request.old, request.new)
    return DiffView(asdict(found), found.empty)


@operation(
    "POST",
    "/projects/<project>/ontology/rollback",
    "Make ontology, shapes and mapping those of a published version again.",
    permission="write",
    request=RollBackOntology,
    response=RollBackDone,
    example={"project": "fleet", "version": 1},
    destructive=True,
    idempotent=True,
)
def roll_back_ontology(services: Services, request: RollBackOntology) -> RollBackDone:
    """Go back to a version."""
    project = services.projects.get(request.project)
    commit, run = roll_back(services, project, request.version, request.by)
    return RollBackDone(commit.sequence, commit.added, commit.removed, run)


@operation(
    "POST",
    "/projects/<project>/ontology/migration",
    "Bring data and twins to renamed classes and properties; a dry run by default.",
    permission="write",
    request=MigrateData,
    response=MigrationView,
    example={"project": "fleet", "old": "1", "dry_run": True},
    destructive=True,
    idempotent=True,
)
def migrate_data(services: Services, request: MigrateData) -> MigrationView:
    """Migrate instance data."""
    project = services.projects.get(request.project)
    renames = renamed_terms(compare(project, request.old, request.new))
    with tempfile.TemporaryDirectory(dir=services.settings.data / "spool") as folder:
        plan = plan_migration(
            project, services.worker_readers, renames, Path(folder), author=request.by
        )
        commit = None if request.dry_run else project.commit(plan.change).sequence
    named = tuple(
        {"kind": item.kind, "old": item.old.value, "new": item.new.value} for item in renames
    )
    return MigrationView(named, plan.added, plan.removed, plan.graphs, plan.sample, commit)


@operation(
    "POST",
    "/projects/<project>/ontology/import",
    "Compare an ontology with the current one, propose the difference, or apply it.",
    permission="write",
    request=ImportOntology,
    response=ImportView,
    example={
        "project": "fleet",
        "text": "<urn:example:Tool> a <http://www.w3.org/2002/07/owl#Class> .",
        "strategy": "merge",
        "action": "dry-run",
    },
    destructive=True,
)
def import_ontology(services: Services, request: ImportOntology) -> ImportView:
    """Import an ontology that another tool wrote."""
    return import_content(services, request, request.text.encode())


@operation(
    "POST",
    "/projects/<project>/ontology/edits",
    "Label, comment, rename, re-type, subclass or merge a term; re-runs keep it.",
    permission="write",
    request=EditOntology,
    response=EditView,
    example={"project": "fleet", "kind": "label", "target": "Site", "value": "plant"},
    status=201,
)
def edit_ontology(services: Services, request: EditOntology) -> EditView:
    """Edit the ontology."""
    project = services.projects.get(request.project)
    edit, commit, run = apply_edit(
        services, project, request.kind, request.target, request.value, request.by
    )
    return _edit(edit, commit, run)


@operation(
    "GET",
    "/projects/<project>/ontology/edits",
    "List what people decided about the ontology.",
    permission="read",
    request=PageRequest,
    response=EditPage,
    example={"project": "fleet"},
)
def list_ontology_edits(services: Services, request: PageRequest) -> EditPage:
    """List edits, oldest first."""
    project = services.projects.get(request.project)
    found = list(read_edits(project.reader(project.names.meta)))
    items, following = page(found, request.limit, request.cursor)
    return EditPage(tuple(_edit(item) for item in items), following)


@operation(
    "DELETE",
    "/projects/<project>/ontology/edits/<edit>",
    "Undo an edit of the ontology.",
    permission="write",
    request=EditRequest,
    response=EditView,
    example={"project": "fleet", "edit": "0123456789ab"},
    destructive=True,
)
def undo_ontology_edit(services: Services, request: EditRequest) -> EditView:
    """Undo an edit."""
    project = services.projects.get(request.project)
    edit = find_edit(project.reader(project.names.meta), request.edit)
    return _edit(edit, *undo_edit(services, project, edit))


def import_content(services: Services, request: ImportOntology, content: bytes) -> ImportView:
    """Import the bytes of an ontology."""
    if request.action not in ACTIONS:
        raise BadInput(f"The action must be one of {', '.join(ACTIONS)}, not {request.action!r}.")
    project = services.projects.get(request.project)
    strategy, part = request.strategy, request.part
    if request.format == "application/zip":
        part = "exported files"
        plan = read_archive(services, project, content, strategy=strategy)
    else:
        plan = read_import(services, project, content, request.format, part=part, strategy=strategy)
    words = {"author": request.by, "reason": f"Import of {part} ({strategy})"}
    proposal, commit = None, None
    if plan.added or plan.removed:
        if request.action == "propose":
            proposal = propose_import(services, project, plan, **words).id
        elif request.action == "apply":
            commit = apply_import(services, project, plan, **words)
    counts = (len(plan.added), len(plan.removed))
    return ImportView(_plain(plan.diff), *counts, plan.notes, proposal, commit)


def _plain(diff: OntologyDiff) -> dict[str, Any]:
    return asdict(diff)


def _version(item: OntologyVersion) -> VersionView:
    return VersionView(**{**vars(item), "created": item.created.isoformat()})


def _edit(item: OntologyEdit, commit: int | None = None, run: str | None = None) -> EditView:
    texts = (item.id, item.kind, item.target, item.value, item.author, item.at.isoformat())
    return EditView(*texts, commit, run)
