"""The words of one row of a table: the singular, by what the columns call it, else by language.

A key that is called `kunde_nr` says that a row of `kunden` is a `kunde`, in whatever language.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from graph.schema import Schema, Table
from inference.words import singular, split_words

KEY_WORDS = frozenset(
    {"id", "ids", "key", "code", "no", "nr", "num", "nbr", "number", "fk", "pk", "sk", "ref"}
    | {"uid", "oid", "uuid", "guid", "iri", "uri"}
)
"""Words of headers that say that a column is a key, and not of what."""

_SHORTEST = 3
_PLURALS = frozenset(
    {""}
    | {"s", "es", "ies", "e", "n", "en", "er", "nen", "i", "a", "hi", "he", "x", "aux", "ux"}
    | {"ens", "nes", "les", "res", "ces", "se", "ri", "ni", "ta", "te"}
)
"""What a plural may have where its singular ends, or has another letter."""


def row_words(schema: Schema) -> dict[str, tuple[str, ...]]:
    """Give the words of one row of each table, by its name."""
    called: dict[str, list[str]] = {table.name: [*_own_names(table)] for table in schema.tables}
    for table in schema.tables:
        for reference in table.references:
            called[reference.ref_table] += _names(reference.columns)
    return {table.name: _row(table.name, called[table.name]) for table in schema.tables}


def table_words(name: str) -> tuple[str, ...]:
    """Split the name of a table; it has at least one word."""
    return split_words(name) or ("table",)


def _row(name: str, called: Iterable[str]) -> tuple[str, ...]:
    *first, last = table_words(name)
    likely = sorted(
        (word for word in set(called) if _is_singular(word, last)),
        key=lambda word: (-_common(word, last), word),
    )
    return (*first, likely[0] if likely else singular(last))


def _own_names(table: Table) -> Iterator[str]:
    if table.primary_key is not None and len(table.primary_key.columns) == 1:
        yield from _names(table.primary_key.columns)


def _names(columns: Iterable[str]) -> Iterator[str]:
    """Give the last word before the key word of each header that has one, or its only word."""
    for column in columns:
        words = split_words(column)
        if len(words) > 1 and words[-1].lower() in KEY_WORDS:
            yield words[-2].lower()
        elif len(words) == 1:
            yield words[0].lower()


def _is_singular(word: str, plural: str) -> bool:
    """Tell whether a word may be the singular of another: all but its ending is the same."""
    common = _common(word, plural)
    if word == plural.lower() or common < max(len(word) - 1, _SHORTEST):
        return False
    ending = plural[common:].lower()
    return len(word) <= len(plural) and (ending in _PLURALS or not ending.isascii())


def _common(one: str, other: str) -> int:
    """Count the letters that two words begin with, whatever their accents."""
    count = 0
    for left, right in zip(_plain(one), _plain(other), strict=False):
        if left != right:
            break
        count += 1
    return count


def _plain(word: str) -> str:
    signs = unicodedata.normalize("NFD", word.lower())
    return "".join(sign for sign in signs if not unicodedata.combining(sign))
