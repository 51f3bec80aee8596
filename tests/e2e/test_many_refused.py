"""More refused cells than a patch carries: each is listed, and gone when it is mended."""

from pathlib import Path
from typing import Any

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from tests.e2e.conftest import finished, settings_for
from workers.file_changes import MANY

ROWS, REFUSED = 6_000, 4_000
MIMIR = "PREFIX mimir: <https://w3id.org/mimir-aip/ns#> "
LISTED = (
    "SELECT (COUNT(DISTINCT ?row) AS ?rows) { GRAPH ?g { ?result mimir:sourceRow ?row ; "
    "mimir:sourceColumn 'value' ; mimir:sourceFile 'readings.csv' } }"
)
SIZE = (
    "SELECT (COUNT(*) AS ?n) { GRAPH <http://mimir.local/p/plant/graph/validation> { ?s ?p ?o } }"
)


def test_each_of_many_refused_cells_is_listed_and_goes_when_it_is_mended(tmp_path: Path) -> None:
    owner = Owner(settings_for(tmp_path / "data"), port=0)
    owner.start()
    client = Client(owner.url)
    path = tmp_path / "readings.csv"
    rows = (f"{n},{f'broken {n}' if n % 3 else n / 10},S{n % 7}" for n in range(1, ROWS + 1))
    path.write_text("\n".join(["reading_id,value,station", *rows]) + "\n", encoding="utf-8")

    def call(operation: str, **fields: Any) -> Any:
        return client.call(OPERATIONS[operation], {"project": "plant", **fields})

    def number(query: str) -> int:
        return int(call("run_query", query=MIMIR + query)["text"].split()[1])

    try:
        client.call(OPERATIONS["create_project"], {"name": "plant"})
        run = client.upload("plant", [("readings.csv", path)])["id"]
        assert finished(client, "plant", run)["state"] == "succeeded"
        assert 0 < number(SIZE) < 10

        field = {"kind": "type", "table": "readings", "columns": ["value"]}
        decided = call("set_schema", **field, datatype="decimal", reason="They are numbers.")
        assert finished(client, "plant", decided["run"])["state"] == "succeeded"
        assert number(SIZE) > MANY
        assert number(LISTED) == REFUSED

        mended = call("unset_schema", override=decided["id"])
        assert finished(client, "plant", mended["run"])["state"] == "succeeded"
        assert 0 < number(SIZE) < 10
    finally:
        owner.stop()
