"""What a column tells of people, for masking: direct, sensitive, quasi or nothing.

Classes as in ISO/IEC 20889: a direct identifier names a person, a quasi-identifier does so
together with others; sensitive are the categories of GDPR article 9, and pay.
"""

from graph.schema import PersonalData
from inference.detectors.people import PERSON_TABLES
from inference.detectors.view import ColumnView, phrases

DIRECT = frozenset(
    {
        "email", "phone", "given-name", "family-name", "person-name", "national-id", "card-number",
        "iban", "user-name",
    }
)  # fmt: skip
"""Semantic types that name a person wherever they stand."""

_QUASI = frozenset({"gender", "birth-date", "age", "ipv4", "ipv6", "ip-address", "mac-address"})
_QUASI_OF_PEOPLE = frozenset(
    {"postal-code", "city", "region", "coordinates", "latitude", "longitude"}
)
_DIRECT_OF_PEOPLE = frozenset({"street-address", "house-number"})
_SENSITIVE = phrases(
    "diagnosis, diagnoses, disease, illness, blood type, blood group, bloodtype, religion, "
    "religious affiliation, ethnicity, ethnic group, race, sexual orientation, disability, "
    "political affiliation, party membership, trade union, union membership, hiv status, "
    "allergies, "
    "medication, medical history, health status, treatment, symptoms, genetic, criminal record, "
    "krankheit, diagnose, konfession, blutgruppe, behinderung, religionszugehorigkeit"
)
_SENSITIVE_OF_PEOPLE = phrases(
    "salary, wage, wages, income, gehalt, lohn, einkommen, salaire, sueldo, stipendio, bonus, "
    "net worth, credit score, creditscore, debt, marital status, maritalstatus, weight kg, bmi"
)
_QUASI_WORDS = phrases(
    "occupation, job title, jobtitle, education, beruf, nationality, profession, citizenship, "
    "marital, hire date, hiredate, hired on, income level"
)
_PERSON_MARKS = phrases(
    "first name, last name, firstname, lastname, surname, sur name, full name, vorname, nachname, "
    "date of birth, dob, birthdate, birth date, patient, patient id, apellido, prenom, gender"
)


def personal_class(view: ColumnView, type_: str | None) -> PersonalData:
    """Tell what a column of a semantic type tells of people."""
    if type_ in DIRECT or type_ == "secret":
        return "direct"
    people = view.is_about(PERSON_TABLES) or view.is_beside(_PERSON_MARKS)
    if type_ == "identifier" and not view.says(("ssn",)):
        return "none"
    if view.says(_SENSITIVE) and (people or not view.bound) and view.column.datatype != "boolean":
        return "sensitive" if people or not view.says(("race", "treatment", "party")) else "none"
    if people and view.says(_SENSITIVE_OF_PEOPLE):
        return "sensitive"
    if type_ in _QUASI:
        return "quasi"
    if people and type_ in _DIRECT_OF_PEOPLE:
        return "direct"
    if people and (type_ in _QUASI_OF_PEOPLE or view.says(_QUASI_WORDS)):
        return "quasi"
    return "none"
