"""Read what kind of column a header announces: an identifier, a code, a flag, a date.

The word lists are general (English, German, French, Spanish, Italian, Portuguese); a header that
they do not know is simply not announced, and the values decide alone.
"""

import re
import unicodedata
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """Give the words of a text as a set."""
    return frozenset(text.split())


MARKERS = word_set(
    "id ids key code no nr num number nummer pk fk sk uid uuid guid ref identifier kennung "
    "schlüssel schluessel kennzeichen kz cod codigo código clave cle clé numero numéro número "
    "codice chiave chave kode kod nummern"
)
"""Words that say "this names a row", whatever the row is about."""

_LEADING_MARKERS = word_set(
    "id key code cod codigo código cle clé clave pk fk sk uid uuid guid ref"
)

PREPOSITIONS = word_set(
    "of for with in per by to from at on via and the von der die das des mit für nach zu zum an "
    "und de du la le les del di da el los y e et"
)

GENERIC = word_set(
    "name title titel label description desc bezeichnung beschreibung nombre nom nome type typ "
    "kind art value wert text details date datum year jahr status state order rank number "
    "comment notes note"
)
"""Words that columns of unrelated tables share."""

_CODE_WORDS = word_set(
    "zip zipcode postal postcode plz postleitzahl cap cep iban bic isbn issn ean gtin upc ssn "
    "barcode passport pin pincode imei imsi iccid msisdn siren siret gstin aadhaar nif nie ein tin"
)
_PHONE_WORDS = word_set("phone telephone tel telefon telefono fax mobile mobil cell")
_PHONE_LENGTH = 7
_ACCOUNT_LENGTH = 6
_CARD_LENGTH = 13
_ACCOUNT_WORDS = word_set(
    "card account konto karte kreditkarte cuenta tarjeta compte carte conto carta conta cartao"
)
_TAX_WORDS = word_set("vat tax mwst ust tva iva steuer fiscal")
_NUMBER_WORDS = word_set("number no nr num nummer numero número numéro")
_FLAG_FIRST = word_set("is has was had can should allow allows are ist hat")
_FLAG_LAST = word_set("flag yn bool boolean indicator ind")
_STATES = word_set(
    "active activebool enabled deleted visible valid verified approved archived closed public "
    "published paid aktiv activo actif attivo ativo"
)
_CLASS_WORDS = word_set("type typ tipo kind art status state zustand gender sex level")
_DATE_WORDS = word_set("date dates datum dt day tag fecha data jour dia giorno")
_MOMENT_WORDS = word_set(
    "at time times timestamp ts datetime epoch unix unixtime moment since until created updated "
    "modified inserted changed added registered joined opened closed started ended finished "
    "received sent shipped delivered ordered paid published posted logged observed measured "
    "recorded seen visited login expires expired expiry due zeit zeitpunkt zeitstempel erstellt "
    "geändert aktualisiert horodatage heure hora creado créé creato criado ora when"
)
_YEAR_WORDS = word_set("year yr jahr année annee año ano anno founded vintage baujahr yob")
_SPAN_WORDS = word_set(
    "duration durations elapsed runtime laptime playtime downtime uptime dauer laufzeit spieldauer "
    "durée duree duración duracion durata duração duracao varaktighet"
)
_SPENT_WORDS = word_set("lap run play spent taken total race finish cpu wall response")
_MERGED = re.compile(r"^(.{2,}?)(id|key|code|no|nr|num|nummer|number|ref|name)$")
_NOT_MERGED = word_set(
    "paid unpaid prepaid valid invalid grid void solid avoid fluid hybrid rapid liquid android "
    "covid aid bid kid maid mid acid raid said lipid pyramid ellipsoid spheroid geoid asteroid "
    "steroid opioid thyroid monkey turkey hockey jockey donkey "
    "whiskey key piano volcano casino domino kimono techno latino inferno minimum maximum "
    "barcode encode decode episode unicode zipcode postcode href xref"
)
_PREFIX = re.compile(r"[A-Za-z]{1,3}[_ .]|[a-z]{2,4}(?=[A-Z])")
_SPLIT = re.compile(r"(?<=[a-zß-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zß-ÿ]{2})|[\W_]+")
_IDENTIFIER_INSIDE = re.compile(r"(?<=[a-z])(ID|Id)(?=[a-z]{3})")


