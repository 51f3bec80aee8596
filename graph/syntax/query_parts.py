"""A SELECT, CONSTRUCT, ASK or DESCRIBE query taken apart into the elements of its groups.

Only for texts that the engine has accepted: this file knows where an element ends, not whether it
is valid. Each element keeps its own source text. What is not understood stays in one piece.
Grammar: SPARQL 1.1 Query, section 19.8, rules 53 to 110.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.errors import BadQuery
from graph.syntax.spans import Spans
from graph.syntax.tokens import Prologue, Token, tokens

_PAIRS = frozenset("{([")
_STRANGE = frozenset("{<~")  # triple terms and annotations of RDF 1.2
_GROUPED = frozenset({"OPTIONAL", "MINUS", "GRAPH", "SERVICE", "LATERAL"})
_STARTS = _GROUPED | {"FILTER", "BIND", "VALUES"}
_FORMS = frozenset({"SELECT", "CONSTRUCT", "ASK", "DESCRIBE"})


@dataclass(frozen=True)
class Pattern:
    """The terms of a triple pattern as written; IRIs may be relative or prefixed names.

    Attributes:
        predicates: names that the predicate or path goes along; none behind `!`.
        verb: the predicate when it is one name, not a path or a variable.
        named_object: the object when it is an IRI.
        path: the predicate is a path.
        repeats: the path has `*` or `+`.
    """

    subject: str
    predicate: str
    object: str
    predicates: tuple[str, ...] = ()
    verb: str = ""
    named_object: str = ""
    path: bool = False
    repeats: bool = False


@dataclass(frozen=True)
class Element:
    """One element of a group.

    Attributes:
        kind: triple pattern, triples, FILTER, OPTIONAL, MINUS, GRAPH, SERVICE, LATERAL, BIND,
            VALUES, UNION, group or sub-select.
        text: its source, ready to stand in a group.
        variables: names of the variables and labels of the blank nodes in it.
        groups: its groups, several for UNION; that of the pattern in EXISTS.
        graph: IRI or variable of GRAPH as written.
        pattern: of a triple pattern.
    """

    kind: str
    text: str
    variables: frozenset[str]
    groups: tuple["Group", ...] = ()
    graph: str = ""
    pattern: Pattern | None = None


Group = tuple[Element, ...]


@dataclass(frozen=True)
class Parts:
    """A query taken apart.

    Attributes:
        form: SELECT, CONSTRUCT, ASK or DESCRIBE.
        prologue: the source of BASE and PREFIX.
        where: elements of the WHERE group; a VALUES behind the query is the last of them.
        modifiers: key words behind the WHERE group, such as LIMIT and ORDER.
    """

    form: str
    prologue: str
    where: Group
    modifiers: frozenset[str]


def take_apart(text: str) -> Parts:
    """Split a valid query into elements.

    Raises:
        BadQuery: the text is no query.
    """
    items = tokens(text)
    first = Prologue().read(items, 0)
    if first >= len(items) or items[first].keyword not in _FORMS:
        raise BadQuery("SELECT, CONSTRUCT, ASK or DESCRIBE was expected.")
    form = items[first].keyword
    spans = Spans(items)
    reading = _Reading(text, items, spans)
    opening = reading.where(first, form)
    where: Group = ()
    behind = len(items)
    if opening < len(items):
        behind = spans.close(opening) + 1
        where = reading.group(opening + 1, behind - 1)
    else:
        behind = first
    words = [(index, items[index].keyword) for index in reading.outside(behind)]
    for index, word in words:
        if word == "VALUES":
            where += reading.group(index, len(items))
    modifiers = frozenset(word for _, word in words if word)
    return Parts(form, text[: items[first].start], where, modifiers)


class _Reading:
    """The tokens of one query, read by index."""

    def __init__(self, text: str, items: Sequence[Token], spans: Spans) -> None:
        self._text = text
        self._items = items
        self._spans = spans

    def where(self, index: int, form: str) -> int:
        """Give the index of the brace that opens the WHERE group, or the number of tokens."""
        template = form == "CONSTRUCT"
        while index < len(self._items):
            token = self._items[index]
            if token.text == "{" and not template:
                return index
            if token.text in _PAIRS:
                index, template = self._spans.close(index), template and token.text != "{"
            elif token.keyword == "WHERE":
                template = False
            index += 1
        return index

    def outside(self, index: int) -> list[int]:
        """List the indexes from `index` on that stand in no bracket."""
        found = []
        while index < len(self._items):
            found.append(index)
            index = self._spans.close(index) + 1 if self._items[index].text in _PAIRS else index + 1
        return found

    def group(self, index: int, end: int) -> Group:
        """Read the elements between two indexes."""
        if index < end and self._items[index].keyword == "SELECT":
            return (self._select(index, end),)
        found: list[Element] = []
        while index < end:
            token = self._items[index]
            if token.text == ".":
                index += 1
                continue
            if token.keyword in _STARTS:
                element, index = self._started(index, end)
                found.append(element)
            elif token.text == "{":
                element, index = self._braced(index, end)
                found.append(element)
            else:
                stop = self._sentence_end(index, end)
                found += self._triples(index, stop)
                index = stop
        return tuple(found)

    def _started(self, index: int, end: int) -> tuple[Element, int]:
        word = self._items[index].keyword
        at = index + 1
        opener = "{" if word in _GROUPED or word == "VALUES" else "("
        exists = word == "FILTER" and self._items[at].keyword in ("NOT", "EXISTS")
        opener = "{" if exists else opener
        while at < end and self._items[at].text != opener:
            skipped = word == "VALUES" and self._items[at].text == "("
            at = self._spans.close(at) + 1 if skipped else at + 1
        stop = min(self._spans.close(at) + 1, end) if at < end else end
        grouped = (word in _GROUPED or exists) and at < end
        groups = (self.group(at + 1, stop - 1),) if grouped else ()
        graph = self._source(index + 1, at) if word == "GRAPH" else ""
        return self._element(word, index, stop, groups, graph), stop

    def _braced(self, index: int, end: int) -> tuple[Element, int]:
        if self._items[index + 1].keyword == "SELECT" and not self._union(
            self._spans.close(index) + 1, end
        ):
            stop = self._spans.close(index)
            return self._select(index + 1, stop), stop + 1
        groups = []
        at = index
        while True:
            stop = self._spans.close(at) + 1
            groups.append(self.group(at + 1, stop - 1))
            if not self._union(stop, end):
                break
            at = stop + 1
        kind = "UNION" if len(groups) > 1 else "group"
        return self._element(kind, index, stop, tuple(groups)), stop

    def _union(self, index: int, end: int) -> bool:
        return index + 1 < end and self._items[index].keyword == "UNION"

    def _select(self, index: int, end: int) -> Element:
        """Give the sub-select that fills a group, with the braces of that group."""
        opening = self.where(index, "SELECT")
        inner = self.group(opening + 1, self._spans.close(opening))
        return self._element("sub-select", index - 1, end + 1, (inner,))

    def _element(
        self, kind: str, index: int, stop: int, groups: tuple[Group, ...] = (), graph: str = ""
    ) -> Element:
        return Element(kind, self._source(index, stop), self._variables(index, stop), groups, graph)

    def _sentence_end(self, index: int, end: int) -> int:
        # At least one token belongs to it, so the reading always goes on.
        index = self._spans.after(index)
        while index < end:
            token = self._items[index]
            annotation = token.text == "{" and self._items[index + 1].text == "|"
            if token.keyword in _STARTS or (token.text == "." and not self._spans.digit(index + 1)):
                break
            if token.text == "{" and not annotation:
                break
            index = self._spans.after(index)
        return min(index, end)

    def _triples(self, index: int, stop: int) -> list[Element]:
        whole = self._element("triples", index, stop)
        whole = Element(whole.kind, whole.text + " .", whole.variables)
        strange = any(self._items[at].text in _STRANGE for at in range(index, stop))
        if strange or self._items[index].text in "([":
            # A subject in brackets is a new blank node, which cannot be named twice.
            return [whole]
        subject = (index, self._spans.term(index))
        found: list[Element] = []
        at = subject[1]
        while at < stop:
            verb = (at, self._path(at))
            at = verb[1] - 1
            while at < stop and (at < verb[1] or self._items[at].text == ","):
                end = self._spans.term(at + 1)
                if at + 1 >= stop or end > stop:
                    return [whole]
                found.append(self._pattern(subject, verb, (at + 1, end)))
                at = end
            if at < stop and self._items[at].text != ";":
                return [whole]
            while at < stop and self._items[at].text == ";":
                at += 1
        return found or [whole]

    def _pattern(
        self, subject: tuple[int, int], verb: tuple[int, int], object_: tuple[int, int]
    ) -> Element:
        spans = (subject, verb, object_)
        texts = [self._source(*span) for span in spans]
        signs = {self._items[at].text for at in range(*verb)}
        names = [self._name(at) for at in range(*verb)]
        pattern = Pattern(
            texts[0],
            texts[1],
            texts[2],
            predicates=() if "!" in signs else tuple(name for name in names if name),
            verb=names[0] if len(names) == 1 else "",
            named_object=self._name(object_[0]) if object_[1] == object_[0] + 1 else "",
            path=len(names) > 1,
            repeats=bool(signs & {"*", "+"}),
        )
        variables = frozenset[str]().union(*(self._variables(*span) for span in spans))
        return Element("triple pattern", " ".join((*texts, ".")), variables, pattern=pattern)

    def _path(self, index: int) -> int:
        """Give the index behind the predicate or path that begins at `index`."""
        while True:
            while self._spans.text(index) in ("^", "!"):
                index += 1
            index = self._spans.close(index) + 1 if self._spans.text(index) == "(" else index + 1
            if self._spans.text(index) in ("?", "*") or (
                self._spans.text(index) == "+" and not self._spans.joined_number(index + 1)
            ):
                index += 1
            if self._spans.text(index) not in ("/", "|"):
                return index
            index += 1

    def _name(self, index: int) -> str:
        token = self._items[index]
        named = token.kind == "iri" or token.text == "a"
        named = named or (token.kind == "name" and not token.text.startswith("_:"))
        return token.text if named else ""

    def _variables(self, index: int, stop: int) -> frozenset[str]:
        found = self._items[index:stop]
        return frozenset(
            token.text[1:] if token.kind == "variable" else token.text
            for token in found
            if token.kind == "variable" or token.text.startswith("_:")
        )

    def _source(self, index: int, stop: int) -> str:
        return self._text[self._items[index].start : self._items[max(index, stop - 1)].end]
