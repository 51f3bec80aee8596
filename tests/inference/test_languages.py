"""Columns of one text in several languages, told from countries, keys and marks."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from graph.ontology.schema_overrides import SchemaOverride
from graph.schema import Schema
from inference.infer import infer_schema, infer_with_sketches
from inference.knowledge.naming import name_schema
from inference.text_headers import text_header
from tests.inference.staging import stage

ENGLISH = "the {0} is made of wood with a mark that was not of the garden from number {1}"
GERMAN = "der {0} ist aus Holz und steht im Garten mit der Nummer {1}"
FRENCH = "le {0} est en bois et se trouve dans le jardin du numéro {1}"
WORDS = ("chair Stuhl chaise", "lamp Leuchte lampe", "mirror Spiegel miroir", "door Tür porte")


def named(number: int, language: int) -> str:
    """Give the name of a thing in English, German or French."""
    return f"{WORDS[number % 4].split()[language]} {number}"


TEXTS: dict[str, Callable[[int], str]] = {
    "en": lambda n: named(n, 0),
    "de": lambda n: named(n, 1),
    "fr": lambda n: named(n, 2),
    "long en": lambda n: ENGLISH.format(named(n, 0), n),
    "long de": lambda n: GERMAN.format(named(n, 1), n),
    "long fr": lambda n: FRENCH.format(named(n, 2), n),
    "code": lambda n: f"A-{1000 + n}",
    "url": lambda n: f"https://example.org/{n}",
    "mail": lambda n: f"sales{n}@example.org",
    "person": lambda n: f"{('Anna', 'Peter', 'Maria', 'Hans')[n % 4]} Smith",
    "grade": lambda n: "ABC"[n % 3],
    "colour": lambda n: ("red", "blue")[n % 2],
    "farbe": lambda n: ("rot", "blau")[n % 2],
    "number": str,
}


def schema_of(folder: Path, columns: Sequence[tuple[str, str]], *more: SchemaOverride) -> Schema:
    """Infer the schema of one table: an id, then (header, kind of text) each."""
    headers = ["item_id", *(header for header, _ in columns)]
    rows = [[str(n), *(TEXTS[kind](n) for _, kind in columns)] for n in range(1, 41)]
    return infer_schema([stage(folder, "items", headers, rows)], overrides=more)


def languages(schema: Schema) -> dict[str, str]:
    """Give the language by column."""
    return {column.name: column.language for column in schema.tables[0].columns if column.language}


@pytest.mark.parametrize(
    ("header", "words", "tag"),
    [
        ("title_en", "title", "en"),
        ("Name (fr)", "name", "fr"),
        ("description@es", "description", "es"),
        ("NameEN", "name", "en"),
        ("nameDe", "name", "de"),
        ("SHORT_TITLE_DE", "short title", "de"),
        ("title_pt_BR", "title", "pt-br"),
        ("title.zh-Hant", "title", "zh-hant"),
        ("en_title", "title", "en"),
        ("title_ger", "title", "de"),
        ("Title (German)", "title", "de"),
        ("titre français", "titre", "fr"),
        ("Deutsch", "", "de"),
        ("order_no", "order", "no"),
    ],
)
def test_reads_the_language_of_a_header(header: str, words: str, tag: str) -> None:
    found = text_header(header)
    assert found is not None
    assert (" ".join(found.words), found.tag) == (words, tag)


@pytest.mark.parametrize("header", ["title", "price", "name_us", "code", "hidden", "broken", ""])
def test_other_headers_name_no_language(header: str) -> None:
    assert text_header(header) is None


@pytest.mark.parametrize(
    ("columns", "tags"),
    [
        ([("title_en", "en"), ("title_de", "de")], "title_en:en title_de:de"),
        ([("NameEN", "en"), ("NameFR", "fr"), ("name", "de")], "NameEN:en NameFR:fr"),
        ([("text_en", "en"), ("text_de", "de"), ("text_is", "fr")],
         "text_en:en text_de:de text_is:is"),
        ([("en", "en"), ("de", "de")], "en:en de:de"),
        ([("note_de", "long de")], "note_de:de"),
        ([("note", "long fr"), ("note_en", "long en"), ("note_de", "long de")],
         "note:fr note_en:en note_de:de"),
        ([("colour_en", "colour"), ("colour_de", "farbe")], "colour_en:en colour_de:de"),
    ],
)  # fmt: skip
def test_translations_get_their_language(
    tmp_path: Path, columns: list[tuple[str, str]], tags: str
) -> None:
    wanted = dict(pair.split(":") for pair in tags.split())
    assert languages(schema_of(tmp_path, columns)) == wanted


@pytest.mark.parametrize(
    "columns",
    [
        [("title_en", "en")],
        [("note_de", "long en")],
        [("remark", "long de")],
        [("order_no", "code"), ("order_id", "code")],
        [("price_de", "number"), ("price_fr", "number")],
        [("url_en", "url"), ("url_de", "url")],
        [("office_de", "long en"), ("office_fr", "long en")],
        [("shop_de", "en"), ("shop_fr", "de"), ("shop_us", "fr")],
        [("contact_de", "person"), ("contact_fr", "person")],
        [("support_de", "mail"), ("support_fr", "mail")],
        [("English", "grade"), ("French", "grade")],
        [("level_en", "colour"), ("level_fr", "colour")],
    ],
)
def test_countries_keys_marks_and_single_columns_get_none(
    tmp_path: Path, columns: list[tuple[str, str]]
) -> None:
    assert languages(schema_of(tmp_path, columns)) == {}


def test_translations_are_one_property_and_other_columns_are_not(tmp_path: Path) -> None:
    columns = [("title_en", "en"), ("title_de", "de"), ("TitleEN", "fr"), ("title", "code")]
    schema = schema_of(tmp_path, columns)
    names = {item.column: item.name for item in name_schema(schema).classes[0].attributes}
    assert names["title_en"] == names["title_de"] == "title"
    assert len({"title", names["TitleEN"], names["title"]}) == 3


def test_texts_that_landed_plain_stay_so_until_somebody_decides(tmp_path: Path) -> None:
    rows = [[str(n), named(n, 0), named(n, 1)] for n in range(1, 41)]
    headers = ["item_id", "title_en", "title_de"]
    old = infer_schema([stage(tmp_path, "items", headers[:2], [row[:2] for row in rows])])
    now = stage(tmp_path, "items", headers, rows)
    held, _ = infer_with_sketches([now], before=old)
    assert languages(held) == {}
    said = SchemaOverride("type", "items", ("title_en",), "string", language="EN")
    set_by_person, _ = infer_with_sketches([now], before=old, overrides=[said])
    assert languages(set_by_person) == {"title_en": "en"}


def test_texts_that_had_a_language_keep_it_without_their_sister(tmp_path: Path) -> None:
    old = schema_of(tmp_path, [("title_en", "en"), ("title_de", "de")])
    rows = [[str(n), named(n, 0)] for n in range(1, 41)]
    now = stage(tmp_path, "items", ["item_id", "title_en"], rows)
    assert languages(infer_with_sketches([now], before=old)[0]) == {"title_en": "en"}
