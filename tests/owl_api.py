"""The OWL API, which Protege stands on, as an independent reader of ontologies; it needs Java."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mimir" / "owl-api"
_JARS = Path(os.environ.get("OWL_API") or _CACHE)
_PROGRAM = Path(__file__).with_name("OwlApi.java")

needs_owl_api = pytest.mark.skipif(
    shutil.which("javac") is None or not any(_JARS.glob("owlapi-api-*.jar")),
    reason="needs a JDK (17) and the OWL API: run deploy/install-export-readers.sh",
)


def owl_api(*commands: str) -> list[list[str]]:
    """Run commands such as `check|file` in one Java process; gives the lines, split at tabs."""
    words = ["java", "-cp", f"{_JARS}/*", str(_PROGRAM), *commands]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def dl_complaints(paths: Sequence[Path]) -> list[list[str]]:
    """List what keeps files from being clean OWL 2 DL that a tool opens without a warning."""
    lines = owl_api(*(f"check|{path}" for path in paths))
    read = [line[0] for line in lines if line[1] == "axioms"]
    assert read == [str(path) for path in paths]
    return [line for line in lines if line[1] != "axioms"]
