"""Random shapes and data for tests, as Turtle text: all of SHACL Core, nested and not recursive."""

from functools import cache

from hypothesis import strategies as st

NODES = [":n0", ":n1", ":n2", ":n3", "_:b"]
PREDICATES = [":p", ":q", ":r"]
CLASSES = [":C", ":D", ":E"]
LITERALS = [
    "1", "2", "-1", "1.0", "2.50", "1.0e0", '"2"^^xsd:float', '"NaN"^^xsd:double',
    '"INF"^^xsd:double', '"1"', '"b"', '"bb"', '""', '"B b"', '"b"@en', '"c"@en', '"c"@EN',
    '"c"@en-GB', '"d"@de', '"x"^^xsd:integer', '"1.5"^^xsd:integer', '"7"^^xsd:int',
    '"-7"^^xsd:nonNegativeInteger',
    '"2020-01-01"^^xsd:date', '"2020-01-02"^^xsd:date', '"2020-01-01Z"^^xsd:date',
    '"2020-13-01"^^xsd:date', '"2020-01-01T00:00:00"^^xsd:dateTime',
    '"2020-01-01T00:00:00Z"^^xsd:dateTime', '"2020-01-01T10:00:00+09:00"^^xsd:dateTime',
    '"10:00:00"^^xsd:time', '"2020"^^xsd:gYear', '"P1D"^^xsd:duration', "true",
    '"http://x/"^^xsd:anyURI', '"line\\nbreak"', '"a.b"', '"é"', '"😀"', '"z"^^:own',
]  # fmt: skip
NUMBERS = ["1", "2", "-1", "1.0", "2.50", "1.0e0", '"2"^^xsd:float', '"INF"^^xsd:double']
PATHS = [":p", ":q", ":r", "[ sh:inversePath :p ]", "( :p :q )", "( :p :q :r )",
         "[ sh:alternativePath ( :p :q ) ]", "[ sh:alternativePath ( :p [ sh:inversePath :q ] ) ]",
         "[ sh:zeroOrMorePath :p ]", "[ sh:oneOrMorePath :p ]", "[ sh:zeroOrOnePath :q ]",
         "( :p [ sh:zeroOrMorePath :q ] )", "( [ sh:inversePath :p ] :q )",
         "[ sh:oneOrMorePath [ sh:alternativePath ( :p :q ) ] ]",
         "( [ sh:zeroOrOnePath :p ] [ sh:zeroOrOnePath :q ] )",
         "[ sh:inversePath [ sh:alternativePath ( :p :q ) ] ]",
         "[ sh:zeroOrMorePath [ sh:inversePath :r ] ]"]  # fmt: skip
_TYPES = ["xsd:integer", "xsd:string", "xsd:date", "xsd:dateTime", "xsd:decimal", "xsd:double",
          "xsd:boolean", "rdf:langString", "xsd:time", "xsd:anyURI", ":own", "xsd:gYear",
          "xsd:duration", "xsd:float"]  # fmt: skip
_KINDS = ["IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"]
_LIMITS = ["0", "1", "2", "1.5", "1.0e0"]
_PATTERNS = ['"^[b1]"', '"B" ; sh:flags "i"', '"^b$"', '"^b" ; sh:flags "m"', '"n[0-9]$"',
             '"^.$"', '"\\\\d"', '"^$"']  # fmt: skip
_LANGUAGES = ['"en"', '"de"', '"en-GB"', '"EN"', '"en" "de"', '"*"']

_node = st.sampled_from(NODES)
_named = st.sampled_from(NODES[:-1])
_value = st.one_of(st.sampled_from(LITERALS), _node)
_predicate = st.sampled_from(PREDICATES)
_class = st.sampled_from(CLASSES)
_constant = st.one_of(st.sampled_from(LITERALS), _named)
paths = st.sampled_from(PATHS)


