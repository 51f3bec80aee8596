"""Read from a header the language of the texts below it: `title_en`, `Name (fr)`, `textPtBR`.

The language stands at the end or at the beginning, as a code of ISO 639 with or without a script
or a region, or as its name in English or in itself. That a header can be read like this is not
enough: `order_no` is no Norwegian; `inference.languages` decides by the other columns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale
from babel.core import get_global

from inference.headers import word_set
from inference.words import split_words

USUAL = word_set(
    "ar bg bn ca cs cy da de el en es et eu fa fi fr gl hu hy ja ka ko lt lv mk mt nb nl nn pl pt "
    "ro ru sl sq sr sv sw ta th tr uk ur vi zh"
)
"""Codes that hardly mean anything else at the end of a header."""

_SCRIPTS = word_set("arab cyrl deva hans hant latn")
_LONGEST_CODE = 3


@dataclass(frozen=True)
class TextHeader:
    """A header that names a language.

    Attributes:
        words: what is left of it, in lower case; empty where it is nothing but the language.
        tag: BCP 47 tag in lower case, as the store keeps it.
    """

    words: tuple[str, ...]
    tag: str

    @property
    def language(self) -> str:
        """Give the tag without script and region."""
        return self.tag.partition("-")[0]


@lru_cache(maxsize=65536)
def text_header(header: str) -> TextHeader | None:
    """Read the language that a header ends or begins with; None where it names none."""
    words = tuple(word.lower() for word in split_words(header))
    for length in (2, 1):
        tag = _tag(words[-length:]) if len(words) >= length else None
        if tag is not None:
            return TextHeader(words[:-length], tag)
    tag = _tag(words[:1])
    return TextHeader(words[1:], tag) if tag is not None else None


def _tag(words: Sequence[str]) -> str | None:
    """Give the tag that words make up: a language, then perhaps a script or a region."""
    language = _language(words[0]) if words else None
    if language is None or len(words) == 1:
        return language
    part = words[1]
    if len(words[0]) > _LONGEST_CODE:
        return None
    if part in _SCRIPTS:
        return f"{language}-{part}"
    is_region = len(part) == 2 and part.upper() in Locale.parse("en").territories
    return f"{language}-{part}" if is_region else None


def _language(word: str) -> str | None:
    if len(word) > _LONGEST_CODE:
        return _names().get(word)
    code = str(get_global("language_aliases").get(word, word)) if len(word) == 3 else word
    return code if len(code) == 2 and code in Locale.parse("en").languages else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Give the codes of the usual languages by their names in English and in themselves."""
    return dict(_named())


def _named() -> Iterator[tuple[str, str]]:
    english = Locale.parse("en").languages
    for code in sorted(USUAL):
        yield english[code].lower(), code
        yield (Locale.parse(code).languages.get(code) or code).lower(), code
