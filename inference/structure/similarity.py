"""How well the name of a column says that it points to another table.

Names are compared word by word: equal, inflected (`kunde`, `kunden`), abbreviated (`dept`,
`department`) or an initial. No row is looked at.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from inference.headers import GENERIC, MARKERS, PREPOSITIONS, core_words, header_words, word_set
from inference.words import singular

_NOISE = word_set("tbl table dim fact ref lookup lu master t d f")
_KINDS = word_set("type kind class category list master lookup code")
"""Last words of tables that list the kinds of a thing: `role_type` lists the roles."""

_TAILS = frozenset({""}) | word_set(
    "a al an ar as ation ations e ed el em en ens er ern es i ia ie ien ies in ing io ion is ium "
    "n o on or os r ren s se ste t te ten ung um us x y"
)
"""Endings by which a word is inflected or derived: `kunde`, `kunden`; not `spieler`, `spieltag`."""

_AGENT_TAILS = word_set("or er")
_ACTION_TAILS = word_set("ion ation ations ing")
"""An `operator` is no `operation`."""

_NAMERS = word_set("id key code pk uid uuid guid kennung")
_SELF_WORDS = word_set(
    "parent predecessor previous prev successor next mother father mère père mere pere madre vader "
    "moeder ouder genitore ancestor root replaced replaces supersedes friend prereq prerequisite "
    "übergeordnet übergeordneten vorgänger nachfolger eltern padre anterior"
)
_SUPERIOR_WORDS = word_set("mgr manager superior supervisor reports boss vorgesetzter")
_PERSON_ROLES = word_set(
    "mgr manager supervisor boss rep representative agent clerk seller salesperson assignee "
    "instructor teacher lehrer advisor adviser author reviewer approver creator created owner "
    "reports lead leader head chief director captain leiter berater"
)
_PLACE_ROLES = word_set(
    "capital hometown birthplace headquarter hauptstadt origin dest destination departure arrival "
    "ziel start abfahrt ankunft"
)
_PLACES = word_set(
    "city town place location stadt ort ville ciudad airport station port stop terminal flughafen "
    "bahnhof hafen haltestelle"
)
_PERSONS = word_set(
    "employee staff person people user usr member mitarbeiter angestellter personal benutzer "
    "faculty worker empleado employe teacher party persona personne mensch utilisateur usuario"
)
_PERSON_HEADERS = word_set(
    "firstname forename givenname lastname surname familyname fname lname vorname nachname "
    "familienname prenom prénom apellido apellidos cognome sobrenome voornaam achternaam username "
    "fullname birthdate birthday geburtsdatum"
)
_AGENT = re.compile(r".{3,}([eo]r|[eo]rs|ees?|eurs?|erin|teuse|tante?|ians?|(?<!l)ists?)$")
_NO_AGENTS = word_set(
    "number order orders counter letter paper folder color colour flower floor corner border "
    "layer tower water power shower weather quarter semester chapter center theater theatre "
    "computer printer server router meter liter filter sensor motor sector vector factor door "
    "minor major prior error mirror transfer offer timer buffer register identifier parameter "
    "character answer together other another under over after never gender tender summer winter "
    "september october november december nummer zimmer fenster alter wetter steuer muster "
    "quarters numbers fee fees degree degrees tree trees hour hours tour tours "
    "floors colors colours doors sensors couleur valeur hauteur largeur longueur poder valor "
    "importante cantante distance instant constant amount integer decimeter supplier carrier "
    "median meridian manufacturer provider publisher retailer vendor tier tiers pointer cluster "
    "poster banner marker slider header footer trigger parser"
)
_INITIAL = re.compile(r"([a-z])(id|no|nr|key)")
_INITIALS = 0.85
_ONE_INITIAL = 0.6
_INFLECTED = 0.9
_BY = word_set("by par por durch von door da")


def akin(one: str, other: str) -> float:
    """Measure how surely two words mean the same thing, 0 to 1."""
    return _akin(*sorted((one, other)))


@lru_cache(maxsize=262144)
def _akin(one: str, other: str) -> float:
    first, second = singular(one), singular(other)
    if first == second:
        return 1.0
    short, long = sorted((first, second), key=len)
    shared = _shared_prefix(short, long)
    tails = {short[shared:], long[shared:]}
    if shared >= 4 and tails <= _TAILS:
        return 0.5 if tails & _AGENT_TAILS and tails & _ACTION_TAILS else 0.9
    if shared == len(short):
        if len(short) >= 5 and len(long) - len(short) >= 6:
            return 0.5  # a compound is about its last part
        if len(short) >= 3:
            return 0.85
        return 0.6 if len(short) == 2 else 0.45
    if len(short) >= 3 and short[0] == long[0] and is_short_for(short, long):
        return 0.7
    if len(short) >= 4 and (long.endswith(short) or short in long):
        return 0.6
    return 0.0


def is_short_for(short: str, long: str) -> bool:
    """Tell whether the letters of one word stand in another in the same order: `dept`."""
    letters = iter(long)
    return all(letter in letters for letter in short) and len(short) <= 5


def is_same_name(child: str, parent: str) -> bool:
    """Tell whether two headers are the same but for case and separators."""
    return _joined(child) == _joined(parent)


def is_generic(name: str) -> bool:
    """Tell whether unrelated tables use this header: `id`, `code`, `name`."""
    core = core_words(name)
    marked = any(word in MARKERS for word in header_words(name))
    return not core or (not marked and all(word in GENERIC for word in core))


def names_another_kind(child: str, parent_table: str, child_table: str) -> bool:
    """Tell whether a mere `type` or `status` meets the kinds of another thing: `area_type`."""
    core, table = core_words(child), table_words(parent_table)
    if not core or len(table) < 2 or not all(word in GENERIC for word in core):
        return False
    things = [word for word in table if not any(akin(word, given) >= 0.6 for given in core)]
    return bool(things) and _coverage(things, table_words(child_table)) < 0.6


def names_table(name: str, table: str) -> float:
    """Measure how surely a header names a table, as `airport_id` and `capital_city` do."""
    core = core_words(name)
    return _table_coverage(table_words(table), core) if core else 0.0


def key_name_score(column: str, table: str) -> float:
    """Measure how surely a header is that of the table's own key, by its name alone."""
    words, core = header_words(column), core_words(column)
    marked = any(word in MARKERS for word in words)
    if not core:
        return 1.0 if _NAMERS & set(words) else 0.5
    named = _own_named(table, core)
    if marked:
        return 0.45 + 0.55 * named
    if set(core) <= {"name", "title", "titel"} or core[-1] == "name":
        return 0.35 + 0.1 * named
    return 0.4 * named


