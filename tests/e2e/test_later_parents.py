"""A reference to a table that another upload brings later."""

from pathlib import Path
from typing import Any

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from tests.e2e.conftest import finished, settings_for

TERMS = "http://mimir.local/p/shop/ontology#"


def test_rows_point_to_the_rows_that_a_later_upload_brings(tmp_path: Path) -> None:
    owner = Owner(settings_for(tmp_path / "data"), port=0)
    owner.start()
    client = Client(owner.url)
    client.call(OPERATIONS["create_project"], {"name": "shop"})

    def upload(name: str, header: str, rows: list[str]) -> None:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        view = finished(client, "shop", client.upload("shop", [(name, path)])["id"])
        assert view["state"] == "succeeded", view

    def names() -> list[Any]:
        query = (
            f"SELECT ?n {{ ?o a <{TERMS}Order> ; <{TERMS}customer> ?c . "
            f"?c a <{TERMS}Customer> ; <{TERMS}name> ?n }}"
        )
        answer = client.call(OPERATIONS["run_query"], {"project": "shop", "query": query})
        return list(answer["text"].split()[1:])

    try:
        orders = [f"{n},{1000 + 7 * (n % 40)},{n * 3}.50" for n in range(1, 201)]
        upload("orders.csv", "order_id,customer_id,amount", orders)
        assert names() == []
        customers = [f"{1000 + 7 * n},name-{n},{20 + n}" for n in range(40)]
        upload("customers.csv", "customer_id,name,age", customers)
        assert sorted(set(names())) == sorted(f"name-{n}" for n in range(40))
        assert len(names()) == 200
    finally:
        owner.stop()
