"""The forms that texts can have, as regular expressions that the table engine runs.

A form is tested on the trimmed text, whole. Sources: RFC 3986 (IRIs), RFC 4122 (UUIDs), RFC 2045
(media types), ITU-T E.164 (phone numbers), ISO 13616 (IBAN), HTML 5 (e-mail addresses).
"""

from graph.lexical import quote_text

_LABEL = r"[\p{L}0-9]([\p{L}0-9-]*[\p{L}0-9])?"
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_H16 = "[0-9A-Fa-f]{1,4}"
_HEX = "[0-9A-Fa-f]"
_NAME = r"\p{Lu}[\p{L}\p{M}'’`-]*\.?"
_PARTICLE = (
    "(de|da|do|dos|das|di|del|della|la|le|van|der|den|von|zu|ter|ten|bin|ibn|al|el|y|e|af|av)"
)
_NUMBER = r"[+-]?([0-9]+([.,][0-9]+)*|[.,][0-9]+)"
_SIGN = "[$€£¥₹₽₩]"
_CODE = (
    "(USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|TRY|KRW|SGD|HKD"
    "|RUB)"
)

PATTERNS: dict[str, str] = {
    "email": rf"[\p{{L}}0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(\.{_LABEL})*\.[\p{{L}}]{{2,}}",
    "url": rf"((?i:https?|ftp)://[^\s/?#]+[^\s]*|(?i:www)\.{_LABEL}(\.{_LABEL})+(/\S*)?)",
    "domain": rf"({_LABEL}\.)+(?i:com|org|net|edu|gov|io|dev|app|info|biz|eu|de|fr|uk|it|"
    r"es|nl|ch|at|be|se|no|dk|fi|pl|cz|ru|br|mx|jp|cn|in|au|ca|us|co|me|tv|ai)",
    "iri": r"(?i:https?|ftp|ftps|sftp|urn|doi|info|tag|ark|geo|data|did|file|ssh|git|s3|gs|ldap|"
    r"ldaps|ws|wss|jdbc|mailto|tel|sip|magnet):[^\s<>\"{}|\\^`]+",
    "uuid": rf"(urn:uuid:|\{{)?{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\}}?",
    "hash": rf"({_HEX}{{32}}|{_HEX}{{40}}|{_HEX}{{64}}|{_HEX}{{128}})",
    "ipv4": rf"{_OCTET}(\.{_OCTET}){{3}}(/([12]?[0-9]|3[0-2]))?",
    "ipv6": rf"(({_H16}:){{7}}{_H16}|({_H16}(:{_H16}){{0,6}})?::({_H16}(:{_H16}){{0,6}})?"
    rf"|({_H16}(:{_H16}){{0,4}})?::(?i:ffff:)?{_OCTET}(\.{_OCTET}){{3}})"
    r"(/([0-9]{1,2}|1[01][0-9]|12[0-8]))?",
    "mac": rf"({_HEX}{{2}}:){{5}}{_HEX}{{2}}|"
    rf"({_HEX}{{2}}-){{5}}{_HEX}{{2}}|({_HEX}{{4}}\.){{2}}{_HEX}{{4}}",
    "phone-world": r"(\+|00) ?[1-9][0-9]{0,2}[ ().0-9/-]{5,18}[0-9]( ?(x|ext\.?) ?[0-9]{1,6})?",
    "phone-america": r"(\+?1[-. ]?)?(\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-. ])[2-9][0-9]{2}[-. ]"
    r"[0-9]{4}( ?(x|ext\.?) ?[0-9]{1,6})?",
    "phone": r"[+(]?\(?[0-9][ ().0-9/-]{4,20}[0-9]( ?(x|ext\.?) ?[0-9]{1,6})?",
    "postal": r"[0-9A-Z]{1,5}[ -]?[0-9A-Z]{0,4}|[A-Z]{1,2}-[0-9]{4,5}"
    r"|[0-9]{5}-[0-9]{3}|[0-9]{3} [0-9]{2}",
    "postal-formed": r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}|[A-Z][0-9][A-Z] [0-9][A-Z][0-9]"
    r"|[0-9]{5}-[0-9]{4}|[1-9][0-9]{3} [A-Z]{2}",
    "hex-colour": rf"#({_HEX}{{3}}|{_HEX}{{4}}|{_HEX}{{6}}|{_HEX}{{8}})",
    "bare-colour": rf"{_HEX}{{6}}",
    "function-colour": r"(?i:rgba?|hsla?|hwb|lab|lch)\( ?[0-9.]+%?[ ,]+[0-9.]+%?[ ,]+[0-9.]+%?"
    r"([ ,/]+[0-9.]+%?)? ?\)",
    "media-type": r"(application|audio|font|image|message|model|multipart|text|video|chemical)/"
    r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+*-]*( ?;.*)?",
    "path": r"((~|\.{1,2})?(/[^/\x00]+){2,}/?|(~|\.{1,2})/[^/\x00]+|/[\w.-]+\.\w{1,5}"
    r"|[A-Za-z]:[\\/].*|\\\\[^\\]+\\.+)",
    "relative-path": r"([\w .@+-]+[/\\])*"
    r"[\w .@()+-]*[A-Za-z_][\w .@()+-]*\.[A-Za-z][A-Za-z0-9]{0,4}",
    "pair": r"[(\[]?-?[0-9]{1,3}\.[0-9]+°?[,; ]+-?[0-9]{1,3}\.[0-9]+°?[)\]]?",
    "geometry": r"(?i:(SRID=[0-9]+;)?(POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|"
    r"MULTIPOLYGON|GEOMETRYCOLLECTION)( ?ZM?)? ?\(.*\))",
    "amount": rf"[+-]?({_SIGN}|{_CODE}) ?{_NUMBER}|{_NUMBER} ?({_SIGN}|{_CODE})",
    "percent": rf"{_NUMBER} ?%",
    "quantity": rf"{_NUMBER} ?[\p{{L}}°µΩ%][\p{{L}}°µΩ%²³0-9/·^]{{0,9}}",
    "iban": "[A-Z]{2}[0-9]{2} ?([0-9A-Z]{4} ?){2,7}[0-9A-Z]{1,4}",
    "card": "[0-9]{4}([ -]?[0-9]{4}){3}|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}|[0-9]{13,19}",
    "card-grouped": "[0-9]{4}([ -][0-9]{4}){3}",
    "social-security": "[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}",
    "code": r"[A-Z0-9]+([-_./:#]?[A-Z0-9]+)*",
    "digit-code": r"[\p{L}]*[-_./#:]?[0-9][0-9\p{L}._/#:-]*",
    "name": rf"{_NAME}( {_NAME})*",
    "full-name": rf"({_NAME} )+({_PARTICLE} )*{_NAME}|{_NAME}( {_NAME})*, ?{_NAME}( {_NAME})*",
    "caseless-name": r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Arabic}\p{Hebrew}\p{Thai}"
    r"\p{Devanagari}\p{Bengali}\p{Tamil} ・.]{2,24}",
    "titled": r"(?i:mr|mrs|ms|miss|dr|prof|herr|frau|mme|sr|sra|sig|dhr|mevr)\.? .+",
    "legal-form": r".*\p{L}.*[ ,](?i:inc|llc|ltd|plc|corp|gmbh|ag|kg|ohg|ug|se|s\.?a\.?|"
    r"s\.?l\.?|s\.?a\.?s|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|oy|ab|aps|a/s|"
    r"kft|zrt|sp\. z o\.o|s\.r\.o|a\.s|pty ltd|"
    r"pvt\.? ltd|co|company|corporation|limited|holdings?|group|gruppe|groupe|university|"
    r"institute|foundation|e\.v)\.?",
    "house": r"[0-9]{1,5} ?[A-Za-z]?([-/] ?[0-9]{1,4} ?[A-Za-z]?)?",
    "street": r".*\p{L}{2,}.* [0-9]{1,5} ?[A-Za-z]?([-/ ,].*)?|[0-9]{1,6}[A-Za-z]?,? .*\p{L}{2,}.*",
    "street-word": r".*(?i:street|\bst\b|avenue|\bave\b|road|\brd\b|boulevard|\bblvd\b|lane|"
    r"\bln\b|drive|\bdr\b|court|square|terrace|parkway|highway|\bway\b|straße|strasse|str\.|\bweg\b|platz|allee|gasse|"
    r"\brue\b|\bplace\b|chemin|impasse|\bvia\b|piazza|\bcorso\b|viale|\bcalle\b|avenida|paseo|plaza|"
    r"\brua\b|travessa|straat|\blaan\b|\bplein\b|gatan|vägen|\bul\.).*",
    "locale": "[a-z]{2,3}([-_][A-Z][a-z]{3})?[-_]([A-Z]{2}|[0-9]{3})",
    "upper": r"\p{Lu}+",
    "sentence": r".*\p{L}+.*[ ]\p{L}+.*[ ]\p{L}+.*[ ]\p{L}+.*",
}  # fmt: skip
"""Regular expressions by form; a text has the form when the whole of it matches."""


def form_sql(form: str, text: str) -> str:
    """Give the condition under which an SQL text has a form.

    Args:
        form: a name of `PATTERNS`, or `json`.
        text: SQL expression of the trimmed text.
    """
    if form == "json":
        return f"({text}[1] IN ('{{', '[') AND json_valid({text}))"
    if form in _DIGITS:
        low, high = _DIGITS[form]
        digits = f"length(regexp_replace({text}, '( ?(x|ext).*)|[^0-9]', '', 'g'))"
        return f"({_match(form, text)} AND {digits} BETWEEN {low} AND {high})"
    return _match(form, text)


FORMS = (*PATTERNS, "json")
"""All forms."""

_DIGITS = {"phone-world": (8, 17), "phone-america": (10, 11), "phone": (6, 16)}


def _match(form: str, text: str) -> str:
    return f"regexp_full_match({text}, {quote_text(PATTERNS[form])})"
