"""A new version of a file has other columns: what follows at once, and what waits for a person."""

from pathlib import Path
from typing import Any

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from tests.e2e.conftest import finished, settings_for

TERMS = "http://mimir.local/p/shop/ontology#"


def test_a_new_type_waits_while_what_fits_the_old_one_lands(tmp_path: Path) -> None:
    owner = Owner(settings_for(tmp_path / "data"), port=0)
    owner.start()
    client = Client(owner.url)
    client.call(OPERATIONS["create_project"], {"name": "shop"})

    def call(operation: str, **fields: Any) -> Any:
        return client.call(OPERATIONS[operation], {"project": "shop", **fields})

    def upload(header: str, rows: list[str]) -> None:
        path = tmp_path / "orders.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        sent = client.upload("shop", [(path.name, path)])
        view = finished(client, "shop", sent["id"])
        assert view["state"] == "succeeded", view

    def typed(name: str) -> dict[str, int]:
        pattern = f"?o <{TERMS}{name}> ?v BIND (datatype(?v) AS ?d)"
        query = f"SELECT ?d (COUNT(*) AS ?n) {{ {pattern} }} GROUP BY ?d"
        lines = call("run_query", query=query)["text"].split()[1:]
        return {line.split(",")[0].rpartition("#")[2]: int(line.split(",")[1]) for line in lines}

    def proposals(word: str) -> list[dict[str, Any]]:
        return [item for item in call("list_proposals")["items"] if word in item["reason"]]

    try:
        rows = [f"{n},customer {n % 5},{n % 7},{n * 3}" for n in range(1, 41)]
        upload("order_id,customer,boxes,amount", rows)
        assert typed("boxes") == {"integer": 40}
        rows = [
            f"{n},customer {n % 5},{'a few' if n % 4 == 0 else n % 7},{n * 3}.5,{n % 3}"
            for n in range(1, 41)
        ]
        upload("order_id,customer,boxes,amount,discount", rows)

        assert typed("boxes") == {"integer": 30}, "what fits the old type is there"
        cells = [item for item in call("list_violations")["items"] if item["value"] == "a few"]
        assert cells, "what does not fit is quarantined with its place"
        assert typed("amount") == {"decimal": 40}, "wider numbers are taken at once"
        assert typed("discount") == {"integer": 40}, "a new column is there at once"
        for word in ("discount of orders is new", "amount of orders was integer"):
            (noted,) = proposals(word)
            assert (noted["state"], noted["automatic"]) == ("applied", True), noted
        (waiting,) = proposals("boxes of orders was integer")
        assert (waiting["state"], waiting["risk"]) == ("pending", "high")
        change = next(
            item for item in call("list_schema_changes")["items"] if item["columns"] == "boxes"
        )
        assert (change["was"], change["now"], change["risk"]) == ("integer", "string", "high")

        call("approve_proposal", proposal=waiting["id"])
        call("apply_proposal", proposal=waiting["id"])
        newest = call("list_project_runs")["items"][0]
        assert finished(client, "shop", newest["id"])["state"] == "succeeded"
        assert typed("boxes") == {"string": 40}
    finally:
        owner.stop()
