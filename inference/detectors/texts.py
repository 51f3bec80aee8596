"""What text is for: identifiers, names, categories, scales, free text and its language."""

from inference.detectors.people import PERSON_TABLES
from inference.detectors.view import ColumnView, Finding, named, phrases

_SCALES = (
    "very low,low,medium,high,very high,critical", "low,normal,high,urgent,critical",
    "lowest,low,medium,high,highest", "low,mid,high", "low,moderate,high,extreme",
    "minor,major,critical,blocker", "trivial,minor,moderate,major,severe,critical",
    "none,mild,moderate,severe", "debug,info,warning,error,critical,fatal",
    "xxs,xs,s,m,l,xl,xxl,xxxl", "small,medium,large,extra large,x-large",
    "tiny,small,medium,big,huge",
    "never,rarely,sometimes,often,usually,always",
    "strongly disagree,disagree,neutral,agree,strongly agree",
    "very dissatisfied,dissatisfied,neutral,satisfied,very satisfied",
    "very poor,poor,fair,good,very good,excellent", "bad,average,good,excellent",
    "bronze,silver,gold,platinum,diamond", "basic,standard,premium,enterprise",
    "junior,mid,senior,lead,principal", "beginner,intermediate,advanced,expert",
    "first,second,third,fourth,fifth", "1st,2nd,3rd,4th,5th", "q1,q2,q3,q4",
    "economy,premium economy,business,first", "slow,medium,fast", "young,adult,senior",
    "primary,secondary,tertiary", "freshman,sophomore,junior,senior",
    "monday,tuesday,wednesday,thursday,friday,saturday,sunday", "mon,tue,wed,thu,fri,sat,sun",
    "january,february,march,april,may,june,july,august,september,october,november,december",
    "jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec",
    "montag,dienstag,mittwoch,donnerstag,freitag,samstag,sonntag",
    "niedrig,mittel,hoch,sehr hoch,kritisch", "niedrig,normal,hoch", "klein,mittel,groß",
    "faible,moyen,élevé", "bas,moyen,haut", "bajo,medio,alto", "basso,medio,alto",
    "baixo,médio,alto",
    "no high school,high school,some college,bachelor,master,phd,doctorate",
)  # fmt: skip
_RANKED = phrases(
    "rating, rank, ranking, level, grade, stars, star rating, priority, severity, tier, position, "
    "place, stufe, niveau, score level, satisfaction, importance"
)
_CATEGORY = phrases(
    "type, kind, category, class, status, state, group, mode, genre, segment, typ, art, kategorie, "
    "klasse, tipo, categoria, estado, statut, categorie, stato, method, channel, department, "
    "condition, shift, flag, phase, stage, format, role, gruppe, unit, result, outcome, reason"
)
_TITLES = phrases(
    "name, title, label, titel, bezeichnung, nombre, nom, nome, titulo, titre, titolo, naam, "
    "product name, headline, subject, caption, naziv"
)
_PROSE = phrases(
    "description, comment, comments, notes, note, text, review, body, message, abstract, summary, "
    "remarks, remark, beschreibung, kommentar, bemerkung, descripcion, commentaire, descrizione, "
    "content, feedback, biography, bio, overview, story, synopsis, descricao, opinion, "
    "question, answer, lyrics, plot"
)
_IDENTIFIERS = phrases(
    "id, key, code, no, nr, uid, guid, sku, isbn, ean, gtin, upc, serial, serial number, serialno, "
    "barcode, ref, reference, number, nummer, codigo, identifier, kennung, serialnumber, asin, "
    "tracking number, part number, invoice number, order number, doi, issn, vin"
)
_MOST_CATEGORIES = 60


def identifier(view: ColumnView) -> Finding | None:
    """Find what names a row, here or in another table."""
    if view.column.datatype not in ("string", "integer"):
        return None
    said = view.ends(_IDENTIFIERS)
    if view.key:
        why = "It is the key of the table."
        return Finding("identifier", 0.95 if said else 0.75, (why,))
    if view.bound:
        return Finding("identifier", 0.85, ("It is part of a key or points to another table.",))
    if not said or view.says(("number of", "no of")) or view.share("name") > 0.5:
        return None
    if view.is_text and view.share("digit-code") >= 0.9:
        sure = 0.92 if view.column.unique else 0.8
        evidence = (named(view), view.stated("digit-code", "codes with digits"))
        return Finding("identifier", sure, evidence)
    if view.column.datatype == "integer" and view.ends(("id", "uid", "key", "serial", "code")):
        return Finding("identifier", 0.85, (named(view),))
    return None


