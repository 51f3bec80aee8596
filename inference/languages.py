"""Decide which text columns hold one text in several languages, so that their values get a tag.

`title_en` and `title_de` are one thing said in two languages. A header alone is no proof, because
`_no`, `_id` or `_de` may be a number, a key or a country: it takes a sister of the same stem, or
values whose words are of that language. Values of a single column without such a header stay plain,
whatever their language: a tag would make other literals of them, for a guess about each cell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from babel import Locale

from graph.schema import Column, Table
from inference.headers import word_set
from inference.text_headers import USUAL, TextHeader, text_header
from inference.words import split_words

_SURE = 0.9
_SHORT = 3
_NO_TEXTS = word_set(
    "email url iri domain uuid hash ipv4 ipv6 ip-address mac-address media-type file-path json "
    "secret country-code language-code currency-code postal-code latitude longitude "
    "coordinates geometry house-number given-name family-name phone user-name birth-date age "
    "national-id card-number iban measurement money percentage year identifier"
)
"""Semantic types of values that are the same in every language."""
_NAMING = word_set("name title label caption titel nom nombre nome titre naam namn")
_KINDRED = (
    frozenset({"no", "nb", "nn", "da", "sv"}),
    frozenset({"es", "pt", "gl", "ca", "it"}),
    frozenset({"cs", "sk"}),
    frozenset({"ru", "uk", "bg", "be", "sr", "mk"}),
    frozenset({"id", "ms"}),
    frozenset({"hr", "sr", "sl", "bs"}),
)
"""Languages whose small words or letters do not tell them apart surely."""


@dataclass(frozen=True)
class _Text:
    """A column that may be a text in the language that its header names."""

    column: Column
    header: TextHeader


def language_columns(
    columns: Sequence[Column], bound: frozenset[str], before: Table | None
) -> tuple[Column, ...]:
    """Give the columns of one table with the language in which their texts land.

    Args:
        columns: decided columns with their semantic types; those that a person decided stay.
        bound: names of columns of the key and of references: what names a thing has no language.
        before: the table in the version before. Texts that landed plain stay plain, and those that
            had a language keep it, until somebody decides.
    """
    inferred = [c for c in before.columns if not c.decision.overridden] if before else []
    kept = {column.name: column.language for column in inferred if column.language}
    texts = [_Text(c, h) for c in columns if _is_text(c, bound) and (h := text_header(c.name))]
    tags: dict[str, tuple[str, str]] = {}
    for words in sorted({text.header.words for text in texts}):
        group = [text for text in texts if text.header.words == words]
        tags |= dict(_tags(group, words, columns, bound))
    stems = {_stem(c.name) for c in inferred if c.name in tags and c.language is None}
    return tuple(
        _tagged(column, kept, {} if _stem(column.name) in stems else tags) for column in columns
    )


def _stem(name: str) -> tuple[str, ...]:
    header = text_header(name)
    return header.words if header else split_words(name)


def _tagged(column: Column, kept: dict[str, str], tags: dict[str, tuple[str, str]]) -> Column:
    if column.decision.overridden or column.datatype != "string":
        return column
    found = tags.get(column.name)
    tag, why = found if found else (kept.get(column.name), "The values had this language before.")
    if tag is None:
        return column
    evidence = (*column.decision.evidence, why)
    return replace(
        column,
        language=tag,
        enumeration=(),
        pattern=None,
        decision=replace(column.decision, evidence=evidence),
    )


def _is_text(column: Column, bound: frozenset[str]) -> bool:
    if column.datatype != "string" or not column.distinct or column.name in bound:
        return False
    if column.decision.overridden or _is_code(column):
        return False
    return column.semantic is None or column.semantic.type not in _NO_TEXTS


def _is_code(column: Column) -> bool:
    return column.pattern is not None and "[0-9]" in column.pattern


def _tags(
    group: Sequence[_Text],
    words: tuple[str, ...],
    columns: Sequence[Column],
    bound: frozenset[str],
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Give tag and evidence by name of column, where the columns of a stem are translations."""
    confirmed = [text for text in group if _spoken(text.column) == text.header.language]
    usual = {text.header.language for text in group if text.header.language in USUAL}
    if len(usual) < 2:
        for text in confirmed:
            yield text.column.name, (text.header.tag, "Header and words tell the same language.")
        return
    if not _are_translations(group, words, columns):
        return
    names = ", ".join(text.column.name for text in group)
    for text in group:
        why = f"{names} are one text in several languages; this one is in {text.header.tag!r}."
        yield text.column.name, (text.header.tag, why)
    bare = next((c for c in columns if words and split_words(c.name) == words), None)
    if bare is not None and _is_text(bare, bound):
        spoken = _spoken(bare)
        if spoken and spoken not in {text.header.language for text in group}:
            yield bare.name, (spoken, f"It is the text of {names} in {spoken!r}.")


def _are_translations(
    group: Sequence[_Text], words: tuple[str, ...], columns: Sequence[Column]
) -> bool:
    """Tell texts in languages from texts of countries, and from marks given for languages."""
    others = [split_words(column.name) for column in columns]
    if any(other[:-1] == words and other[-1:] and _is_country(other[-1]) for other in others):
        return False
    if not all(_agree(text) for text in group):
        return False
    people = any(t.column.semantic and t.column.semantic.type == "person-name" for t in group)
    if people and not set(words) & _NAMING:
        return False
    if not words and any(text.column.max_length <= _SHORT for text in group):
        return False
    sets = [set(text.column.enumeration) for text in group]
    return not any(one and 2 * len(one & two) >= len(one) for one, two in pairwise(sets))


def _agree(text: _Text) -> bool:
    spoken, said = _spoken(text.column), text.header.language
    return spoken in (None, said) or any({spoken, said} <= family for family in _KINDRED)


def _spoken(column: Column) -> str | None:
    """Give the language that the words of free text surely are of."""
    semantic = column.semantic
    sure = semantic is not None and semantic.decision.confidence >= _SURE
    return semantic.language if semantic is not None and sure else None


@lru_cache(maxsize=1024)
def _is_country(word: str) -> bool:
    """Tell whether a word is the code of a country and of no language: `us`, `gb`, `jp`."""
    english = Locale.parse("en")
    code = word.lower()
    return len(code) == 2 and code.upper() in english.territories and code not in english.languages
