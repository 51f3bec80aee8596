"""No SPARQL text makes the server open a connection or read a file."""

import pytest

from tests.attacks.network import classes
from tests.attacks.target import Target


@pytest.mark.parametrize("name", classes(0, 0))
def test_nothing_is_fetched(target: Target, name: str) -> None:
    own = int(target.server.url.rpartition(":")[2])
    for port in target.ports:
        for attack in classes(port, own)[name]:
            answer = target.send(attack)

            assert answer.status_code in attack.statuses, f"{attack.text} {answer.text}"
            assert answer.status_code != 200 or answer.text.strip() == "s,p,o"
    target.check()
