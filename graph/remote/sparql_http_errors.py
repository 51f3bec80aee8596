"""What the answers of a remote store mean when they are errors."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from graph.errors import (
    BadInput,
    BadQuery,
    Conflict,
    MimirError,
    NotFound,
    PreconditionFailed,
    QueryTimeout,
    StoreUnavailable,
    errors_by_code,
)
from graph.terms import Term

_LONGEST_TEXT = 2_000
_MOST_DIGITS = 18
# The words of a store that says no more than 503 when the time limit of a query was passed.
_TIMED_OUT = ("timed out", "timeout")
# What Fuseki says, with status 400, when the files that it has in memory cannot grow on disk.
_NO_ROOM = ("unsafe memory access", "No space left")


class AnswerLost(StoreUnavailable):
    """No whole answer came: what was asked may have been done, or may be done later."""


class StoreRefused(MimirError):
    """The remote store does not allow this caller to do that."""

    code = "store-refused"


_BY_STATUS: dict[int, type[MimirError]] = {
    400: BadQuery,
    401: StoreRefused,
    403: StoreRefused,
    404: NotFound,
    405: StoreRefused,
    406: BadQuery,
    409: Conflict,
    412: PreconditionFailed,
    413: BadInput,
    414: BadInput,
    415: BadInput,
    504: QueryTimeout,
}
# A gateway gave up on a store that may still be at work; from 520 on those of content networks.
_GATEWAY = frozenset({408, 502, 598, 599, *range(520, 528)})


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn what goes wrong on the way to a store and back into errors of this program.

    Args:
        url: address of the store, for messages.
    """
    try:
        yield
    except SyntaxError as error:
        raise StoreUnavailable(f"The answer of {url} is cut or damaged: {error}") from error
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL) as error:
        raise StoreUnavailable(f"The store at {url} cannot be reached: {error}") from error
    except httpx.TimeoutException as error:
        raise AnswerLost(f"The store at {url} did not answer in time.") from error
    except (httpx.RequestError, OSError) as error:
        raise AnswerLost(f"The answer of the store at {url} was cut: {error}") from error


def whole_number(term: Term | None) -> int:
    """Read a number that a query of this program asked for.

    Raises:
        StoreUnavailable: it is none.
    """
    text = str(getattr(term, "value", ""))
    if not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise StoreUnavailable(f"The store answered {text[:20]!r} where a number was asked for.")
    return int(text)


def failure(
    url: str, response: httpx.Response, secret: str, refused: type[MimirError]
) -> MimirError:
    """Say what an answer means that is not a success.

    Args:
        url: address of the store.
        secret: left out wherever the store repeats it.
        refused: what a request that the store does not understand becomes.
    """
    status = response.status_code
    if response.is_redirect:
        place = response.headers.get("Location", "another address")
        return StoreRefused(
            f"The store at {url} sends its callers to {place}. Put that address in the settings."
        )
    body = _beginning(response)
    problem = _problem(body)
    said = str(problem.get("detail") or problem.get("title") or body.decode(errors="replace"))
    text = _without(secret, said).strip()
    if not text or text.startswith("<"):
        # A page for people, of a proxy most likely.
        text = response.reason_phrase or "no reason was given"
    kind = errors_by_code().get(str(problem.get("code"))) or _BY_STATUS.get(
        status, StoreUnavailable
    )
    if status == 503 and text.lower().endswith(_TIMED_OUT):
        kind = QueryTimeout
    if status in _GATEWAY:
        kind = AnswerLost
    if any(words in text for words in _NO_ROOM):
        kind = StoreUnavailable
    if kind is BadQuery:
        kind = refused
    if issubclass(kind, BadQuery) or kind is QueryTimeout:
        return kind(text)
    return kind(f"The store at {url} answered {status}: {text}")


def _beginning(response: httpx.Response) -> bytes:
    found = b""
    for piece in response.iter_bytes(_LONGEST_TEXT):
        found += piece
        if len(found) >= _LONGEST_TEXT:
            break
    return found[:_LONGEST_TEXT]


def _without(secret: str, text: str) -> str:
    for part in secret.split()[1:]:
        text = text.replace(part, "***")
    return text


def _problem(body: bytes) -> dict[str, Any]:
    try:
        problem = json.loads(body)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