def _rule(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return values.map(lambda value: f"sh:{name} {value}")


def _listed(items: st.SearchStrategy[str], least: int = 1, most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(items, min_size=least, max_size=most).map(lambda all_: f"( {' '.join(all_)} )")


triples = st.lists(
    st.one_of(
        st.tuples(_node, _predicate, _value),
        st.tuples(_node, _predicate, _value),
        st.tuples(_node, st.just("a"), _class),
    ).map(" ".join),
    max_size=14,
)
hierarchies = st.lists(
    st.sampled_from([":D rdfs:subClassOf :C", ":E rdfs:subClassOf :D", ":C rdfs:subClassOf :E"]),
    max_size=2,
    unique=True,
)
targets = st.lists(
    st.one_of(
        _rule("targetClass", _class),
        _rule("targetNode", st.one_of(_named, st.sampled_from([*NUMBERS, '"b"', '"b"@en']))),
        _rule("targetSubjectsOf", _predicate),
        _rule("targetObjectsOf", _predicate),
    ),
    min_size=1,
    max_size=2,
).map(" ; ".join)
_value_rules = st.one_of(
    _rule("datatype", st.sampled_from(_TYPES)),
    _rule("nodeKind", st.sampled_from([f"sh:{kind}" for kind in _KINDS])),
    _rule("class", _class),
    _rule("in", _listed(_constant)),
    _rule("pattern", st.sampled_from(_PATTERNS)),
    _rule("minLength", st.sampled_from(["0", "1", "2", "12"])),
    _rule("maxLength", st.sampled_from(["0", "1", "2", "12"])),
    _rule("hasValue", _constant),
    _rule("languageIn", st.sampled_from(_LANGUAGES).map("( {} )".format)),
    _rule("equals", _predicate),
    _rule("disjoint", _predicate),
    *(
        _rule(name, st.sampled_from(_LIMITS))
        for name in ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive")
    ),
)
_path_rules = st.one_of(
    _rule("minCount", st.sampled_from("0123")),
    _rule("maxCount", st.sampled_from("012")),
    _rule("uniqueLang", st.sampled_from(["true", "false"])),
    _rule("lessThan", _predicate),
    _rule("lessThanOrEquals", _predicate),
)
_remarks = st.sampled_from(
    ["", "", "", "sh:severity sh:Warning", "sh:severity :Grave", 'sh:message "so"',
     'sh:message "so"@en, "ainsi"@fr', "sh:deactivated true", "sh:deactivated false"]
)  # fmt: skip


def _kind(rule: str) -> str:
    return rule.split()[0]


def _some(rules: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(rules, max_size=most, unique_by=_kind).map(" ; ".join)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda found: " ; ".join(filter(None, found)))


def _inner(depth: int) -> st.SearchStrategy[str]:
    shapes = node_shapes(depth) | property_shapes(depth)
    named = st.sampled_from([":N0", ":N1", ":P0"])
    return st.one_of(shapes.map("[ {} ]".format), shapes.map("[ {} ]".format), named)


def _inner_node(depth: int) -> st.SearchStrategy[str]:
    shapes = node_shapes(depth)
    return st.one_of(shapes.map("[ {} ]".format), st.sampled_from([":N0", ":N1"]))


def _referring(depth: int) -> st.SearchStrategy[str]:
    inner = _inner(depth)
    shapes = property_shapes(depth)
    properties = st.one_of(shapes.map("[ {} ]".format), st.just(":P0"))
    return st.one_of(
        _rule("not", inner),
        _rule("node", _inner_node(depth)),
        _rule("or", _listed(inner)),
        _rule("and", _listed(inner)),
        _rule("xone", _listed(inner)),
        _rule("property", properties),
        st.tuples(properties, properties).map(lambda two: f"sh:property {two[0]}, {two[1]}"),
    )


def _closed() -> st.SearchStrategy[str]:
    ignored = st.sampled_from(["( rdf:type )", "( rdf:type :p )", "( :q )"])
    return ignored.map("sh:closed true ; sh:ignoredProperties {}".format)


def _qualified(depth: int) -> st.SearchStrategy[str]:
    counts = st.sampled_from(
        ["sh:qualifiedMinCount 1", "sh:qualifiedMaxCount 1", "sh:qualifiedMaxCount 0",
         "sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1", "sh:qualifiedMinCount 2"]
    )  # fmt: skip
    disjoint = st.sampled_from(["", "sh:qualifiedValueShapesDisjoint true"])
    return _joined(_rule("qualifiedValueShape", _inner(depth)), counts, disjoint)


@st.composite
def node_shapes(draw: st.DrawFn, depth: int) -> str:
    """Give the inside of a node shape, nested up to `depth`."""
    return draw(_node_shapes(depth))


@st.composite
def property_shapes(draw: st.DrawFn, depth: int) -> str:
    """Give the inside of a property shape, nested up to `depth`."""
    return draw(_property_shapes(depth))


@cache
def _node_shapes(depth: int) -> st.SearchStrategy[str]:
    own = _some(_value_rules, 2)
    if not depth:
        return own
    rules = st.one_of(_value_rules, _referring(depth - 1), _referring(depth - 1))
    whole = _joined(_some(rules, 2), _remarks)
    return st.one_of(own, whole, whole, _joined(whole, _closed()))


@cache
def _property_shapes(depth: int) -> st.SearchStrategy[str]:
    path = paths.map("sh:path {}".format)
    own = _joined(path, _some(_path_rules, 2), _some(_value_rules, 2))
    if not depth:
        return own
    rules = st.one_of(_path_rules, _value_rules, _referring(depth - 1))
    return st.one_of(
        own,
        _joined(path, _some(rules, 3), _remarks),
        _joined(path, _some(_path_rules, 1), _qualified(depth - 1)),
    )


def _family() -> st.SearchStrategy[str]:
    # Siblings, so that disjointness of qualified shapes has something to exclude.
    member = _joined(paths.map("sh:path {}".format), _qualified(0)).map("[ {} ]".format)
    return st.tuples(member, member).map(lambda two: f"sh:property {two[0]}, {two[1]}")


_roots = st.one_of(
    st.tuples(targets, node_shapes(2)).map(lambda part: f"{part[0]} ; {part[1]} ; a sh:NodeShape"),
    st.tuples(targets, property_shapes(2)).map(
        lambda part: f"{part[0]} ; {part[1]} ; a sh:PropertyShape"
    ),
    st.tuples(targets, _family()).map(lambda part: f"{part[0]} ; {part[1]} ; a sh:NodeShape"),
)
_class_roots = node_shapes(1).map(":C a rdfs:Class, sh:NodeShape ; {} .".format)
_library = st.tuples(node_shapes(0), node_shapes(0), property_shapes(0)).map(
    lambda part: (
        f":N0 a sh:NodeShape ; {part[0]} . :N1 a sh:NodeShape ; {part[1]} . "
        f":P0 a sh:PropertyShape ; {part[2]} ."
    )
)
shapes = st.tuples(
    _library,
    st.lists(_roots, min_size=1, max_size=2).map(
        lambda bodies: " ".join(f":S{place} {body} ." for place, body in enumerate(bodies))
    ),
    st.one_of(st.just(""), st.just(""), _class_roots),
).map("\n".join)
data = st.tuples(triples, hierarchies).map(lambda part: [*part[0], *part[1]])


def turtle(lines: list[str]) -> str:
    """Write triples as Turtle."""
    return "\n".join(f"{line} ." for line in lines)
