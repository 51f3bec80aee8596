"""Thirty days without faults raise no alert, whatever the seed; with faults each raises one."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerting.alerts import reconcile
from alerting.evaluate import evaluate
from alerting.rules import derive_rules
from app.demo_data import generate
from extraction.landing.mapping import land
from extraction.tables import stage
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from inference.infer import infer_schema
from inference.knowledge.naming import name_schema

NOW = datetime(2025, 4, 1, tzinfo=UTC)


def machines_with_alerts(folder: Path, seed: int, *, faults: bool) -> tuple[list[str], list[str]]:
    """Give the machines that got an alert, and those in which a fault was planted."""
    truth = generate(folder / "files", seed=seed, faults=faults)
    tables = []
    for path in sorted((folder / "files").iterdir()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        staged = folder / path.stem
        staged.mkdir()
        tables += stage(path, name=path.name, sha256=digest, folder=staged).tables
    schema = infer_schema(tables)
    model = name_schema(schema)
    names = ProjectNames("http://mimir.local/", "fleet")
    landing = land(tables, schema, model, names, "one", folder / "data.nq")
    store = OxigraphStore()
    store.load(landing.output)
    report = evaluate(derive_rules(model, names), store.reader([names.data]), now=NOW)
    opened = reconcile(report.findings, (), now=NOW, unchecked=report.unchecked).opened
    return (
        sorted(alert.entity.value.rpartition("/")[2] for alert in opened),
        sorted(fault.machine for fault in truth.faults),
    )


@pytest.mark.parametrize("seed", [11, 12])
def test_a_month_without_faults_raises_no_alert(seed: int, tmp_path: Path) -> None:
    alerted, planted = machines_with_alerts(tmp_path, seed, faults=False)

    assert (alerted, planted) == ([], [])


def test_each_planted_fault_of_another_seed_raises_one_alert(tmp_path: Path) -> None:
    alerted, planted = machines_with_alerts(tmp_path, 13, faults=True)

    assert alerted == planted
    assert len(planted) == 2
