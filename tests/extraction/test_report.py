"""What `mimir sniff` tells."""

import json
from pathlib import Path

from click.testing import CliRunner

from app.cli import main
from extraction.read_limits import ReadLimits
from extraction.report import sniff_file, sniff_lines


def _file(tmp_path: Path) -> Path:
    path = tmp_path / "towns.csv"
    text = "Report;;\n\nname;n;m\nKöln;1;2\nZürich;3\nÖrebro;5;6\nSource: the census;;\n"
    path.write_bytes(text.encode("latin-1"))
    return path


def test_a_file_is_told_with_dialect_counts_and_rejects(tmp_path: Path) -> None:
    found = sniff_file(_file(tmp_path), ReadLimits())
    (table,) = found["tables"]
    wanted = {
        "encoding": "latin-1", "delimiter": ";", "quote": '"', "header": True, "header_rows": 1,
        "skip_rows": 2, "footer_rows": 1, "rows": 2, "columns": 3, "quarantined": 1,
        "names": ["name", "n", "m"],
    }  # fmt: skip
    assert {key: table[key] for key in wanted} == wanted
    assert 0 < table["confidence"] < 1
    short = next(reject for reject in found["rejects"] if reject["row"])
    assert (short["line"], short["start"], short["end"]) == (5, 28, 36)
    assert short["repair"] == "Add the 1 missing cells."


def test_the_command_prints_json_or_lines(tmp_path: Path) -> None:
    path = _file(tmp_path)
    printed = CliRunner().invoke(main, ["sniff", str(path), "--json"])
    assert json.loads(printed.output) == sniff_file(path, ReadLimits())
    lines = CliRunner().invoke(main, ["sniff", str(path)]).output
    assert lines.splitlines() == sniff_lines(sniff_file(path, ReadLimits()))
    assert "2 rows" in lines


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    printed = CliRunner().invoke(main, ["sniff", str(path)])
    assert printed.exit_code == 1
    assert "is empty" in printed.output
