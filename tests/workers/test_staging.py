"""Staged tables: made once, whole or not at all, with names of their own."""

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from graph.errors import BadInput
from tests.workers.conftest import Clock
from workers.orchestrator import StepContext, WorkerSettings
from workers.runs import Run
from workers.staging import staged

SALES = "id,total\n1,2.5\n2,3.5\n"
MORE = "id,total\n3,4.5\n"


@dataclass
class Uploads:
    """The uploaded files, as a worker fetches them; it notes what was fetched."""

    folder: Path
    fetched: list[str] = field(default_factory=list)

    def put(self, text: str) -> str:
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        (self.folder / sha256).write_text(text, encoding="utf-8")
        return sha256

    def fetch_file(self, sha256: str, into: Path) -> Path:
        self.fetched.append(sha256)
        into.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(self.folder / sha256, into / sha256))


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    (tmp_path / "uploads").mkdir()
    return Uploads(tmp_path / "uploads")


def context(uploads: Uploads, tmp_path: Path, job: str = "job", **files: str) -> StepContext:
    sources = [
        {"name": name, "sha256": uploads.put(text), "size": len(text)}
        for name, text in files.items()
    ]
    run = Run("1", "ingest", Clock().now(), {"sources": sources})
    settings = WorkerSettings(tmp_path / job, tmp_path / "cache")
    near: Any = uploads
    return StepContext(near, run, {}, settings, Clock().now, lambda *_: None)


def test_files_of_the_same_stem_in_two_folders_get_distinct_table_names(
    uploads: Uploads, tmp_path: Path
) -> None:
    files = {"north/sales.csv": SALES, "south/sales.csv": MORE, "Sales.csv": SALES}

    found = staged(context(uploads, tmp_path, **files)).tables

    assert [(table.name, table.source) for table in found] == [
        ("sales", "north/sales.csv"),
        ("sales_2", "south/sales.csv"),
        ("Sales_3", "Sales.csv"),
    ]
    assert len({table.path for table in found}) == 3
    assert [table.rows for table in found] == [2, 1, 2]


def test_a_second_job_uses_what_the_first_one_staged(uploads: Uploads, tmp_path: Path) -> None:
    first = staged(context(uploads, tmp_path, "job-1", **{"sales.csv": SALES}))

    second = staged(context(uploads, tmp_path, "job-2", **{"sales.csv": SALES}))

    assert second == first
    assert len(uploads.fetched) == 1
    assert all(table.path.is_file() for table in second.tables)


def test_a_new_version_of_a_file_is_staged_and_the_old_one_removed(
    uploads: Uploads, tmp_path: Path
) -> None:
    old = staged(context(uploads, tmp_path, "job-1", **{"sales.csv": SALES}))

    new = staged(context(uploads, tmp_path, "job-2", **{"sales.csv": MORE}))

    assert [table.rows for table in new.tables] == [1]
    assert not old.tables[0].path.exists()


def test_a_file_that_cannot_be_read_leaves_nothing_that_looks_finished(
    uploads: Uploads, tmp_path: Path
) -> None:
    for _ in range(2):
        with pytest.raises(BadInput, match=r"book\.xlsx"):
            staged(context(uploads, tmp_path, **{"book.xlsx": "\x00 no workbook"}))

    assert not list((tmp_path / "cache" / "staged").glob("*"))


def test_what_a_killed_worker_left_half_done_is_not_used(uploads: Uploads, tmp_path: Path) -> None:
    whole = staged(context(uploads, tmp_path, "job-1", **{"sales.csv": SALES}))
    kept = whole.tables[0].path.parent
    half = tmp_path / "job-2" / "staged" / kept.name
    half.mkdir(parents=True)
    (half / "sales.parquet").write_bytes(b"PAR1 half")
    for path in kept.iterdir():
        path.unlink()
    kept.rmdir()

    again = staged(context(uploads, tmp_path, "job-2", **{"sales.csv": SALES}))

    assert again.tables[0].rows == 2
    assert again.tables[0].path.read_bytes()[-4:] == b"PAR1"
