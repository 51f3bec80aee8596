"""Dates with the names of months in words, in many languages, as SQL expressions over text.

The engine's `strptime` knows English names alone. Names of months: Unicode CLDR 46.
"""

from functools import lru_cache

MONTHS = {
    "en": (
        "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug "
        "september/sept/sep october/oct november/nov december/dec"
    ),
    "de": (
        "januar/jänner/jan februar/feb märz/mrz/mär april/apr mai juni/jun juli/jul "
        "august/aug september/sept/sep oktober/okt november/nov dezember/dez"
    ),
    "fr": (
        "janvier/janv février/févr mars avril/avr mai juin juillet/juil août "
        "septembre/sept octobre/oct novembre/nov décembre/déc"
    ),
    "es": (
        "enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul "
        "agosto/ago septiembre/sept/set octubre/oct noviembre/nov diciembre/dic"
    ),
    "it": (
        "gennaio/gen febbraio/feb marzo/mar aprile/apr maggio/mag giugno/giu luglio/lug "
        "agosto/ago settembre/set ottobre/ott novembre/nov dicembre/dic"
    ),
    "pt": (
        "janeiro/jan fevereiro/fev março/mar abril/abr maio/mai junho/jun julho/jul "
        "agosto/ago setembro/set outubro/out novembro/nov dezembro/dez"
    ),
    "nl": (
        "januari/jan februari/feb maart/mrt april/apr mei juni/jun juli/jul augustus/aug "
        "september/sep oktober/okt november/nov december/dec"
    ),
    "sv": (
        "januari/jan februari/feb mars april/apr maj juni juli augusti/aug september/sep "
        "oktober/okt november/nov december/dec"
    ),
    "da": (
        "januar/jan februar/feb marts/mar april/apr maj juni/jun juli/jul august/aug "
        "september/sep oktober/okt november/nov december/dec"
    ),
    "nb": (
        "januar/jan februar/feb mars/mar april/apr mai juni/jun juli/jul august/aug "
        "september/sep oktober/okt november/nov desember/des"
    ),
    "pl": (
        "stycznia/styczeń/sty lutego/luty/lut marzec/marca/mar kwiecień/kwietnia/kwi "
        "maja/maj czerwiec/czerwca/cze lipiec/lipca/lip sierpień/sierpnia/sie "
        "wrzesień/września/wrz października/październik/paź listopada/listopad/lis "
        "grudzień/grudnia/gru"
    ),
    "cs": (
        "leden/ledna/led února/únor/úno březen/března/bře duben/dubna/dub "
        "květen/května/kvě červen/června/čvn července/červenec/čvc srpen/srpna/srp "
        "září/zář říjen/října/říj listopadu/listopad/lis prosince/prosinec/pro"
    ),
    "sk": (
        "januára/január/jan februára/február/feb marca/marec/mar apríla/apríl/apr "
        "mája/máj júna/jún júla/júl augusta/august/aug september/septembra/sep "
        "október/októbra/okt november/novembra/nov december/decembra/dec"
    ),
    "sl": (
        "januar/jan februar/feb marec/mar april/apr maj junij/jun julij/jul avgust/avg "
        "september/sep oktober/okt november/nov december/dec"
    ),
    "hr": (
        "siječanj/siječnja/sij veljača/veljače/velj ožujak/ožujka/ožu travanj/travnja/tra "
        "svibanj/svibnja/svi lipanj/lipnja/lip srpanj/srpnja/srp kolovoza/kolovoz/kol "
        "rujan/rujna/ruj listopada/listopad/lis studenoga/studeni/stu "
        "prosinac/prosinca/pro"
    ),
    "hu": (
        "január/jan február/febr március/márc április/ápr május/máj június/jún július/júl "
        "augusztus/aug szeptember/szept október/okt november/nov december/dec"
    ),
    "ro": (
        "ianuarie/ian februarie/feb martie/mar aprilie/apr mai iunie/iun iulie/iul "
        "august/aug septembrie/sept octombrie/oct noiembrie/nov decembrie/dec"
    ),
    "fi": (
        "tammikuuta/tammikuu/tammi helmikuuta/helmikuu/helmi maaliskuuta/maaliskuu/maalis "
        "huhtikuuta/huhtikuu/huhti toukokuuta/toukokuu/touko kesäkuuta/kesäkuu/kesä "
        "heinäkuuta/heinäkuu/heinä elokuuta/elokuu/elo syyskuuta/syyskuu/syys "
        "lokakuuta/lokakuu/loka marraskuuta/marraskuu/marras joulukuuta/joulukuu/joulu"
    ),
    "et": (
        "jaanuar/jaan veebruar/veebr märts aprill/apr mai juuni juuli august/aug "
        "september/sept oktoober/okt november/nov detsember/dets"
    ),
    "lt": (
        "sausio/sausis/saus vasario/vasaris/vas kovas/kovo/kov balandžio/balandis/bal "
        "gegužės/gegužė/geg birželio/birželis/birž liepos/liepa/liep "
        "rugpjūtis/rugpjūčio/rugp rugsėjis/rugsėjo/rugs spalio/spalis/spal "
        "lapkritis/lapkričio/lapkr gruodžio/gruodis/gruod"
    ),
    "lv": (
        "janvāris/janv februāris/febr marts aprīlis/apr maijs jūnijs/jūn jūlijs/jūl "
        "augusts/aug septembris/sept oktobris/okt novembris/nov decembris/dec"
    ),
    "tr": (
        "ocak/oca şubat/şub mart/mar nisan/nis mayıs/may haziran/haz temmuz/tem "
        "ağustos/ağu eylül/eyl ekim/eki kasım/kas aralık/ara"
    ),
    "ru": (
        "январь/января/янв февраль/февраля/февр марта/март/мар апрель/апреля/апр май/мая "
        "июнь/июня/июн июль/июля/июл августа/август/авг сентябрь/сентября/сент "
        "октябрь/октября/окт ноябрь/ноября/нояб декабрь/декабря/дек"
    ),
    "uk": (
        "січень/січня/січ лютого/лютий/лют березень/березня/бер квітень/квітня/квіт "
        "травень/травня/трав червень/червня/черв липень/липня/лип серпень/серпня/серп "
        "вересень/вересня/вер жовтень/жовтня/жовт листопада/листопад/лист "
        "грудень/грудня/груд"
    ),
    "bg": (
        "януари/яну февруари/фев март април/апр май юни юли август/авг септември/сеп "
        "октомври/окт ноември/ное декември/дек"
    ),
    "el": (
        "ιανουάριος/ιανουαρίου/ιαν φεβρουάριος/φεβρουαρίου/φεβ μάρτιος/μαρτίου/μάρ/μαρ "
        "απρίλιος/απριλίου/απρ μάιος/μαΐου/μάι/μαΐ ιουνίου/ιούνιος/ιουν/ιούν "
        "ιουλίου/ιούλιος/ιουλ/ιούλ αυγούστου/αύγουστος/αυγ/αύγ "
        "σεπτέμβριος/σεπτεμβρίου/σεπ οκτωβρίου/οκτώβριος/οκτ νοέμβριος/νοεμβρίου/νοέ/νοε "
        "δεκέμβριος/δεκεμβρίου/δεκ"
    ),
    "id": (
        "januari/jan februari/feb maret/mar april/apr mei juni/jun juli/jul agustus/agu "
        "september/sep oktober/okt november/nov desember/des"
    ),
    "ca": (
        "gener/gen febrer/febr març abril/abr maig juny juliol/jul agost/ag setembre/set "
        "octubre/oct novembre/nov desembre/des"
    ),
}
"""The names of the twelve months, lower case, by language; forms of one name are parted by `/`."""

