"""Choosing what to predict."""

import subprocess
import sys
from dataclasses import replace

import pytest

from graph.errors import BadInput
from graph.schema import Schema
from ml.tasks import choose_tasks, task_of


def test_prefers_outcomes_and_says_why(shop) -> None:
    tasks = choose_tasks(shop.model, shop.schema, shop.reader, shop.names)
    assert [(task.name, task.kind) for task in tasks] == [
        ("Order.status", "classification"),
        ("OrderLine.amount", "regression"),
    ]
    assert any("“status” names an outcome" in reason for reason in tasks[0].reasons)
    assert any("700 of 700" in reason for reason in tasks[0].reasons)


def test_what_resembles_a_chosen_target_comes_later(shop) -> None:
    tasks = choose_tasks(shop.model, shop.schema, shop.reader, shop.names, most=9)
    order = [task.target for task in tasks]
    assert order.index("cost") < order.index("costCents")
    assert order.index("status") < order.index("costCents")


def test_never_targets_keys_identifiers_dates_or_small_classes(shop) -> None:
    tasks = choose_tasks(shop.model, shop.schema, shop.reader, shop.names, most=50)
    targets = {task.name for task in tasks}
    assert not targets & {"Order.orderNumber", "Order.placedOn", "Customer.age", "Customer.region"}
    assert "OrderLine.amount" in targets


def test_leaves_out_targets_that_the_graph_does_not_carry(shop) -> None:
    table = shop.schema.table("orders")
    columns = tuple(
        replace(column, nulls=400) if column.name == "cost" else column for column in table.columns
    )
    schema = Schema((replace(table, columns=columns), *shop.schema.tables[1:]))
    tasks = choose_tasks(shop.model, schema, shop.reader, shop.names, most=50)
    assert "Order.cost" not in {task.name for task in tasks}


def test_leaves_out_long_series_of_readings(shop) -> None:
    order = replace(shop.model.classes[0], kind="observation")
    model = replace(shop.model, classes=(order, *shop.model.classes[1:]))
    table = replace(shop.schema.table("orders"), rows=100_001)
    schema = Schema((table, *shop.schema.tables[1:]))
    tasks = choose_tasks(model, schema, shop.reader, shop.names, most=50)
    assert {task.class_name for task in tasks} == {"OrderLine"}


def test_a_person_can_choose_the_target(shop) -> None:
    assert task_of(shop.model, shop.schema, "Order", "noise").kind == "regression"
    with pytest.raises(BadInput, match=r"no attribute Order\.colour"):
        task_of(shop.model, shop.schema, "Order", "colour")
    with pytest.raises(BadInput, match="free text or a date"):
        task_of(shop.model, shop.schema, "Order", "placedOn")


def test_choosing_and_pulling_do_not_load_scikit_learn() -> None:
    code = "import sys, ml.tasks, ml.features; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
