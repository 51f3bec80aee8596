"""What computers write: addresses of mail, web and network, identifiers, paths, colours, JSON."""

from inference.detectors.view import ColumnView, Finding, named, phrases

_FORMED = (
    ("email", "email", "e-mail addresses", 0.9),
    ("url", "url", "URLs", 0.9),
    ("iri", "iri", "IRIs", 0.95),
    ("uuid", "uuid", "UUIDs", 0.98),
    ("ipv4", "ipv4", "IPv4 addresses", 0.95),
    ("ipv6", "ipv6", "IPv6 addresses", 0.95),
    ("mac-address", "mac", "MAC addresses", 0.95),
    ("media-type", "media-type", "media types", 0.95),
    ("json", "json", "JSON values", 0.95),
    ("iban", "iban", "of the form of an IBAN", 0.97),
)
"""Types that their form alone tells: type, form, wording, the least share."""

_COLOUR = phrases(
    "colour, color, farbe, couleur, colore, cor, kleur, farg, rgb, hex, colours, colors"
)
_PATH = phrases(
    "path, file, filename, file name, filepath, folder, directory, dir, pfad, datei, fichier, "
    "archivo, ruta, chemin, filepath, attachment, thumbnail, image, photo, poster"
)
_WEB = phrases("url, uri, href, link, page, route, endpoint, website, web, referrer, request")
_DOMAIN = phrases("domain, host, hostname, host name, website, site, web, url, homepage, fqdn")
_HASH = phrases("hash, md5, sha1, sha256, sha512, checksum, digest, fingerprint, etag")


def formed(view: ColumnView) -> Finding | None:
    """Find the types that their form alone tells."""
    if not view.is_text or not view.sampled:
        return None
    for type_, form, wording, least in _FORMED:
        share = view.share(form)
        if share >= least or (share >= 0.6 and view.says((type_.split("-")[0], type_))):
            evidence = (view.stated(form, wording),)
            sure = 0.99 * min(1.0, 0.5 + share / 2) if view.sampled > 1 else 0.9
            return Finding(type_, round(sure, 3), evidence, form)
    both = view.share("ipv4") + view.share("ipv6")
    if both >= 0.95:
        return Finding("ip-address", 0.97, ("The values are IPv4 and IPv6 addresses.",))
    return None


def website(view: ColumnView) -> Finding | None:
    """Find domain names under a header that announces them."""
    if view.is_text and view.says(_DOMAIN) and view.share("domain") >= 0.9:
        return Finding("domain", 0.9, (view.stated("domain", "domain names"),), "domain")
    return None


def colour(view: ColumnView) -> Finding | None:
    """Find colours: hexadecimal, functions such as rgb(), names."""
    if not view.is_text or not view.sampled:
        return None
    for form, least in (("hex-colour", 0.95), ("function-colour", 0.95)):
        if view.share(form) >= least and (form != "hex-colour" or view.length > 3.5):
            return Finding("colour", 0.96, (view.stated(form, "colours"),), form)
    said = view.says(_COLOUR)
    if said and view.share("bare-colour") >= 0.9:
        return Finding("colour", 0.93, (view.stated("bare-colour", "six hexadecimal digits"),))
    if view.share("colour") >= (0.4 if said else 0.9) and (said or view.sampled >= 4):
        evidence = (view.stated("colour", "names of colours"),)
        return Finding("colour", 0.93 if said else 0.85, evidence)
    return None


def file_path(view: ColumnView) -> Finding | None:
    """Find paths and names of files."""
    if not view.is_text or view.says(_WEB):
        return None
    if view.share("path") >= 0.95 and (view.says(_PATH) or view.length > 8):
        return Finding("file-path", 0.95, (view.stated("path", "paths"),), "path")
    if view.says(_PATH) and view.share("relative-path") >= 0.9:
        return Finding("file-path", 0.9, (view.stated("relative-path", "names of files"),))
    return None


def digest(view: ColumnView) -> Finding | None:
    """Find digests of files: hexadecimal texts of the lengths that hash functions give."""
    if view.is_text and view.share("hash") >= 0.98 and view.sampled >= 1:
        sure = 0.97 if view.says(_HASH) else 0.85
        return Finding("hash", sure, (view.stated("hash", "hexadecimal digests"),), "hash")
    return None


def secret(view: ColumnView) -> Finding | None:
    """Find columns that hold what nobody but their owner may know."""
    words = phrases(
        "password, passwd, pwd, password hash, passwort, secret, api key, apikey, token"
    )
    if view.is_text and view.ends(words) and view.length >= 4:
        return Finding("secret", 0.9, (named(view),))
    return None


DETECTORS = (formed, website, colour, file_path, secret, digest)
"""The detectors of this domain."""
