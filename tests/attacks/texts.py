"""Further texts against parser, planner and memory, by the place where they grow."""

from tests.attacks.target import Attack

_ENDED, _REFUSED, _FINE, _BAD = (frozenset({status}) for status in (503, 422, 200, 400))
_LONG = frozenset({413})
_ANY = _FINE | _BAD | _REFUSED | _ENDED | _LONG
_THREE = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
_GEO = (
    "PREFIX f: <http://www.opengis.net/def/function/geosparql/> "
    "PREFIX geo: <http://www.opengis.net/ont/geosparql#> "
)


def _where(body: str, head: str = "SELECT *") -> str:
    return f"{head} WHERE {{ {body} }}"


def _nested(opener: str, closer: str, depth: int = 5_000, around: str = "$x") -> str:
    return around.replace("$x", opener * depth + "1" + closer * depth)


def _binds(function: str, times: int, start: str = "'ab'") -> str:
    steps = [f"BIND({function.format(f'?v{n}')} AS ?v{n + 1})" for n in range(times)]
    return _where(
        f"BIND({start} AS ?v0) " + " ".join(steps), f"SELECT (STRLEN(STR(?v{times})) AS ?n)"
    )


def _many(part: str, times: int) -> str:
    return " ".join(part.replace("$n", str(number)) for number in range(times))


def _regex(pattern: str) -> str:
    return _where(f"?s ?p ?o FILTER REGEX(STR(?o), '{pattern}')")


