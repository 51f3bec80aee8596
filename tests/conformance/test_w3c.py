"""The W3C suites of SPARQL 1.0 and 1.1 through the HTTP doors: see `docs/conformance.md`."""

from collections.abc import Iterator

import pytest

from tests.conformance.door import Door, Failed
from tests.conformance.excused import EXCUSED
from tests.conformance.manifests import read_cases, suites_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(suites_folder() is None, reason="MIMIR_SHARED names no folder of suites"),
]
CASES = {
    f"{version}/{case.id}": case
    for version in ("sparql11", "sparql10")
    for case in read_cases(version)
}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One owner with one project, emptied for each test."""
    door = Door(tmp_path_factory.mktemp("w3c"))
    yield door
    door.close()


@pytest.mark.parametrize("name", sorted(set(CASES) - set(EXCUSED)))
def test_the_doors_do_what_the_standard_says(door: Door, name: str) -> None:
    door.run(CASES[name])


@pytest.mark.parametrize("name", sorted(EXCUSED))
def test_an_excused_case_is_still_needed(door: Door, name: str) -> None:
    with pytest.raises(Failed):
        door.run(CASES[name])
