"""Columns whose meaning is known: what each type looks like, what it does not, and near misses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A column: its header, its values, the type that it has (None: none), and its table."""

    header: str
    values: tuple[str, ...]
    type: str | None
    table: str = "thing"
    beside: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def name(self) -> str:
        """Say the case in words."""
        return f"{self.table}.{self.header}: {' '.join(self.values)[:32]} is {self.type}"


def _case(header: str, values: str, type_: str | None, table: str = "thing", **beside: str) -> Case:
    """Make a case from values between bars."""
    columns = tuple((name, tuple(text.split("|"))) for name, text in beside.items())
    return Case(header, tuple(values.split("|")), type_, table, columns)


_HEX = ("0f", "1a", "2b", "3c", "4d", "5e")

CASES = (
    # what computers write
    _case("x", "a@b.org|c.d+e@f-g.co.uk|ü@exämple.de|z_1@k.museum", "email"),
    _case("x", "a@b|c@d|e@f|@twitter|g@@h.org", None),
    _case("contact", "me at home|no @ here|mail@|@x.org", None),
    _case("x", "https://a.org|http://b.c/d?e=f|ftp://g.h/i|www.example.com/j", "url"),
    _case("x", "a.org/b|b.org/c|//c.org|d.org/e", None),
    _case("x", "urn:isbn:1|doi:10.1/x|mailto:a@b.org|tag:a,2020:b|did:x:1", "iri"),
    _case("x", "note: one|todo: two|remark: three|12:30 four", None),
    _case(
        "x",
        "|".join(f"123e4567-e89b-12d3-a456-4266141740{h}" for h in _HEX),
        "uuid",
    ),
    _case("x", "|".join(f"123e4567-e89b-12d3-a456-42661417{h}" for h in _HEX), None),
    _case("x", "10.0.0.1|192.168.1.255|8.8.8.8|1.2.3.4/24", "ipv4"),
    _case("version", "10.0.0.1.2|1.2.3|256.1.1.1|1.2.3.4.5", None),
    _case("x", "::1|fe80::1|2001:db8::ff00:42:8329|::ffff:1.2.3.4", "ipv6"),
    _case("x", "1.2.3.4|::1|10.0.0.9|fe80::2|9.9.9.9", "ip-address"),
    _case("x", "00:1a:2b:3c:4d:5e|00-1A-2B-3C-4D-5F|001a.2b3c.4d5e", "mac-address"),
    _case("x", "00:1a:2b:3c:4d|0g:1a:2b:3c:4d:5e|1a:2b", None),
    _case("x", "text/html|application/json|image/svg+xml|audio/mpeg", "media-type"),
    _case("x", "and/or|yes/no|his/hers|in/out", None),
    _case("x", '{"a":1}|[1,2]|{"b":{"c":null}}|[]', "json"),
    _case("x", "{a}|[b]|{c: d}|[e", None),
    _case("x", "/usr/bin/env|/var/log/sys.log|/home/a/b c.txt|~/notes", "file-path"),
    _case("x", r"C:\Users\a|D:\b\c.txt|\\host\share\d|E:/f/g", "file-path"),
    _case("file_name", "a.csv|b c.pdf|d/e.tar|f_1.jpeg", "file-path"),
    _case("page", "/a/b|/c/d|/e/f/g|/h/i", None),
    _case("x", "and / or|a / b|m/s|km/h", None),
    _case("x", "#ff0000|#00FF00|#abc|#12345678", "colour"),
    _case("colour", "red|green|dark brown|black|white", "colour"),
    _case("farbe", "rot|blau|grün|schwarz", "colour"),
    _case("x", "rgb(1,2,3)|rgba(1, 2, 3, 0.5)|hsl(120, 50%, 50%)", "colour"),
    _case("ticket", "#1234567|#12|#99999|#1", None),
    _case("x", "|".join(f"d41d8cd98f00b204e9800998ecf842{h}" for h in _HEX), "hash"),
    _case("password", "hunter22|s3cret!x|qwertz99|letmein1", "secret"),
    # places and codes
    _case("country", "Germany|France|Italy|Peru", "country"),
    _case("land", "Deutschland|Frankreich|Österreich|Schweiz", "country"),
    _case("x", "Deutschland|Francia|Japan|Brasil|Côte d’Ivoire", "country"),
    _case("country", "DE|FR|IT|US|UK", "country-code"),
    _case("country", "DEU|FRA|ITA|USA", "country-code"),
    _case("country_code", "004|276|840|250", "country-code"),
    _case("grade", "AA|BB|CC|DD", None),
    _case("x", "DE|IT|NO|AT", None),
    _case("airport", "FRA|JFK|LHR|CDG|TXL|SFO|ORD|ATL|MUC", None),
    _case("language", "en|de|fr|pt-BR|zh-Hant-TW", "language-code"),
    _case("language", "English|German|French|Swahili", "language"),
    _case("x", "en|de|fr|es", None),
    _case("currency", "EUR|USD|GBP|JPY", "currency-code"),
    _case("x", "EUR|USD|GBP|JPY|CHF|SEK", "currency-code"),
    _case("team", "RED|BLU|GRN|YEL|ORG|PUR", None),
    _case("zip", "01067|80331|10115|20095", "postal-code"),
    _case("Postleitzahl", "1010|8010|4020|6020", "postal-code"),
    _case("x", "SW1A 1AA|M1 1AE|B33 8TH|CR2 6XH|DN55 1PT", "postal-code"),
    _case("zip_file", "a.zip|b.zip|c.zip", "file-path"),
    _case("lat", "52.52|48.14|-33.86", "latitude", lon="13.4|11.58|151.2"),
    _case("longitude", "13.40|11.58|151.21", "longitude"),
    _case("lat", "952.52|48.14|133.86", None, lon="13.4|11.58|151.2"),
    _case("lat", "1.5|2.5|3.5", None),
    _case("x", "52.5200, 13.4050|48.1400, 11.5800|-33.86, 151.21", "coordinates"),
    _case("x", "POINT(1 2)|POINT (3 4)|POLYGON((0 0,1 1,1 0,0 0))", "geometry"),
    _case("city", "Berlin|São Paulo|New York|Kyōto", "city"),
    _case("Ort", "Hamburg|Köln|Ulm|Jena", "city"),
    _case("capacity", "12 seats|5 seats|7 seats", None),
    _case("state", "TX|CA|NY|WA", "region", city="Austin|Fresno|Albany|Yakima"),
    _case("state", "open|closed|new|sent", None),
    _case("street", "Main St 1|5 Oak Avenue|Lange Straße 7a|12 rue Foch", "street-address"),
    _case("ip_address", "local|remote|none|other", None),
    _case("house_number", "12|14a|7-9|101", "house-number"),
    # people and organisations
    _case("phone", "+49 40 123456|040/123456|(030) 12 34 56|0171-1234567", "phone"),
    _case("x", "+49 40 123456|+1 212 555 1234|+33 1 23 45 67 89", "phone"),
    _case("x", "(212) 555-1234|415-555-9876|202.555.0199", "phone"),
    _case("x", "123-456|12-34-56|1234-5678-90|555", None),
    _case("phone_model", "X100|X200|iFone 3|G5", None),
    _case("first_name", "Anna|Bo|José|Xi", "given-name"),
    _case("Vorname", "Jürgen|Ute|Kai|Anke", "given-name"),
    _case("surname", "Müller|O'Brien|de la Cruz|Ng", "family-name"),
    _case("name", "Anna Muster|John Doe|Maria Rossi|Wei Chen", "person-name", "employees"),
    _case("contact_name", "Dr. Anna Muster|John B. Doe|Rossi, Maria", "person-name"),
    _case("name", "Hammer 12|Nail 5|Saw 7|Drill 9", None, "tools"),
    _case("name", "Road Bike|Mountain Bike|City Bike|Kids Bike", "name", "products"),
    _case("building_full_name", "North Tower|East Wing|Old Hall", "name"),
    _case("company", "Acme Inc|Muster GmbH|Foo Ltd|Bar AG", "organisation"),
    _case("x", "Acme Inc.|Muster GmbH|Foo Ltd|Bar, LLC|Baz S.A.", "organisation"),
    _case("company_size", "1-10|11-50|51-200", None),
    _case("gender", "m|f|f|m", "gender"),
    _case("sex", "male|female|male|female", "gender"),
    _case("genre", "Rock|Jazz|Folk|Soul", None),
    _case("birth_date", "1980-01-31|1990-02-28|2000-12-01", "birth-date"),
    _case("username", "anna1|bob|c_x|dd", "user-name"),
    _case("ssn", "123-45-6789|234-56-7890|345-67-8901", "national-id"),
    _case("x", "123-45-6789|234-56-7890|345-67-8901", "national-id"),
    _case("x", "DE89370400440532013000|GB29NWBK60161331926819|NL91ABNA0417164300", "iban"),
    _case("card_number", "4111 1111 1111 1111|5500-0000-0000-0004", "card-number"),
    # quantities
    _case("temp_c", "20.5|21.0|19.5", "measurement"),
    _case("weight (kg)", "1|2|3", "measurement"),
    _case("x", "12 kg|5 kg|7.5 kg", "measurement"),
    _case("x", "12 kg|500 g|7.5 kg|20 mg|3 t", "measurement"),
    _case("x", "12 apples|5 pears|7 plums", None),
    _case("unit_price", "9.99|10.50|3.25", "money"),
    _case("x", "$ 12|€ 5|£ 7.50|12.00 EUR", "money"),
    _case("price_id", "A1|B2|C3", None),
    _case("flight", "ALS 12|ALB 5|XYZ 7", None),
    _case("share_pct", "12.5|99.0|3.0", "percentage"),
    _case("x", "12%|99.5 %|3%", "percentage"),
    _case("year", "1999|2005|2011", "year"),
    # what text is for
    _case("size", "S|M|L|XL", "ordinal"),
    _case("x", "S|M|L|N", None),
    _case("priority", "low|high|medium|low", "ordinal"),
    _case("rating", "1|5|3|4|2|3", "ordinal"),
    _case("kind", "|".join(["red wine", "white wine"] * 12), "category"),
    _case("note", "the cat sat on the mat and slept|this is not what we want", "free-text"),
    _case(
        "x",
        "Der Hund ist nicht auf dem Sofa und schläft|Das ist eine Frage für den Chef mit Zeit",
        "free-text",
    ),
    _case("serial", "AB-1|AB-2|CD-33|EF-9", "identifier"),
)
"""All cases."""