@lru_cache(maxsize=65536)
def header_words(name: str) -> tuple[str, ...]:
    """Split a header into lower-case words; `teamIDwinner` gives team, id, winner."""
    text = unicodedata.normalize("NFC", name)
    text = text.lower() if text.isupper() else _IDENTIFIER_INSIDE.sub(r"_\1_", text)
    parts = [part.lower() for part in _SPLIT.split(text) if part]
    return tuple(word for part in parts for word in _unmerged(part))


@lru_cache(maxsize=65536)
def core_words(name: str) -> tuple[str, ...]:
    """Give the words of a header that say what it is about: no markers, no prepositions."""
    return tuple(w for w in header_words(name) if w not in MARKERS and w not in PREPOSITIONS)


@lru_cache(maxsize=4096)
def shared_prefix(names: tuple[str, ...]) -> str:
    """Give the prefix of a few letters that all headers have, if any.

    It stands for the table, as in `l_orderkey` and `l_partkey`, or `kndID` and `kndName`, and says
    nothing of a column.
    """
    found = _PREFIX.match(names[0]) if len(names) > 1 else None
    if found is None or any(
        not name.startswith(found.group()) or len(name) == found.end() for name in names
    ):
        return ""
    return found.group()


def is_identifier_header(name: str) -> bool:
    """Tell whether the header ends or begins with a word such as id, key or code."""
    words = header_words(name)
    return bool(words) and (words[-1] in MARKERS or words[0] in _LEADING_MARKERS)


def is_bare_marker(name: str) -> bool:
    """Tell whether a header says only that it names a row, and not of what: `uid`, `no`."""
    return bool(header_words(name)) and not core_words(name)


def is_code_header(name: str, length: int = 0) -> bool:
    """Tell whether digits under this header are a code, on which nobody calculates.

    Args:
        length: length of the longest text; a short phone number may be an extension, a number,
            and a short account number a running one.
    """
    words = set(header_words(name))
    if words & _PHONE_WORDS:
        return length == 0 or length >= _PHONE_LENGTH
    if words & _ACCOUNT_WORDS and length >= _CARD_LENGTH:
        return True
    if words & _TAX_WORDS and words & _NUMBER_WORDS:
        return length == 0 or length >= _ACCOUNT_LENGTH
    if words & _ACCOUNT_WORDS and words & _NUMBER_WORDS:
        return length == 0 or length >= _ACCOUNT_LENGTH
    return bool(words & _CODE_WORDS) or any(
        w.endswith(("kontonummer", "kartennummer")) for w in words
    )


def is_flag_header(name: str) -> bool:
    """Tell whether the header asks a question whose answer is yes or no."""
    words = header_words(name)
    return len(words) > 1 and (words[0] in _FLAG_FIRST or words[-1] in _FLAG_LAST)


def names_state(name: str) -> bool:
    """Tell whether the header names a state that holds or does not: `active`, `paid`."""
    words = header_words(name)
    return bool(words) and words[-1] in _STATES


def is_classification(name: str) -> bool:
    """Tell whether the header names a class of things, such as `type_code` or `status`."""
    return any(word in _CLASS_WORDS or word.endswith("typ") for word in header_words(name))


def names_date(name: str) -> bool:
    """Tell whether the header names a day."""
    words = header_words(name)
    return any(word in _DATE_WORDS or word.endswith(("date", "datum")) for word in words)


def names_moment(name: str) -> bool:
    """Tell whether the header names when something happened, by day or to the second."""
    words = header_words(name)
    compound = any(word.endswith(("time", "zeit", "stamp", "stempel")) for word in words)
    return compound or names_date(name) or bool(_MOMENT_WORDS & set(words))


def names_span(name: str) -> bool:
    """Tell whether the header names a duration, not a time of day."""
    words = header_words(name)
    spent = "time" in words and bool(_SPENT_WORDS & set(words))
    return spent or any(w in _SPAN_WORDS or w.endswith(("dauer", "duration")) for w in words)


def names_year(name: str) -> bool:
    """Tell whether the header names a year, and no identifier of one."""
    words = header_words(name)
    return bool(words) and (words[-1] in _YEAR_WORDS or words[-1].endswith(("year", "jahr")))


def _unmerged(word: str) -> tuple[str, ...]:
    """Split `countrycode` and `userid`, but not `valid`."""
    found = _MERGED.match(word)
    if found is None or word in _NOT_MERGED or len(found.group(1)) < 3:
        return (word,)
    return found.group(1), found.group(2)
