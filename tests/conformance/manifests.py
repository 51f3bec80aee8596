"""Reads the W3C SPARQL test suites: manifests, cases and the files they name.

The suites are not part of this repository: `MIMIR_SHARED` names the folder that holds them, in
`data/w3c/rdf-tests`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store

BASE = "https://w3c.github.io/rdf-tests/"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
# Entailment is a choice of the service and not offered; federation needs endpoints on the network;
# `http-rdf-update` was replaced by `graph-store-protocol`.
LEFT_OUT = ("entailment", "service", "http-rdf-update", "syntax-fed")


@dataclass(frozen=True)
class Node:
    """A resource in a manifest."""

    store: Store
    term: object

    @property
    def iri(self) -> str:
        """The text of the term."""
        return str(getattr(self.term, "value", ""))

    def all(self, *predicates: str) -> list["Node"]:
        """List the values of properties."""
        return [
            Node(self.store, quad.object)
            for predicate in predicates
            for quad in self.store.quads_for_pattern(self.term, NamedNode(predicate), None)
        ]

    def one(self, *predicates: str) -> "Node | None":
        """Give the value of a property."""
        return next(iter(self.all(*predicates)), None)

    def text(self, predicate: str) -> str:
        """Give the text of a property, or nothing."""
        found = self.one(predicate)
        return found.iri if found else ""

    def items(self) -> list["Node"]:
        """List the members of an RDF collection."""
        head, members = self, []
        while head and head.iri != f"{RDF}nil":
            members += head.all(f"{RDF}first")
            head = head.one(f"{RDF}rest")  # type: ignore[assignment] # a list ends in nil
        return members


@dataclass(frozen=True)
class Case:
    """One test: its suite (folder), name, kind (class in the manifest) and description."""

    suite: str
    name: str
    kind: str
    node: Node

    @property
    def id(self) -> str:
        """A short name, such as `add/add01`."""
        return f"{self.suite}/{self.name}"


def suites_folder() -> Path | None:
    """Find the folder of the suites."""
    shared = os.environ.get("MIMIR_SHARED")
    folder = Path(shared) / "data/w3c/rdf-tests" if shared else None
    return folder if folder and folder.is_dir() else None


def path_of(iri: str) -> Path:
    """Find the file that an IRI of a manifest names."""
    folder = suites_folder()
    assert folder
    return folder / iri.removeprefix(BASE)


def read_cases(version: str) -> list[Case]:
    """List the cases of `sparql10` or `sparql11`, in the order of the manifests."""
    folder = suites_folder()
    if folder is None:
        return []
    manifests = sorted((folder / "sparql" / version).glob("*/manifest*.ttl"))
    return [
        case
        for manifest in manifests
        if manifest.parent.name not in LEFT_OUT
        for case in _cases(manifest, folder)
    ]


def _cases(manifest: Path, folder: Path) -> Iterator[Case]:
    store = Store()
    base = BASE + manifest.relative_to(folder).as_posix()
    store.load(path=str(manifest), format=RdfFormat.TURTLE, base_iri=base)
    for entries in store.quads_for_pattern(None, NamedNode(f"{MF}entries"), None):
        for entry in Node(store, entries.object).items():
            kind = entry.text(f"{RDF}type").removeprefix(MF)
            name = entry.iri.rpartition("#")[2].rpartition("/")[2]
            if manifest.stem != "manifest":
                name = f"{manifest.stem.removeprefix('manifest-')}-{name}"
            yield Case(manifest.parent.name, name, kind, entry)
