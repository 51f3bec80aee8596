"""SQL expressions that write RDF terms as N-Quads text, inside DuckDB.

Nothing is executed here. Grammar: N-Quads 1.1, https://www.w3.org/TR/n-quads/#sec-grammar. The
IRIs are those of `graph.names`: DuckDB's `url_encode` keeps the same characters as `names.encode`.
"""

from collections.abc import Sequence

from graph.lexical import quote_text
from graph.names import KEY_JOINT
from graph.terms import NamedNode
from graph.vocab import XSD

AS_IT_IS = "(FORMAT blob, USE_TMP_FILE false)"
"""Options of a COPY that writes the bytes of its one column as they are, in the order of rows.

The file stays the same one, so that it can be read while it grows.

The writer of CSV holds 122,880 rows of text at once, several gigabytes for a wide table; this one
holds a few megabytes and is faster (DuckDB 2.0, measured).
"""

# Only the quote, the backslash and the two line ends must be escaped in STRING_LITERAL_QUOTE.
_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"))
# The canonical texts of these types hold unreserved characters only.
_PLAIN_TYPES = frozenset({"integer", "decimal", "boolean", "date", "gYear"})


def escaped_sql(text: str) -> str:
    """Give the expression of `text` with the escapes of an N-Quads string."""
    for raw, escape in _ESCAPES:
        text = f"replace({text}, {quote_text(raw)}, {quote_text(escape)})"
    return text


def iri_sql(prefix: str, parts: Sequence[tuple[str, str]]) -> str:
    """Give the expression of an IRI without brackets; NULL when any part is.

    Args:
        prefix: the IRI up to the key.
        parts: (SQL expression of the text in NFC, XSD local name) of each key column.
    """
    texts = [
        part if datatype in _PLAIN_TYPES else f"url_encode({part})" for part, datatype in parts
    ]
    return f"({quote_text(prefix)} || " + f" || '{KEY_JOINT}' || ".join(texts) + ")"


def link_sql(subject: str, predicate: NamedNode, target: str, graph: NamedNode) -> str:
    """Give the expression of a quad between two IRIs, on a line of its own; '' without a target."""
    middle, end = quote_text(f"> {predicate} <"), quote_text(f"> {graph} .")
    return _present(target, f"concat(E'\\n<', {subject}, {middle}, {target}, {end})")


def literal_sql(
    subject: str,
    predicate: NamedNode,
    text: str,
    datatype: str,
    graph: NamedNode,
    *,
    language: str | None = None,
) -> str:
    """Give the expression of a quad with a literal, on a line of its own; '' without a text.

    Args:
        datatype: XSD local name.
        language: BCP 47 tag of a string.
    """
    value = escaped_sql(text) if datatype == "string" else text
    kind = "" if datatype == "string" else f"^^{XSD.term(datatype)}"
    if language:
        kind = f"@{language}"
    middle, end = quote_text(f'> {predicate} "'), quote_text(f'"{kind} {graph} .')
    return _present(text, f"concat(E'\\n<', {subject}, {middle}, {value}, {end})")


def _present(text: str, line: str) -> str:
    return f"(CASE WHEN {text} IS NULL THEN '' ELSE {line} END)"