LANGUAGE_MARK = "|"
"""Stands before the language in the format of a column of such dates, as in `%d. %B %Y|de`."""

_WORD = r"[^\p{L}0-9]"
_YEAR = r"(?:^|[^0-9])([12][0-9]{3})(?:$|[^0-9:])"
_DAY = r"(?:^|[^0-9:])([0-3]?[0-9])(?:$|[^0-9:])"
_CLOCK = r"([0-9]{1,2}[:.h][0-9]{2}(?::[0-9]{2})?)(?: ?(?:uhr|h))?$"
_AFTER_DAY = r"(?:st|nd|rd|th|er|ère|e|º|°|ª|:e)?[.,]?"
_BETWEEN = r"[ -]+(?:de |of |d’|d')?"
_BEFORE_YEAR = r"[.,]?[ -]+(?:de |del )?"
_CLOCK_END = r"(?:[, ]+(?:um |kl\.? |at |à |a las |alle |às )?" + _CLOCK[:-1] + ")?"
_WEEKDAY = r"(?:\p{L}{2,12}[.,]{0,2} )?(?:den |le |el |il )?"


def spelled_sql(text: str, language: str) -> str:
    """Give the expression of a spelled date as `YYYY-MM-DD`, with ` HH:MM:SS` where it has a clock.

    Args:
        text: SQL expression of the trimmed text; NULL comes of what is no such date.
        language: a key of `MONTHS`.
    """
    lower = f"lower({text})"
    names, numbers, form = _names(language)
    month = f"regexp_extract({lower}, '(?:^|{_WORD})({names})(?:$|{_WORD})', 1)"
    number = f"[{numbers}][list_position([{_listed(names)}], {month})]"
    day = f"printf('%02d-%02d', {number}, TRY_CAST({_found(lower, _DAY)} AS INTEGER))"
    date = f"TRY_CAST({_found(lower, _YEAR)} || '-' || {day} AS DATE)"
    clock = f"replace(replace({_found(lower, _CLOCK)}, 'h', ':'), '.', ':')"
    padded = f"(CASE WHEN {clock}[2] = ':' THEN '0' || {clock} ELSE {clock} END)"
    time = f"(CASE WHEN {clock} = '' THEN '' ELSE ' ' || rpad({padded}, 8, ':00') END)"
    whole = f"regexp_full_match({lower}, '{form}')"
    return f"(CASE WHEN {whole} THEN CAST({date} AS VARCHAR) || {time} END)"


