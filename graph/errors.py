"""The root of every error: what happened, what to do, and whether trying again can help."""

from collections.abc import Mapping


class MimirError(Exception):
    """An error that a person can read and a program can decide on.

    Attributes:
        code: stable kebab-case name of the situation, used by every door.
        retryable: whether the same call may succeed later without a change.
        details: further facts for programs, as JSON values.
    """

    code = "error"
    retryable = False

    def __init__(self, message: str = "", *, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.details: Mapping[str, object] = details or {}


class BadInput(MimirError):
    """The caller sent something that cannot be used; the message says what and where."""

    code = "bad-input"


class NotFound(MimirError):
    """The thing that was asked for does not exist."""

    code = "not-found"


class Conflict(MimirError):
    """The state of the graph does not allow the change."""

    code = "conflict"


class PreconditionFailed(MimirError):
    """The graph is no longer at the commit that the caller knows; `details` lists what came."""

    code = "precondition-failed"


class StoreUnavailable(MimirError):
    """The store does not answer now; nothing was changed."""

    code = "store-unavailable"
    retryable = True


class StoreDamaged(StoreUnavailable):
    """The engine finds its files damaged; every commit is safe in the log."""

    code = "store-damaged"
    retryable = False


class BadQuery(BadInput):
    """A SPARQL text that the engine refuses, with the engine's position."""

    code = "bad-query"


class QueryTimeout(MimirError):
    """A query passed its time limit and its reader was ended."""

    code = "query-timeout"
    retryable = True


class ReaderDied(MimirError):
    """A query ended its reader process: too deep, or too much memory."""

    code = "query-too-expensive"


class DiskFull(MimirError):
    """There is no room on disk; nothing was changed."""

    code = "disk-full"
    retryable = True


class StoreInUse(MimirError):
    """Another process owns the store."""

    code = "store-in-use"


class LogDamaged(MimirError):
    """A record of the commit log does not verify; the store is not served."""

    code = "log-damaged"


def errors_by_code() -> dict[str, type[MimirError]]:
    """Give every kind of error that this program has loaded, by its code."""
    kinds = [MimirError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return {kind.code: kind for kind in reversed(kinds)}
