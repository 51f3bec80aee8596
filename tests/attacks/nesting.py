"""Everything in SPARQL that can stand within itself, and everything that can stand in a row."""


def _where(body: str, head: str = "SELECT *") -> str:
    return f"{head} WHERE {{ {body} }}"


def nested(depth: int) -> dict[str, str]:
    """Give queries, each with one construct within itself, by name."""

    def within(opener: str, closer: str, core: str = "1") -> str:
        return opener * depth + core + closer * depth

    def bind(opener: str, closer: str = ")", core: str = "1") -> str:
        return _where(f"BIND({within(opener, closer, core)} AS ?x)")

    return {
        "groups": _where(within("{", "}", "?s ?p ?o")),
        "absence": _where(within("FILTER NOT EXISTS { ", "}", "?s ?p ?o")),
        "presence in filters": _where(f"FILTER({within('EXISTS { FILTER(', ') }', 'true')})"),
        "optionals": _where(within("?s ?p ?o OPTIONAL { ", "}", "?s ?p ?o")),
        "sub-selects": _where(within("{ SELECT * { ", "} }", "?s ?p ?o")),
        "differences": _where(within("?s ?p ?o MINUS { ", "}", "?s ?p ?o")),
        "graphs": _where(within("GRAPH ?g { ", "}", "?s ?p ?o")),
        "laterals": _where(within("LATERAL { ", "}", "?s ?p ?o")),
        "brackets": _where(f"FILTER({within('(', ')', 'true')})"),
        "negations": _where(f"FILTER({'!' * depth}true)"),
        "signs": _where(f"FILTER({'- ' * depth}1)"),
        "conditions": bind("IF(true, ", ", 2)"),
        "alternatives": bind("COALESCE("),
        "texts": bind("CONCAT('a', ", ")", "'b'"),
        "text of text": bind("STR(", ")", "?s"),
        "tests of tests": bind("isBlank(", ")", "?s"),
        "lists of values": _where(f"FILTER(1 IN {within('(1 IN ', ')', '(1)')})"),
        "unknown functions": bind("<urn:f>("),
        "triple terms": bind("<<( <urn:a> <urn:b> ", " )>>"),
        "reified triples": _where(within("<< ", " >>", "?s ?p ?o") + " ?x ?y"),
        "annotations": _where("?s ?p ?o " + within("{| ?a ?b ", "|}", "")),
        "paths": _where(f"?s {within('(', ')', '<urn:p>')} ?o"),
        "stars": _where(f"?s {within('(', ')*', '<urn:p>')} ?o"),
        "inverses": _where(f"?s {within('^(', ')', '<urn:p>')} ?o"),
        "negated paths": _where(f"?s {'!' * depth}<urn:p> ?o"),
        "blank nodes": _where(f"?s ?p {within('[ <urn:p> ', ']')}"),
        "collections": _where(f"?s ?p {within('(', ')')}"),
        "template": f"CONSTRUCT {{ ?s ?p {within('[ <urn:p> ', ']')} }} WHERE {{ ?s ?p ?o }}",
        "order": f"SELECT * {{ ?s ?p ?o }} ORDER BY {within('(', ')', '?s')}",
        "aggregates": f"SELECT (COUNT({within('(', ')', '?s')}) AS ?n) {{ ?s ?p ?o }}",
        "values": f"SELECT * {{}} VALUES ?x {{ {within('<<( <urn:a> <urn:b> ', ' )>>')} }}",
    }


def repeated(times: int) -> dict[str, str]:
    """Give queries, each with one construct many times in a row, by name."""
    numbers = range(times)
    return {
        "values": _where(f"VALUES ?x {{ {'1 ' * times} }}"),
        "list of values": _where(f"FILTER(?x IN ({','.join(['1'] * times)}))"),
        "arguments": _where(f"BIND(COALESCE({','.join(['?y'] * times)}) AS ?x)"),
        "binds": _where(" ".join(f"BIND(1 AS ?v{number})" for number in numbers)),
        "filters": _where(" ".join(f"FILTER(?s != {number})" for number in numbers)),
        "unions": _where(" UNION ".join(["{ ?s ?p ?o }"] * times)),
        "objects": _where("?s <urn:p> " + ",".join(f"?o{number}" for number in numbers)),
        "members": _where(f"?s ?p ({'1 ' * times})"),
        "negated names": _where(f"?s !({'|'.join(f'<urn:p{number}>' for number in numbers)}) ?o"),
        "columns": f"SELECT {' '.join(f'?v{number}' for number in numbers)} {{}}",
        "prefixes": "PREFIX a: <urn:> " * times + "ASK {}",
        "graphs": f"SELECT * {'FROM <urn:g> ' * times}{{}}",
        "keys": f"SELECT * {{}} ORDER BY {'?x ' * times}",
        "groups": f"SELECT (COUNT(*) AS ?n) {{}} GROUP BY {'?s ' * times}",
        "described": f"DESCRIBE {'<urn:a> ' * times}",
        "template": f"CONSTRUCT {{ {'?s ?p ?o . ' * times} }} WHERE {{ ?s ?p ?o }}",
        "digits": _where(f"BIND({'9' * times} * 1.{'1' * times} AS ?x)"),
        "language": _where(f"?s ?p 'a'@{'en-' * times}x"),
        "separators": _where("?s ?p ?o " + ";" * times),
        "comments": "#\n" * times + "ASK {}",
    }
