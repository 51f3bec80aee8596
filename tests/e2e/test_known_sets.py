"""Public databases through the whole chain: entities = rows, edges = joining rows.

Read from the folder that MIMIR_SHARED names; skipped without it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

SHARED = os.environ.get("MIMIR_SHARED", "")
SETS = ("northwind", "chinook", "sakila", "world")

pytestmark = pytest.mark.skipif(not SHARED, reason="MIMIR_SHARED names no folder of known data")


def mimir(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "MIMIR_DATA": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def count(folder: Path, project: str, query: str) -> int:
    text = mimir(folder, "query", "--project", project, query)
    return int(text.splitlines()[1])


@pytest.mark.parametrize("name", SETS)
def test_entities_are_rows_and_edges_are_joining_rows(name: str, tmp_path: Path) -> None:
    source = Path(SHARED) / "data" / "schema" / name
    mimir(tmp_path, "run", str(source), "--project", name)
    schema = json.loads(mimir(tmp_path, "get-schema", "--project", name))
    tables = {
        path.stem: pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
        for path in source.glob("*.csv")
    }
    terms = f"http://mimir.local/p/{name}/ontology#"
    number = "SELECT (COUNT(*) AS ?n) "

    for item in schema["model"]["classes"]:
        member = f"?s a <{terms}{item['name']}>"
        assert count(tmp_path, name, number + f"{{ {member} }}") == len(tables[item["table"]]), (
            item["table"]
        )
        for link in item["links"]:
            edges = number + f"{{ {member} ; <{terms}{link['name']}> ?o }}"
            assert count(tmp_path, name, edges) == joining(tables, item["table"], link), link
    for item in schema["model"]["junctions"]:
        edges = number + f"{{ ?s <{terms}{item['name']}> ?o }}"
        assert count(tmp_path, name, edges) == len(tables[item["table"]]), item["table"]


def joining(tables: dict[str, pd.DataFrame], child: str, link: dict[str, Any]) -> int:
    left = tables[child].dropna(subset=link["columns"])
    right = tables[link["target_table"]][link["target_columns"]].drop_duplicates()
    merged = left.merge(right, left_on=link["columns"], right_on=link["target_columns"])
    return len(merged)
