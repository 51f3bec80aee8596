"""Payloads that try to take the server's time, memory or life: classes A1 to A34."""

from tests.attacks.target import Attack

_ENDED, _REFUSED, _FINE = frozenset({503}), frozenset({422}), frozenset({200})
_NODE = "?a{0} ?p{0} ?b{0}"


def _where(body: str, head: str = "SELECT *") -> str:
    return f"{head} WHERE {{ {body} }}"


def _cross(times: int) -> str:
    return " . ".join(_NODE.format(number) for number in range(times))


def _growing(function: str, times: int) -> str:
    binds = [f"BIND({function.format(f'?v{n}')} AS ?v{n + 1})" for n in range(times)]
    return _where(
        "BIND('0123456789' AS ?v0) " + " ".join(binds), f"SELECT (STRLEN(?v{times}) AS ?n)"
    )


def _star(patterns: int) -> str:
    return " . ".join(f"?s <urn:p{number}> ?o{number}" for number in range(patterns))


def _chain(patterns: int) -> str:
    return " . ".join(f"?n{number} <urn:p> ?n{number + 1}" for number in range(patterns))


def _absent(depth: int) -> str:
    inner = "?x ?y ?z"
    for number in range(depth):
        inner = f"?s{number} ?p{number} ?o{number} FILTER NOT EXISTS {{ {inner} }}"
    return inner


def _values(blocks: int, rows: int) -> str:
    row = " ".join(str(number) for number in range(rows))
    return " ".join(f"VALUES ?v{number} {{ {row} }}" for number in range(blocks))


