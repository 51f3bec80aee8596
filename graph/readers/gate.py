"""The gate before the readers: what a SPARQL text may look like before any engine parses it.

One linear, iterative scan of tokens; it builds nothing and knows no grammar. It stands in the
reader, and for a text that asks other servers in the serving process too, before anything is
fetched. It is not the judge of what is valid (the engine is) nor of what is cheap (the limits of
the reader are): it keeps out texts that kill parsers and planners, and those that would reach for
the network.
"""

import re
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from graph.errors import BadQuery
from graph.syntax.pattern_bounds import largest_repeat
from graph.syntax.tokens import scan, unescaped

LONGEST_QUERY = 256 << 10
LONGEST_UPDATE = 8 << 20
DEEPEST = 64
MOST_PATTERNS = 64
MOST_PATH_STEPS = 64
MOST_OPERATORS = 500
MOST_PARTS = 500
MOST_ROWS = 10_000
MOST_OPERATIONS = 1_000
LARGEST_REPEAT = 1_000

_BACKSLASHED = re.compile(r"\\(.)", re.DOTALL)
_PATTERNS = "triple patterns in one group"
_CLOSERS = {"{": "}", "(": ")", "[": "]"}
_OPERATORS = frozenset("|&!+-*/=<>^?")
_DOUBLED = frozenset("|&^")
_UNREAD = frozenset({"data", "template"})
_PATTERNED = frozenset({"group", "brackets"})
# After these words no triple pattern begins until a bracket closes or a group opens.
_SUSPENDING = frozenset(
    {"FILTER", "BIND", "VALUES", "GRAPH", "SERVICE", "SELECT"}
    | {"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"}
)
_CALLS = frozenset({"FILTER", "BIND"})
_CONSTANTS = frozenset({"TRUE", "FALSE", "UNDEF"})
_PORTS = {"http": 80, "https": 443}
_FETCHABLE = frozenset({*_PORTS, "file", "ftp", "data"})
_MATCHING = frozenset({"REGEX", "REPLACE"})


class QueryTooComplex(BadQuery):
    """A SPARQL text passes a limit of the gate; the message names the limit."""

    code = "query-too-complex"


class QueryTooLong(BadQuery):
    """A SPARQL text has more bytes than this door takes."""

    code = "too-large"


class NetworkRefused(BadQuery):
    """A SPARQL text asks the engine to fetch from a host that is not on the allow-list."""

    code = "network-refused"


def check(
    text: str,
    *,
    update: bool = False,
    longest: int | None = None,
    allow_services: Collection[str] = (),
) -> None:
    """Let a SPARQL text pass, or refuse it.

    Args:
        update: the text is an update: longer, and DATA blocks count for nothing but their depth.
        longest: bytes of UTF-8; the default is 256 KiB for queries and 8 MiB for updates.
        allow_services: hosts that SERVICE and LOAD may name, as `host` (any port) or `host:port`.

    Raises:
        QueryTooComplex: a limit is passed.
        QueryTooLong: the text is too long.
        NetworkRefused: SERVICE or LOAD names a host that is not allowed.
        BadQuery: the text holds what no SPARQL text can hold.
    """
    require_length(text, longest or (LONGEST_UPDATE if update else LONGEST_QUERY))
    if "\0" in text:
        raise BadQuery(f"Character {text.index(chr(0)) + 1} is NUL, which no SPARQL text holds.")
    _Gate(text, allow_services).run()


def require_length(text: str, longest: int) -> None:
    """Refuse a text that is too long.

    Raises:
        QueryTooLong: it has more bytes of UTF-8 than `longest`.
        BadQuery: it cannot be written in UTF-8.
    """
    if len(text) > longest or len(_encoded(text)) > longest:
        raise QueryTooLong(f"The text is longer than {longest:,} bytes. Send less at a time.")


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadQuery(
            f"Character {error.start + 1} is half of a surrogate pair, which is no character."
        ) from error


