"""The gate before the readers: honest texts pass, texts that break parsers and planners do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import BadQuery, MimirError
from graph.readers.gate import NetworkRefused, QueryTooComplex, QueryTooLong, check
from graph.syntax.pattern_bounds import largest_repeat


def star(patterns: int, end: str = " . ") -> str:
    return end.join(f"?s <urn:p{number}> ?o{number}" for number in range(patterns))


def group(body: str, head: str = "SELECT * WHERE") -> str:
    return f"{head} {{ {body} }}"


HONEST = {
    "prefixes": "PREFIX ex: <http://e.org/> SELECT ?s { ?s a ex:C ; ex:p 1.5, -2, 'x'@en-GB }",
    "sixty-four": group(star(64)),
    "filters": group(" ".join("?s ?p ?o FILTER(?o > 1)" for _ in range(64))),
    "subselect": group("{ SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY ?n }"),
    "path": group("?s (<urn:a>|^<urn:b>)/(<urn:c>*)/!(<urn:d>|<urn:e>) ?o"),
    "sequence of alternations": group("?s " + "/".join(["(<urn:p>|^<urn:p>)"] * 12) + " ?o"),
    "rows": group("VALUES ?x { " + "1 " * 10_000 + "}"),
    "pairs": group("VALUES (?x ?y) { " + "(1 UNDEF) " * 10_000 + "}"),
    "typed rows": group("VALUES ?x { " + "'1'^^<urn:t> " * 10_000 + "}"),
    "long IN": group("FILTER(?x IN (" + ", ".join("-1" for _ in range(5_000)) + "))"),
    "terms in separate groups": group(" UNION ".join(group(star(60), "") for _ in range(10))),
    "chain": group("FILTER(" + " || ".join(f"?x = {number}" for number in range(200)) + ")"),
    "expression": "SELECT (1" + "+1" * 400 + " AS ?x) {}",
    "keywords in strings": group("?s ?p 'SERVICE <http://x/>' # LOAD <http://x/>"),
    "keywords in names": "PREFIX load: <urn:x> SELECT ?service { load:service load:LOAD ?service }",
    "keyword as language": group("?s ?p 'x'@service-load"),
    "regex": group("FILTER REGEX(?x, '^([0-9]{3}-){2}[0-9]{4}$')"),
    "dangerous elsewhere": group("FILTER REGEX(?x, '^(a+)+$')"),
    "braces in text": group("?s ?p 'a{9999}'"),
    "blank nodes": group("?s <urn:p> [ <urn:q> 1 ; <urn:r> [ <urn:t> 2 ] ] , (1 2 3)"),
    "template": "CONSTRUCT { " + star(200) + " } WHERE { ?s ?p ?o }",
}


@pytest.mark.parametrize("text", HONEST.values(), ids=HONEST)
def test_an_honest_query_passes(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { " + star(2_000).replace("?", "_:") + " }",
        "INSERT DATA { " + "<urn:s> <urn:p> 'x' . " * 20_000 + " }",
        "INSERT { " + star(200) + " } WHERE { ?s ?p ?o }",
        " ; ".join("INSERT DATA { <urn:s> <urn:p> 1 }" for _ in range(1_000)),
        "DELETE WHERE { GRAPH <urn:g> { " + star(64) + " } }",
    ],
    ids=["many blank nodes", "much data", "large template", "operations", "delete where"],
)
def test_an_honest_update_passes(text: str) -> None:
    check(text, update=True)


COMPLEX = {
    "groups": ("levels of nesting", "SELECT * " + "{" * 2_000 + "}" * 2_000),
    "parentheses": ("nesting", "SELECT (" + "(" * 10_000 + "1" + ")" * 10_000 + " AS ?x) {}"),
    "blank nodes": ("nesting", group("?s ?p " + "[ <urn:p> " * 20_000)),
    "collections": ("nesting", group("?s ?p " + "( " * 20_000)),
    "star": ("triple patterns", group(star(400))),
    "star by semicolons": ("triple patterns", group("?s " + "<urn:p> 1 ; " * 400)),
    "star by commas": ("triple patterns", group("?s ?p " + ", ".join("1" * 400))),
    "star by blank node": ("triple patterns", group("[ " + "<urn:p> 1 ; " * 400 + "]")),
    "star by collection": ("triple patterns", group("?s ?p (" + "1 " * 400 + ")")),
    "star between filters": ("triple patterns", group("?s ?p ?o FILTER(?o) " * 65)),
    "star of decimals": ("triple patterns", group("?s ?p 1.5 . " * 65)),
    "star in GRAPH": ("triple patterns", group(group(star(65), "GRAPH ?g"))),
    "star of names": ("triple patterns", group("ex:a ex:b ex:c. " * 65)),
    "star of CONSTRUCT": ("triple patterns", group(star(65), "CONSTRUCT {} WHERE")),
    "chain": ("triple patterns", group(" . ".join(f"?a{n} ?p ?a{n + 1}" for n in range(800)))),
    "path": ("steps of one path", group("?s " + "/".join(["<urn:p>"] * 1_000) + " ?o")),
    "grouped path": ("steps", group("?s " + "/".join(["(<urn:p>/<urn:p>)"] * 40) + " ?o")),
    "alternatives": ("steps", group("?s " + "|".join(["<urn:p>"] * 1_000) + " ?o")),
    "or": ("operators", group("FILTER(" + " || ".join(["true"] * 10_000) + ")")),
    "or of comparisons": ("operators", group("FILTER(" + "?x = 1 || " * 10_000 + "true)")),
    "not": ("operators", group("FILTER(" + "!" * 10_000 + "true)")),
    "not not": ("operators", group("FILTER " + "!" * 10_000 + "true")),
    "plus": ("operators", "SELECT (1" + "+1" * 10_000 + " AS ?x) {}"),
    "minus": ("operators", group("BIND(" + "- " * 10_000 + "1 AS ?x)")),
    "union": ("groups", group(" UNION ".join(["{ ?s ?p ?o }"] * 10_000))),
    "optional": ("groups", group("OPTIONAL { ?s ?p ?o } " * 501)),
    "bind": ("groups and filters", group("BIND(1 AS ?x) " * 501)),
    "rows": ("rows of VALUES", group("VALUES ?x { " + "1 " * 10_001 + "}")),
    "pairs": ("rows of VALUES", group("VALUES (?x ?y) { " + "(1 2) " * 10_001 + "}")),
    "rows at the end": ("rows", "SELECT * {} VALUES ?x { " + "1 " * 10_001 + "}"),
    "repeats": ("repetitions", group("FILTER REGEX(?x, 'a{1,1001}')")),
    "nested repeats": ("repetitions", group("FILTER REGEX(?x, '((a{1,1000}){1,1000}){1,1000}')")),
    "escaped repeats": ("repetitions", group("FILTER REGEX(?x, 'a\\u007B1001}')")),
    "split repeats": ("repetitions", group("FILTER REGEX(?x, CONCAT('a{9999}', 'b'))")),
    "replace": ("repetitions", group("BIND(REPLACE(?x, '''a{2000}''', '') AS ?y)")),
}


@pytest.mark.parametrize(("limit", "text"), COMPLEX.values(), ids=COMPLEX)
def test_a_text_past_a_limit_is_refused_and_the_limit_named(limit: str, text: str) -> None:
    with pytest.raises(QueryTooComplex, match=limit):
        check(text)


def test_the_limits_hold_in_updates_too() -> None:
    with pytest.raises(QueryTooComplex, match="triple patterns"):
        check("INSERT { ?s ?p 1 } WHERE { " + star(65) + " }", update=True)
    with pytest.raises(QueryTooComplex, match="triple patterns"):
        check("DELETE WHERE { " + star(65) + " }", update=True)
    with pytest.raises(QueryTooComplex, match="nesting"):
        check("INSERT DATA { <urn:s> <urn:p> " + "(" * 20_000 + " }", update=True)
    with pytest.raises(QueryTooComplex, match="operations"):
        check("CLEAR DEFAULT ; " * 100_000, update=True)


@pytest.mark.parametrize(
    "text",
    [
        group("SERVICE <http://127.0.0.1/> { ?s ?p ?o }"),
        group("service silent <http://127.0.0.1/> { ?s ?p ?o }"),
        group("?s ?p true.SERVICE<http://127.0.0.1/>{ ?s ?p ?o }"),
        group("SERVICE ?where { ?s ?p ?o }"),
        group("SERVICE # a note\n <http://127.0.0.1/> { ?s ?p ?o }"),
        group("SERVICE ex:there { ?s ?p ?o }"),
        group("FILTER EXISTS { SERVICE <http://allowed.example@127.0.0.1/> { ?s ?p ?o } }"),
        group("SERVICE <http://[bad/> { ?s ?p ?o }"),
        "LOAD <http://127.0.0.1/>",
        "LOAD SILENT <file:///etc/passwd> INTO GRAPH <urn:g>",
        "CLEAR DEFAULT ; load <http://127.0.0.1/>",
    ],
)
def test_service_and_load_are_refused(text: str) -> None:
    with pytest.raises(NetworkRefused, match="refused"):
        check(text, allow_services=["allowed.example"])


def test_a_host_on_the_allow_list_may_be_asked() -> None:
    for name in ("http://Allowed.example:8080/sparql", "https://\\u0061llowed.example/"):
        check(group(f"SERVICE SILENT <{name}> {{ ?s ?p ?o }}"), allow_services=["allowed.example"])


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'a\0b' }",
        "\0",
        "SELECT * { ?s ?p '\ud800' }",
        group("\\u0053ERVICE <http://127.0.0.1/> { ?s ?p ?o }"),
        group("SERV\\u0049CE <http://127.0.0.1/> { ?s ?p ?o }"),
        "SELECT * { ?s ?p ?o ) }",
        "SELECT * { ?s ?p ?o } }",
        "SELECT * { ?s ?p 'open }",
        group("FILTER REGEX(?x, '\\UFFFFFFFF')"),
    ],
    ids=repr,
)
def test_what_no_text_can_hold_is_a_bad_query(text: str) -> None:
    with pytest.raises(BadQuery) as caught:
        check(text)

    assert caught.value.code == "bad-query"


def test_a_text_past_its_bytes_is_too_long() -> None:
    check("#" * (256 << 10))
    for text in ("#" * ((256 << 10) + 1), "#" + "é" * (128 << 10)):
        with pytest.raises(QueryTooLong, match="262,144"):
            check(text)
    check("#" * (8 << 20), update=True)
    with pytest.raises(QueryTooLong):
        check("#" * ((8 << 20) + 1), update=True)


_WORDS = ["FILTER", "VALUES", "SELECT", "REGEX", "SERVICE", "GRAPH", "UNION", "?x", "ex:a", "1.5"]
_PIECES = st.sampled_from([*"{}()[].;,/|^\\@", *_WORDS, "<urn:a>", "'s'", '"""'])


@given(st.lists(_PIECES, max_size=60).map(" ".join) | st.text(max_size=200))
def test_any_text_passes_or_is_refused_by_name(text: str) -> None:
    try:
        check(text)
    except MimirError as error:
        assert isinstance(error, BadQuery)  # noqa: PT017 - both ends are allowed


@pytest.mark.parametrize(
    ("pattern", "largest"),
    [
        ("", 1),
        ("a{3}", 3),
        ("a{2,}", 2),
        ("a{1,9}b{5}", 9),
        ("(a{10}){20}", 200),
        ("((a{10})b){20}c{30}", 200),
        ("(a{10})?{20}", 200),
        ("a{10}{20}", 200),
        (r"\(a{10}\){20}", 20),
        ("[{10}]{20}", 20),
        ("(a{10}", 10),
        (")a{10}", 10),
        ("((((", 1),
    ],
)
def test_repeats_multiply_along_the_nesting(pattern: str, largest: int) -> None:
    assert largest_repeat(pattern) == largest