# The statuses of the contract, and the payloads: text of a query, or `(update, text)`.
_QUERIES: dict[str, tuple[frozenset[int], list[str]]] = {
    "A1 cross product": (
        _ENDED,
        [_where(_cross(times), "SELECT (COUNT(*) AS ?n)") for times in (3, 4, 6)],
    ),
    "A2 cross product, sorted": (
        _ENDED,
        [_where(_cross(times)) + " ORDER BY ?b2 LIMIT 1" for times in (3, 4, 5)],
    ),
    "A3 cross product, distinct": (
        _ENDED,
        [
            _where(_cross(times), "SELECT DISTINCT *") + " LIMIT 1 OFFSET 99999999"
            for times in (3, 4)
        ]
        + [
            _where(_cross(3), "SELECT (COUNT(DISTINCT CONCAT(STR(?a0), STR(?b1), STR(?b2))) AS ?n)")
        ],
    ),
    "A4 text that doubles": (
        _ENDED,
        [_growing("CONCAT({0}, {0})", times) for times in (40, 60)]
        + [_growing("CONCAT({0}, {0}, {0}, {0})", 20)],
    ),
    "A5 text that grows by replacement": (
        _ENDED,
        [_growing("REPLACE({0}, '.', '$0$0')", times) for times in (30, 40)]
        + [_growing("REPLACE({0}, '[0-9]', '$0$0$0$0')", 20)],
    ),
    "A6 concatenation of a cross product": (
        _ENDED,
        [
            _where(_cross(times), f"SELECT (GROUP_CONCAT({term}) AS ?all)")
            for times, term in ((3, "?b2"), (4, "CONCAT(STR(?a0), STR(?b1))"), (3, "STR(?p1)"))
        ],
    ),
    "A7 paths between all": (
        _ENDED,
        [
            _where(f"?a {path} ?b . ?c {path} ?d", "SELECT (COUNT(*) AS ?n)")
            for path in (
                "(<urn:p>|^<urn:p>)*",
                "(<urn:p>|^<urn:p>)+",
                "(<urn:p>|<urn:q>|^<urn:p>)*",
            )
        ],
    ),
    "A8 negated paths": (
        _ENDED,
        [
            _where(f"?a {path} ?b . ?c {path} ?d", "SELECT (COUNT(*) AS ?n)")
            for path in ("!<urn:x>*", "!(<urn:x>|^<urn:y>)*", "(!<urn:q>)+")
        ],
    ),
    "A9 nested stars": (
        _FINE | _ENDED,
        [
            _where(f"?a {path} ?b", "SELECT (COUNT(*) AS ?n)")
            for path in ("((<urn:p>*)*)*", "((<urn:p>+)*)+", "(((<urn:p>?)*)+)*")
        ],
    ),
    "A10 sequence of alternations": (
        _FINE | _ENDED,
        [
            _where("?a " + "/".join([f"({step})"] * 12) + " ?b", "SELECT (COUNT(*) AS ?n)")
            for step in ("<urn:p>|^<urn:p>", "<urn:p>*|^<urn:p>", "<urn:p>+|^<urn:p>+")
        ],
    ),
    "A11 long path": (
        _REFUSED,
        [_where("?a " + mark.join(["<urn:p>"] * 1_000) + " ?b") for mark in ("/", "|", "/^")],
    ),
    "A12 star": (
        _REFUSED,
        [
            _where(_star(400)),
            _where("?s " + " ; ".join(f"<urn:p{number}> ?o{number}" for number in range(400))),
            _where("[ " + "<urn:p> [] ; " * 400 + "]"),
            _where("?s <urn:p> " + ", ".join(f"?o{number}" for number in range(400))),
        ],
    ),
    "A13 chain": (
        _REFUSED,
        [_where(_chain(800)), _where(_where(_chain(800)), "ASK"), _where(_chain(800), "CONSTRUCT")],
    ),
    "A14 nested groups": (
        _REFUSED,
        [_where(opener * 2_000 + "}" * 2_000) for opener in ("{", "OPTIONAL {", "GRAPH ?g {")],
    ),
    "A15 parentheses": (
        _REFUSED,
        [
            "SELECT (" + "(" * 10_000 + "1" + ")" * 10_000 + " AS ?x) {}",
            _where("FILTER(" + "(" * 10_000 + "true" + ")" * 10_000 + ")"),
            _where("?s " + "(" * 10_000 + "<urn:p>" + ")" * 10_000 + " ?o"),
        ],
    ),
    "A16 chains of operators": (
        _REFUSED,
        [
            _where("FILTER(" + mark.join(["true"] * 10_000) + ")")
            for mark in (" || ", " && ", "+", "-", "*", "/")
        ]
        + [_where("FILTER(" + "!" * 10_000 + "true)")],
    ),
    "A17 unions": (
        _REFUSED,
        [
            _where(" UNION ".join(["{ ?s ?p ?o }"] * 10_000)),
            _where(" UNION ".join(["{}"] * 10_000)),
            _where("OPTIONAL {} " * 10_000),
            _where("MINUS {} " * 10_000),
        ],
    ),
    "A18 nested nodes": (
        _REFUSED,
        [_where("?s ?p " + opener * 20_000) for opener in ("[ <urn:p> ", "( ", "[")],
    ),
    "A19 nested absence": (
        _FINE | _ENDED,
        [_where(_absent(depth), "SELECT (COUNT(*) AS ?n)") for depth in (10, 20, 30)],
    ),
    "A20 crossed values": (
        _ENDED,
        [
            _where(_values(8, 50), "SELECT (COUNT(*) AS ?n)"),
            _where(_values(5, 500), "SELECT (SUM(?v0 * ?v1) AS ?n)"),
            _where(_values(3, 5_000), "SELECT (COUNT(*) AS ?n)"),
        ],
    ),
    "A21 free optionals": (
        _ENDED,
        [
            _where(
                " ".join("OPTIONAL { " + _NODE.format(number) + " }" for number in range(times)),
                "SELECT (COUNT(*) AS ?n)",
            )
            for times in (4, 12, 25)
        ],
    ),
    "A22 catastrophic patterns": (
        _FINE,
        [
            _where(f"FILTER REGEX('{'a' * 5_000}b', '{pattern}')")
            for pattern in ("(a+)+$", "(a|aa)+$", "(.*)*c", "(a|a?)+$")
        ],
    ),
    "A23 bounded repeats": (
        _REFUSED,
        [
            _where(f"?s ?p ?o FILTER REGEX(?o, '{pattern}')")
            for pattern in (
                "((a{1,1000}){1,1000}){1,1000}",
                "a{5000}",
                "(a{999}b){2}",
                "a{1,99999999}",
            )
        ],
    ),
    "A24 patterns out of the data": (
        _ENDED,
        [
            _where(_cross(3) + f" FILTER {test}", "SELECT (COUNT(*) AS ?n)")
            for test in (
                "REGEX(STR(?b0), STR(?b1))",
                "REGEX(CONCAT(STR(?b0), STR(?b1)), STR(?b2), 'i')",
                "(REPLACE(STR(?b0), STR(?b1), 'x') = STR(?b2))",
            )
        ],
    ),
    "A26 many rows": (
        _REFUSED | _ENDED,
        [
            _where(_cross(3), head)
            for head in ("SELECT ?a0", "SELECT (1 AS ?x)", "SELECT ?a0 ?a1 ?a2")
        ],
    ),
    "A30 descriptions": (
        _REFUSED | _ENDED,
        [
            _where(_cross(3), head)
            for head in ("DESCRIBE *", "DESCRIBE ?a0 ?a1 ?a2", "CONSTRUCT { ?a0 ?p1 ?b2 }")
        ],
    ),
}

_UPDATES: dict[str, tuple[frozenset[int], list[str]]] = {
    "A31 update of a cross product": (
        _ENDED,
        [
            f"INSERT {{ {template} }} WHERE {{ {_cross(times)} }}"
            for template, times in (("?a0 ?p1 ?b2", 3), ("?a0 <urn:x> ?b1 , ?b2", 3))
        ]
        + [f"DELETE {{ ?a0 ?p1 ?b2 }} WHERE {{ {_cross(3)} }}"],
    ),
    "A33 operations": (
        _REFUSED,
        [
            " ; ".join([operation] * 20_000)
            for operation in ("CLEAR DEFAULT", "INSERT DATA {}", "DELETE WHERE { <urn:x> ?p ?o }")
        ],
    ),
}

CLASSES: dict[str, list[Attack]] = {
    name: [Attack(name, text, statuses, kind) for text in texts]
    for kind, table in (("query", _QUERIES), ("update", _UPDATES))
    for name, (statuses, texts) in table.items()
}
