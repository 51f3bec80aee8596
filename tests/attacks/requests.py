"""Requests that break HTTP, or mean one thing to one reader and another to the next."""

import gzip

from tests.attacks.target import ATTACKER, VANDAL

ASK = b"ASK {}"
QUERY, FORM = "application/sparql-query", "application/x-www-form-urlencoded"
DOOR, VICTIM = f"/projects/{ATTACKER}/sparql", f"/projects/{VANDAL}/sparql"
GRAPH = f"/projects/{VANDAL}/graph-store?graph=urn:z"


def wire(
    body: bytes = ASK,
    kind: str = QUERY,
    more: str = "",
    length: object = None,
    path: str = DOOR,
    method: str = "POST",
) -> bytes:
    """Write a request as it goes over the wire; an empty `length` leaves the header out."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {kind}"]
    lines.append("Connection: close")
    if length != "":
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return ("\r\n".join(lines) + f"\r\n{more}\r\n").encode("latin-1") + body


def _chunked(body: bytes, more: str = "") -> bytes:
    return wire(body, more=f"Transfer-Encoding: chunked\r\n{more}", length="")


# Name: what is sent, and the statuses that may come back; 0: the connection is closed or reset.
REQUESTS: dict[str, tuple[bytes, set[int]]] = {
    "compressed query": (wire(gzip.compress(ASK), more="Content-Encoding: gzip\r\n"), {400, 415}),
    "compressed form": (
        wire(gzip.compress(b"query=ASK%7B%7D"), FORM, "Content-Encoding: gzip\r\n"),
        {400, 415},
    ),
    "compressed graph": (
        wire(
            gzip.compress(b"\0" * (8 << 20)),
            "text/turtle",
            "Content-Encoding: gzip\r\n",
            path=GRAPH,
            method="PUT",
        ),
        {415},
    ),
    "chunks": (_chunked(b"6\r\nASK {}\r\n0\r\n\r\n"), {200}),
    "chunks and a length": (
        _chunked(b"6\r\nASK {}\r\n0\r\n\r\n", "Content-Length: 3\r\n"),
        {200, 400},
    ),
    "chunks of no size": (_chunked(b"zz\r\nASK {}\r\n0\r\n\r\n"), {400}),
    "chunks of a negative size": (_chunked(b"-6\r\nASK {}\r\n0\r\n\r\n"), {400}),
    "unknown coding": (wire(more="Transfer-Encoding: xchunked\r\n"), {400, 501}),
    "two codings": (wire(more="Transfer-Encoding: identity, chunked\r\n"), {400, 501}),
    "two lengths": (wire(more="Content-Length: 3\r\n"), {400}),
    "negative length": (wire(length="-5"), {400}),
    "signed length": (wire(length="+6"), {400}),
    "list of lengths": (wire(length="6, 6"), {400}),
    "length beyond all limits": (wire(length=10**15), {413}),
    "space before the colon": (wire(more="Transfer-Encoding : chunked\r\n"), {400}),
    "NUL in a header": (wire(more="X-A: b\0c\r\n"), {400}),
    "flood of headers": (wire(more="X-A: aaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 20_000), {0, 431}),
    "flood of types": (wire(more="Accept: " + "text/csv;q=0.5," * 20_000 + "\r\n"), {0, 431}),
    "many types": (wire(more="Accept: " + "a/b;q=0.5," * 4_000 + "*/*\r\n"), {200}),
    "qualities that are none": (
        wire(more="Accept: text/csv;q=abc, */*;q=-1, a/b;q=1e999, text/*;q=nan\r\n"),
        {200, 406},
    ),
    "signs for types": (wire(more='Accept: ,,,;;;q=,=""\r\n'), {200, 406}),
    "another charset": (wire(kind=f"{QUERY}; charset=utf-16"), {415}),
    "parts": (
        wire(
            b'--x\r\nContent-Disposition: form-data; name="query"\r\n\r\nASK {}\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        {415},
    ),
    "flood of fields": (wire(b"a=b&" * 200_000 + b"query=ASK%7B%7D", FORM), {200, 413}),
    "large field": (wire(b"query=" + b"a" * (3 << 20), FORM), {413}),
    "broken escapes": (wire(b"query=%zz%ff%00ASK", FORM), {400}),
    "query and update": (wire(b"query=ASK%7B%7D&update=CLEAR+ALL", FORM, path=VICTIM), {400}),
    "query twice": (wire(path=f"{DOOR}?query=ASK%7B%7D"), {400}),
    "long address": (
        wire(b"", method="GET", path=f"{DOOR}?query={'%20' * 130_000}"),
        {0, 414, 431},
    ),
    "address that is not UTF-8": (wire(b"", method="GET", path=f"{DOOR}?query=%ff%fe"), {400}),
    "graph that is no IRI": (wire(path=f"{DOOR}?default-graph-uri=not%20an%20iri"), {400}),
    "flood of graphs": (wire(path=f"{DOOR}?" + "default-graph-uri=urn:x&" * 4_000), {200}),
    "another host": (wire(more="Host: evil.example\r\n"), {400, 403}),
    "id that is none": (wire(more="Mimir-Query-Id: a%0d%0aX: y\r\n"), {400}),
    "time that is none": (wire(path=f"{DOOR}?at=%27%00"), {400, 422}),
    "date that is none": (wire(more="Accept-Datetime: Mon, 99 Foo 9999 99:99:99 GMT\r\n"), {400}),
    "tag that is none": (
        wire(
            b"CLEAR DEFAULT",
            "application/sparql-update",
            'If-Match: W/"99999999999999999999999"\r\n',
            path=VICTIM,
        ),
        {412},
    ),
    "tracing": (wire(b"", method="TRACE"), {405}),
    "tunnel": (wire(b"", method="CONNECT"), {405}),
    "project up the folders": (wire(path="/projects/../../etc/passwd/sparql"), {404}),
    "project in another folder": (wire(path="/projects/..%2f..%2fcanary/sparql"), {404}),
    "project with NUL": (wire(path="/projects/a%00b/sparql"), {404}),
    "project with a long name": (wire(path="/projects/" + "a" * 5_000 + "/sparql"), {404}),
    "project with a line break": (wire(path="/projects/canary%0d%0a/sparql"), {404}),
}

# Requests that never end: the caller waits, the server must not.
UNFINISHED = {
    "head": b"POST / HTTP/1.1\r\nHost: 127",
    "body": wire(ASK, length=100),
    "large body": wire(ASK, length=100 << 20),
    "graph": wire(b"<a:b>", "text/turtle", length=100 << 20, path=GRAPH, method="PUT"),
    "chunks": _chunked(b"6\r\nASK {}\r\n"),
    "chunk of all sizes": _chunked(b"FFFFFFFFFFFFFFFF\r\nASK {}"),
    "nothing of HTTP": b"\x16\x03\x01\x02\x00\x01\x00" * 50,
    "bare line feeds": b"POST / HTTP/1.1\nHost: 127.0.0.1\n\n",
}
