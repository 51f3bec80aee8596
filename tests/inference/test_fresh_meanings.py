"""What columns of many languages stand for, written down before the detectors were looked at."""

from pathlib import Path

import pytest

from inference.infer import infer_schema
from tests.inference.staging import stage

MEANT = [
    ("correo", "ana.lopez@uni.es|j.ruiz@empresa.com|pedro@correo.mx|m.gil@gob.es", "email"),
    ("Ansprechpartner E-Mail", "k.vogel@werk.de|info@firma.at|s.huber@amt.ch", "email"),
    ("courriel", "a.dupont@mairie.fr|b.leroy@orange.fr|c@sfr.fr", "email"),
    ("site web", "https://www.mairie.fr|http://exemple.org/a|https://lemonde.fr", "url"),
    ("homepage", "www.example.org|www.test.de|www.firma.at", "url"),
    (
        "session",
        "550e8400-e29b-41d4-a716-446655440000|6ba7b810-9dad-11d1-80b4-00c04fd430c8|f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "uuid",
    ),
    ("quelle", "10.0.0.1|192.168.1.17|8.8.8.8|172.16.4.9", "ipv4|ip-address"),
    ("addr6", "2001:db8::1|fe80::1|::1|2001:db8:0:0:0:0:2:1", "ipv6|ip-address"),
    ("geraet", "00:1A:2B:3C:4D:5E|F0-DE-F1-12-34-56|00:50:56:c0:00:08", "mac-address"),
    ("teléfono", "+34 912 345 678|+34 600 123 456|+34 933 221 100", "phone"),
    ("Handynummer", "0171 2345678|0160-9876543|0151/1122334", "phone"),
    ("Nationalité", "France|Allemagne|Espagne|Italie", "country"),
    ("Land", "Deutschland|Österreich|Schweiz|Frankreich", "country"),
    ("pais", "ES|MX|AR|CO|CL", "country-code"),
    ("iso3", "DEU|FRA|ITA|USA|JPN", "country-code"),
    ("Währung", "EUR|USD|CHF|GBP", "currency-code"),
    ("moneda", "MXN|USD|EUR|COP", "currency-code"),
    ("Sprache", "de|en|fr|it", "language-code"),
    ("locale", "de-DE|en-US|fr-FR|pt-BR", "language-code"),
    ("idioma", "español|inglés|francés|alemán", "language"),
    ("PLZ", "10115|80331|50667|01067", "postal-code"),
    ("CP", "75001|69002|13008|33000", "postal-code"),
    ("Breitengrad", "52.52|48.13|50.11|53.55", "latitude"),
    ("Farbe", "rot|blau|grün|schwarz|weiß", "colour"),
    ("hex", "#FF0000|#00ff00|#0000FF|#abc", "colour"),
    ("mime", "text/html|application/json|image/png|application/pdf", "media-type"),
    ("Pfad", "/usr/local/bin/x|/etc/passwd|/home/a/b.txt", "file-path"),
    ("archivo", "C:\\Temp\\a.txt|C:\\Users\\b\\c.doc|D:\\x\\y.pdf", "file-path"),
    ("payload", '{"a": 1}|{"b": [1,2]}|{"c": null}', "json"),
    ("Kunde", "Peter Müller|Anna Schmidt|Hans Weber|Maria Huber|Klaus Wolf", "person-name"),
    ("cliente", "José García|María López|Carmen Ruiz|Antonio Pérez", "person-name"),
    ("Vorname", "Peter|Anna|Hans|Maria|Klaus", "given-name"),
    ("prénom", "Pierre|Marie|Jean|Nathalie", "given-name"),
    ("Nachname", "Müller|Schmidt|Weber|Huber", "family-name"),
    ("apellidos", "García López|Ruiz Gil|Pérez Sanz", "family-name"),
    ("Firma", "Muster GmbH|Beispiel AG|Werk KG|Test GmbH & Co. KG", "organisation"),
    ("empresa", "Telefónica S.A.|Inditex S.A.|Acme S.L.", "organisation"),
    ("société", "Dupont SARL|Leroy SA|Martin SAS", "organisation"),
    ("Geschlecht", "m|w|m|w|d", "gender"),
    ("sexe", "homme|femme|femme|homme", "gender"),
    ("Geburtsdatum", "1980-03-04|1975-11-30|1999-01-15", "birth-date"),
    ("fecha_nacimiento", "04/03/1980|30/11/1975|15/01/1999", "birth-date"),
    ("Preis", "12,50 €|99,00 €|5,25 €", "money"),
    ("sueldo", "1500.00|2300.50|1890.00", "money"),
    ("Anteil", "12 %|50 %|3 %", "percentage"),
    ("taux_pct", "12.5|50.0|3.2", "percentage"),
    ("Temperatur_C", "21.5|-3.0|37.2", "measurement"),
    ("poids (kg)", "70.5|82.0|65.2", "measurement"),
    ("Straße", "Hauptstraße 12|Bahnhofstr. 3|Am Markt 7a", "street-address"),
    ("dirección", "Calle Mayor 12|Avenida de la Paz 3|Plaza de España 7", "street-address"),
    ("adresse", "12 rue de la Paix|3 avenue Foch|7 place du Marché", "street-address"),
    ("Stadt", "Berlin|München|Köln|Hamburg", "city"),
    ("ville", "Paris|Lyon|Marseille|Lille", "city"),
    ("iban", "DE89370400440532013000|GB29NWBK60161331926819|FR1420041010050500013M02606", "iban"),
    (
        "tarjeta",
        "4111111111111111|5500000000000004|4012888888881881|378282246310005",
        "card-number",
    ),
    (
        "Kommentar",
        "Das ist ein sehr guter Artikel und wird gern gekauft.|"
        "Die Lieferung war nicht pünktlich und das Paket war beschädigt.|"
        "Wir sind mit dem Service zufrieden und kommen wieder.",
        "free-text",
    ),
    (
        "commentaire",
        "Le produit est arrivé en retard mais il est très bon.|"
        "Nous sommes contents de la qualité et du service.|"
        "Ce n'est pas le bon modèle, il faut le changer.",
        "free-text",
    ),
    ("created_at", "1700000000|1700086400|1700172800|1700259200", "epoch-seconds"),
    ("zeitstempel", "1700000000000|1700086400000|1700172800000", "epoch-milliseconds"),
    ("size", "S|M|L|XL|S|M|L|XL", "ordinal"),
    ("Priorität", "niedrig|mittel|hoch|niedrig|hoch|mittel", "ordinal"),
    (
        "password_hash",
        "5f4dcc3b5aa765d61d8327deb882cf99|d8578edf8458ce06fbc5bb76a58c5ca4|25d55ad283aa400af464c76d713c07ad",
        "hash|secret",
    ),
]
"""A header, values parted by `|`, and the semantic type that they have; of several, any."""

