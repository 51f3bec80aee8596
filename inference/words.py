"""Words of headers: splitting them, bringing plural nouns to the singular, joining them to names.

Knows nothing of tables. Splitting works for every script; the singular is English, by rules with
exceptions, and of other languages by `inference.plurals`; it leaves a word alone that it does not
know as a plural.
"""

import re
import unicodedata
from collections.abc import Sequence

from inference.plurals import foreign_singular

_SIGNS = {"%": " percent ", "#": " number ", "&": " and ", "'": "", "’": ""}
_UNCHANGED = frozenset(
    re.findall(
        r"\w+",
        """
        series species news means lens gas bus alias atlas canvas bias chaos physics economics
        mathematics analytics logistics athletics genetics robotics electronics politics ethics
        christmas texas https plus always perhaps kudos cosmos pancreas pyjamas corps diabetes
        herpes rabies mumps
        """,
    )
)
_IRREGULAR: dict[str, str] = dict(
    re.findall(
        r"(\w+):(\w+)",
        """
        people:person men:man women:woman children:child mice:mouse feet:foot teeth:tooth
        geese:goose indices:index vertices:vertex matrices:matrix appendices:appendix
        criteria:criterion phenomena:phenomenon quizzes:quiz gases:gas lenses:lens aliases:alias
        atlases:atlas canvases:canvas biases:bias analyses:analysis diagnoses:diagnosis
        hypotheses:hypothesis theses:thesis crises:crisis uses:use fuses:fuse movies:movie
        cookies:cookie calories:calorie ties:tie pies:pie lies:lie zombies:zombie caches:cache
        headaches:headache niches:niche axes:axis shoes:shoe toes:toe wolves:wolf knives:knife
        lives:life wives:wife leaves:leaf shelves:shelf halves:half thieves:thief loaves:loaf
        calves:calf elves:elf menus:menu ids:id ads:ad apps:app
        """,
    )
)
_WHOLE: dict[str, str] = dict(
    re.findall(
        r"(\w+):([\w ]+\w)",
        """
        qty:quantity, amt:amount, addr:address, desc:description, descr:description,
        dept:department, emp:employee, cust:customer, prod:product, acct:account, mgr:manager,
        num:number, nbr:number, nr:number, yr:year, dob:date of birth, tel:telephone,
        pct:percent, avg:average, lat:latitude, lon:longitude, lng:longitude, fname:first name,
        lname:last name, uom:unit of measure, curr:currency, lang:language, img:image
        """,
    )
)
"""Abbreviations that mean one thing in headers."""

_LIGATURES = {sign: unicodedata.normalize("NFKC", sign) for sign in "ﬀﬁﬂﬃﬄﬅﬆ"}

_ENDINGS = (
    (re.compile(r"(ss|us|is)$"), r"\1"),
    (re.compile(r"([^aeiou]|qu)ies$"), r"\1y"),
    (re.compile(r"([ao]u|r|n|l|p)ses$"), r"\1se"),
    (re.compile(r"(us|ss|sh|ch|x|zz)es$"), r"\1"),
    (re.compile(r"([^aeiou]o)es$"), r"\1"),
    (re.compile(r"(?<=[a-z][a-z][ehknrst])men$"), "man"),
    (re.compile(r"s$"), ""),
)


def split_words(header: str) -> tuple[str, ...]:
    """Split a header into words, in lower case except for acronyms inside mixed-case headers.

    `OrderDate`, `order_date` and `ORDER DATE` give the same words; digits stay with the letters
    before them; percent, number and "and" signs are words. Empty when there is nothing to say.
    """
    text = unicodedata.normalize("NFC", header)
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    shouting = not any(letter.islower() for letter in text)
    words: list[str] = []
    for token in "".join(letter if _in_word(letter) else " " for letter in text).split():
        words += [token] if shouting else _split_case(token)
    return tuple(
        word if not shouting and _is_acronym(word) else unicodedata.normalize("NFC", word.lower())
        for word in words
    )


def singular(word: str) -> str:
    """Bring a plural noun to its singular; other words stay."""
    if word.isupper():
        return word
    if _is_acronym(word):
        return word.removesuffix("s")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _UNCHANGED or len(word) <= 3:
        return word
    if foreign := foreign_singular(word):
        return foreign
    for pattern, replacement in _ENDINGS:
        if pattern.search(word):
            return pattern.sub(replacement, word)
    return word


def spelled_out(words: Sequence[str]) -> str:
    """Join words to a label, the usual abbreviations of headers written whole."""
    label = " ".join(_WHOLE.get(word.lower(), word) for word in words)
    return "".join(_LIGATURES.get(sign, sign) for sign in label)


def pascal_case(words: Sequence[str]) -> str:
    """Join words to a name in PascalCase that is an XML name: `_` stands before a leading digit."""
    name = "".join(word[0].upper() + word[1:].lower() for word in words)
    return _xml_name(name)


def camel_case(words: Sequence[str]) -> str:
    """Join words to a name in camelCase."""
    name = "".join([words[0].lower(), pascal_case(words[1:]).lstrip("_")]) if words else ""
    return _xml_name(name)


def _xml_name(name: str) -> str:
    """Write compatibility signs by letters and digits (`m²` is `m2`), as XML names want."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", name) if _in_name(sign))
    return plain if plain[:1].isalpha() or not plain else f"_{plain}"


def _in_name(sign: str) -> bool:
    return sign.isalpha() or sign.isdecimal() or unicodedata.category(sign)[0] == "M"


def _in_word(letter: str) -> bool:
    return any(_in_name(sign) for sign in unicodedata.normalize("NFKC", letter))


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.removesuffix("s").isupper() and word[:2].isupper()


def _split_case(token: str) -> list[str]:
    parts, start = [], 0
    for place in range(1, len(token)):
        if _starts_word(token, start, place):
            parts.append(token[start:place])
            start = place
    return [*parts, token[start:]]


def _starts_word(token: str, start: int, place: int) -> bool:
    here, before = token[place], token[place - 1]
    if not here.isupper():
        return False
    if before.islower() or (before.isdigit() and not token[start:place].isdigit()):
        return True
    rest = token[place + 1 : place + 3]
    # The capital before lower-case letters starts a word, but "IDs" is one word.
    return (
        before.isupper() and rest[:1].islower() and not (rest[0] == "s" and not rest[1:].islower())
    )
