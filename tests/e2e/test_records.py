"""The platform's own records after the whole chain."""

from tests.e2e.conftest import Fleet
from tests.record_shapes import unfit_records


def test_the_records_of_the_whole_chain_fit_their_shapes(fleet: Fleet) -> None:
    project = fleet.owner.services.projects.get("fleet")

    assert unfit_records(project) == []
