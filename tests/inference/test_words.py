"""Words of headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.words import camel_case, pascal_case, singular, spelled_out, split_words


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("order_date", ("order", "date")),
        ("OrderDate", ("order", "date")),
        ("ORDER DATE", ("order", "date")),
        ("customerID", ("customer", "ID")),
        ("customerIDs", ("customer", "IDs")),
        ("HTTPServerName", ("HTTP", "server", "name")),
        ("line1Total", ("line1", "total")),
        ("A2", ("a2",)),
        ("growth %", ("growth", "percent")),
        ("customer's name", ("customers", "name")),
        ("park.key", ("park", "key")),
        ("größe_des_Raums", ("größe", "des", "raums")),
        ("ΤιμήΜονάδας", ("τιμή", "μονάδας")),
        ("產品 名稱", ("產品", "名稱")),
        ("---", ()),
    ],
)
def test_splits_headers_of_every_style(header: str, words: tuple[str, ...]) -> None:
    assert split_words(header) == words


def test_composed_and_decomposed_headers_give_the_same_words() -> None:
    assert split_words("cafe\u0301") == split_words("caf\u00e9")


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("categories", "category"),
        ("customers", "customer"),
        ("addresses", "address"),
        ("statuses", "status"),
        ("boxes", "box"),
        ("branches", "branch"),
        ("movies", "movie"),
        ("people", "person"),
        ("women", "woman"),
        ("salesmen", "salesman"),
        ("warehouses", "warehouse"),
        ("invoices", "invoice"),
        ("analyses", "analysis"),
        ("indices", "index"),
        ("heroes", "hero"),
        ("IDs", "ID"),
        ("bestellungen", "bestellung"),
        ("mitgliedschaften", "mitgliedschaft"),
        ("secciones", "sección"),
        ("conexões", "conexão"),
        ("bureaux", "bureau"),
        ("journaux", "journal"),
        ("stazioni", "stazione"),
        ("eenheden", "eenheid"),
    ],
)
def test_brings_plurals_to_the_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


FOREIGN = """
kunden:kunde häuser:haus laender:land aerzte:arzt mitarbeiter:mitarbeiter
kundenadressen:kundenadresse
qualitäten:qualität lehrerinnen:lehrerin animaux:animal niveaux:niveau pays:pays travaux:travail
ciudades:ciudad paises:pais vendedores:vendedor imágenes:imagen leyes:ley clientes:cliente
ordini:ordine fornitori:fornitore clienti:cliente pagamenti:pagamento fatture:fattura città:città
klanten:klant bestellingen:bestelling universiteiten:universiteit cidades:cidade animais:animal
papéis:papel imagens:imagem informações:informação klienci:klient zamowienia:zamowienie
"""
ENGLISH = """
stores:store scores:score values:value notes:note moments:moment agents:agent parents:parent
menus:menu bookings:booking ratings:rating listings:listing teams:team editions:edition
options:option relations:relation stations:station motors:motor doors:door floors:floor
students:student payments:payment documents:document kindergarten:kindergarten province:province
portions:portion trains:train gardens:garden tokens:token screens:screen citizens:citizen
"""


@pytest.mark.parametrize("pair", [*FOREIGN.split(), *ENGLISH.split()])
def test_knows_plurals_of_other_languages_and_harms_no_english_word(pair: str) -> None:
    plural, one = pair.split(":")
    assert singular(plural) == one


@pytest.mark.parametrize(
    "word",
    ["status", "address", "bus", "series", "news", "analysis", "gas", "specimen", "beamten", "GPS"],
)
def test_leaves_words_that_are_no_plural(word: str) -> None:
    assert singular(word) == word


@pytest.mark.parametrize(
    ("words", "label"),
    [
        (("cust", "addr"), "customer address"),
        (("QTY",), "quantity"),
        (("dob",), "date of birth"),
        (("order", "ID"), "order ID"),
        (("no", "show"), "no show"),
    ],
)
def test_labels_are_spelled_out(words: tuple[str, ...], label: str) -> None:
    assert spelled_out(words) == label


def test_joins_words_to_names() -> None:
    assert camel_case(("customer", "ID")) == "customerId"
    assert pascal_case(("order", "detail")) == "OrderDetail"
    assert camel_case(("2012", "sales")) == "_2012Sales"


def test_names_have_letters_and_digits_only() -> None:
    assert camel_case(split_words("Fläche m²")) == "flächeM2"
    assert camel_case(split_words("\U00010107 price")) == "price"


@given(st.text())
def test_any_header_can_be_split_and_joined(header: str) -> None:
    words = split_words(header)
    assert all(words)
    assert bool(camel_case(words)) == bool(words) == bool(pascal_case(words))
