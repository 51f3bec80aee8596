"""Errors of the system become problems that say what the server is short of."""

import errno
import logging

import pytest
from flask import Flask

from app.errors import install
from extraction.file_reader import FileTooExpensive, ReadingBroke
from graph.errors import DiskFull, MimirError


def answer_to(error: Exception) -> tuple[int, str, str | None]:
    """Give status, code and Retry-After of the answer to a request that ends with an error."""
    app = Flask(__name__)
    install(app)

    @app.get("/")
    def fail() -> str:
        raise error

    answer = app.test_client().get("/")
    return answer.status_code, answer.get_json()["code"], answer.headers.get("Retry-After")


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        (errno.ENOSPC, 507, "disk-full"),
        (errno.EDQUOT, 507, "disk-full"),
        (errno.EMFILE, 503, "out-of-resources"),
        (errno.ENOMEM, 503, "out-of-resources"),
    ],
)
def test_a_shortage_is_named_and_may_pass(number: int, status: int, code: str) -> None:
    assert answer_to(OSError(number, "of the system")) == (status, code, "1")


def test_a_kind_without_a_status_of_its_own_has_that_of_its_base() -> None:
    assert answer_to(FileTooExpensive("Split it."))[:2] == (422, "file-too-expensive")
    assert answer_to(ReadingBroke("It broke."))[:2] == (500, "reading-broke")


def test_other_errors_of_the_system_are_internal() -> None:
    assert answer_to(OSError(errno.EIO, "of the system"))[:2] == (500, "internal-error")
    assert answer_to(DiskFull("There is no room."))[:2] == (507, "disk-full")


def test_what_a_caller_sent_stays_on_one_line_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failed(MimirError):
        """An error of no known kind."""

        code = "unknown-kind"

    with caplog.at_level(logging.ERROR):
        answer_to(Failed("a\r\nERROR forged \x1b[31m"))

    (record,) = caplog.records
    assert record.getMessage() == "unknown-kind: a\\r\\nERROR forged \\x1b[31m"
