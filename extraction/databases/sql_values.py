"""Values of SQL rows: literals, and the few calls that dumps write around them; nothing is run."""

from collections.abc import Sequence

from extraction.databases.sql_tokens import Token, text_of

_TYPED = ("DATE", "TIMESTAMP", "TIME", "DATETIME")
_READ = ("TO_DATE", "TO_TIMESTAMP", "TO_CLOB", "UNISTR")
_WORDS = {"NULL": None, "TRUE": "true", "FALSE": "false"}


class NoLiteral(ValueError):
    """The value has to be computed."""


def value_of(tokens: Sequence[Token], *, backslash: bool) -> str | None:
    """Give the text of a value, None for NULL.

    Besides literals these are read as what they stand for: `CAST(x AS t)`, `x::t`, `DATE 'x'`,
    `TO_DATE('x', ...)`, and `replace('x', '\\n', char(10))` as SQLite dumps write line ends.

    Raises:
        NoLiteral: it is an expression.
    """
    place = next((i for i, token in enumerate(tokens) if token.text == "::"), len(tokens))
    tokens = tokens[:place]
    while len(tokens) > 2 and (tokens[0].text, tokens[-1].text) == ("(", ")"):
        tokens = tokens[1:-1]
    if not tokens:
        raise NoLiteral
    first, word = tokens[0], tokens[0].text.upper()
    if len(tokens) == 1:
        return _plain(first, backslash=backslash)
    if first.text in ("-", "+") and len(tokens) == 2 and tokens[1].kind == "number":
        return first.text.removeprefix("+") + tokens[1].text
    if word in _TYPED and len(tokens) == 2 and tokens[1].kind == "string":
        return text_of(tokens[1], backslash=backslash)
    if first.kind == "word" and tokens[1].text == "(" and tokens[-1].text == ")":
        return _called(word, _arguments(tokens[2:-1]), backslash=backslash)
    raise NoLiteral


def _plain(token: Token, *, backslash: bool) -> str | None:
    if token.kind == "string":
        return text_of(token, backslash=backslash)
    if token.kind == "number" or token.text[:2] in ("0x", "0X"):
        return token.text
    if token.kind == "word" and token.text.upper() in _WORDS:
        return _WORDS[token.text.upper()]
    raise NoLiteral


def _called(name: str, arguments: list[list[Token]], *, backslash: bool) -> str | None:
    if name == "CAST" and len(arguments) == 1:
        words = [token.text.upper() for token in arguments[0]]
        if "AS" in words:
            inside = arguments[0][: words.index("AS")]
            return value_of(inside, backslash=backslash)
    if name == "CONVERT" and len(arguments) > 1:
        return value_of(arguments[1], backslash=backslash)
    if name in _READ and arguments and len(arguments[0]) == 1 and arguments[0][0].kind == "string":
        return text_of(arguments[0][0], backslash=backslash)
    if name == "REPLACE" and len(arguments) == 3:
        text = value_of(arguments[0], backslash=backslash)
        old = value_of(arguments[1], backslash=backslash)
        new = _sign(arguments[2])
        return text if text is None or not old else text.replace(old, new)
    raise NoLiteral


def _sign(tokens: Sequence[Token]) -> str:
    """Read `char(10)`."""
    texts = [token.text.upper() for token in tokens]
    if len(texts) == 4 and texts[0] in ("CHAR", "CHR") and texts[2].isdecimal():
        return chr(min(int(texts[2][:7]), 0x10FFFF))
    raise NoLiteral


def _arguments(tokens: Sequence[Token]) -> list[list[Token]]:
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "sign":
            depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.kind == "sign" and token.text == ",":
            found.append([])
        else:
            found[-1].append(token)
    return found
