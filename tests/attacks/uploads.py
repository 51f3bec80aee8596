"""Bodies for the Graph Store that want memory, time, the network, or the graphs of others."""

import gzip

VANDAL_META = "http://mimir.local/p/vandal/graph/meta"
TURTLE, XML, JSON_LD = "text/turtle", "application/rdf+xml", "application/ld+json"
QUADS, TRIG, PATCH = "application/n-quads", "application/trig", "application/rdf-patch"
_DEEP = 50_000
_SPACES = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:"'


def _rdf(inside: str, more: str = "") -> str:
    return f"<rdf:RDF {_SPACES} {more}>{inside}</rdf:RDF>"


def _item(text: str) -> str:
    return _rdf(f'<rdf:Description rdf:about="urn:x"><e:p>{text}</e:p></rdf:Description>')


def _laughs(levels: int) -> str:
    names = [chr(ord("a") + number) for number in range(levels + 1)]
    later = [f"<!ENTITY {name} '{f'&{names[at]};' * 10}'>" for at, name in enumerate(names[1:])]
    return f"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>{''.join(later)}]>"


def hostile(port: int) -> dict[str, tuple[str, str | bytes]]:
    """Give media types and bodies that no graph can be made of, by name.

    Args:
        port: of a listener that nobody may reach.
    """
    sink = f"http://127.0.0.1:{port}/"
    return {
        "laughs": (XML, _laughs(9) + _item("&j;")),
        "laughs in UTF-16": (XML, (_laughs(9) + _item("&j;")).encode("utf-16")),
        "blow-up": (XML, f"<!DOCTYPE r [<!ENTITY x '{'a' * 100_000}'>]>" + _item("&x;" * 20_000)),
        "external file": (
            XML,
            '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _item("&x;"),
        ),
        "external entity": (XML, f'<!DOCTYPE r [<!ENTITY x SYSTEM "{sink}">]>' + _item("&x;")),
        "parameter entity": (
            XML,
            f'<!DOCTYPE r [<!ENTITY % x SYSTEM "{sink}"> %x;]>' + _item("&x;"),
        ),
        "deep elements": (XML, "<a>" * _DEEP),
        "deep nodes": (XML, _rdf("<e:A><e:p>" * _DEEP + "</e:p></e:A>" * _DEEP)),
        "attributes": (
            XML,
            _rdf(f"<e:A {' '.join(f'e:a{number}=0' for number in range(_DEEP))}/>"),
        ),
        "remote context": (JSON_LD, f'{{"@context": "{sink}", "@id": "urn:a", "p": 1}}'),
        "file context": (JSON_LD, '{"@context": "file:///etc/passwd", "@id": "urn:a", "p": 1}'),
        "imported context": (
            JSON_LD,
            f'{{"@context": {{"@version": 1.1, "@import": "{sink}"}}, "@id": "urn:a", "urn:p": 1}}',
        ),
        "deep JSON": (JSON_LD, '{"urn:p":' * _DEEP + "1" + "}" * _DEEP),
        "half of JSON": (JSON_LD, '[{"@id": "urn:a", "urn:p": [1, 2'),
        "quoted triples": (TURTLE, "<< " * _DEEP + "<urn:a> <urn:b> 1" + " >>" * _DEEP),
        "triple terms": (
            TURTLE,
            f"<urn:a> <urn:b> {'<<( <urn:a> <urn:b> ' * _DEEP}1{' )>>' * _DEEP} .",
        ),
        "no end": (TURTLE, "<urn:a> <urn:b> '''" + "a" * 1_000_000),
        "no UTF-8": (TURTLE, b"<urn:a> <urn:b> '\xff\xfe' ."),
        "UTF-16": (TURTLE, "<urn:a> <urn:b> 1 .".encode("utf-16")),
        "compressed": (TURTLE, gzip.compress(b"<urn:a> <urn:b> 1 .")),
        "surrogate": (TURTLE, "<urn:a> <urn:b> '\\ud800' ."),
        "end of an IRI": (TURTLE, "<urn:a\\u003E> <urn:b> 1 ."),
        "graph of the platform": (QUADS, f"<urn:a> <urn:b> <urn:c> <{VANDAL_META}> ."),
        "graph of the engine": (QUADS, "<urn:a> <urn:b> <urn:c> <urn:mimir:sequence> ."),
        "escaped graph": (TRIG, f"GRAPH <{VANDAL_META[:-4]}\\u006Deta> {{ <urn:a> <urn:b> 1 }}"),
        "graph in JSON-LD": (
            JSON_LD,
            f'{{"@id": "{VANDAL_META}", "@graph": [{{"@id": "urn:a", "urn:p": 1}}]}}',
        ),
        "patch that is none": (PATCH, "garbage"),
        "half of a patch": (PATCH, "A <urn:a> <urn:b> <urn:c> .\nA"),
        "patch of the platform": (PATCH, f"A <urn:a> <urn:b> <urn:c> <{VANDAL_META}> ."),
        "patch of the engine": (PATCH, "D <urn:a> <urn:b> <urn:c> <urn:mimir:sequence> ."),
        "patch of triple terms": (PATCH, "A <urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> ."),
        "patch of bytes": (PATCH, b"\xff\xfe\x00"),
        "patch of brackets": (PATCH, "A " + "<" * 100_000),
    }


# Strange, but graphs all the same: they are read, and given back in every format that has words.
STRANGE: dict[str, tuple[str, str | bytes]] = {
    "Latin-1 in XML": (
        XML,
        ('<?xml version="1.0" encoding="iso-8859-1"?>' + _item("é")).encode("latin-1"),
    ),
    "byte order mark": (TURTLE, "\ufeff<urn:a> <urn:b> 1 ."),
    "file as base": (TURTLE, "@base <file:///etc/> . <passwd> <p> <x> ."),
    "XML literal": (
        XML,
        _rdf(
            '<rdf:Description rdf:about="urn:x"><e:p rdf:parseType="Literal">'
            "<script>alert(1)</script></e:p></rdf:Description>"
        ),
    ),
    "XInclude": (
        XML,
        _item('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
    ),
    "control characters": (TURTLE, "<urn:a> <urn:b> '\x0b\x01\x7f\u2028\ufffe\0' ."),
    "node of another file": (
        TURTLE,
        "<http://mimir.local/p/vandal/.well-known/genid/u1> <urn:b> _:x .",
    ),
    "blank graph": (TRIG, "GRAPH _:g { <urn:a> <urn:b> 1 }"),
    "declarations": (TURTLE, "".join(f"@prefix a{n}: <urn:{n}> .\n" for n in range(_DEEP))),
    "empty": (TURTLE, ""),
}
