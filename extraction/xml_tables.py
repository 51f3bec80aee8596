"""XML to staged tables: an element that repeats is a row, one that repeats inside it a child row.

Read twice as a stream: first for the elements that repeat, then for their contents. A document
type is refused outright, so there are no entities to expand and nothing to fetch.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from extraction.json_rows import Harvest, Json
from extraction.staging import Reading, Source, Staging, column_names
from graph.errors import BadInput

DEPTH_LIMIT = 200
ATTRIBUTES_LIMIT = 1_000
"""Attributes that an element may have."""

PATHS_LIMIT = 50_000
"""Different paths of elements that a document may have."""

_BLOCK = 1 << 18
_Path = tuple[str, ...]


def read(source: Source, table: str) -> Staging:
    """Stage an XML document as one or more tables.

    Raises:
        BadInput: it is not well formed, has a document type, is nested too deep, holds too many
            attributes, or holds no record.
    """
    outline = _Outline()
    _parse(source, outline.start, outline.end, outline.text)
    rows = _Rows(outline.repeated, outline.records())
    _parse(source, rows.start, rows.end, rows.text)
    harvest = rows.finish()
    roots = harvest.roots()
    names = {root: table if len(roots) == 1 else ".".join([table, *root]) for root in roots}
    staging = harvest.staging(source, names, table)
    if not staging.tables:
        raise BadInput(f"{source.name} holds no record: its elements are empty.")
    readings = tuple(Reading(staged.name, "xml", "utf-8") for staged in staging.tables)
    return Staging(staging.tables, staging.rejects, readings)


@dataclass
class _Outline:
    """Which paths of elements there are, and which of them repeat below one parent."""

    repeated: set[_Path] = field(default_factory=set)
    _order: dict[_Path, None] = field(default_factory=dict)
    _path: list[str] = field(default_factory=list)
    _counts: list[Counter[str]] = field(default_factory=lambda: [Counter()])

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """Note an element."""
        self._path.append(name)
        path = tuple(self._path)
        self._order[path] = None
        if len(self._order) > PATHS_LIMIT:
            raise BadInput(f"The XML has more than {PATHS_LIMIT:,} kinds of elements.")
        self._counts[-1][name] += 1
        if self._counts[-1][name] > 1:
            self.repeated.add(path)
        self._counts.append(Counter())

    def end(self, _name: str) -> None:
        """Leave an element."""
        self._path.pop()
        self._counts.pop()

    def text(self, text: str) -> None:
        """Pass over text; it tells nothing of what repeats."""

    def records(self) -> list[_Path]:
        """List the outermost repeated paths; the document itself where nothing repeats."""
        outer = [
            path
            for path in self._order
            if path in self.repeated
            and not any(path[:depth] in self.repeated for depth in range(1, len(path)))
        ]
        return outer or [path for path in self._order if len(path) == 1]


@dataclass
class _Element:
    name: str
    members: list[tuple[str, Json]]
    texts: list[str] = field(default_factory=list)


class _Rows:
    """Builds each record as it ends; what stands around the records becomes one more row."""

    def __init__(self, repeated: set[_Path], records: list[_Path]) -> None:
        self._repeated = repeated
        self._records = {path: _local(path[-1]) for path in records}
        self._above = {path[:depth] for path in records for depth in range(1, len(path))}
        self._harvest = Harvest()
        self._numbers: Counter[str] = Counter()
        self._stack: list[_Element] = []
        self._path: list[str] = []
        self._around: dict[str, Json] = {}
        self._root = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element with its attributes as members."""
        self._root = self._root or _local(name)
        self._path.append(name)
        members: list[tuple[str, Json]] = [
            (_local(key), value) for key, value in attributes.items() if not _is_technical(key)
        ]
        self._stack.append(_Element(_local(name), members))

    def text(self, text: str) -> None:
        """Add text to the open element."""
        if self._stack:
            self._stack[-1].texts.append(text)

    def end(self, _name: str) -> None:
        """Take an element in: as a row, as what stands around the rows, or into its parent."""
        path = tuple(self._path)
        element = self._stack.pop()
        self._path.pop()
        if path in self._records:
            table = self._records[path]
            self._numbers[table] += 1
            value = self._value(element, path)
            self._harvest.add((table,), {} if value is None else value, row=self._numbers[table])
        elif path in self._above:
            self._around.update(_members(element.members) if element.members else {})
        elif self._stack:
            self._stack[-1].members.append((element.name, self._value(element, path)))

    def finish(self) -> Harvest:
        """Give all rows."""
        if any(value not in (None, {}, []) for value in self._around.values()):
            self._harvest.add((self._root,), self._around, row=1)
        return self._harvest

    def _value(self, element: _Element, path: _Path) -> Json:
        """Give the text of an element without members, else its members and its text."""
        text = " ".join("".join(element.texts).split("\n")).strip()
        if not element.members:
            return text or None
        lists = {_local(p[-1]) for p in self._repeated if p[:-1] == path} if path else set()
        grouped: list[tuple[str, Json]] = []
        gathered: dict[str, list[Json]] = {}
        for name, value in element.members:
            if name not in lists:
                grouped.append((name, value))
            elif name in gathered:
                gathered[name].append(value)
            else:
                gathered[name] = [value]
                grouped.append((name, gathered[name]))
        if text:
            grouped.append(("text", text))
        return _members(grouped)


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Make an object of members; a name that an attribute and an element share gets a number."""
    names = column_names([name for name, _ in pairs])
    return {name: value for name, (_, value) in zip(names, pairs, strict=True)}


def _local(name: str) -> str:
    """Leave out the prefix of a name."""
    return name.rpartition(":")[2]


def _is_technical(name: str) -> bool:
    return name == "xmlns" or name.startswith(("xmlns:", "xsi:"))


def _parse(
    source: Source,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Parse a file as a stream within limits."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        """Start an element within the limits of depth and attributes."""
        nonlocal depth
        depth += 1
        if depth > DEPTH_LIMIT:
            raise BadInput(f"{source.name} is nested deeper than {DEPTH_LIMIT} elements.")
        if len(attributes) > ATTRIBUTES_LIMIT:
            raise BadInput(f"{source.name} has an element of {len(attributes):,} attributes.")
        start(name, attributes)

    def closed(name: str) -> None:
        """End an element."""
        nonlocal depth
        depth -= 1
        end(name)

    def refused(*_: object) -> None:
        """Refuse a document type and its entities."""
        raise BadInput(
            f"{source.name} has a document type (<!DOCTYPE>), which can hold attacks. Remove it."
        )

    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = text
    _feed(source.path, source.name, parser)


def _feed(path: Path, name: str, parser: expat.XMLParserType) -> None:
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise BadInput(
            f"{name} is not well-formed XML: {expat.ErrorString(error.code)} at line "
            f"{error.lineno}, column {error.offset + 1}."
        ) from error
