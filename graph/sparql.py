"""SPARQL text: loaded from `.rq` files, with `$name` parameters bound to terms.

`$name` is a parameter and `?name` a variable. Binding replaces parameters outside strings, IRIs
and comments by the N-Triples form of a term, so a value can never become syntax.
Grammar: SPARQL 1.1 Query, section 19.8.
"""

import re
from functools import cache
from importlib.resources import files

from graph.errors import BadInput
from graph.terms import BlankNode, Literal, NamedNode

_TOKEN = re.compile(
    r"""
    (?P<skip> '''(?:(?:'|'')?(?:[^'\\]|\\.))*''' | \"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\"
      | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*"
      | <[^<>"{}|^`\\\x00-\x20]*> | \#[^\n\r]* )
    | \$(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    """,
    re.VERBOSE | re.DOTALL,
)


@cache
def load_query(package: str, name: str) -> str:
    """Read `queries/<name>.rq` of a package, such as `load_query("ml", "entities")`."""
    return (files(package) / "queries" / f"{name}.rq").read_text(encoding="utf-8")


def parameters(text: str) -> tuple[str, ...]:
    """List the `$name` parameters of a text, in the order of their first use."""
    names = (match.group("name") for match in _TOKEN.finditer(text))
    return tuple(dict.fromkeys(name for name in names if name))


def bind(text: str, /, **terms: NamedNode | Literal) -> str:
    """Put terms in the place of `$name` parameters.

    Raises:
        BadInput: a parameter has no term, a term has no parameter, or a term is a blank node.
    """
    used: set[str] = set()

    def replaced(match: re.Match[str]) -> str:
        """Give a parameter's term in place of its name; keep what only looks like one."""
        name = match.group("name")
        if name is None:
            return match.group(0)
        if name not in terms:
            raise BadInput(f"The query parameter ${name} has no value.")
        if isinstance(terms[name], BlankNode):
            raise BadInput(f"The query parameter ${name} cannot be a blank node.")
        used.add(name)
        return str(terms[name])

    bound = _TOKEN.sub(replaced, text)
    unused = sorted(set(terms) - used)
    if unused:
        raise BadInput(f"The query has no parameter named {', '.join(unused)}.")
    return bound
