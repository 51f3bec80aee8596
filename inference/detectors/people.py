"""People and organisations: names, telephones, accounts, and what else tells who somebody is."""

from inference.detectors.view import ColumnView, Finding, named, phrases

PERSON_TABLES = phrases(
    "person, people, customer, employee, user, patient, student, teacher, member, contact, actor, "
    "staff, technician, driver, author, passenger, client, player, pupil, worker, doctor, nurse, "
    "guest, applicant, candidate, subscriber, resident, tenant, voter, athlete, professor, "
    "instructor, manager, physician, director, visitor, participant, officer, mitarbeiter, "
    "kunde, kunden, benutzer, patienten, schuler, personne, cliente, empleado, usuario, "
    "politician, "
    "singer, musician, lecturer, editor, writer, coach, referee, "
    "swimmer, gymnast, skater, captain, inspector"
)
_GIVEN = phrases(
    "first name, firstname, given name, givenname, given names, forename, vorname, prenom, fname, "
    "f name, "
    "nombre de pila, voornaam, fornamn, fornavn, name first, imie, first, nome proprio, name given"
)
_FAMILY = phrases(
    "last name, lastname, surname, sur name, family name, familyname, nachname, nom de famille, "
    "lname, l name, "
    "apellido, apellidos, cognome, sobrenome, achternaam, efternamn, etternavn, name last, "
    "nazwisko, familienname, maiden name, name family"
)
_FULL = phrases(
    "person name, contact name, contact person, person, author, authors, "
    "customer name, employee name, patient name, student name, driver name, manager name, "
    "passenger name, owner name, player name, contact, contacto, persona, contatto, "
    "ansprechpartner, beneficiary, card holder, cardholder, holder name, account holder, "
    "recipient, sender, reviewer, doctor, physician, instructor, teacher, coach, director, ceo, "
    "head teacher, technician, salesperson, sales rep, representative, assignee, supervisor, "
    "founder, spouse, member name, guest name, client name, nombre completo, nombre y apellidos, "
    "nom complet, name of person, inspector, staff name, teacher name, head of state"
)
_WHOLE = phrases("full name, fullname, display name, complete name, legal name")
_THINGS = phrases("building, product, apartment, school, team, site, project, file")
_NAME = phrases("name, nombre, nom, nome, naam, namn, navn, title, personname")
_PHONE = phrases(
    "phone, telephone, tel, telefon, telefono, fax, mobile, mobil, handy, cell, cellphone, "
    "phone number, phonenumber, telefoon, telephone number, mobile number, contact number, "
    "telefonnummer, rufnummer, whatsapp, movil, cellular, landline, telefone, celular, portable"
)
_NOT_PHONE = phrases("model, type, brand, price, os, count, id, extension, ext, carrier, app, case")
_ORGANISATION = phrases(
    "company, company name, organisation, organization, organisation name, organization name, "
    "employer, firm, firma, unternehmen, entreprise, empresa, azienda, vendor name, supplier name, "
    "manufacturer, hersteller, publisher, institution, university, affiliation, airline, "
    "airline name, bank name, agency name, corporation, bedrijf, foretag, fabricante, business "
    "name, societe, "
    "raison sociale, operator name, sponsor"
)
_ORGANISATION_TABLES = phrases(
    "company, supplier, vendor, organisation, organization, manufacturer, publisher, airline, "
    "bank, "
    "institution, university, agency, shipper, firm, unternehmen, lieferant, firma, employer, "
    "partner, brand, operator, college, school, hospital, club, constructor, corporation"
)
_USER_NAMES = phrases(
    "username, user name, login, login name, screen name, benutzername, "
    "user login, account name, handle"
)
_GENDER = phrases("gender, sex, geschlecht, sexe, sexo, genero, sesso, genre, anrede, salutation")
_SEXES = {
    "m", "f", "male", "female", "man", "woman", "w", "d", "männlich", "weiblich", "divers", "x",
    "other", "non-binary", "nonbinary", "unknown", "mr", "mrs", "ms", "herr", "frau", "homme",
    "femme", "h", "hombre", "mujer", "masculino", "femenino", "u", "o", "boy", "girl", "mixed",
    "maschio", "femmina", "uomo", "donna", "mr.", "mrs.", "ms.", "miss", "dr", "dr.",
}  # fmt: skip
_BIRTH = phrases(
    "birth date, birthdate, date of birth, dob, birthday, birth, born, geburtsdatum, geburtstag, "
    "date de naissance, fecha de nacimiento, geboren, birth day, data di nascita, date birth, "
    "data de nascimento, geboortedatum, naissance, nacimiento, nascita, nascimento"
)
_AGES = phrases("age, alter, edad, eta, leeftijd, idade")
_NATIONAL = phrases(
    "ssn, social security number, social security, national id, nationalid, passport, "
    "passport number, passport no, tax id, taxid, tin, nin, national insurance number, nino, "
    "sozialversicherungsnummer, steuer id, dni, nif, curp, cpf, pesel, personnummer, bsn, "
    "identity card, id card, id card number, drivers license, driver license, driving licence, "
    "license plate, licence plate, kennzeichen, codice fiscale, aadhaar"
)
_CARD = phrases(
    "card, credit card, card number, cardnumber, credit card number, creditcard, cc number, pan, "
    "kreditkarte, kartennummer, kreditkartennummer, numero de tarjeta, numero tarjeta, tarjeta, "
    "carte bancaire, carta di credito"
)


