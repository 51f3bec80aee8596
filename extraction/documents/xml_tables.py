"""XML to staged tables: an element that repeats is a row, one that repeats inside it a child row.

Read twice as a stream: first for the elements that repeat, then for their contents.
"""

import re
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from extraction.documents import xml_workbooks
from extraction.documents.json_rows import Harvest, Json
from extraction.documents.xml_outline import Kind, local_name, outline, parse
from extraction.encodings import MARKS
from extraction.staging import Reading, Source, Staging
from graph.errors import BadInput

_DECLARED = re.compile(rb"""\A<\?xml[^>]*encoding=["']([\w.-]+)""")


def read(source: Source, table: str) -> Staging:
    """Stage an XML document as one or more tables; one that is a workbook as its sheets.

    Raises:
        BadInput: it is not well formed, has a document type, is nested too deep, holds too many
            attributes, or holds no record.
    """
    top = outline(source)
    if xml_workbooks.is_workbook(top):
        return xml_workbooks.read(source, table)
    with TemporaryDirectory(dir=source.folder, prefix=".") as scratch:
        rows = _Rows(top, Harvest(Path(scratch)))
        parse(source, rows.start, rows.end, rows.text)
        harvest = rows.finish()
        roots = harvest.roots()
        names = {root: table if len(roots) == 1 else ".".join([table, *root]) for root in roots}
        staging = harvest.staging(source, names, table)
    if not staging.tables:
        raise BadInput(f"{source.name} holds no record: its elements are empty.")
    encoding = _encoding_of(source.path)
    readings = tuple(Reading(staged.name, "xml", encoding) for staged in staging.tables)
    return Staging(staging.tables, staging.rejects, readings)


def _encoding_of(path: Path) -> str:
    """Name the encoding of a document by its mark or its declaration; UTF-8 when it has neither."""
    with path.open("rb") as file:
        head = file.read(200)
    mark = next((name for mark, name in MARKS.items() if head.startswith(mark)), "")
    declared = _DECLARED.search(head)
    return mark or (declared[1].decode("ascii").lower() if declared else "utf-8")


class _Element:
    __slots__ = ("kind", "members", "texts")

    def __init__(self, kind: Kind, members: list[tuple[str, Json]]) -> None:
        self.kind = kind
        self.members = members
        self.texts: list[str] = []


class _Rows:
    """Builds each record as it ends; what stands around the records becomes one more row."""

    def __init__(self, top: Kind, harvest: Harvest) -> None:
        self._harvest = harvest
        self._numbers: Counter[tuple[str, ...]] = Counter()
        self._open = _Element(top, [])
        self._stack = [self._open]
        self._around: list[tuple[str, Json]] = []
        self._root = next(iter(top.children.values())).name
        self._attributes: dict[str, str] = {}
        self._lists = {
            kind: frozenset(c.name for c in kind.children.values() if c.repeated)
            for kind in (top, *top.below())
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element with its attributes as members."""
        members = self._named(attributes) if attributes else []
        self._open = _Element(self._open.kind.children[name], members)
        self._stack.append(self._open)

    def text(self, text: str) -> None:
        """Add text to the open element."""
        self._open.texts.append(text)

    def end(self, _name: str) -> None:
        """Take an element in: as a row, as what stands around the rows, or into its parent."""
        element = self._stack.pop()
        parent = self._open = self._stack[-1]
        kind = element.kind
        if kind.record:
            path = (kind.name,)
            self._numbers[path] += 1
            value = self._value(element)
            self._harvest.add(path, () if value is None else value, row=self._numbers[path])
        elif kind.above:
            self._around += element.members
        else:
            parent.members.append((kind.name, self._value(element)))

    def finish(self) -> Harvest:
        """Give all rows."""
        if any(value not in (None, (), []) for _, value in self._around):
            self._harvest.add((self._root,), tuple(self._around), row=1)
        return self._harvest

    def _value(self, element: _Element) -> Json:
        """Give the text of an element without members, else its members and its text."""
        text = "".join(element.texts).strip()
        if "\n" in text:
            text = text.replace("\n", " ")
        if not element.members:
            return text or None
        lists = self._lists[element.kind]
        members = _gathered(element.members, lists) if lists else element.members
        return (*members, ("text", text)) if text else tuple(members)

    def _named(self, attributes: dict[str, str]) -> list[tuple[str, Json]]:
        """Give attributes without their prefixes and without those that serve the syntax."""
        known = self._attributes
        members: list[tuple[str, Json]] = []
        for key, value in attributes.items():
            if key not in known:
                known[key] = "" if _is_technical(key) else local_name(key)
            if known[key]:
                members.append((known[key], value))
        return members


def _gathered(members: list[tuple[str, Json]], lists: frozenset[str]) -> list[tuple[str, Json]]:
    """Put the members that repeat together, each name in the place of its first."""
    grouped: list[tuple[str, Json]] = []
    gathered: dict[str, list[Json]] = {}
    for name, value in members:
        if name not in lists:
            grouped.append((name, value))
        elif name in gathered:
            gathered[name].append(value)
        else:
            gathered[name] = [value]
            grouped.append((name, gathered[name]))
    return grouped


def _is_technical(name: str) -> bool:
    return name == "xmlns" or name.startswith(("xmlns:", "xsi:"))
