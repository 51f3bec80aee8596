"""Content negotiation: which media type an answer gets (RFC 9110, section 12.5.1)."""

from collections.abc import Mapping, Sequence

from flask import Request
from werkzeug.datastructures import MIMEAccept

from app.errors import NotAcceptable


def preferred(call: Request, offered: Sequence[str]) -> str | None:
    """Give the offered media type that the caller likes best, or None.

    The most specific range that matches a type gives its quality, so `q=0` refuses it; among equals
    the order of `offered` decides. Without an Accept header the first is given; a header of which
    nothing can be read accepts nothing.
    """
    accept = call.accept_mimetypes
    if not accept:
        written = call.headers.get("Accept", "").strip()
        return offered[0] if offered and not written else None
    qualities = {media: _quality(media, accept) for media in offered}
    best = max(qualities.values(), default=0.0)
    return next((media for media in offered if qualities[media] == best), None) if best else None


def negotiated(
    call: Request, offered: Sequence[str], aliases: Mapping[str, str] | None = None
) -> str:
    """Give the media type of the answer.

    Args:
        aliases: offered names that stand for another media type.

    Raises:
        NotAcceptable: the caller takes none of them.
    """
    best = preferred(call, offered)
    if best is None:
        raise NotAcceptable(f"Accept one of {', '.join(offered)}.")
    return (aliases or {}).get(best, best)


def _quality(media: str, accept: MIMEAccept) -> float:
    matches = [(_specificity(given, media), quality) for given, quality in accept]
    rank, quality = max(matches, default=(0, 0.0))
    return quality if rank else 0.0


def _specificity(given: str, media: str) -> int:
    """Rank how closely a media range names a type: 0 is not at all.

    Parameters other than the quality, such as a charset, ask for no other representation here.
    """
    pattern = given.partition(";")[0].strip().lower()
    if pattern == media:
        return 3
    if pattern == media.partition("/")[0] + "/*":
        return 2
    return 1 if pattern == "*/*" else 0
