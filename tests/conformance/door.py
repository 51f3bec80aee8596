"""One project of a running owner, and how each kind of W3C test is run through its HTTP doors."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
from pyoxigraph import NamedNode, Quad, QueryResultsFormat, RdfFormat, parse, serialize

from app.settings import Settings
from app.wiring import Owner
from tests.conformance import answers
from tests.conformance.manifests import MF, QT, RDFS, UT, Case, Node, path_of

CNT = "http://www.w3.org/2011/content#"
HT = "http://www.w3.org/2011/http#"
SD = "http://www.w3.org/ns/sparql-service-description#"
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>", re.IGNORECASE)
_MEDIA = {
    ".srx": ("application/sparql-results+xml", QueryResultsFormat.XML),
    ".tsv": ("text/tab-separated-values", QueryResultsFormat.TSV),
}
_JSON = ("application/sparql-results+json", QueryResultsFormat.JSON)
_QUADS = "application/n-quads"
Placed = tuple[Path, str, str]
"""A file, its base IRI, and the graph it goes into; empty: the default graph."""


class Failed(AssertionError):
    """The server did not do what the test wants."""


class Door:
    """The doors of one project, used over one kept-alive connection."""

    def __init__(self, folder: Path) -> None:
        self._owner = Owner(Settings(data=folder, monitor_seconds=3600), port=0)
        self._owner.start()
        self.http = httpx.Client(base_url=self._owner.url, timeout=60)
        self.http.post("/api/v1/projects", json={"name": "w3c"}).raise_for_status()
        self.sparql, self.graphs = "/projects/w3c/sparql", "/projects/w3c/graph-store"
        self.data = "http://mimir.local/p/w3c/graph/data"
        self._held: tuple[Placed, ...] | None = None

    def close(self) -> None:
        """End the owner."""
        self.http.close()
        self._owner.stop()

    def run(self, case: Case) -> None:
        """Run a test; raises `Failed` with the reason."""
        runners: dict[str, Callable[[Case], None]] = {
            "QueryEvaluationTest": self._query,
            "CSVResultFormatTest": self._query,
            "UpdateEvaluationTest": self._update,
            "PositiveSyntaxTest": self._query_syntax,
            "PositiveSyntaxTest11": self._query_syntax,
            "NegativeSyntaxTest": self._query_syntax,
            "NegativeSyntaxTest11": self._query_syntax,
            "PositiveUpdateSyntaxTest11": self._update_syntax,
            "NegativeUpdateSyntaxTest11": self._update_syntax,
            "ProtocolTest": self._protocol,
            "GraphStoreProtocolTest": self._protocol,
            "ServiceDescriptionTest": self._description,
        }
        runners[case.kind](case)

    def load(self, placed: tuple[Placed, ...]) -> None:
        """Make these files all that the project holds; neighbours often want the same."""
        if placed == self._held:
            return
        body = serialize(_quads(placed), format=RdfFormat.N_QUADS)
        answer = self.http.put(self.graphs, content=body, headers={"Content-Type": _QUADS})
        _require(answer, "2")
        self._held = placed

    def _query(self, case: Case) -> None:
        action, result = _given(case.node.one(f"{MF}action")), case.node.one(f"{MF}result")
        query = _given(action.one(f"{QT}query"))
        text = path_of(query.iri).read_text(encoding="utf-8")
        placed = _dataset(action, QT)
        named = [graph for _, _, graph in placed if graph]
        wanted = _FROM.findall(text)
        for iri in wanted:
            graph = httpx.URL(query.iri).join(iri)
            placed += ((path_of(str(graph)), str(graph), str(graph)),)
        self.load(placed)
        dataset = {} if wanted else {"default-graph-uri": self.data, "named-graph-uri": named}
        expected = path_of(_given(result).iri)
        media, form = _MEDIA.get(expected.suffix, _JSON)
        if expected.suffix == ".csv":
            media = "text/csv"
        answer = self.http.post(
            self.sparql,
            params=dataset,
            content=f"BASE <{query.iri}>\n{text}".encode(),
            headers={
                "Content-Type": "application/sparql-query",
                "Accept": f"{media}, application/n-triples",
            },
        )
        _require(answer, "200")
        lax = case.node.text(f"{MF}resultCardinality") == f"{MF}LaxCardinality"
        _compare(expected, _given(result).iri, answer, form, lax=lax)

    def _update(self, case: Case) -> None:
        action, result = _given(case.node.one(f"{MF}action")), case.node.one(f"{MF}result")
        request = _given(action.one(f"{UT}request"))
        text = path_of(request.iri).read_text(encoding="utf-8")
        self.load(_dataset(action, UT))
        answer = self._sent_update(request.iri, text)
        _require(answer, "2")
        given = self.http.get(self.graphs, headers={"Accept": _QUADS})
        _require(given, "200")
        wanted = answers.canonical(_quads(_dataset(_given(result), UT)))
        found = answers.canonical(list(parse(given.content, RdfFormat.N_QUADS)))
        if wanted != found:
            raise Failed(f"wanted:\n{wanted}\ngot:\n{found}")

    def _query_syntax(self, case: Case) -> None:
        self.load(())
        query = _given(case.node.one(f"{MF}action"))
        text = path_of(query.iri).read_text(encoding="utf-8")
        answer = self.http.post(
            self.sparql,
            content=f"BASE <{query.iri}>\n{text}".encode(),
            headers={"Content-Type": "application/sparql-query"},
        )
        _require(answer, "4" if case.kind.startswith("Negative") else "200")

    def _update_syntax(self, case: Case) -> None:
        self.load(())
        request = _given(case.node.one(f"{MF}action"))
        answer = self._sent_update(request.iri, path_of(request.iri).read_text(encoding="utf-8"))
        _require(answer, "4" if case.kind.startswith("Negative") else "2")

    def _sent_update(self, base: str, text: str) -> httpx.Response:
        self._held = None
        return self.http.post(
            self.sparql,
            content=f"BASE <{base}>\n{text}".encode(),
            headers={"Content-Type": "application/sparql-update"},
        )

    def _protocol(self, case: Case) -> None:
        self.load(_dataset(case.node, UT))
        self._held = None
        location = ""
        for request in _given(_given(case.node.one(f"{MF}action")).one(f"{HT}requests")).items():
            response = self._sent(request, location)
            wanted = request.one(f"{HT}resp")
            if not wanted:
                continue
            _check(wanted, response)
            if wanted.one(f"{MF}expectedLocation"):
                location = response.headers.get("Location", "")
                if not location:
                    raise Failed("no Location")

    def _sent(self, request: Node, location: str) -> httpx.Response:
        path = request.text(f"{HT}absolutePath").replace("$LOCATION$", location)
        path = re.sub(r"^/sparql/?", self.sparql, path)
        path = re.sub(r"^/gsp", self.graphs, path)
        headers = {}
        for header in (request.one(f"{HT}headers") or request).items():
            headers[header.text(f"{HT}fieldName")] = header.text(f"{HT}fieldValue")
        body = request.one(f"{HT}body")
        text = body.text(f"{CNT}chars").replace("$LOCATION$", location) if body else None
        encoding = (body.text(f"{CNT}characterEncoding") if body else "") or "UTF-8"
        content = None if text is None else text.encode(encoding)
        return self.http.request(
            request.text(f"{HT}methodName"), path, content=content, headers=headers
        )

    def _description(self, case: Case) -> None:
        answer = self.http.get(self.sparql, headers={"Accept": "text/turtle"})
        _require(answer, "200")
        quads = list(parse(answer.content, RdfFormat.TURTLE, base_iri=str(answer.url)))
        endpoints = [q.object for q in quads if q.predicate == NamedNode(f"{SD}endpoint")]
        known = _terms_of_schema()
        unknown = {q.predicate.value for q in quads if q.predicate.value.startswith(SD)} - known
        if case.name == "has-endpoint-triple" and endpoints != [NamedNode(str(answer.url))]:
            raise Failed(f"sd:endpoint is {endpoints}")
        if not quads or unknown:
            raise Failed(f"not in the schema: {unknown}")


def _terms_of_schema() -> set[str]:
    names = (
        "endpoint feature supportedLanguage resultFormat inputFormat defaultDataset defaultGraph "
        "availableGraphs namedGraph name graph entailmentRegime languageExtension "
        "extensionFunction extensionAggregate propertyFeature supportedEntailmentProfile "
        "defaultEntailmentRegime defaultSupportedEntailmentProfile"
    )
    return {SD + name for name in names.split()}


def _given(node: Node | None) -> Node:
    assert node is not None
    return node


def _dataset(action: Node, vocabulary: str) -> tuple[Placed, ...]:
    """List the files of a test."""
    placed: list[Placed] = [(path_of(n.iri), n.iri, "") for n in action.all(f"{vocabulary}data")]
    for data in action.all(f"{vocabulary}graphData"):
        inner = data.one(f"{UT}graph")
        file = (inner or data).iri
        placed.append((path_of(file), file, data.text(f"{RDFS}label") or file))
    return tuple(placed)


def _quads(placed: tuple[Placed, ...]) -> list[Quad]:
    return [
        Quad(quad.subject, quad.predicate, quad.object, NamedNode(graph)) if graph else quad
        for path, base, graph in placed
        for quad in answers.read_graph(path, base)
    ]


def _require(answer: httpx.Response, status: str) -> None:
    if not str(answer.status_code).startswith(status):
        raise Failed(f"{answer.status_code} instead of {status}: {answer.text[:400]}")


def _compare(
    expected: Path, base: str, answer: httpx.Response, form: QueryResultsFormat, *, lax: bool
) -> None:
    given: answers.Answer
    if expected.suffix == ".csv":
        if not answers.same_csv(expected.read_text(encoding="utf-8"), answer.text):
            raise Failed(answer.text)
        return
    wanted = answers.expected_answer(expected, base)
    if answer.headers["Content-Type"] == "application/n-triples":
        given = answers.canonical(list(parse(answer.content, RdfFormat.N_TRIPLES)))
    else:
        given = answers.read_answer(answer.content, form)
    if isinstance(wanted, answers.Solutions) and isinstance(given, answers.Solutions):
        same = answers.same_solutions(wanted, given, lax=lax)
    else:
        same = wanted == given
    if not same:
        raise Failed(f"wanted:\n{wanted}\ngot:\n{given}")


def _check(wanted: Node, response: httpx.Response) -> None:
    statuses = [node.iri.rpartition("#")[2] for node in wanted.all(f"{MF}expectedStatus")]
    if statuses and not any(_is_status(name, response.status_code) for name in statuses):
        raise Failed(f"{response.status_code} instead of {statuses}: {response.text[:300]}")
    truth, form = wanted.text(f"{MF}expectedBoolean"), wanted.text(f"{MF}expectedFormat")
    media = response.headers.get("Content-Type", "").partition(";")[0]
    if truth and answers.read_answer(response.content, _JSON[1]) is not (truth == "true"):
        raise Failed(f"not {truth}")
    results = {_JSON[0], "application/sparql-results+xml", "text/csv", "text/tab-separated-values"}
    if form and (media in results) is (form == "RDF"):
        raise Failed(f"{media} is not {form}")
    body = wanted.one(f"{HT}body")
    if body:
        base = str(response.url)
        right = answers.canonical(
            list(parse(body.text(f"{CNT}chars").encode(), RdfFormat.TURTLE, base_iri=base))
        )
        given = answers.canonical(list(parse(response.content, RdfFormat.TURTLE, base_iri=base)))
        if right != given:
            raise Failed(f"wanted:\n{right}\ngot:\n{given}")


def _is_status(name: str, status: int) -> bool:
    named = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
    if name in named:
        return status == named[name]
    return str(status)[0] == name.removeprefix("StatusCode")[0]
