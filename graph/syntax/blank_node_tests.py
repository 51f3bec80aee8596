"""`isBlank`, `isIRI` and `isURI` in queries over blank nodes that are kept as skolem IRIs.

Such a node is stored as an IRI below the project's skolem prefix and shown as a blank node, so the
three tests have to answer as for a blank node. Each call gets a comparison with the prefix beside
it; the text is read as tokens, the engine stays the judge of the grammar.
"""

from graph.syntax.tokens import Token, tokens
from graph.terms import Literal

_TESTS = frozenset({"ISBLANK", "ISIRI", "ISURI"})


def see_blank_nodes(text: str, skolem: str) -> str:
    """Give a text whose tests take IRIs that start with `skolem` for blank nodes.

    A test within the argument of another is read; the outer one, which is always false or an error
    of the author, stays as it is.

    Args:
        skolem: the prefix; empty leaves the text as it is.
    """
    if not skolem or not any(name in text.upper() for name in _TESTS):
        return text
    items = tokens(text)
    parts, end = [], 0
    for index, item in enumerate(items):
        close = _argument_end(items, index)
        if item.keyword in _TESTS and close:
            call = text[item.start : items[close].end]
            argument = text[items[index + 1].start : items[close].end]
            parts += [text[end : item.start], _widened(item.keyword, call, argument, skolem)]
            end = items[close].end
    return "".join((*parts, text[end:]))


def _argument_end(items: list[Token], index: int) -> int:
    """Give the index of the bracket that ends a call with no test within; 0: there is none."""
    depth = 0
    for at in range(index + 1, len(items)):
        if items[at].text == "(":
            depth += 1
        elif items[at].text == ")":
            depth -= 1
        elif items[at].keyword in _TESTS:
            return 0
        if depth == 0:
            return at if at > index + 1 else 0
    return 0


def _widened(test: str, call: str, argument: str, skolem: str) -> str:
    kept = " ".join(("STRSTARTS(STR", argument, ",", str(Literal(skolem)), ")"))
    if test == "ISBLANK":
        return " ".join(("(", call, "|| isIRI", argument, "&&", kept, ")"))
    return " ".join(("(", call, "&& !", kept, ")"))
