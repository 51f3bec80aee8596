"""Morph-KGC, an independent RML engine, in an environment of its own: its pins are not ours."""

import os
import subprocess
from pathlib import Path

import pytest

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mimir" / "morph-kgc"
_PYTHON = Path(os.environ.get("MORPH_KGC") or _CACHE) / "bin" / "python"

needs_morph_kgc = pytest.mark.skipif(
    not _PYTHON.exists(),
    reason="needs Morph-KGC: run deploy/install-export-readers.sh",
)


def replay(folder: Path) -> str:
    """Replay `mapping.rml.ttl` on the CSV files beside it; gives N-Triples."""
    config = folder / "morph.ini"
    config.write_text(
        "[CONFIGURATION]\noutput_file=replayed.nt\noutput_format=N-TRIPLES\n"
        "number_of_processes=1\nlogging_level=ERROR\n"
        "[Source]\nmappings=mapping.rml.ttl\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [str(_PYTHON), "-m", "morph_kgc", config.name],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / "replayed.nt").read_text(encoding="utf-8")
