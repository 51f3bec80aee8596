"""Word lists against which values are looked up: codes and names of the world, from CLDR by Babel.

The lists of given names and colours are short on purpose: a column is judged by the share of its
values that are well known, never by one of them.
"""

from collections.abc import Iterator
from functools import lru_cache

from babel import Locale
from babel.core import get_global

_MORE_LOCALES = (
    *(
        "ar",
        "bg",
        "ca",
        "cs",
        "da",
        "el",
        "et",
        "fa",
        "fi",
        "he",
        "hi",
        "hr",
        "hu",
        "id",
        "ko",
        "lt",
    ),
    *("lv", "nb", "ro", "sk", "sl", "sr", "th", "uk", "vi"),
)
"""Languages in which countries are known too."""

_LOCALES = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "tr", "ru", "zh", "ja")
_COUNTRIES = (
    "usa,u.s.,u.s.a.,united states of america,uk,u.k.,great britain,england,scotland,wales,"
    "northern ireland,holland,the netherlands,russian federation,republic of korea,"
    "korea republic of,korea,dprk,viet nam,czech republic,ivory coast,burma,macedonia,swaziland,"
    "iran islamic republic of,iran (islamic republic of),iran,syrian arab republic,moldova,"
    "republic of moldova,tanzania,united republic of tanzania,bolivia,"
    "bolivia (plurinational state of),venezuela,venezuela (bolivarian republic of),"
    "lao people's democratic republic,brunei darussalam,congo,democratic republic of the congo,"
    "cape verde,cabo verde,east timor,the gambia,the bahamas,bahamas the,hong kong,macao,macau,"
    "taiwan,taiwan province of china,palestine,palestinian territory,vatican,vatican city,"
    "holy see,libyan arab jamahiriya,micronesia,federated states of micronesia,reunion,curacao,"
    "cote d'ivoire,turkey,turkiye,antigua and barbuda,bosnia and herzegovina,bosnia,"
    "trinidad and tobago,sao tome and principe,saint kitts and nevis,saint lucia,"
    "saint vincent and the grenadines,myanmar,slovak republic,yugoslavia,"
    "serbia and montenegro,netherlands antilles,republic of ireland"
)
_GIVEN_NAMES = """
james john robert michael william david richard joseph thomas charles christopher daniel matthew
anthony mark donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason
jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel
gregory frank alexander raymond patrick jack dennis jerry tyler aaron jose henry adam douglas nathan
peter zachary kyle walter harold jeremy ethan carl keith roger gerald christian terry sean arthur
austin noah lawrence jesse joe bryan billy jordan albert dylan bruce willie gabriel alan juan logan
wayne ralph roy eugene randy vincent russell louis philip bobby johnny bradley simon oliver harry
luke ben sam tom tim nick alex max leo oscar martin ian graham stuart neil craig
mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret
sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca
sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha
katherine christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce
virginia victoria kelly lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline
martha gloria teresa ann sara madison frances kathryn janice jean abigail alice julia judy sophia
grace denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte
marie kayla alexis lori lily chloe lucy ella mia zoe eva clara ida jane kate anne claire fiona
hans peter klaus wolfgang jürgen juergen dieter manfred uwe günter guenter horst bernd heinz werner
helmut gerhard rainer frank stefan andreas thorsten torsten jens sven lars kai jan felix lukas jonas
paul finn leon fritz otto karl ludwig heinrich johann georg franz josef matthias markus tobias
sebastian florian philipp dirk holger ralf olaf ursula monika petra sabine renate helga karin
brigitte
ingrid erika gisela anja katrin kerstin birgit heike silke claudia susanne martina andrea gabriele
angelika jutta elke ute anke greta frieda marta lena lea hanna johanna katharina
jean pierre michel andré andre philippe alain jacques bernard claude gérard nicolas laurent olivier
julien antoine guillaume françois francois henri rené louise camille chloé léa manon inès nathalie
isabelle sylvie catherine françoise monique véronique sophie valérie céline aurélie élodie hélène
josé antonio manuel francisco javier carlos miguel alejandro rafael fernando pablo jorge luis sergio
alberto diego pedro álvaro ramón raúl enrique andrés jesús maría carmen josefa isabel ana dolores
pilar
teresa rosa cristina francisca lucía elena mercedes raquel beatriz silvia concepción rocío sofía
giuseppe giovanni mario luigi marco andrea francesco alessandro lorenzo matteo luca paolo roberto
stefano giorgio antonio vincenzo giulia chiara francesca federica alessia valentina elisa martina
paola laura silvia anna rosa angela lucia
joão antónio paulo luís nuno rui tiago bruno gabriel guilherme rodrigo leonardo eduardo ana mariana
beatriz juliana fernanda patrícia aline camila larissa letícia vitória
jan johan pieter willem hendrik cornelis anneke sanne femke bram daan sem lotte fleur maartje joost
lars erik anders per mikael johan björn nils sven olof karin kristina astrid freja ingrid sigrid
mette søren jens niels henrik morten kasper ole knut olav kari liv anne siri jukka pekka matti timo
mika antti juha liisa aino tuula kaisa
jan andrzej piotr krzysztof stanisław tomasz paweł marcin michał jakub agnieszka anna katarzyna
małgorzata ewa zofia joanna barbara magdalena tomáš petr jiří pavel jana lenka zuzana lászló istván
józsef jános zoltán sándor eszter katalin ioan andrei mihai elena ioana
ivan dmitri dmitry sergei sergey alexei alexey vladimir nikolai mikhail andrei yuri boris igor oleg
olga tatiana natalia svetlana irina anastasia ekaterina yulia oksana
иван дмитрий сергей алексей владимир николай михаил андрей александр ольга татьяна наталья светлана
ирина анна мария елена екатерина
mohammed muhammad mohamed ahmed ali omar hassan hussein ibrahim yusuf khalid abdullah fatima aisha
zainab mariam layla noor amina mehmet mustafa emre murat ayşe zeynep elif
raj rahul amit sanjay vijay anil sunil ravi arjun priya anita sunita pooja deepa kavita lakshmi
wei li ming jing yan hui xin yuki hiroshi takashi kenji akira haruto sakura yoko keiko minjun jiwoo
"""
_WITHDRAWN = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})
_RESERVED = frozenset({"AA", "AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "TA", "UN", "ZZ"})
"""Codes of ISO 3166 that are kept for others than countries."""

_COLOURS = """
black white red green blue yellow orange purple pink brown gray grey silver gold beige cyan magenta
maroon navy olive teal turquoise violet indigo ivory khaki lime coral crimson salmon tan lavender
bronze burgundy charcoal cream mint peach plum aqua fuchsia azure chocolate orchid tomato scarlet
rot blau grün gelb schwarz weiß weiss grau braun lila rosa silber türkis
rouge bleu vert jaune noir blanc gris marron violet rose argent
rojo azul verde amarillo negro blanco gris naranja morado rosa marrón plata
rosso blu verde giallo nero bianco grigio arancione viola marrone
"""


@lru_cache(maxsize=1)
def word_lists() -> dict[str, tuple[str, ...]]:
    """Give all word lists by name, in lower case, sorted."""
    lists: dict[str, set[str]] = {
        "country": set(_countries()) | set(_COUNTRIES.split(",")),
        "given-name": set(_GIVEN_NAMES.split()),
        "colour": set(_COLOURS.split()),
        "country-2": set(_codes(2)) | {"uk"},
        "country-3": set(_codes(3)),
        "country-number": set(filter(str.isdecimal, map(str, get_global("territory_aliases")))),
        "language": set(_named("languages")),
        "language-code": set(_language_codes()),
        "currency": set(_named("currencies")),
        "currency-code": {code.lower() for code in get_global("all_currencies")},
    }
    return {name: tuple(sorted(words)) for name, words in sorted(lists.items())}


@lru_cache(maxsize=1)
def country_codes() -> dict[str, str]:
    """Give the alpha-3 code of each alpha-2 code of ISO 3166-1, in capitals."""
    found = {}
    for long, (short, *others) in sorted(get_global("territory_aliases").items()):
        regular = len(long) == 3 and long.isalpha() and len(short) == 2 and not others
        own = "QM" <= short <= "QZ" or short.startswith("X")
        if regular and not own and long not in _WITHDRAWN and short not in _RESERVED:
            found[short] = long
    return found


def _countries() -> Iterator[str]:
    for locale in (*_LOCALES, *_MORE_LOCALES):
        for code, name in Locale.parse(locale).territories.items():
            if len(code) == 2 and code.isalpha():
                yield name.lower().replace("’", "'")


def _named(kind: str) -> Iterator[str]:
    for locale in _LOCALES:
        for name in getattr(Locale.parse(locale), kind).values():
            yield name.lower()


def _codes(length: int) -> Iterator[str]:
    if length == 2:
        unassigned = {"eu", "ez", "un", "xa", "xb", "zz", "qo"}
        names = map(str, Locale.parse("en").territories)
        yield from (c.lower() for c in names if len(c) == 2 and c.lower() not in unassigned)
        return
    aliases = map(str, get_global("territory_aliases"))
    yield from (code.lower() for code in aliases if len(code) == length and code.isalpha())


def _language_codes() -> Iterator[str]:
    yield from (code for code in map(str, Locale.parse("en").languages) if "_" not in code)
    yield from filter(str.isalpha, map(str, get_global("language_aliases")))
