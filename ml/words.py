"""The words of a name: what a header says about being an outcome, a setting or an identifier.

Knows names only, never values, and no data set.
"""

import re
from collections.abc import Sequence

_OUTCOME_WORDS = """
    amount balance bill budget cancelled charge charges churn churned class conversion converted
    consumption cost costs count default defaulted defect defects delay demand deviation downtime
    duration earnings efficiency error expense expenses failed failure fare fault fraud grade growth
    health income label lifetime loss margin mark marks outcome output overdue passed payment
    performance popularity position price probability profit quality rate rating result retention
    returned revenue risk salary sales satisfaction score severity species spend state status
    success survival survived target tip total turnover value wage won yield
"""
_SETTING_WORDS = """
    age allowed capacity day height hour length limit max maximum min minimum month nominal planned
    quantity rated reserved scheduled setpoint threshold tolerance weekday width year
"""
_IDENTIFIER_WORDS = """
    barcode code ean fax guid iban id identifier ids imei index isbn key mac nr num number no phone
    pk postal postcode ref reference rowid sequence serial sku telephone uuid version zip zipcode
"""
OUTCOMES = frozenset(_OUTCOME_WORDS.split())
SETTINGS = frozenset(_SETTING_WORDS.split())
PLACES = frozenset(("lat", "latitude", "lng", "lon", "longitude"))
_IDENTIFIERS = frozenset(_IDENTIFIER_WORDS.split())
_ALWAYS_IDENTIFIERS = frozenset(
    ("guid", "id", "identifier", "ids", "isbn", "phone", "pk", "rowid", "sku", "uuid")
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_]+")


def words_of(*names: str) -> tuple[str, ...]:
    """Split names into lower-case words: camelCase, snake_case, blanks and digits separate."""
    return tuple(word.lower() for name in names for word in _WORD.findall(name))


def is_identifier(name: str) -> bool:
    """Tell whether a name says that its values tell things apart and measure nothing."""
    words = words_of(name)
    return bool(words) and (words[-1] in _IDENTIFIERS or not _ALWAYS_IDENTIFIERS.isdisjoint(words))


def first_of(words: Sequence[str], known: frozenset[str]) -> str | None:
    """Find the last word that is among the known ones; in English the last word is the noun."""
    return next((word for word in reversed(words) if word in known), None)


def spoken(name: str) -> str:
    """Write a name as words: `ratedPowerKw` becomes `rated power kw`."""
    return " ".join(words_of(name))
