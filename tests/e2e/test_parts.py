"""Further files of a table that is there: appended, or taking the place of older rows."""

from pathlib import Path
from typing import Any

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from tests.e2e.conftest import finished, settings_for

TERMS = "http://mimir.local/p/shop/ontology#"


def test_a_later_file_of_the_same_table_adds_to_it(tmp_path: Path) -> None:
    owner = Owner(settings_for(tmp_path / "data"), port=0)
    owner.start()
    client = Client(owner.url)
    client.call(OPERATIONS["create_project"], {"name": "shop"})

    def call(operation: str, **fields: Any) -> Any:
        return client.call(OPERATIONS[operation], {"project": "shop", **fields})

    def upload(name: str, rows: list[str]) -> dict[str, Any]:
        path = tmp_path / name
        path.write_text("\n".join(["order_id,customer,amount", *rows]) + "\n", encoding="utf-8")
        sent = client.upload("shop", [(name, path)])
        view = finished(client, "shop", sent["id"])
        assert view["state"] == "succeeded", view
        return view

    def amounts() -> dict[str, str]:
        query = (
            f"SELECT ?id ?a {{ ?o a <{TERMS}Order> ; <{TERMS}orderId> ?id ; <{TERMS}amount> ?a }}"
        )
        lines = call("run_query", query=query)["text"].split()[1:]
        return dict(line.split(",") for line in lines)

    try:
        lines = [f"{n},customer {n % 5},{n * 3}" for n in range(1, 31)]
        upload("orders_2024.csv", lines)
        assert len(amounts()) == 30
        later = [f"{n},customer {n % 5},{n * 3}" for n in range(29, 61)]
        later[0] = "29,customer 4,1000"
        later[-1] = "60,customer 0,lots"
        view = upload("orders_2025.csv", later)
        assert view["removed"] < 40, "the orders of 2024 are left as they were"
        found = amounts()
        assert len(found) == 59
        assert found["29"] == "1000"
        cell = next(v for v in call("list_violations")["items"] if v["value"] or v["source_row"])
        assert (cell["source_file"], cell["source_row"]) == ("orders_2025.csv", 32)
    finally:
        owner.stop()
