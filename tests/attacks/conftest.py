"""One server for all attacks: what one of them breaks, the next ones find broken."""

from collections.abc import Iterator

import pytest

from tests.attacks.target import Target, under_attack


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server with an attacker's project and a canary."""
    with under_attack(tmp_path_factory.mktemp("attacked")) as found:
        yield found
