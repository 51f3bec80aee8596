"""More random queries: FROM clauses, blank nodes, and more functions and aggregates.

What `tests.remote.random_queries` leaves out is left out here too; also a triple that stands in two
graphs of FROM (some engines count it twice), the text of numbers with a fraction, and LIMIT where
blank nodes make the order no total one.
"""

from tests.remote.random_data import DATA, EXTRA, INFERRED, META, NAMED, ONTOLOGY
from tests.remote.random_queries import Writer

SOFT = "soft"
"""What variables begin with whose values are parts in any order."""


class Asker(Writer):
    """Writes one random query about data with blank nodes."""

    def query(self) -> str:
        """Write a query of any form."""
        text = super().query()
        if not self._chance(0.4):
            return text
        random = self._random
        own = [DATA, *random.sample((ONTOLOGY, INFERRED), random.randint(0, 2))]
        graphs = random.choice((own, own, [EXTRA], [META]))
        named = random.sample((*NAMED, "<https://example.org/graph/none>"), random.randint(0, 3))
        clause = " ".join((*(f"FROM {g}" for g in graphs), *(f"FROM NAMED {g}" for g in named)))
        # The first WHERE is that of the query: what stands before it has no groups.
        begins = "ASK" if " ASK {" in text else "WHERE"
        instead = f"ASK {clause}" if begins == "ASK" else f"{clause} WHERE"
        return text.replace(begins, instead, 1)

    def _ordered(self, _: list[str]) -> str:
        return ""

    def _aggregate(self, depth: int) -> str:
        if self._chance(0.6):
            return super()._aggregate(depth)
        return self._random.choice((self.counted, self._listed))(depth)

    def counted(self, depth: int) -> str:
        """Count the solutions of one triple pattern, or of one and a condition."""
        what = "*" if self._chance(0.6) and not self._distinct else self._variable()
        distinct = "DISTINCT " if self._distinct or self._chance(0.2) else ""
        verb = self._random.choice(("?p", self._verb()))
        rest = f"FILTER ({self._condition(depth - 1)})" if self._chance(0.2) else ""
        pattern = f"{self._subject()} {verb} {self._object()} {rest}"
        name = f"?n{next(self._names)}"
        if self._chance(0.5):
            return f"SELECT (COUNT({distinct}{what}) AS {name}) WHERE {{ {pattern} }}"
        key = self._random.choice(("?x", "?y", "?p"))
        if key not in pattern:
            pattern += f" . {key} {self._verb()} {self._object()}"
        having = f" HAVING (COUNT(*) > {self._random.randint(0, 2)})" if self._chance(0.3) else ""
        head = f"SELECT {key} (COUNT({distinct}{what}) AS {name})"
        return f"{head} WHERE {{ {pattern} }} GROUP BY {key}{'' if self._distinct else having}"

    def _listed(self, depth: int) -> str:
        name = f"?{SOFT}{next(self._names)}"
        parts = 'GROUP_CONCAT(DISTINCT STR(?y); SEPARATOR = "|")'
        group = f"{{ ?x {self._verb()} ?y . {self._inner(depth)} }}"
        return f"SELECT ?x ({parts} AS {name}) WHERE {group} GROUP BY ?x"

    def _condition(self, depth: int) -> str:
        x = self._variable()
        more = (
            f"isBlank({x})",
            f"isBlank({x}) || isNumeric({x})",
            f"!isIRI({x})",
            f"LCASE(STR({x})) = STR({x})",
            f'CONTAINS(STR({x}), "n") && STRLEN(STR({x})) > 5',
            f"COALESCE({x} + 1, 0) > 1",
            f"YEAR({x}) = 2024",
            f'{x} >= "2024-01-01T00:00:00Z"^^xsd:dateTime',
            f'STRSTARTS(STR({x}), "https://") = {self._random.choice(("true", "false"))}',
        )
        return self._random.choice((*more, super()._condition(depth)))

    def _expression(self, depth: int) -> str:
        x = self._variable()
        more = (
            f"isBlank({x})",
            f"UCASE(STR({x}))",
            f'REPLACE(STR({x}), "[0-9]", "#")',
            f"SUBSTR(STR({x}), 2, 3)",
            f'STRAFTER(STR({x}), "org/")',
            f"{x} * 2",
            f"ABS({x})",
            f"DAY({x})",
            f"STRDT(STR({x}), :unit)",
            f'CONCAT(STR({x}), LANG({x}), "é")',
            f"MD5(STR({x}))",
            f"ENCODE_FOR_URI(STR({x}))",
        )
        return self._random.choice((*more, super()._expression(depth)))
