"""The `csvw` package as an independent reader of CSVW metadata, in an environment of its own."""

import os
import subprocess
from pathlib import Path

import pytest

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mimir" / "csvw"
_PYTHON = Path(os.environ.get("CSVW_VALIDATOR") or _CACHE) / "bin" / "python"

needs_csvw = pytest.mark.skipif(
    not _PYTHON.exists(),
    reason="needs the csvw package: run deploy/install-export-readers.sh",
)

_PROGRAM = """
import sys, warnings
from csvw import CSVW
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    group = CSVW(sys.argv[1], validate=True).tablegroup
    for table in group.tables:
        rows = list(table.iterdicts(strict=True))
        if not table.check_primary_key():
            print("primary key", table.url)
    if not group.check_referential_integrity():
        print("foreign keys")
    for item in caught:
        print(item.message)
"""


def complaints(metadata: Path) -> list[str]:
    """Read all tables that metadata describe, strictly; gives what is wrong with them."""
    done = subprocess.run(
        [str(_PYTHON), "-c", _PROGRAM, str(metadata)],
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    return done.stdout.splitlines() + (done.stderr.splitlines()[-1:] if done.returncode else [])
