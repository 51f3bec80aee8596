"""What the answers of a remote store mean when they are errors."""

import ast
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any, cast
from urllib.error import HTTPError

from SPARQLWrapper.SPARQLExceptions import (
    EndPointInternalError,
    EndPointNotFound,
    QueryBadFormed,
    SPARQLWrapperException,
    Unauthorized,
    URITooLong,
)

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

_LONGEST_TEXT = 2_000
# The words of a store that says no more than 503 when the time limit of a query was passed.
_TIMED_OUT = ("timed out", "timeout")


class StoreRefused(MimirError):
    """The remote store does not allow this caller to do that."""

    code = "store-refused"


_BY_STATUS: dict[int, type[MimirError]] = {
    400: BadQuery,
    401: StoreRefused,
    403: StoreRefused,
    404: NotFound,
    406: BadQuery,
    409: Conflict,
    412: PreconditionFailed,
    413: BadInput,
    414: BadInput,
    415: BadInput,
    504: QueryTimeout,
}
_STATUS: dict[type[SPARQLWrapperException], int] = {
    QueryBadFormed: 400,
    Unauthorized: 401,
    EndPointNotFound: 404,
    URITooLong: 414,
    EndPointInternalError: 500,
}


@contextmanager
def translated(url: str, refused: type[MimirError] = BadQuery) -> Iterator[None]:
    """Turn what goes wrong on the way to a store, or there, into errors of this program.

    Args:
        url: address of the store, for messages.
        refused: what a request that the store does not understand becomes.
    """
    try:
        yield
    except SPARQLWrapperException as error:
        raise _failure(url, _STATUS[type(error)], _body(error), refused) from error
    except HTTPError as error:
        raise _failure(url, error.code, error.read(), refused) from error
    except SyntaxError as error:
        raise StoreUnavailable(f"The answer of {url} is cut or damaged: {error}") from error
    except TimeoutError as error:
        raise StoreUnavailable(f"The store at {url} did not answer in time.") from error
    except (OSError, HTTPException) as error:
        raise StoreUnavailable(f"The store at {url} cannot be reached: {error}") from error


def _body(error: SPARQLWrapperException) -> bytes:
    # The package keeps the answer's bytes nowhere but in its message, as a Python literal.
    _, _, written = str(error).partition("\n\nResponse:\n")
    return cast(bytes, ast.literal_eval(written)) if written else b""


def _failure(url: str, status: int, body: bytes, refused: type[MimirError]) -> MimirError:
    problem = _problem(body)
    said = str(problem.get("detail") or problem.get("title") or body.decode(errors="replace"))
    text = said.strip()[:_LONGEST_TEXT] or "no reason was given"
    kind = errors_by_code().get(str(problem.get("code"))) or _BY_STATUS.get(
        status, StoreUnavailable
    )
    if status == 503 and text.lower().endswith(_TIMED_OUT):
        kind = QueryTimeout
    if kind is BadQuery:
        kind = refused
    if issubclass(kind, BadQuery) or kind is QueryTimeout:
        return kind(text)
    return kind(f"The store at {url} answered {status}: {text}")


def _problem(body: bytes) -> dict[str, Any]:
    try:
        problem = json.loads(body)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
