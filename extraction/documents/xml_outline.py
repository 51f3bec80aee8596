"""The kinds of elements of an XML document, which of them repeat, and the safe way to parse it.

A document type is refused outright, so there are no entities to expand and nothing to fetch.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from extraction.staging import Source
from graph.errors import BadInput

DEPTH_LIMIT = 200
ATTRIBUTES_LIMIT = 1_000
"""Attributes that an element may have."""

KINDS_LIMIT = 50_000
"""Different paths of elements that a document may have."""

MARKUP_LIMIT = 1 << 24
"""Bytes that a tag or a comment may have; an unfinished one is parsed anew for each block."""

_BLOCK = 1 << 18

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


@dataclass(eq=False, slots=True)
class Kind:
    """Elements that have the same names from the root down.

    Attributes:
        name: without its prefix.
        path: names without prefixes, from the root.
        repeated: whether two of them stand below one parent.
        record: whether each of them is a row; `above`: whether records stand below it.
    """

    name: str
    path: tuple[str, ...]
    children: "dict[str, Kind]" = field(default_factory=dict)
    repeated: bool = False
    record: bool = False
    above: bool = False
    seen: int = 0

    def below(self) -> "Iterator[Kind]":
        """Give the kinds below, parents first, in the order of the document."""
        for child in self.children.values():
            yield child
            yield from child.below()


def outline(source: Source) -> Kind:
    """Read a document for its kinds of elements; gives the parent of the root.

    Raises:
        BadInput: it is not well formed, has a document type, is nested too deep, or holds too many
            attributes or kinds of elements.
    """
    top = Kind("", ())
    stack = [(top, 1)]
    number = 1
    kinds = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        """Note an element, within the limits."""
        nonlocal number, kinds
        parent, serial = stack[-1]
        kind = parent.children.get(name)
        if kind is None:
            kinds += 1
            if kinds > KINDS_LIMIT:
                raise BadInput(f"The XML has more than {KINDS_LIMIT:,} kinds of elements.")
            local = local_name(name)
            kind = parent.children[name] = Kind(local, (*parent.path, local))
        if kind.seen == serial:
            kind.repeated = True
        kind.seen = serial
        number += 1
        stack.append((kind, number))
        if len(stack) > DEPTH_LIMIT + 1:
            raise BadInput(f"{source.name} is nested deeper than {DEPTH_LIMIT} elements.")
        if len(attributes) > ATTRIBUTES_LIMIT:
            raise BadInput(f"{source.name} has an element of {len(attributes):,} attributes.")

    parse(source, start, lambda _name: stack.pop() and None, None)
    _mark_records(top)
    return top


def parse(source: Source, start: Start, end: End, text: Text | None) -> None:
    """Parse a file as a stream.

    Raises:
        BadInput: it is not well formed, or has a document type.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refused(*_: object) -> None:
        """Refuse a document type and its entities."""
        raise BadInput(
            f"{source.name} has a document type (<!DOCTYPE>), which can hold attacks. Remove it."
        )

    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    _feed(source.path, source.name, parser)


def local_name(name: str) -> str:
    """Leave out the prefix of a name."""
    return name.rpartition(":")[2]


def _mark_records(top: Kind) -> None:
    """Mark the outermost repeated kinds as records; the root where nothing repeats."""
    if not _marked(top):
        for root in top.children.values():
            root.record = True


def _marked(kind: Kind) -> bool:
    found = False
    for child in kind.children.values():
        child.record = child.repeated
        child.above = not child.record and _marked(child)
        found = found or child.record or child.above
    return found


def _feed(path: Path, name: str, parser: expat.XMLParserType) -> None:
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                parser.Parse(block, False)
                if file.tell() - parser.CurrentByteIndex > MARKUP_LIMIT:
                    raise BadInput(
                        f"{name}, line {parser.CurrentLineNumber}: a tag or comment has more than "
                        f"{MARKUP_LIMIT:,} bytes."
                    )
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise BadInput(
            f"{name} is not well-formed XML: {expat.ErrorString(error.code)} at line "
            f"{error.lineno}, column {error.offset + 1}."
        ) from error