class _Frame:
    """An open bracket: its kind, its closer, and what was counted in it so far."""

    __slots__ = (
        "closer",
        "fresh",
        "home",
        "kind",
        "matching",
        "operators",
        "parts",
        "patterns",
        "rows",
        "steps",
        "suspended",
    )

    def __init__(self, kind: str, closer: str, parent: "_Frame | None") -> None:
        self.kind = kind
        self.closer = closer
        # Brackets and paths count towards the group that holds them.
        outer = parent is None or kind not in ("brackets", "path")
        self.home: _Frame = self if outer or parent is None else parent.home
        self.fresh = True
        self.suspended = ""
        self.matching = False
        self.patterns = self.operators = self.steps = self.parts = self.rows = 0


class _Gate:
    """One scan of one text."""

    def __init__(self, text: str, allow_services: Collection[str]) -> None:
        self._text = text
        self._allowed = {host.lower() for host in allow_services}
        self._stack = [_Frame("root", "", None)]
        self._word = ""  # the keyword right before, if a keyword stood there
        self._term = False  # whether a term stood right before
        self._sign = ""  # the operator right before
        self._fetching = ""  # SERVICE or LOAD, whose IRI must follow
        self._silent = False
        self._operations = 1

    def run(self) -> None:
        """Read the whole text; refuse what may not pass."""
        text, stack = self._text, self._stack
        handlers: dict[str, Callable[[str], None]] = {
            "word": self._read_word,
            "brace": self._bracket,
            "end": self._separator,
            "other": self._other,
            "string": self._string,
        }
        for kind, start, end in scan(text):
            if stack[-1].kind in _UNREAD and not (kind == "brace" or text[start] in "()[]"):
                self._word = ""
                continue
            piece = text[start:end]
            if self._fetching:
                self._fetch(kind, piece)
            if kind in handlers:
                handlers[kind](piece)
            else:
                self._read_term()

    def _bracket(self, piece: str) -> None:
        if piece in _CLOSERS:
            self._open(piece)
        else:
            self._close(piece)
        self._word, self._term, self._sign = "", False, ""

    def _open(self, opener: str) -> None:
        parent = self._stack[-1]
        frame = _Frame(self._kind(opener, parent), _CLOSERS[opener], parent)
        if opener == "{":
            if parent.kind == "group":
                self._count(parent, "parts", MOST_PARTS, "groups and filters in one group")
        elif parent.kind in _PATTERNED and not parent.suspended:
            self._begin_pattern(parent)
        elif parent.kind == "values" and opener == "(":
            self._count(parent, "rows", MOST_ROWS, "rows of VALUES")
        frame.matching = self._word in _MATCHING or (parent.matching and frame.kind == "expression")
        self._stack.append(frame)
        if len(self._stack) - 1 > DEEPEST:
            raise _too_many("levels of nesting", DEEPEST)

    def _kind(self, opener: str, parent: _Frame) -> str:
        if parent.kind in _UNREAD:
            return parent.kind
        if opener == "{":
            if self._word in ("DATA", "CONSTRUCT", "INSERT", "DELETE"):
                return "data" if self._word == "DATA" else "template"
            return "values" if parent.suspended == "VALUES" else "group"
        if parent.kind == "values":
            return "row"
        if opener == "[":
            return "brackets"
        suspended = parent.kind in _PATTERNED and bool(parent.suspended)
        if parent.kind in ("root", "expression", "row") or suspended or self._word:
            return "expression"
        return "path"

    def _close(self, closer: str) -> None:
        if self._stack[-1].closer != closer:
            raise BadQuery(f"A {closer!r} closes nothing: brackets must close in order.")
        self._stack.pop()
        frame = self._stack[-1]
        if closer == "}" or (closer == ")" and frame.suspended in _CALLS):
            frame.fresh = True
            frame.suspended = ""
            frame.operators = frame.steps = 0

    def _separator(self, piece: str) -> None:
        frame = self._stack[-1]
        frame.operators = 0
        if frame.kind in _PATTERNED:
            frame.fresh = True
            frame.home.steps = 0
        elif frame.kind == "root" and piece == ";":
            self._operations += 1
            if self._operations > MOST_OPERATIONS:
                raise _too_many("operations of one update", MOST_OPERATIONS)
        self._word, self._term, self._sign = "", False, ""

    def _other(self, piece: str) -> None:
        frame = self._stack[-1]
        if piece in "()[]":
            self._bracket(piece)
        elif piece in ".,":
            self._separator(piece)
        elif piece in _OPERATORS:
            self._operator(frame, piece)
        elif piece[0].isdigit():
            self._read_term()
        else:
            self._word, self._sign = "", ""

    def _operator(self, frame: _Frame, sign: str) -> None:
        if frame.kind not in ("values", "row") and not (sign == self._sign and sign in _DOUBLED):
            self._count(frame, "operators", MOST_OPERATORS, "operators in one chain")
            if sign in "/|" and frame.kind in ("group", "brackets", "path"):
                self._count(frame.home, "steps", MOST_PATH_STEPS - 1, "steps of one path")
        self._word, self._term = "", False
        self._sign = sign

    def _read_word(self, piece: str) -> None:
        word, frame = piece.upper(), self._stack[-1]
        if word in _CONSTANTS:
            self._read_term()
            return
        if word in ("SERVICE", "LOAD"):
            self._fetching, self._silent = word, False
        elif frame.kind == "group" and word in _CALLS:
            self._count(frame, "parts", MOST_PARTS, "groups and filters in one group")
        if word in _SUSPENDING and frame.kind in ("group", "root"):
            frame.suspended = word
        self._word, self._sign = word, ""

    def _string(self, piece: str) -> None:
        if self._stack[-1].matching:
            quotes = 3 if piece[:3] in ("'''", '"""') else 1
            if largest_repeat(_plain(piece[quotes:-quotes])) > LARGEST_REPEAT:
                raise _too_many("repetitions in a regular expression", LARGEST_REPEAT)
        self._read_term()

    def _read_term(self) -> None:
        frame = self._stack[-1]
        if frame.kind in _PATTERNED:
            if not frame.suspended:
                self._begin_pattern(frame)
        elif frame.kind == "path" and self._term:
            # Neighbours without an operator are a collection: each stands for two triples.
            self._count(frame.home, "patterns", MOST_PATTERNS, _PATTERNS, by=2)
        elif frame.kind == "values" and self._sign != "^":
            self._count(frame, "rows", MOST_ROWS, "rows of VALUES")
        self._word, self._term, self._sign = "", True, ""

    def _begin_pattern(self, frame: _Frame) -> None:
        if frame.fresh:
            frame.fresh = False
            frame.home.steps = 0
            self._count(frame.home, "patterns", MOST_PATTERNS, _PATTERNS)

    def _count(self, frame: _Frame, name: str, most: int, what: str, by: int = 1) -> None:
        number = getattr(frame, name) + by
        setattr(frame, name, number)
        if number > most:
            raise _too_many(what, most + (name == "steps"))

    def _fetch(self, kind: str, piece: str) -> None:
        if kind == "word" and piece.upper() == "SILENT":
            self._silent = True
            return
        address = unescaped(piece[1:-1]) if kind == "iri" else ""
        # A silent LOAD from where nothing can be fetched changes nothing, as the standard has it.
        harmless = self._fetching == "LOAD" and self._silent and _is_unfetchable(address)
        if not harmless and not host_names(address) & self._allowed:
            raise NetworkRefused(
                f"{self._fetching} would reach the network and is refused here. "
                "Import the data first, then ask for it, or have its host allowed by "
                "MIMIR_SERVICE_HOSTS."
            )
        self._fetching = ""


def host_names(address: str) -> set[str]:
    """Give the names of an http address in an allow-list: its host, and its host with its port."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return set()
    if parts.scheme not in _PORTS or "@" in parts.netloc or not parts.hostname:
        return set()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return {host, f"{host}:{port}"}


def _is_unfetchable(address: str) -> bool:
    scheme, colon, _ = address.partition(":")
    return bool(colon) and scheme.isalpha() and scheme.lower() not in _FETCHABLE


def _plain(text: str) -> str:
    return _BACKSLASHED.sub(r"\1", unescaped(text))


def _too_many(what: str, most: int) -> QueryTooComplex:
    return QueryTooComplex(f"The text has more than {most:,} {what}. Split it or simplify it.")
