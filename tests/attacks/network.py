"""Payloads that try to make the server reach for the network or for files: classes A35 to A39."""

from tests.attacks.target import Attack

_REFUSED = frozenset({422})
_REFUSED_OR_BAD = frozenset({400, 422})
_PATTERN = "{ ?s ?p ?o }"


def _service(place: str, before: str = "SERVICE", inside: str = "") -> str:
    return " ".join(("SELECT * WHERE {", inside, before, place, _PATTERN, "}"))


def _hidden_services(sink: str) -> list[Attack]:
    queries = [
        Attack("A36", text, _REFUSED)
        for text in (
            _service(f"<{sink}>", "SERVICE SILENT"),
            _service(f"<{sink}>", "service silent"),
            _service(f"<{sink}>", "SERVICE#\n"),
            _service("?where", inside=f"VALUES ?where {{ <{sink}> }}"),
            _service(
                "?where",
                inside=f"?s <urn:q> ?x BIND(IRI(CONCAT('{sink}/?x=', ?x)) AS ?where)",
            ),
            f"PREFIX a: <{sink}/> " + _service("a:b"),
            f"BASE <{sink}/> " + _service("<b>"),
            _service(f"<{sink}>", "FILTER EXISTS { SERVICE") + " }",
            "SELECT * { { SELECT * { SERVICE <" + sink + "> { ?a ?b ?c } } } }",
            "CONSTRUCT WHERE { SERVICE <" + sink + "> { ?a ?b ?c } }",
            "ASK { ?s ?p true.SERVICE<" + sink + ">{ ?a ?b ?c } }",
        )
    ]
    updates = [
        Attack("A36", text, _REFUSED, "update")
        for text in (
            "INSERT { ?s ?p ?o } WHERE { SERVICE <" + sink + "> { ?s ?p ?o } }",
            "DELETE WHERE { SERVICE <" + sink + "> { ?s ?p ?o } }",
        )
    ]
    return queries + updates


def classes(port: int, own: int) -> dict[str, list[Attack]]:
    """Give the payloads of each class.

    Args:
        port: of a listener that nobody may reach.
        own: port of the server itself.
    """
    sink = f"http://127.0.0.1:{port}"
    hosts = ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0", "[::1]"]
    hosts += ["[::ffff:127.0.0.1]", "user@127.0.0.1", "127.0.0.1.", "169.254.169.254"]
    urls = [f"http://{host}:{port}/" for host in hosts]
    urls += [
        f"http://127.0.0.1:{own}/api/v1/projects",
        "http://127.0.0.1:6379/",
        "file:///etc/passwd",
    ]
    return {
        "A35 services": [Attack("A35", _service(f"<{url}>"), _REFUSED) for url in urls],
        "A36 hidden services": _hidden_services(sink),
        "A37 loads": [
            Attack("A37", text, _REFUSED, "update")
            for text in (
                f"LOAD <{sink}/a.ttl>",
                f"LOAD SILENT <{sink}/a.ttl> INTO GRAPH <urn:g>",
                "LOAD <file:///etc/passwd>",
                f"load <{sink.replace('http', 'https')}/>",
                f"INSERT DATA {{ <urn:a> <urn:b> 1 }} ; LOAD <{sink}/>",
                f"PREFIX a: <{sink}/> LOAD a:b",
            )
        ],
        "A38 hidden keywords": [
            Attack("A38", text, _REFUSED_OR_BAD)
            for text in (
                _service(f"<{sink}>", "\\u0053ERVICE"),
                _service(f"<{sink}>", "SERV\\u0049CE SILENT"),
                _service(f"<{sink}>", "\\U00000053ERVICE"),
                _service(f"<{sink}>", "SERVICE\\u0020"),
                _service(f"<{sink}>", "# \\u000A SERVICE\n SERVICE"),
                _service(f"<\\u0068ttp://127.0.0.1:{port}/>", "sErViCe"),
            )
        ]
        + [Attack("A38", f"\\u004COAD <{sink}/>", _REFUSED_OR_BAD, "update")],
        "A39 datasets elsewhere": [
            Attack("A39", f"SELECT ?s ?p ?o {clause} {_PATTERN}", frozenset({200, 403}))
            for place in (f"<{sink}/g>", "<file:///etc/passwd>", "<//127.0.0.1/x>")
            for clause in (f"FROM {place}", f"FROM NAMED {place}")
        ],
    }
