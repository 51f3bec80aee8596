"""Places and codes of the world: countries, languages, currencies, post codes, coordinates."""

from inference.detectors.view import ColumnView, Finding, named, phrases

_COUNTRY = phrases(
    "country, country code, nation, nationality, land, staat, pays, pais, paese, iso, iso2, iso3, "
    "iso code, citizenship, origin, destination, birthplace, kraj, maa, ulke, cc, country2, "
    "country of birth, strana"
)
_LANGUAGE = phrases(
    "language, languages, lang, locale, idioma, sprache, langue, lingua, taal, sprak, culture"
)
_CURRENCY = phrases("currency, curr, ccy, wahrung, waehrung, devise, moneda, valuta, moeda")
_POSTAL = phrases(
    "zip, zipcode, zip code, postal, postal code, postcode, post code, plz, postleitzahl, "
    "code postal, codigo postal, cap, cep, cp, pin code, pincode, postnummer, kod pocztowy, psc"
)
_LATITUDE = phrases("lat, latitude, breitengrad, latitud, latitudine, breite")
_LONGITUDE = phrases("lon, lng, long, longitude, langengrad, laengengrad, longitud, longitudine")
_SPELLED_DEGREES = phrases(
    "latitude, longitude, breitengrad, langengrad, laengengrad, latitud, longitud, latitudine, "
    "longitudine"
)
"""Words that mean nothing else, so that one half of a pair is enough."""
_CITY = phrases(
    "city, town, stadt, ville, ciudad, citta, cidade, municipality, gemeinde, commune, comune, "
    "municipio, ort, wohnort, village, suburb, miasto, stad, place of birth, birth place, "
    "birthplace, hometown, locality"
)
_REGION = phrases(
    "state, province, region, county, bundesland, departement, canton, kanton, prefecture, "
    "provincia, regione, estado, state province, stateprovince, provinz, comunidad"
)
_PLACES = phrases(
    "city, town, zip, zipcode, postal, postcode, country, address, street, plz, ort, stadt, ville, "
    "ciudad, cidade, latitude, county, adresse"
)
_NOT_PLACES = phrases("count, population, number, status, machine, order, code, id, level")
_STREET = phrases(
    "street, address, addr, strasse, street address, rue, via, calle, address1, address 1, "
    "address line 1, line 1, adresse, direccion, indirizzo, endereco, anschrift, adres, adress, "
    "street name, streetname, straat, gata"
)
_HOUSE = phrases(
    "house number, house no, hausnummer, hausnr, house nr, building number, numero civico"
)
_NOT_STREET = phrases(
    "email, e mail, mail, ip, mac, web, url, website, type, hex, memory, wallet, id, host, network"
)


def country(view: ColumnView) -> Finding | None:
    """Find names and ISO 3166 codes of countries."""
    said = view.says(_COUNTRY)
    if not view.is_text:
        return None
    names = view.share("country")
    said = said or (view.ends(("name",)) and view.is_about(("country", "nation")))
    if names >= (0.5 if said else 0.9) and (said or view.sampled >= 3):
        evidence = (view.stated("country", "names of countries"),)
        return Finding("country", 0.97 if said else 0.85, evidence)
    for form, wording in (
        ("country-2", "ISO 3166 alpha-2 codes"),
        ("country-3", "ISO 3166 alpha-3 codes"),
        ("country-number", "ISO 3166 numeric codes"),
    ):
        surely = form == "country-3" and view.sampled >= 8 and view.share("upper") == 1
        if view.share(form) >= (0.8 if said else 0.95) and (said or surely):
            return Finding("country-code", 0.95 if said else 0.82, (view.stated(form, wording),))
    return None


def language(view: ColumnView) -> Finding | None:
    """Find names and tags of languages."""
    said = view.says(_LANGUAGE) or (view.ends(("name",)) and view.is_about(("language",)))
    if not view.is_text or not said:
        return None
    if view.share("language-code") + view.share("locale") >= 0.8:
        form = max(("language-code", "locale"), key=view.share)
        return Finding("language-code", 0.95, (view.stated(form, "language tags"), named(view)))
    if view.share("language") >= 0.5:
        evidence = (view.stated("language", "names of languages"), named(view))
        return Finding("language", 0.95, evidence)
    return None


def currency(view: ColumnView) -> Finding | None:
    """Find ISO 4217 codes and names of currencies."""
    said = view.says(_CURRENCY) or (view.ends(("name",)) and view.is_about(("currency",)))
    if not view.is_text:
        return None
    if view.share("currency-code") >= 0.9 and (
        said or (view.sampled >= 5 and view.share("upper") == 1 and view.share("country-3") < 0.5)
    ):
        evidence = (view.stated("currency-code", "ISO 4217 codes"),)
        return Finding("currency-code", 0.95 if said else 0.8, evidence)
    if said and view.share("currency") >= 0.5:
        return Finding("currency", 0.9, (view.stated("currency", "names of currencies"),))
    return None


