"""How likely a column is a reference: what speaks for and against it, and how much.

The weights are set by hand, in log odds, and were then compared with those of logistic models that
were fitted without the databases they were judged on (five strengths of a penalty towards these
weights): none chose better references. Nothing here looks at rows or names: `references` measures,
this file weighs, `calibration` makes probabilities of the sums.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter, mul


@dataclass(frozen=True)
class LinkSigns:
    """What was measured of a candidate reference; each sign is 0 where it says nothing.

    Attributes:
        named: how surely the names agree, 0 to 1.
        table_named: how surely the column's name names the parent table, 0 to 1.
        kin: how surely the child table's name holds that of the parent, 0 to 1.
        numbers: surprise at the inclusion of whole numbers, 0 to 6.
        texts: surprise at the inclusion of texts, 0 to 6.
        reach: how far the numbers reach into the run of the key, log odds -4 to 2.3.
        earlier: how surely the rows point to earlier rows of their own table, 0 to 6.
        lost: share of the distinct values that the parent lacks.
        marked: the header says that it names a row, and it is not the child's own key.
        named_alternate: the target is not the primary key, but bears the very name.
        alternate: the target is not the primary key, and the names do not say so.
        lent: the target's name is that of a third table's key.
        own_key: the column is the child's own key, named after it.
        lent_key: the column is the child's key, but not named after it.
        single: the column is unique in the child, and the names are not the same.
        generic: the header is one of those that unrelated tables share.
        unlike: the datatypes differ.
        measure: the column is a decimal or a date, and the names are not the same.
        plain_number: the column is a whole number that the header does not mark.
        counted: the header is a plural, which counts things.
    """

    named: float
    table_named: float
    kin: float
    numbers: float
    texts: float
    reach: float
    earlier: float
    lost: float
    marked: float
    named_alternate: float
    alternate: float
    lent: float
    own_key: float
    lent_key: float
    single: float
    generic: float
    unlike: float
    measure: float
    plain_number: float
    counted: float


_PRIOR = -4.0
_REASONS = {
    "named": "its name fits less",
    "table_named": "its table is named less",
    "kin": "its table is named less by the table that refers",
    "numbers": "its numbers contain these by accident",
    "texts": "its texts contain these by accident",
    "reach": "the numbers do not reach to its end",
    "earlier": "its rows are not pointed to by later ones",
    "lost": "it lacks more of the values",
    "marked": "the column is the key of its table",
    "named_alternate": "it is not the key of its table",
    "alternate": "it is not the key of its table",
    "lent": "its name is that of a third table's key",
    "own_key": "the column is the key of its table",
    "lent_key": "the column is the key of its table",
    "single": "no value occurs twice",
    "generic": "unrelated tables share the header",
    "unlike": "its datatype is another",
    "measure": "the column is a measure",
    "plain_number": "the header does not say that it is an identifier",
    "counted": "the header counts things",
}
"""What to say of a reference that lost by a sign, for all signs."""

_values = attrgetter(*_REASONS)

WEIGHTS = LinkSigns(
    named=6.5,
    table_named=1.0,
    kin=0.5,
    numbers=0.9,
    texts=0.9,
    reach=0.6,
    earlier=0.8,
    lost=-16.0,
    marked=0.25,
    named_alternate=-1.5,
    alternate=-7.0,
    lent=-1.0,
    own_key=-4.0,
    lent_key=-1.0,
    single=-1.0,
    generic=-1.5,
    unlike=-1.0,
    measure=-3.0,
    plain_number=-1.5,
    counted=-3.0,
)


def log_odds(signs: LinkSigns) -> float:
    """Weigh the signs of a candidate reference."""
    weighed: Iterable[float] = map(mul, _values(signs), _values(WEIGHTS))
    return _PRIOR + sum(weighed)


def why_not(chosen: LinkSigns, other: LinkSigns) -> str:
    """Say, of the other reference, what speaks most for the chosen one instead."""
    signs = zip(_values(chosen), _values(other), _values(WEIGHTS), _REASONS, strict=True)
    weight, name = max(((one - two) * weight, name) for one, two, weight, name in signs)
    return _REASONS[name] if weight > 0 else "it is the wider of two that fit"
