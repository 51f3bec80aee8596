"""Large JSON arrays, element by element."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.documents import json_window
from extraction.documents.json_window import JsonWindow

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=9,
)


def window(text: str) -> JsonWindow:
    return JsonWindow(io.StringIO(text), json.JSONDecoder())


@pytest.fixture(params=[1, 2, 7, 64])
def narrow(request: pytest.FixtureRequest) -> Any:
    """Let the window be so narrow that every value is cut somewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_window, "_BLOCK", request.param)
        yield request.param


@given(values=st.lists(VALUES, max_size=6), indent=st.sampled_from([None, 1]))
def test_gives_the_elements_of_any_array(values: list[Any], indent: int | None) -> None:
    for block in (1, 3, 16):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_window, "_BLOCK", block)
            assert list(window(json.dumps(values, indent=indent)).elements()) == values


def test_numbers_and_words_are_not_cut(narrow: int) -> None:
    text = ' [ 12345 , true, -0.5e10,"a\\u00e9b" ,null ] \n'
    found = window(text)
    assert found.peek() == "["
    assert list(found.elements()) == [12345, True, -0.5e10, "aéb", None], narrow


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("[1,\n2,\n x]", 3, 2),
        ("[1,\n2 3]", 2, 3),
        ("[1,\n2]\n]", 3, 1),
        ('[{"a": 1},\n{"a" 2}]', 2, 6),
        ("[1,", 1, 4),
        ("[", 1, 2),
    ],
)
def test_says_where_the_text_is_wrong(narrow: int, text: str, line: int, column: int) -> None:
    reader = window(text)
    with pytest.raises(json.JSONDecodeError) as caught:
        _read_to_the_end(reader)
    assert (caught.value.lineno, caught.value.colno) == (line, column), narrow


def test_an_error_early_in_a_long_text_is_found_without_reading_it_all() -> None:
    file = io.StringIO("[1, x" + ", 1" * 2_000_000 + "]")
    with pytest.raises(json.JSONDecodeError):
        list(JsonWindow(file, json.JSONDecoder()).elements())
    assert file.read() != ""


def _read_to_the_end(reader: JsonWindow) -> None:
    list(reader.elements())
    reader.end()
