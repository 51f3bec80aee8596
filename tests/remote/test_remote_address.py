"""Addresses of remote stores, as an operator writes them."""

import pytest

from app.settings import Settings
from graph.errors import BadInput
from graph.remote.address import read_address


def test_the_address_of_a_fuseki_dataset_gives_those_of_its_services() -> None:
    address = read_address("http://127.0.0.1:3030/mimir/")

    assert address.query == "http://127.0.0.1:3030/mimir/query"
    assert address.update == "http://127.0.0.1:3030/mimir/update"
    assert address.graphs == "http://127.0.0.1:3030/mimir/data"


def test_settings_name_stores_their_tokens_and_passwords() -> None:
    settings = Settings(
        remote_stores="big=http://a/ds other=https://b/q,https://b/u,https://b/g",
        remote_tokens="other=s3cret=",
        remote_passwords="big=ann:pass:word",
    )

    stores = settings.stores()

    assert stores["other"].graphs == "https://b/g"
    assert stores["other"].authorization == "Bearer s3cret="
    assert stores["big"].authorization == "Basic YW5uOnBhc3M6d29yZA=="
    for shown in (repr(stores), repr(settings)):
        assert "s3cret" not in shown
        assert "word" not in shown.replace("password", "")


@pytest.mark.parametrize("given", [{"token": "x", "password": "a:b"}, {"password": "no-colon"}])
def test_credentials_that_cannot_be_meant_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        read_address("http://a/ds", **given)


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "=http://a",
        "a=file:///etc",
        "a=http://x,http://y",
        "a=http://me:pw@host/ds",
        "a=me:pw@host",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        Settings(remote_stores=text).stores()
    assert "pw" not in str(caught.value)
