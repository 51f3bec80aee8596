"""What a detector sees of a column, and what it answers. Knows no engine and no file."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from graph.schema import Column
from inference.headers import header_words
from inference.words import singular, split_words

_COMPOUND = 7
"""Letters from which a word is long enough to be known at the end of a compound."""

NUMERIC = ("integer", "decimal", "double")


@dataclass(frozen=True)
class ColumnView:
    """One column with its surroundings.

    Attributes:
        column: the decided column.
        table: name of its table.
        siblings: names of all columns of the table, in order.
        rows: number of data rows.
        key: whether the column is the primary key alone; `bound`: part of a key or a reference.
        shares: by form or word list (see `inference.detectors.forms`), the share of the sampled
            distinct texts that belong to it, 0 to 1.
        sampled: how many distinct texts were sampled.
        length, tokens: mean number of characters and of words of the sampled texts.
        values: the distinct texts, where there are few.
    """

    column: Column
    table: str
    siblings: tuple[str, ...] = ()
    rows: int = 0
    key: bool = False
    bound: bool = False
    shares: Mapping[str, float] = field(default_factory=dict)
    sampled: int = 0
    length: float = 0.0
    tokens: float = 0.0
    values: tuple[str, ...] = ()

    def share(self, *forms: str) -> float:
        """Give the largest share that one of the forms has."""
        return max((self.shares.get(form, 0.0) for form in forms), default=0.0)

    @property
    def is_text(self) -> bool:
        """Tell whether the values are text."""
        return self.column.datatype == "string"

    @property
    def is_number(self) -> bool:
        """Tell whether the values are numbers."""
        return self.column.datatype in NUMERIC

    @cached_property
    def header(self) -> str:
        """The words of the header, for `says`."""
        return spoken(self.column.name)

    @cached_property
    def table_words(self) -> str:
        """The words of the table's name, plural nouns in the singular."""
        words = (singular(word) for word in header_words(self.table))
        return f"{spoken(self.table)}{' '.join(words)} "

    def says(self, phrases: Sequence[str]) -> bool:
        """Tell whether the header holds one of the phrases as whole words.

        A long word may be the end of a compound, as in `Kundentelefon`.
        """
        ends = _compound_ends(tuple(phrases))
        if any(word.endswith(ends) for word in self.header.split()):
            return True
        return any(f" {phrase} " in self.header for phrase in phrases)

    def ends(self, phrases: Sequence[str]) -> bool:
        """Tell whether the header ends with one of the phrases."""
        readings = [f" {reading.strip()}" for reading in self.header.split("  ")]
        if any(reading.endswith(_compound_ends(tuple(phrases))) for reading in readings):
            return True
        return any(reading.endswith(f" {phrase}") for reading in readings for phrase in phrases)

    def is_about(self, nouns: Sequence[str]) -> bool:
        """Tell whether the table's name holds one of the nouns."""
        return any(f" {noun} " in self.table_words for noun in nouns)

    def is_beside(self, phrases: Sequence[str]) -> bool:
        """Tell whether another column of the table says one of the phrases."""
        others = (spoken(name) for name in self.siblings if name != self.column.name)
        return any(f" {phrase} " in text for text in others for phrase in phrases)

    def stated(self, form: str, wording: str) -> str:
        """Say in a sentence how many of the sampled values have a form."""
        hits = round(self.share(form) * self.sampled)
        return f"{hits} of {self.sampled} distinct values are {wording}."


@dataclass(frozen=True)
class Finding:
    """A semantic type that the values or the header speak for.

    Attributes:
        form: the form that every value should have, to be checked on all of them; None when the
            type has no form.
        unit, language, order: as in `graph.schema.SemanticType`.
    """

    type: str
    confidence: float
    evidence: tuple[str, ...]
    form: str | None = None
    unit: str | None = None
    language: str | None = None
    order: tuple[str, ...] = ()


Detector = Callable[[ColumnView], Finding | None]


def phrases(text: str) -> tuple[str, ...]:
    """Split a list of phrases at commas."""
    return tuple(" ".join(part.split()) for part in text.split(","))


@lru_cache(maxsize=65536)
def spoken(name: str) -> str:
    """Give a header in two readings, with merged words split and as they stand, without accents."""
    split = " ".join(header_words(name))
    plain = " ".join(word.lower() for word in split_words(name))
    return folded(f" {split}  {plain} ")


def folded(text: str) -> str:
    """Bring a text to lower case without accents: `Straße` is `strasse`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@lru_cache(maxsize=256)
def _compound_ends(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if " " not in word and len(word) >= _COMPOUND)


def named(view: ColumnView) -> str:
    """Say that the header speaks for a type."""
    return f"The header {view.column.name!r} says so."
