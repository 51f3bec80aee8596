"""One HTTP request while it arrives: how long its body may be, and the problem where it cannot be.

A body that is too long is refused as soon as its head tells, or its chunks pass the limit: nothing
more of it is read, and nothing of it is kept.
"""

from typing import Any

from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge

from app.errors import problem
from graph.readers.gate import LONGEST_UPDATE

# Texts are read into memory as a whole; files are spooled, and have the limit of uploads.
_LONGEST_TEXT = {
    "application/sparql-query": LONGEST_UPDATE,
    "application/sparql-update": LONGEST_UPDATE,
    "application/x-www-form-urlencoded": LONGEST_UPDATE,
    "application/json": 64 << 20,
}
_CODES = {400: "bad-request", 413: "too-large"}


class IncomingRequest(HTTPRequestParser):  # type: ignore[misc] # waitress has no types
    """A request whose body may be as long as its media type allows."""

    error: Any

    def received(self, data: bytes) -> int:
        """Take bytes; gives how many of them belong to this request."""
        consumed: int = super().received(data)
        media = self.headers.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        longest = _LONGEST_TEXT.get(media, self.adj.max_request_body_size)
        too_long = max(self.content_length, self.body_bytes_received) > longest
        if (too_long and not self.error) or isinstance(self.error, RequestEntityTooLarge):
            self.error = RequestEntityTooLarge(
                f"A body of the type {media!r} may have {longest:,} bytes. Send less at a time."
            )
            self.completed = True
        if self.error:
            # The caller shall not be told to go on.
            self.expect_continue = False
        return consumed


class RefusedRequest(ErrorTask):  # type: ignore[misc] # waitress has no types
    """Answers a request that cannot be read with a problem, and ends the connection."""

    def execute(self) -> None:
        """Write the answer."""
        error = self.request.error
        code = _CODES.get(error.code, error.reason.lower().replace(" ", "-"))
        response = problem(error.code, code, str(error.body))
        body = response.get_data()
        self.status = response.status
        self.response_headers.append(("Content-Type", response.content_type))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.channel.linger()
        self.write(body)