OTHERS = [
    ("product_name", "Lamp Deluxe|Chair Basic|Table Pro", "person-name,organisation,country"),
    ("status", "open|closed|pending|open|closed", "gender,ordinal,colour"),
    ("city_id", "1|2|3|4", "city"),
    ("phone_model", "iPhone 12|Galaxy S21|Pixel 6", "phone"),
    ("email_sent", "yes|no|yes|no", "email"),
    ("language_count", "1|2|3|2", "language,language-code"),
    ("country_rank", "1|2|3|4", "country"),
    ("url_length", "12|34|56", "url"),
    ("May", "12|14|19|22", "given-name"),
    ("turkey_sales", "120|140|199", "country"),
    ("age_group", "18-25|26-35|36-45", "age"),
    ("lat_ms", "12|15|19", "latitude"),
    ("address_type", "home|work|billing", "street-address"),
    ("team", "Reds|Blues|Greens", "colour,person-name"),
]
"""Headers with a word that announces what the values are not."""


def meaning(folder: Path, header: str, values: str) -> str:
    """Infer what a column of repeated values, in a table that says nothing, stands for."""
    rows = [[str(number), value] for number, value in enumerate(values.split("|") * 4)]
    schema = infer_schema([stage(folder, "rows", ["row_no", header], rows)])
    semantic = schema.tables[0].columns[1].semantic
    return semantic.type if semantic else ""


@pytest.mark.parametrize(("header", "values", "types"), MEANT)
def test_knows_what_values_stand_for(tmp_path: Path, header: str, values: str, types: str) -> None:
    assert meaning(tmp_path, header, values) in types.split("|")


@pytest.mark.parametrize(("header", "values", "types"), OTHERS)
def test_a_word_of_the_header_is_not_enough(
    tmp_path: Path, header: str, values: str, types: str
) -> None:
    assert meaning(tmp_path, header, values) not in types.split(",")


@pytest.mark.parametrize("header", ["Alter", "edad", "age"])
def test_an_age_needs_a_table_of_people(tmp_path: Path, header: str) -> None:
    assert meaning(tmp_path, header, "34|27|61|45|19") == ""


@pytest.mark.parametrize(
    ("values", "unit"), [("0.20|0.35|0.15", None), ("20.5|35.0|15.25", "PERCENT")]
)
def test_a_share_of_one_under_a_header_of_percent_is_not_in_percent(
    tmp_path: Path, values: str, unit: str | None
) -> None:
    rows = [[str(number), value] for number, value in enumerate(values.split("|") * 4)]
    schema = infer_schema([stage(tmp_path, "rows", ["row_no", "commission_pct"], rows)])
    semantic = schema.tables[0].columns[1].semantic
    assert semantic is not None
    assert semantic.type == "percentage"
    assert (semantic.unit or "").rpartition("/")[2] == (unit or "")
