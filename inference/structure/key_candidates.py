"""Candidate keys of a table: how likely they are, and which of them to declare."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph.schema import Decision, Key
from inference.headers import is_identifier_header
from inference.structure.calibration import KEY, UNSEEN, WIDE_KEY
from inference.structure.inclusions import TableView

LONG_TEXT = 60
"""Characters beyond which a text is hardly a key."""

LEAST = -1.0
"""Score below which no key is declared."""

_ENOUGH_ROWS = 10


@dataclass(frozen=True)
class Candidate:
    """A set of columns that could be the key, with its score in log odds.

    `unseen`: the table has no row.
    """

    columns: tuple[str, ...]
    score: float
    duplicates: int = 0
    evidence: tuple[str, ...] = ()
    unseen: bool = False

    @property
    def confidence(self) -> float:
        """Probability that the columns are a key that people would declare."""
        if self.unseen:
            return UNSEEN
        return (KEY if len(self.columns) == 1 else WIDE_KEY).probability(self.score)


def primary_key(candidates: Sequence[Candidate]) -> Key | None:
    """Choose the best candidate, when it is likely enough to be declared."""
    if not candidates or candidates[0].score < LEAST:
        return None
    first, *others = candidates
    key = as_key(first)
    if not others:
        return key
    said = (*key.decision.evidence, _why_not(first, others[0]))
    return replace(key, decision=replace(key.decision, evidence=said))


def _why_not(chosen: Candidate, other: Candidate) -> str:
    """Say what the next best candidate is and why it lost."""
    names, odds = ", ".join(other.columns), f"{other.confidence:.2f}"
    if other.duplicates and not chosen.duplicates:
        reason = "some rows repeat a value of it or have none"
    elif len(other.columns) != len(chosen.columns):
        more = len(other.columns) > len(chosen.columns)
        reason = "it has more columns" if more else "it looks unique by accident"
    else:
        reason = "its name, place and type are less those of a key"
    return f"The next best is {names} ({odds}): {reason}."


def is_worth_declaring(view: TableView, candidate: Candidate) -> bool:
    """Tell whether a further candidate is a key, and not unique by accident as measures are."""
    if len(candidate.columns) != 1 or candidate.duplicates or not view.rows:
        return False
    column = view.column(candidate.columns[0])
    if is_identifier_header(column.name):
        return column.datatype in ("string", "integer")
    short = column.datatype == "string" and column.max_length <= LONG_TEXT
    return short and view.rows >= _ENOUGH_ROWS


def as_key(candidate: Candidate) -> Key:
    """Give the key that a candidate stands for."""
    decision = Decision(candidate.confidence, candidate.evidence)
    return Key(candidate.columns, decision, candidate.duplicates)