def reference_name_score(child: str, parent_table: str, parent_key: str) -> float:
    """Measure how surely the name of a child column points to a key of a table, 0 to 1."""
    core, key_core = core_words(child), core_words(parent_key)
    table = table_words(parent_table)
    if is_same_name(child, parent_key):
        if not is_generic(parent_key):
            return 1.0
        return 0.35
    if not core:
        return 0.0
    initials = _by_initials(child, parent_table)
    by_key = _coverage(key_core, core) if key_core and not is_generic(parent_key) else 0.0
    by_table = _table_coverage(table, core)
    if max(akin(table[-1], word) for word in core) < 0.6 and table[-1] not in _KINDS:
        by_table *= 0.7  # `movie_id` is hardly one of `movie_companies`
    known = [*table, *key_core]
    fit = _head_fit(child, core, known)
    by_key, by_table = fit * by_key, fit * by_table
    if is_generic(child) and max(akin(table[-1], word) for word in core) < _INFLECTED:
        by_key, by_table = 0.5 * by_key, 0.5 * by_table  # a `value` is no `valuemap`
    unexplained = 1 - sum(max((akin(w, k) for k in known), default=0) for w in core) / len(core)
    best = max(0.95 * by_key, 0.95 * by_table)
    return max(best * (1 - 0.2 * unexplained), initials)


def is_initial(child: str) -> bool:
    """Tell whether a header is an initial and a marker in one word: `cid`, `sno`."""
    words = header_words(child)
    return bool(words) and _INITIAL.fullmatch(words[-1]) is not None


def _by_initials(child: str, parent_table: str) -> float:
    """Measure how surely the initials of a table are meant: `uom_code`, `hdemo_sk`, `cid`."""
    said, table = core_words(child)[-1], table_words(parent_table)
    if any(_begins(said, words) for words in (table, header_words(parent_table))):
        return _INITIALS if len(said) > 2 else _ONE_INITIAL
    found = _INITIAL.fullmatch(said)
    return _ONE_INITIAL if found and found[1] == table[-1][0] else 0.0


