"""SERVICE and LOAD: what other servers answer, fetched before a reader evaluates the text.

Readers have no network. A SERVICE joins what its pattern gives elsewhere, and a LOAD adds triples
from elsewhere; neither needs to know what stands around it. So the serving process fetches, from
hosts that the gate let pass, and hands the answers over as files that nobody but the reader parses
(`graph.readers.inlining`). SPARQL 1.1 Federated Query, section 4; SPARQL 1.1 Update, section 3.1.4.
"""

import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any

from graph.errors import MimirError, QueryTimeout
from graph.readers.gate import NetworkRefused, host_names
from graph.syntax.tokens import Prologue, Token, scan, tokens, unescaped

LARGEST_FETCH = 64 << 20
_CHUNK = 1 << 16
_FETCHING = ("SERVICE", "LOAD")
_RESULTS = "application/sparql-results+json, application/sparql-results+xml;q=0.9"
_GRAPHS = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.8"


class ServiceFailed(MimirError):
    """Another server, which SERVICE or LOAD names, gave no answer that can be used."""

    code = "service-failed"


@dataclass(frozen=True)
class Fetch:
    """A SERVICE or LOAD in a text.

    Attributes:
        start, end: its place in the text.
        query: what is asked of the service; empty for LOAD.
        variables: of the service's pattern.
        graph: `GRAPH <iri>` of a LOAD as written.
    """

    url: str
    silent: bool
    start: int
    end: int
    query: str = ""
    variables: tuple[str, ...] = ()
    graph: str = ""


def find_fetches(text: str) -> list[Fetch]:
    """List what a text that passed the gate asks of other servers, outermost only."""
    if not may_fetch(text):
        return []
    items = tokens(text)
    found: list[Fetch] = []
    index = Prologue().read(items, 0)
    prologue = text[: items[index].start] if index < len(items) else ""
    while index < len(items):
        word = items[index].keyword
        if word in ("SERVICE", "LOAD") and index + 1 < len(items):
            silent = items[index + 1].keyword == "SILENT"
            at = index + 1 + silent
            read = _service if word == "SERVICE" else _load
            fetch, index = read(text, items, (index, at), prologue, silent)
            found.append(fetch)
        else:
            index += 1
    return found


def may_fetch(text: str) -> bool:
    """Tell whether SERVICE or LOAD is among the words of a text.

    Raises:
        BadQuery: as `graph.syntax.tokens.scan`.
    """
    upper = text.upper()
    # Long texts rarely hold them; as tokens, all at once, they would take much memory.
    return any(word in upper for word in _FETCHING) and any(
        kind == "word" and text[start:end].upper() in _FETCHING for kind, start, end in scan(text)
    )


@contextmanager
def fetched(
    text: str, hosts: Collection[str], folder: Path, deadline: float, check: Callable[[], None]
) -> Iterator[list[dict[str, Any]]]:
    """Fetch what a text asks of other servers into files that live as long as the context.

    Gives the fields of each `Fetch`, with the `path` and the `media` type of its answer; both are
    empty where a silent one failed.

    Args:
        hosts: what may be reached, as the gate takes them.
        deadline: when fetching ends, in monotonic seconds.
        check: called while fetching; what it raises ends it.

    Raises:
        NetworkRefused: a host is not among `hosts`, even where the gate reads nothing, as in data.
        ServiceFailed: a server did not answer as it should, and the text did not say SILENT.
    """
    fetches = find_fetches(text)
    allowed = {host.lower() for host in hosts}
    for fetch in fetches:
        if _is_web(fetch.url) and not host_names(fetch.url) & allowed:
            raise NetworkRefused(f"{fetch.url} is not on the list of hosts that may be reached.")
    if not fetches:
        yield []
        return
    with tempfile.TemporaryDirectory(dir=folder) as place:
        found = []
        for number, fetch in enumerate(fetches):
            path = Path(place) / str(number)
            try:
                media = _fetched(fetch, path, deadline, check)
                found.append({**asdict(fetch), "path": str(path), "media": media})
            except ServiceFailed:
                if not fetch.silent:
                    raise
                found.append({**asdict(fetch), "path": "", "media": ""})
        yield found


def _service(
    text: str, items: Sequence[Token], places: tuple[int, int], prologue: str, silent: bool
) -> tuple[Fetch, int]:
    first, at = places
    opening = last = at + 1
    depth = 0
    while last < len(items):
        depth += {"{": 1, "}": -1}.get(items[last].text, 0)
        if depth == 0:
            break
        last += 1
    inside = items[opening : last + 1]
    end = inside[-1].end if inside else len(text)
    pattern = text[inside[0].start : end] if inside else ""
    names = dict.fromkeys(token.text[1:] for token in inside if token.kind == "variable")
    query = "\n".join((prologue, "SELECT * WHERE", pattern))
    fetch = Fetch(_url(items, at), silent, items[first].start, end, query, tuple(names))
    return fetch, last + 1


def _load(
    text: str, items: Sequence[Token], places: tuple[int, int], _: str, silent: bool
) -> tuple[Fetch, int]:
    first, at = places
    last = at
    while last + 1 < len(items) and items[last + 1].kind != "end":
        last += 1
    behind = items[at + 1 : last + 1]
    graph = text[behind[1].start : behind[-1].end] if len(behind) > 1 else ""
    end = items[last].end if last < len(items) else len(text)
    return Fetch(_url(items, at), silent, items[first].start, end, graph=graph), last + 1


def _url(items: Sequence[Token], index: int) -> str:
    return unescaped(items[index].text[1:-1]) if index < len(items) else ""


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http:", "https:"))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Refuses redirects: they lead to hosts that nobody allowed."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


# No proxies: the host that was allowed is the host that is asked.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _fetched(fetch: Fetch, path: Path, deadline: float, check: Callable[[], None]) -> str:
    if not _is_web(fetch.url):
        raise ServiceFailed(f"Nothing can be fetched from {fetch.url!r}.")
    body = urllib.parse.urlencode({"query": fetch.query}).encode() if fetch.query else None
    headers = {"Accept": _RESULTS if fetch.query else _GRAPHS, "User-Agent": "mimir"}
    request = urllib.request.Request(fetch.url, body, headers)  # noqa: S310 - http(s), see above
    patience = max(0.001, deadline - time.monotonic())
    try:
        with _OPENER.open(request, timeout=patience) as answer, path.open("wb") as file:
            _copy(answer, file, deadline, check)
            return str(answer.headers.get_content_type())
    except urllib.error.HTTPError as error:
        error.close()
        raise ServiceFailed(f"{fetch.url} answered with status {error.code}.") from error
    except (OSError, HTTPException, ValueError) as error:
        raise ServiceFailed(f"{fetch.url} gave no answer: {error}") from error


def _copy(answer: Any, file: IO[bytes], deadline: float, check: Callable[[], None]) -> None:
    size = 0
    # `read1` gives what is there, so a server that drips cannot pass the deadline.
    while chunk := answer.read1(_CHUNK):
        check()
        size += len(chunk)
        if size > LARGEST_FETCH:
            raise ServiceFailed(f"The answer has more than {LARGEST_FETCH:,} bytes.")
        if time.monotonic() > deadline:
            raise QueryTimeout("Another server took too long to answer. Ask it for less.")
        file.write(chunk)