def phone(view: ColumnView) -> Finding | None:
    """Find telephone numbers."""
    said = view.says(_PHONE) and not view.says(_NOT_PHONE)
    if view.column.datatype == "integer" and said and view.column.max_length >= 6:
        return Finding("phone", 0.85, (named(view), "The values are long integers."))
    if not view.is_text:
        return None
    if said and view.share("phone") >= 0.7:
        return Finding("phone", 0.97, (named(view), view.stated("phone", "telephone numbers")))
    for form in ("phone-world", "phone-america"):
        lonely = form == "phone-world" and view.share("code") > 0.5
        if view.sampled >= 3 and view.share(form) >= 0.95 and not lonely:
            return Finding("phone", 0.9, (view.stated(form, "telephone numbers"),), form)
    return None


def person(view: ColumnView) -> Finding | None:
    """Find names of people: whole, given, family."""
    if not view.is_text or not view.sampled or view.says(("id", "code", "count", "number")):
        return None
    if view.share("email") > 0.5 or view.share("digit-code") > 0.2 or view.length > 60:
        return None
    if view.share("sentence") > 0.3 and view.tokens > 4.5:
        return None
    return _name_part(view) or _whole_name(view)


def _name_part(view: ColumnView) -> Finding | None:
    first = view.says(_GIVEN) and (not view.ends(("first",)) or view.is_beside(("last",)))
    known = view.share("given-name")
    stated = view.stated("given-name", "well-known given names")
    if first or (view.ends(_NAME) and view.is_beside(_FAMILY) and known >= 0.1):
        return Finding("given-name", 0.96 if first else 0.85, (named(view), stated))
    if view.says(_FAMILY) or (view.ends(("last",)) and view.is_beside(("first",))):
        return Finding("family-name", 0.96, (named(view),))
    single = view.tokens < 1.3 and view.share("name") >= 0.9
    if single and view.sampled >= 8 and known >= 0.6:
        return Finding("given-name", 0.82, (stated,))
    return None


