"""The guard on public tables whose leaks are known; skipped where the tables are not at hand."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from ml.leakage import dropped_features

SHARED = os.environ.get("MIMIR_SHARED")
pytestmark = pytest.mark.skipif(not SHARED, reason="MIMIR_SHARED names no folder of tables")
KNOWN = {
    "ai4i_maintenance": {"TWF", "HDF", "PWF", "OSF"},
    "bike_sharing_hour": {"casual", "registered"},
}


def leaks_of(folder: Path) -> set[str]:
    meta = json.loads((folder / "meta.json").read_text())
    table = pd.read_csv(folder / "data.csv").drop(columns=meta.get("id_columns", []))
    target = table.pop(meta["target"])
    for name in table.columns:
        number = pd.api.types.is_numeric_dtype(table[name])
        table[name] = table[name].astype(float) if number else table[name].fillna("").astype(object)
    kind = "regression" if meta["task"] == "regression" else "classification"
    goal = target.astype(float) if kind == "regression" else target.astype(str)
    return {item.name for item in dropped_features(table, goal, kind) if item.leak}


def test_known_leaks_are_named_and_nothing_else_is_accused() -> None:
    folders = sorted((Path(SHARED or "") / "data" / "ml" / "tabular").iterdir())
    found = {folder.name: leaks_of(folder) for folder in folders}
    assert {name: leaks for name, leaks in found.items() if leaks} == KNOWN
