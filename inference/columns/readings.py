"""Readings of a column: what type its texts could have, how many rows that reads, and why."""

from dataclasses import dataclass, field

from graph.schema import Datatype
from inference.columns.profile import ColumnProfile

POINT_FORMS = ("integer", "decimal", "triple", "grouped", "exponent", "special", "spaced")
COMMA_FORMS = ("integer", "comma", "grouped", "dotted", "triple", "spaced", "spacedcomma")

KINDRED_SHARE = 0.1
"""Share of values that may look like those of a type and not be of it."""


@dataclass(frozen=True)
class Reading:
    """A reading of a column: its type and how many rows it reads."""

    datatype: Datatype
    rows: int
    evidence: tuple[str, ...] = ()
    certainty: float = 0.99
    format: str | None = None
    rival: str | None = None
    decimal_comma: bool = False
    spaced_groups: bool = False
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    unit: str | None = None
    kindred: int = field(default=0)


def counter_examples(profile: ColumnProfile, form: str, complaint: str) -> list[str]:
    """Show, as a sentence, the first text of a form and how many rows have it."""
    found = profile.forms.get(form)
    if found is None:
        return []
    return [f"{found.first.strip()[:40]!r} {complaint} ({found.rows} rows)."]
