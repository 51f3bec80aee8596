"""Plurals of nouns that tables are called by, of languages other than English.

German, French, Spanish, Italian, Dutch, Portuguese, Polish: words and endings that no English noun
has. A word list, as plurals of these languages follow no rule that would not break English words.
"""

import re
import unicodedata
from functools import lru_cache

_WORDS = """
kunden:kunde häuser:haus länder:land bundesländer:bundesland verträge:vertrag aufträge:auftrag
bücher:buch städte:stadt räume:raum plätze:platz sätze:satz firmen:firma personen:person
produkte:produkt projekte:projekt geräte:gerät orte:ort straßen:straße adressen:adresse
preise:preis lieferanten:lieferant konten:konto termine:termin beiträge:beitrag kurse:kurs
noten:note klassen:klasse gruppen:gruppe rollen:rolle maschinen:maschine anlagen:anlage
fahrzeuge:fahrzeug filialen:filiale sprachen:sprache tage:tag monate:monat jahre:jahr werte:wert
messwerte:messwert filme:film spiele:spiel tiere:tier ärzte:arzt patienten:patient
studenten:student autoren:autor verlage:verlag standorte:standort werke:werk teile:teil
bestände:bestand vorgänge:vorgang anträge:antrag einträge:eintrag namen:name typen:typ arten:art
marken:marke modelle:modell quellen:quelle belege:beleg fächer:fach flüge:flug züge:zug
bahnhöfe:bahnhof höfe:hof kinder:kind männer:mann frauen:frau kollegen:kollege zähler:zähler
pays:pays cours:cours travaux:travail lieux:lieu jeux:jeu feux:feu voyageurs:voyageur
países:país leyes:ley meses:mes autobuses:autobús órdenes:orden imágenes:imagen exámenes:examen
hoteles:hotel papeles:papel niveles:nivel canales:canal animales:animal materiales:material
sucursales:sucursal señales:señal almacenes:almacén trenes:tren aviones:avión camiones:camión
regiones:región reuniones:reunión mujeres:mujer hogares:hogar lugares:lugar profesores:profesor
errores:error valores:valor colores:color redes:red solicitudes:solicitud
ordini:ordine prodotti:prodotto fatture:fattura articoli:articolo libri:libro corsi:corso
impiegati:impiegato negozi:negozio magazzini:magazzino persone:persona
strade:strada aziende:azienda vendite:vendita scuole:scuola materie:materia stanze:stanza
macchine:macchina squadre:squadra partite:partita voli:volo aerei:aereo treni:treno paesi:paese
regioni:regione comuni:comune medici:medico ricette:ricetta conti:conto codici:codice
uffici:ufficio reparti:reparto sedi:sede veicoli:veicolo viaggi:viaggio ruoli:ruolo
indirizzi:indirizzo
klanten:klant steden:stad landen:land producten:product facturen:factuur artikelen:artikel
boeken:boek vakken:vak scholen:school huizen:huis voertuigen:voertuig projecten:project
contracten:contract vluchten:vlucht wedstrijden:wedstrijd merken:merk plaatsen:plaats
straten:straat talen:taal dagen:dag maanden:maand uren:uur bedrijven:bedrijf dieren:dier
patiënten:patiënt artsen:arts
níveis:nível imóveis:imóvel automóveis:automóvel itens:item homens:homem ordens:ordem
professores:professor cidades:cidade atividades:atividade ciudades:ciudad
zamówienia:zamówienie klienci:klient produkty:produkt faktury:faktura użytkownicy:użytkownik
pracownicy:pracownik osoby:osoba adresy:adres miasta:miasto kraje:kraj firmy:firma
książki:książka studenci:student kursy:kurs szkoły:szkoła samochody:samochód pojazdy:pojazd
płatności:płatność towary:towar dostawcy:dostawca umowy:umowa
projekty:projekt zadania:zadanie oferty:oferta sklepy:sklep magazyny:magazyn
transakcje:transakcja konta:konto lekarze:lekarz pacjenci:pacjent wizyty:wizyta pokoje:pokój
loty:lot mecze:mecz drużyny:drużyna gracze:gracz
"""
_ENDINGS = tuple(
    (re.compile(pattern), ending)
    for pattern, ending in (
        (r"(ung|heit|keit|schaft|tion)en$", r"\1"),
        (r"täten$", "tät"),
        (r"(er)innen$", r"\1in"),
        (r"([cs])iones$", r"\1ión"),
        (r"(?<=[aeio])dades$", "dad"),
        (r"(dor|[^s]tor)es$", r"\1"),
        (r"ões$", "ão"),
        (r"(?<=[a-z][a-z])ais$", "al"),
        (r"éis$", "el"),
        (r"agens$", "agem"),
        (r"eaux$", "eau"),
        (r"(?<=[a-zé][a-z])([cmntr])aux$", r"\1al"),
        (r"([zs])ioni$", r"\1ione"),
        (r"([td])ori$", r"\1ore"),
        (r"menti$", "mento"),
        (r"enti$", "ente"),
        (r"heden$", "heid"),
        (r"(?<=[a-z][a-z][a-z])ingen$", "ing"),
        (r"teiten$", "teit"),
    )
)
_SHORTEST_TAIL = 6
"""Letters of the shortest plural that is looked for at the end of a compound."""


def foreign_singular(word: str) -> str | None:
    """Bring a plural of one of these languages to its singular; None for any other word."""
    known = _singulars()
    if word in known:
        return known[word]
    for pattern, ending in _ENDINGS:
        if pattern.search(word):
            return pattern.sub(ending, word)
    tails = (word[place:] for place in range(3, len(word) - _SHORTEST_TAIL + 1))
    tail = next((each for each in tails if each in known), None)
    return word.removesuffix(tail) + known[tail] if tail else None


@lru_cache(maxsize=1)
def _singulars() -> dict[str, str]:
    """Give the singular of each plural, also where both are written without accents."""
    found = dict(pair.split(":") for pair in reversed(_WORDS.split()))
    spelled = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l"})
    for plural, one in tuple(found.items()):
        found.setdefault(plural.translate(spelled), one.translate(spelled))
        found.setdefault(_bare(plural), _bare(one))
    return found


def _bare(word: str) -> str:
    signs = unicodedata.normalize("NFD", word.replace("ł", "l"))
    return "".join(sign for sign in signs if not unicodedata.combining(sign))
