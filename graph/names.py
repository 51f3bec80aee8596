"""The only place that mints IRIs."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from graph.errors import BadInput
from graph.terms import NamedNode

KEY_JOINT = ";"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def encode(text: str) -> str:
    """Percent-encode `text`, in NFC, so that only RFC 3986 unreserved characters stay.

    DuckDB's `url_encode(nfc_normalize(x))` gives the same text; bulk mapping relies on it.
    """
    return quote(unicodedata.normalize("NFC", text), safe="-_.~")


def _in_xml_name(sign: str) -> bool:
    return sign.isalpha() or sign.isdecimal() or unicodedata.category(sign)[0] == "M"


@dataclass(frozen=True)
class ProjectNames:
    """The IRIs of one project.

    Attributes:
        base: absolute IRI that ends with a slash, fixed when the project is created.
        project: slug of lower-case letters, digits and hyphens, at most 63 characters.
    """

    base: str
    project: str

    def __post_init__(self) -> None:
        """Refuse a base or a project that no IRI can be made of."""
        if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^\s<>\"{}|\\^`]*/", self.base):
            raise BadInput(f"The base IRI {self.base!r} must be absolute and end with '/'.")
        if not _SLUG.fullmatch(self.project):
            raise BadInput(
                f"The project name {self.project!r} must consist of lower-case letters, digits "
                "and hyphens, start with a letter or digit, and have at most 63 characters."
            )

    @property
    def root(self) -> str:
        """Prefix of every IRI of the project."""
        return f"{self.base}p/{self.project}/"

    @property
    def terms(self) -> str:
        """Prefix of the classes and properties; the ontology's IRI without the `#`."""
        return f"{self.root}ontology#"

    @property
    def skolem(self) -> str:
        """Prefix of the IRIs that stand for blank nodes (RDF 1.1 Concepts, section 3.5)."""
        return f"{self.root}.well-known/genid/"

    @property
    def ontology_iri(self) -> NamedNode:
        """IRI of the ontology itself."""
        return NamedNode(f"{self.root}ontology")

    def term(self, local: str) -> NamedNode:
        """Name a class or property by its local name.

        Letters of every script stay as they are (RFC 3987, ucschar): RDF/XML writes a property as
        an XML name, which has no percent sign.
        """
        text = unicodedata.normalize("NFC", local)
        return NamedNode(
            self.terms + "".join(sign if _in_xml_name(sign) else encode(sign) for sign in text)
        )

    def shape(self, local: str) -> NamedNode:
        """Name a shape of the project's shapes graph."""
        return NamedNode(f"{self.root}shapes#" + encode(local))

    def things(self, class_name: str) -> str:
        """Prefix of the IRIs of the individuals of one class."""
        return f"{self.root}id/{encode(class_name)}/"

    def thing(self, class_name: str, key: Sequence[str]) -> NamedNode:
        """Name an individual by its class and the texts of its key columns."""
        return NamedNode(self.things(class_name) + KEY_JOINT.join(encode(part) for part in key))

    def record(self, kind: str, *parts: str) -> NamedNode:
        """Name a record of the platform, such as a run, a commit or an alert."""
        return NamedNode(f"{self.root}{kind}/" + "/".join(encode(part) for part in parts))

    def graph(self, *path: str) -> NamedNode:
        """Name a graph of the project."""
        return NamedNode(f"{self.root}graph/" + "/".join(encode(part) for part in path))

    @cached_property
    def data(self) -> NamedNode:
        """Graph of the instance data."""
        return self.graph("data")

    @cached_property
    def ontology(self) -> NamedNode:
        """Graph of the current ontology."""
        return self.graph("ontology")

    @cached_property
    def inferred(self) -> NamedNode:
        """Graph of what reasoning added."""
        return self.graph("inferred")

    @cached_property
    def shapes(self) -> NamedNode:
        """Graph of the current SHACL shapes."""
        return self.graph("shapes")

    @cached_property
    def mapping(self) -> NamedNode:
        """Graph of the RML mapping that produced the data."""
        return self.graph("mapping")

    @cached_property
    def meta(self) -> NamedNode:
        """Graph of the platform's own records."""
        return self.graph("meta")

    @cached_property
    def validation(self) -> NamedNode:
        """Graph of the newest SHACL report."""
        return self.graph("validation")

    @cached_property
    def quality(self) -> NamedNode:
        """Graph of what was measured of the columns of the files."""
        return self.graph("quality")

    def quarantine(self, import_id: str) -> NamedNode:
        """Graph of the cells and rows of one import that could not be mapped."""
        return self.graph("quarantine", import_id)

    def twin_added(self, twin: str) -> NamedNode:
        """Graph of the triples that a twin adds to the base."""
        return self.graph("twin", twin, "added")

    def twin_removed(self, twin: str) -> NamedNode:
        """Graph of the triples that a twin hides from the base."""
        return self.graph("twin", twin, "removed")

    @property
    def default_graphs(self) -> tuple[NamedNode, ...]:
        """Graphs whose union is the default graph of the project's endpoint; kept disjoint."""
        return (self.data, self.ontology, self.inferred)