def _begins(short: str, words: Sequence[str]) -> bool:
    """Tell whether a word is the initials of others, the last one maybe with more letters."""
    first = "".join(word[0] for word in words[:-1])
    rest = short.removeprefix(first)
    return rest != short != first and words[-1].startswith(rest)


def _head_fit(child: str, core: Sequence[str], known: Sequence[str]) -> float:
    """Discount a header whose last word, what it is about, does not name the parent.

    `source_airport` is an airport, `order_quantity` is no order, and `order_type_id` hardly one;
    a word after the marker, as in `team_id_winner`, is a role.
    """
    words = header_words(child)
    if max((akin(core[-1], word) for word in known), default=0.0) >= 0.6:
        return 1.0
    if words[-1] in MARKERS:
        return 0.75
    return 0.4 if len(core) == len([w for w in words if w not in PREPOSITIONS]) else 1.0


def is_counted(child: str) -> bool:
    """Tell whether a header without marker is a plural, which counts things: `home_games`."""
    core = core_words(child)
    return bool(core) and header_words(child)[-1] == core[-1] and singular(core[-1]) != core[-1]


def is_self_role(child: str) -> bool:
    """Tell whether the header names another row of the same table, as `parent_id` does."""
    return any(word in _SELF_WORDS for word in core_words(child))


def is_superior(child: str) -> bool:
    """Tell whether the header names somebody's superior, who is in the table if people are."""
    return any(word in _SUPERIOR_WORDS for word in core_words(child))


def holds_people(table: str, columns: Sequence[str]) -> bool:
    """Tell whether a table is about people: by its name, or by headers such as `first_name`."""
    if any(akin(word, holder) >= 0.9 for word in table_words(table) for holder in _PERSONS):
        return True
    return any(_joined(name) in _PERSON_HEADERS for name in columns)


def is_agent(child: str) -> bool:
    """Tell whether a header calls somebody by what they do: `author`, `follower`, `approved_by`."""
    words, core = header_words(child), core_words(child)
    if len(words) > 1 and words[-1] in _BY:
        return True
    if len(words) > 1 and words[-1] == "to" and words[-2].endswith("ed"):
        return True
    return bool(core) and core[-1] not in _NO_AGENTS and _AGENT.search(core[-1]) is not None


def is_known_role(child: str, parent_table: str) -> bool:
    """Tell whether the header is a role of a person or a place and the table holds such."""
    core, table = core_words(child), table_words(parent_table)
    return any(
        any(word in roles for word in core)
        and any(akin(word, holder) >= 0.9 for word in table for holder in holders)
        for roles, holders in ((_PERSON_ROLES, _PERSONS), (_PLACE_ROLES, _PLACES))
    )


@lru_cache(maxsize=65536)
def table_words(table: str) -> tuple[str, ...]:
    """Split a table name into the words that say what its rows are; one of signs is one word."""
    words = header_words(table)
    kept = tuple(word for word in words if word not in _NOISE and word not in PREPOSITIONS)
    return kept or words or (table,)


def _table_coverage(table: Sequence[str], core: Sequence[str]) -> float:
    """Measure how far the words of a header name a table, its last word before the others."""
    whole = _coverage(table, core)
    head = max((akin(table[-1], word) for word in core), default=0.0)
    first = max((akin(table[0], word) for word in core), default=0.0)
    if table[-1] in _KINDS and len(table) > 1:
        head = max(head, 0.94 * _coverage(table[:-1], core))
    return max(whole, 0.85 * head, 0.5 * first)


def _coverage(wanted: Sequence[str], given: Sequence[str]) -> float:
    if not wanted or not given:
        return 0.0
    return sum(max(akin(want, give) for give in given) for want in wanted) / len(wanted)


def _own_named(table: str, core: Sequence[str]) -> float:
    """Measure how far a key's words are those of its table; `order_id` is not of `order_items`."""
    words = table_words(table)
    shared = (_table_coverage(words, core) + _coverage(core, words)) / 2
    head = max(akin(_head(table), word) for word in core)
    return shared if head >= 0.6 or len(words) == 1 else 0.5 * shared


def _head(table: str) -> str:
    """Give the word of a table name that says what a row is: expense of `expenses_with_tax`."""
    words = header_words(table)
    for place, word in enumerate(words):
        if place and word in PREPOSITIONS:
            return words[place - 1]
    return table_words(table)[-1]


def _joined(name: str) -> str:
    return "".join(header_words(name))


def _shared_prefix(one: str, other: str) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length
