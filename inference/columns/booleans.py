"""Read the texts of a column as truth values: words of many languages, 0 and 1, and marks."""

from graph.schema import Datatype
from inference.columns.profile import ColumnProfile
from inference.columns.readings import Reading
from inference.columns.value_forms import BOOLEAN_PAIRS, MARKS
from inference.headers import header_words, is_flag_header, names_state, word_set

TRUE = frozenset(pair[0] for pair in BOOLEAN_PAIRS)
FALSE = frozenset(pair[1] for pair in BOOLEAN_PAIRS)

_BARE = frozenset(("true", "false"))
_CODED = word_set(
    "country land pais país pays nation language lang sprache idioma iso state province region "
    "currency waehrung währung locale"
)
"""Words of headers whose codes of two letters are no truth words: NO is Norway."""


def boolean_reading(profile: ColumnProfile) -> Reading | None:
    """Read the column as boolean where its words, or its header, say so."""
    words = sorted(word for word in profile.words if word in TRUE | FALSE)
    true, false = (tuple(w for w in words if w in side) for side in (TRUE, FALSE))
    both = bool(true and false)
    asked = is_flag_header(profile.name)
    alone = asked or names_state(profile.name) or set(words) <= _BARE
    if words and (both or alone) and not _are_codes(profile, words):
        rows = sum(profile.words[word] for word in words)
        spread = ", ".join(f"{word} ({profile.words[word]})" for word in words)
        evidence = (f"{rows} of {profile.filled} values are truth words: {spread}.",)
        certainty = 0.97 if both else 0.85
        return Reading("boolean", rows, evidence, certainty, true_words=true, false_words=false)
    return _zero_or_one(profile) if asked else _marked(profile)


def given_words(datatype: Datatype) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the words of a boolean that a person set where the values have none."""
    return (("1",), ("0",)) if datatype == "boolean" else ((), ())


def _zero_or_one(profile: ColumnProfile) -> Reading | None:
    integers = profile.forms.get("integer")
    if not integers or not {integers.first, integers.last} <= {"0", "1"}:
        return _marked(profile)
    evidence = (f"The header {profile.name!r} asks a question and all values are 0 or 1.",)
    # one row more than the number reading has, so that the header decides
    return Reading("boolean", integers.rows, evidence, 0.9, true_words=("1",), false_words=("0",))


def _marked(profile: ColumnProfile) -> Reading | None:
    """Read a mark in some rows, and nothing in the others; what is not marked stays unsaid."""
    marks = [word for word in MARKS if word in profile.words]
    asked = is_flag_header(profile.name) or names_state(profile.name)
    if len(marks) != 1 or not asked or profile.filled == profile.rows:
        return None
    rows = profile.words[marks[0]]
    empty = profile.rows - profile.filled
    why = f"{rows} rows are marked with {marks[0]!r}, {empty} are blank; blank is taken as unknown."
    return Reading("boolean", rows, (why,), 0.8, true_words=(marks[0],))


def _are_codes(profile: ColumnProfile, words: list[str]) -> bool:
    """Tell whether the header names codes, and the words are such: two letters each."""
    named = bool(_CODED & set(header_words(profile.name)))
    return named and all(len(word) == 2 for word in words)
