"""Answers that a store cut off, or that hold what is no triple."""

import io

import pytest

from graph.errors import QueryTimeout
from graph.readers.pool import AnswerTooLarge
from graph.remote.http_answers import copy_answer, read_whole, valid_triples

CUT = (
    b"\n##  Query cancelled due to timeout during execution   ##\n"
    b"##  ****          Incomplete results           ****   ##\n"
)


@pytest.mark.parametrize("begun", [b"a,b\r\n1,2\r\n", b"<urn:a> <urn:b> <urn:c> .\n", b'{"head"'])
def test_an_answer_that_the_time_limit_cut_off_is_never_a_short_one(begun: bytes) -> None:
    with pytest.raises(QueryTimeout):
        read_whole(io.BytesIO(begun + CUT))
    with pytest.raises(QueryTimeout):
        copy_answer(io.BytesIO(begun + CUT), io.BytesIO(), 10_000)
    with pytest.raises(QueryTimeout):
        copy_answer(valid_triples(io.BytesIO(begun + CUT)), io.BytesIO(), 10_000)


def test_an_answer_may_speak_of_time_limits() -> None:
    text = b'text\r\n"##  Query cancelled due to timeout"\r\n'

    assert read_whole(io.BytesIO(text)) == text


def test_what_is_no_triple_is_left_out_wherever_the_pieces_end() -> None:
    good = b'<urn:a> <urn:b> "c \\" <d>" .\n_:x <urn:b> "1"^^<urn:t> .\n'
    bad = b'"lit" <urn:b> <urn:c> .\n<urn:a> "lit" <urn:c> .\n<urn:a> _:x <urn:c> .\n'

    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(7, size or 7))

    assert valid_triples(io.BytesIO(bad + good)).read() == good
    triples = valid_triples(Dripping(good + bad + good))
    assert b"".join(iter(lambda: triples.read(5), b"")) == good + good


def test_an_answer_with_too_many_bytes_is_refused() -> None:
    with pytest.raises(AnswerTooLarge):
        copy_answer(io.BytesIO(b"x" * 200_000), io.BytesIO(), 100_000)