def postal_code(view: ColumnView) -> Finding | None:
    """Find post codes; without a header only those whose form is a country's own."""
    if view.says(_POSTAL) and not view.says(("range", "area", "file", "city", "type")):
        if view.is_text and view.share("postal") >= 0.8:
            evidence = (named(view), view.stated("postal", "short codes of digits and capitals"))
            return Finding("postal-code", 0.97, evidence)
        if view.column.datatype == "integer" and view.column.max_length <= 7:
            return Finding("postal-code", 0.85, (named(view), "The values are short integers."))
        return None
    if view.is_text and view.sampled >= 5 and view.share("postal-formed") >= 0.95:
        return Finding("postal-code", 0.85, (view.stated("postal-formed", "of a known form"),))
    return None


def coordinate(view: ColumnView) -> Finding | None:
    """Find latitudes and longitudes; each makes the other surer."""
    for words, others, type_, bound in (
        (_LATITUDE, _LONGITUDE, "latitude", 90),
        (_LONGITUDE, _LATITUDE, "longitude", 180),
    ):
        if view.says(words) and view.is_number and _within(view, bound):
            paired = view.is_beside(others)
            if not paired and not view.says(_SPELLED_DEGREES):
                return None
            evidence = [named(view), f"All values lie between -{bound} and {bound}."]
            evidence += ["The other half of the pair stands beside it."] if paired else []
            return Finding(type_, 0.98 if paired else 0.85, tuple(evidence), form=type_)
    if view.is_text and view.share("geometry") >= 0.95:
        return Finding("geometry", 0.97, (view.stated("geometry", "WKT geometries"),), "geometry")
    if view.is_text and view.share("pair") >= 0.95:
        return Finding("coordinates", 0.85, (view.stated("pair", "pairs of degrees"),), "pair")
    return None


def address(view: ColumnView) -> Finding | None:
    """Find streets, house numbers, cities and regions."""
    if view.column.datatype == "boolean" or view.column.datatype.startswith("date"):
        return None
    if view.says(_HOUSE) and (view.share("house") >= 0.8 or view.column.datatype == "integer"):
        return Finding("house-number", 0.93, (named(view),))
    if not view.is_text:
        return None
    return _street(view) or _city(view) or _region(view)


def _street(view: ColumnView) -> Finding | None:
    shaped, worded = view.share("street"), view.share("street-word")
    if view.says(_STREET) and not view.says(_NOT_STREET) and view.length < 160:
        if max(shaped, worded) >= 0.4:
            stated = view.stated("street", "words with a house number")
            return Finding("street-address", 0.95, (named(view), stated))
        if view.tokens >= 2:
            return Finding("street-address", 0.86, (named(view),))
    if view.sampled >= 5 and shaped >= 0.8 and worded >= 0.6:
        evidence = (view.stated("street-word", "with a word for a street"),)
        return Finding("street-address", 0.82, evidence)
    return None


def _city(view: ColumnView) -> Finding | None:
    """Take a city for one by the header: names of places look like any name."""
    place = view.ends(_CITY) or view.ends(tuple(f"{word} name" for word in _CITY))
    is_title = view.ends(("name",)) and view.is_about(_CITY[:9])
    if not (place or is_title) or view.says(_NOT_PLACES) or not _is_named(view):
        return None
    sure = 0.93 if view.is_beside(_PLACES) or is_title else 0.88
    return Finding("city", sure, (named(view),))


def _region(view: ColumnView) -> Finding | None:
    if not view.ends(_REGION) and not view.ends(tuple(f"{word} name" for word in _REGION)):
        return None
    if view.says(_NOT_PLACES) or max(view.share("name"), view.share("code")) < 0.8:
        return None
    ambiguous = view.says(("state", "estado", "region"))
    if view.is_beside(_PLACES):
        return Finding("region", 0.92, (named(view), "It stands beside parts of an address."))
    if ambiguous and not view.says(("region",)):
        return None
    return Finding("region", 0.8, (named(view),))


def _is_named(view: ColumnView) -> bool:
    """Tell whether most values are proper names: few digits, no sentences."""
    return view.share("digit-code") < 0.2 and view.share("sentence") < 0.5 and view.length < 40


def _within(view: ColumnView, bound: int) -> bool:
    low, high = view.column.minimum, view.column.maximum
    return low is not None and high is not None and -bound <= float(low) <= float(high) <= bound


DETECTORS = (country, language, currency, postal_code, coordinate, address)
"""The detectors of this domain."""