def _whole_name(view: ColumnView) -> Finding | None:
    if view.says(("company", "organisation", "organization", "product", "file")):
        return None
    shaped = max(view.share("full-name"), view.share("titled"), view.share("caseless-name"))
    known = view.share("first-token")
    evidence = (
        view.stated("full-name", "two or more capitalised words"),
        view.stated("first-token", "a well-known given name first"),
    )
    legal = view.share("legal-form") >= 0.15
    if legal or shaped < 0.5:
        return None
    if view.ends(_FULL) and (known >= 0.05 or shaped >= 0.8):
        return Finding("person-name", 0.95 if known >= 0.1 else 0.82, (named(view), *evidence))
    about = view.is_about(PERSON_TABLES)
    alone = view.header.split()[0] in ("full", "fullname", "complete")
    if view.ends(_WHOLE) and (about or alone or known >= 0.1) and not view.says(_THINGS):
        return Finding("person-name", 0.95 if known >= 0.1 else 0.82, (named(view), *evidence))
    if view.ends(_NAME) and about and known >= 0.08:
        return Finding("person-name", 0.93, (f"The table is about {_noun(view)}.", *evidence))
    if view.ends(PERSON_TABLES) and known >= 0.2 and shaped >= 0.8:
        return Finding("person-name", 0.9, (named(view), *evidence))
    if view.sampled >= 8 and known >= 0.3 and shaped >= 0.8 and view.tokens < 3.6:
        return Finding("person-name", 0.86, evidence)
    return None


def organisation(view: ColumnView) -> Finding | None:
    """Find names of companies and other bodies."""
    if not view.is_text or not view.sampled or view.says(("id", "code", "type", "number", "size")):
        return None
    if view.length > 80 or view.share("digit-code") > 0.3:
        return None
    legal = view.share("legal-form")
    stated = view.stated("legal-form", "names with a legal form such as Ltd or GmbH")
    belongs = view.ends(("affiliation",)) and view.is_about(_ORGANISATION_TABLES)
    if view.ends(_ORGANISATION) and not belongs:
        return Finding("organisation", 0.93 if legal >= 0.1 else 0.85, (named(view), stated))
    titled = view.ends(("name",)) and not view.says(("nickname", "nick"))
    titled = titled and view.is_about(_ORGANISATION_TABLES)
    if titled and view.share("first-token") < 0.3:
        return Finding("organisation", 0.85, (f"The table is {view.table!r}.", stated))
    if legal >= 0.35 and view.sampled >= 5 and view.share("street-word") < 0.3:
        return Finding("organisation", 0.85, (stated,))
    return None


def user_name(view: ColumnView) -> Finding | None:
    """Find the names under which people log in."""
    if not view.is_text or not view.says(_USER_NAMES):
        return None
    other = view.share("sentence") > 0.1 or view.share("email") > 0.5
    return None if other else Finding("user-name", 0.9, (named(view),))


def about_people(view: ColumnView) -> Finding | None:
    """Find sex, birth and age of people."""
    if view.says(_GENDER) and view.is_text and view.values:
        known = [value for value in view.values if value.lower() in _SEXES]
        if 2 * len(known) > len(view.values):
            return Finding("gender", 0.95, (named(view), f"Its values: {', '.join(known[:6])}."))
    if view.says(_BIRTH) and view.column.datatype in ("date", "dateTime"):
        return Finding("birth-date", 0.95, (named(view), "The values are days."))
    low, high = view.column.minimum, view.column.maximum
    if not view.ends(_AGES) or not view.is_number or low is None or high is None:
        return None
    if float(low) >= 0 and float(high) <= 130 and view.is_about(PERSON_TABLES):
        return Finding("age", 0.9, (named(view), f"The values go from {low} to {high}."))
    return None


def official_number(view: ColumnView) -> Finding | None:
    """Find numbers that the state or a bank gives to one person."""
    if view.column.datatype not in ("string", "integer") or (view.key and view.is_number):
        return None
    if view.is_text and view.share("social-security") >= 0.95 and view.sampled >= 3:
        evidence = (view.stated("social-security", "of the form of a social security number"),)
        return Finding("national-id", 0.9, evidence, "social-security")
    if view.ends(_NATIONAL) and view.column.max_length >= 4:
        return Finding("national-id", 0.9, (named(view),))
    said = view.ends(_CARD) and view.column.max_length >= 13
    if (said and view.share("card") >= 0.8) or view.share("card-grouped") >= 0.95:
        return Finding("card-number", 0.93, (view.stated("card", "of the form of a card number"),))
    return None


def _noun(view: ColumnView) -> str:
    found = [word for word in view.table_words.split() if word in PERSON_TABLES]
    return f"a {found[0]}" if found else "people"


DETECTORS = (phone, person, organisation, user_name, about_people, official_number)
"""The detectors of this domain."""