def scale(view: ColumnView) -> Finding | None:
    """Find values that have an order: known scales, and numbers with a rank before the words."""
    values = {value.strip().lower(): value for value in view.values}
    if view.is_text and len(values) >= 2:
        for text in _SCALES:
            steps = text.split(",")
            known = [step for step in steps if step in values]
            others = set(values) - set(steps)
            if (
                len(known) >= 0.7 * len(values)
                and len(others) <= 1
                and not _too_little(view, known)
            ):
                order = tuple(values[step] for step in known)
                evidence = (f"The values are steps of a scale: {' < '.join(order)}.",)
                return Finding("ordinal", 0.93, evidence, order=order)
    if view.column.datatype == "integer" and not view.bound and view.ends(_RANKED):
        low, high = view.column.minimum, view.column.maximum
        if low is not None and high is not None and 0 <= int(low) <= int(high) <= 10:
            span = f"The values go from {low} to {high}."
            return Finding("ordinal", 0.85, (named(view), span))
    return None


def category(view: ColumnView) -> Finding | None:
    """Find small sets of values that repeat."""
    distinct, filled = view.column.distinct, view.rows - view.column.nulls
    if view.bound or view.column.unique or distinct < 2:
        return None
    said = view.ends(_CATEGORY)
    if view.column.datatype == "integer":
        if said and distinct <= 20 and filled >= 5 * distinct and view.column.unit is None:
            return Finding("category", 0.75, (named(view), f"{distinct} values repeat."))
        return None
    if not view.is_text or view.length > 40:
        return None
    repeats = filled / distinct
    few = distinct <= _MOST_CATEGORIES and (repeats >= 10 or (repeats >= 3 and distinct <= 12))
    if not few and not (said and repeats >= 2 and distinct <= _MOST_CATEGORIES):
        return None
    evidence = (f"{filled} rows share {distinct} values.",)
    sure = 0.9 if said else 0.85 if repeats >= 10 else 0.75
    return Finding("category", sure, (*evidence, named(view)) if said else evidence)


def prose(view: ColumnView) -> Finding | None:
    """Find free text, and the language that most of its words are of."""
    if not view.is_text or not view.sampled:
        return None
    said = view.ends(_PROSE)
    language, share = _language(view)
    long = view.tokens >= 6 and view.length >= 30 and language is not None
    unspaced = max(view.share("language ja"), view.share("language zh"), view.share("language th"))
    long = long or (unspaced > 0.8 and view.length >= 30)
    named_so = max(view.share("full-name"), view.share("street-word")) >= 0.5
    if not long and (named_so or not (said and view.tokens >= 3)):
        return None
    evidence = [f"The texts have {view.tokens:.0f} words on average."]
    if language:
        evidence.append(f"{share:.0%} of the words that tell a language are of {language!r}.")
    return Finding("free-text", 0.93 if long else 0.85, tuple(evidence), language=language)


def title(view: ColumnView) -> Finding | None:
    """Find the names of things."""
    of_person = view.is_about(PERSON_TABLES) or view.says(("job", "contact"))
    if not view.is_text or not view.sampled or (of_person and view.ends(("title", "titel"))):
        return None
    if view.ends(_TITLES) and view.share("digit-code") < 0.5:
        return Finding("name", 0.8, (named(view),))
    return None


def _language(view: ColumnView) -> tuple[str | None, float]:
    """Choose the language with the most telling words, if it leads clearly."""
    found = sorted(
        ((share, name.removeprefix("language ")) for name, share in view.shares.items()
         if name.startswith("language ")),
        reverse=True,
    )  # fmt: skip
    if not found or found[0][0] < 0.4 or (len(found) > 1 and found[0][0] < 1.1 * found[1][0]):
        return None, 0.0
    return found[0][1], found[0][0]


def _too_little(view: ColumnView, known: list[str]) -> bool:
    """Tell whether the steps are two words, or letters, which could mean anything else."""
    if all(len(step) == 1 for step in known):
        return not view.says(("size", "groesse", "grosse", "taille", "talla"))
    return len(known) < (2 if view.ends(_RANKED) else 3)


DETECTORS = (identifier, scale, category, prose, title)
"""The detectors of this domain."""
