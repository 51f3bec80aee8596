"""SPARQL text from typed fragments: the only file of SHACL that spells SPARQL keywords.

Terms are written as N-Triples, so a value can never become syntax. Grammar: SPARQL 1.1 Query,
section 19.8.
"""

from collections.abc import Iterable

from graph.terms import Term

THIS = "?this"
VALUE = "?value"


def join(*parts: str) -> str:
    """Join fragments by a space."""
    return " ".join(part for part in parts if part)


def block(*parts: str) -> str:
    """Make a group graph pattern."""
    return join("{", *parts, "}")


def triple(subject: str, path: str, value: str) -> str:
    """Make a triple or path pattern."""
    return join(subject, path, value, ".")


def select(
    variables: Iterable[str], *where: str, distinct: bool = True, group: str = "", having: str = ""
) -> str:
    """Make a SELECT query; `group` and `having` are the conditions of a grouped one."""
    return join(
        "SELECT DISTINCT" if distinct else "SELECT",
        *variables,
        "WHERE",
        block(*where),
        join("GROUP BY", group) if group else "",
        join("HAVING", parenthesis(having)) if having else "",
    )


def limited(query: str, size: int) -> str:
    """Stop a SELECT after `size` solutions."""
    return join(query, "LIMIT", str(size))


def ask(*where: str) -> str:
    """Make an ASK query."""
    return join("ASK", block(*where))


def construct_all() -> str:
    """Make the query that reads a whole default graph."""
    return "CONSTRUCT WHERE { ?s ?p ?o }"


def union(branches: list[str]) -> str:
    """Make the union of group graph patterns."""
    return branches[0] if len(branches) == 1 else " UNION ".join(map(block, branches))


def optional(*parts: str) -> str:
    """Make a left join."""
    return join("OPTIONAL", block(*parts))


def minus(*parts: str) -> str:
    """Make a difference; the engine answers it by hashing the right side."""
    return join("MINUS", block(*parts))


def values(variable: str, terms: Iterable[Term]) -> str:
    """Make an inline table of one column."""
    return join("VALUES", variable, block(*map(str, terms)))


def bound_to(variable: str, expression: str) -> str:
    """Make the column `variable` from an expression, for a SELECT list or a BIND."""
    return parenthesis(join(expression, "AS", variable))


def bind_to(variable: str, expression: str) -> str:
    """Make a BIND."""
    return join("BIND", bound_to(variable, expression))


def keep(expression: str) -> str:
    """Make a FILTER."""
    return join("FILTER", parenthesis(expression))


def exists(*parts: str) -> str:
    """Make an EXISTS expression."""
    return join("EXISTS", block(*parts))


def parenthesis(expression: str) -> str:
    """Put an expression in parentheses."""
    return join("(", expression, ")")


def call(name: str, *arguments: str) -> str:
    """Call a function or an aggregate."""
    return "".join((name, "(", ", ".join(arguments), ")"))


def count(variable: str) -> str:
    """Count the distinct values of a variable."""
    return call("COUNT", join("DISTINCT", variable))


def infix(left: str, operator: str, right: str) -> str:
    """Make a binary expression."""
    return parenthesis(join(left, operator, right))


def negated(expression: str) -> str:
    """Negate an expression."""
    return "".join(("!", parenthesis(expression)))


def every(expressions: Iterable[str]) -> str:
    """Make a conjunction; true when empty."""
    return parenthesis(" && ".join(expressions) or "true")


def any_of(expressions: Iterable[str]) -> str:
    """Make a disjunction; false when empty."""
    return parenthesis(" || ".join(expressions) or "false")


def safe(expression: str) -> str:
    """Make an expression that is false where it would be an error."""
    return call("COALESCE", expression, "false")