def month_hint() -> str:
    """Give a regular expression that finds the name of a month, in any of the languages."""
    words = {word for text in MONTHS.values() for word in text.replace("/", " ").split()}
    long = sorted((word for word in words if len(word) > 2), key=lambda word: (-len(word), word))
    return "|".join(long)


@lru_cache(maxsize=64)
def _names(language: str) -> tuple[str, str, str]:
    """Give the names by length, their numbers, and the form of a whole date."""
    pairs = [
        (word, number)
        for number, words in enumerate(MONTHS[language].split(), 1)
        for word in words.split("/")
    ]
    pairs.sort(key=lambda pair: (-len(pair[0]), pair[0]))
    names = "|".join(word for word, _ in pairs)
    first = f"[0-3]?[0-9]{_AFTER_DAY}{_BETWEEN}(?:{names}){_BEFORE_YEAR}[12][0-9]{{3}}"
    other = f"(?:{names})[.]?[ -]+[0-3]?[0-9]{_AFTER_DAY}[ -]+[12][0-9]{{3}}"
    form = f"{_WEEKDAY}(?:{first}|{other}){_CLOCK_END}"
    return names, ", ".join(str(number) for _, number in pairs), form.replace("'", "''")


def _listed(names: str) -> str:
    return ", ".join(f"'{name}'" for name in names.split("|"))


def _found(text: str, pattern: str) -> str:
    return f"regexp_extract({text}, '{pattern}', 1)"