_QUERIES: dict[str, tuple[frozenset[int], list[str]]] = {
    "nested: every bracket": (
        _REFUSED,
        [
            _where(before + opener * 5_000 + closer * times)
            for opener, closer in ("{}", "()", "[]")
            for before in ("", "FILTER", "BIND", "VALUES ?x ", "?s ?p ", "GRAPH <urn:g> ")
            for times in (0, 5_000)
        ],
    ),
    "nested: calls and terms": (
        _REFUSED,
        [
            _nested("STR(", ")", around="SELECT ($x AS ?y) {}"),
            _nested("1 IN (", ")", around="ASK { FILTER($x) }"),
            _nested("TRIPLE(<urn:a>,<urn:b>,", ")", around="SELECT ($x AS ?y) {}"),
            _nested("<<( <urn:a> <urn:b> ", " )>>", 3_000, "ASK { ?s ?p $x }"),
            _nested("<< ", " >> <urn:p> 1 ", 5_000, "ASK { $x }"),
            _nested("!(", ")", around="ASK { ?s $x ?o }"),
            _nested("{| <urn:a> <urn:b> ", " |}", around="ASK { ?s ?p ?o $x }"),
            _where("{SELECT * WHERE " * 3_000),
            _where("FILTER EXISTS{" * 3_000),
            "CONSTRUCT { ?s ?p " + "[ <urn:p> " * 20_000 + " } WHERE {}",
        ],
    ),
    "chains of signs": (
        _REFUSED,
        [
            _where("?s <urn:p>" + "*" * 50_000 + " ?o"),
            _where("?s <urn:p>" + "+" * 50_000 + " ?o"),
            "SELECT (" + "- " * 50_000 + "1 AS ?x) {}",
            "SELECT (1" + " -1" * 20_000 + " AS ?x) {}",
            "SELECT (?a" + " -1 +1" * 10_000 + " AS ?x) {}",
        ],
    ),
    "lists: expressions and clauses": (
        _ANY,
        [
            _where("?s ?p ?o FILTER(?o IN (" + ",".join(["1"] * 60_000) + "))"),
            "SELECT (COALESCE(" + ",".join(["1/0"] * 40_000) + ") AS ?x) {}",
            "SELECT " + _many("(?x$n + 1 AS ?y$n)", 8_000) + " {}",
            "SELECT * {?s ?p ?o} ORDER BY " + _many("DESC(?o + $n)", 6_000),
            "SELECT (COUNT(*) AS ?n) {?s ?p ?o} GROUP BY " + _many("(?o + $n AS ?x$n)", 6_000),
            "SELECT (COUNT(*) AS ?n) {?s ?p ?o} HAVING " + _many("(COUNT(*) > $n)", 6_000),
            "DESCRIBE " + _many("<urn:n$n>", 15_000),
            "CONSTRUCT {" + _many("?s <urn:p$n> ?o .", 9_000) + "} WHERE {?s ?p ?o . ?t ?q ?u}",
            _many("PREFIX p$n: <urn:$n/>", 9_000) + " ASK {}",
            "BASE <http://a/> " + "BASE <a/> " * 15_000 + " ASK {}",
            _where(_many("VALUES ?v {" + " 1" * 9_000 + "}", 8)),
        ],
    ),
    "parts: as many as the gate lets pass": (
        _ANY,
        [
            _where(_many(part, 490))
            for part in (
                "OPTIONAL{?s <urn:p$n> ?o$n}",
                "GRAPH ?g$n {?s$n ?p$n ?o$n}",
                "{SELECT ?s$n {?s$n ?p$n ?o$n}}",
                "MINUS{?s$n ?p ?o}",
                "BIND($n AS ?x$n)",
                "FILTER(?o != $n)",
            )
        ],
    ),
    "huge terms": (
        _ANY,
        [
            _where("?s <urn:" + "a" * 250_000 + "> ?o"),
            _where("?s ?p '" + "a" * 250_000 + "'"),
            "SELECT (" + "9" * 250_000 + " AS ?x) {}",
            "SELECT (0." + "9" * 250_000 + " AS ?x) {}",
            "SELECT ?" + "a" * 200_000 + " {}",
            "SELECT ('a'@" + "a-" * 60_000 + "b AS ?x) {}",
            "SELECT * {} LIMIT 99999999999999999999999999",
            "SELECT * {?s ?p ?o} ORDER BY ?s LIMIT 18446744073709551615",
            _where("?s ?p ?o " + ";" * 200_000),
        ],
    ),
    "texts that grow": (
        _ENDED,
        [
            _binds("UCASE(CONCAT({0}, {0}))", 60),
            _binds("CONCAT({0}, SHA512({0}), {0})", 60),
            _binds("REPLACE({0}, '', {0})", 8, "'abcdefgh'"),
            _binds("STR(IRI(CONCAT({0}, {0})))", 60, "'urn:ab'"),
        ],
    ),
    "aggregates over a cross product": (
        _ENDED,
        [
            _where(_THREE, f"SELECT ({name}(DISTINCT CONCAT(STR(?a), STR(?d), STR(?g))) AS ?n)")
            for name in ("SAMPLE", "MAX", "AVG", "SUM", "GROUP_CONCAT")
        ]
        + [
            _where(_THREE, "SELECT ?a ?d ?g (COUNT(*) AS ?n)") + " GROUP BY ?a ?d ?g",
            _where(_THREE) + " ORDER BY RAND() LIMIT 1",
        ],
    ),
    "paths over a circle": (
        _ENDED | _FINE,
        [
            _where(f"?s {path} ?o", "SELECT (COUNT(*) AS ?n)")
            for path in (
                "(<urn:p>|<urn:q>|^<urn:p>)*/<urn:p>*",
                "(" * 20 + "<urn:p>" + "|^<urn:p>)*" * 20,
                "/".join(["(<urn:p>|<urn:q>|^<urn:p>)*"] * 15),
                "/".join(["<urn:p>?"] * 60),
                "(!(<urn:a>|^<urn:b>))*/(!<urn:c>)*",
            )
        ],
    ),
    "patterns: hidden repeats": (
        _REFUSED,
        [
            _regex(pattern)
            for pattern in (
                "(?:(?:a{100}){100}){100}",
                "(a{0,999}){0,999}",
                "(?i)(a|b|c){1,1000}{1,1000}",
                "(?x) a {99999} ",
                "(a{31}){31}{31}",
                "\\\\u0061{99999}",
                "a\\u007B99999}",
            )
        ],
    ),
    "patterns: large but bounded": (
        _ANY,
        [
            _regex(pattern)
            for pattern in (
                "[\\\\p{L}\\\\p{N}]{1,1000}",
                "a{1000}b{1000}" * 20,
                "." * 50_000,
                "(" * 2_000 + ")" * 2_000,
                "[a-z&&[^b]]" * 3_000,
            )
        ]
        + [
            _where("BIND(CONCAT('(a{1,', '900}){1,', '900}') AS ?r) FILTER REGEX('aaaa', ?r)"),
            _where(_THREE + " FILTER REGEX(STR(?c), CONCAT('(', STR(?f), '){1', '000}'))"),
        ],
    ),
    "A25 geometry": (
        _ANY,
        [
            _GEO + text
            for text in (
                "SELECT (f:sfIntersects('POLYGON((0 0,1 1,0 1,1 0,0 0))'^^geo:wktLiteral, "
                "'POINT(NaN 1e999)'^^geo:wktLiteral) AS ?x) {}",
                "SELECT (f:buffer('POINT(0 0)'^^geo:wktLiteral, 1e300, <urn:m>) AS ?x) {}",
                _binds("CONCAT({0}, {0})", 18, "'0 0,1 1,'").replace(
                    "STRLEN(STR(?v18))",
                    "f:sfWithin(STRDT(CONCAT('POLYGON((', ?v18, '0 0))'), geo:wktLiteral), "
                    "'POINT(0 0)'^^geo:wktLiteral)",
                ),
                _where(
                    f"{_THREE} FILTER(f:sfTouches(STRDT(STR(?c), geo:wktLiteral), "
                    "STRDT(STR(?f), geo:wktLiteral)))",
                    "SELECT (COUNT(*) AS ?n)",
                ),
                "ASK { FILTER(f:sfContains('POLYGON((" + "0 1," * 40_000 + "0 1))', ?x)) }",
            )
        ],
    ),
}

_UPDATES: dict[str, tuple[frozenset[int], list[str]]] = {
    "updates: nested data": (
        _REFUSED,
        [
            "INSERT DATA { <urn:s> <urn:p> " + opener * 20_000 + closer * 20_000 + " }"
            for opener, closer in (
                ("[ <urn:p> ", "]"),
                ("(", ")"),
                ("<<( <urn:a> <urn:b> ", " )>>"),
            )
        ]
        + ["INSERT DATA { " + "<< " * 20_000 + " }"],
    ),
    "updates: growth": (
        _ENDED,
        [
            "INSERT { ?a <urn:grow> ?f } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
            "INSERT { GRAPH ?f { ?a ?b ?c } } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
            "INSERT { " + _many("?a <urn:p$n> ?c .", 5_000) + " } WHERE { ?a ?b ?c . ?d ?e ?f }",
            " ; ".join(
                ["INSERT { ?a ?b ?g } WHERE { ?a ?b ?c BIND(CONCAT(STR(?c), STR(?c)) AS ?g) }"] * 30
            ),
        ],
    ),
}

CLASSES: dict[str, list[Attack]] = {
    name: [Attack(name, text, statuses, kind) for text in texts]
    for kind, table in (("query", _QUERIES), ("update", _UPDATES))
    for name, (statuses, texts) in table.items()
}
