"""The shape of the code itself: sizes, docstrings, SPARQL text, ownership of names."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from graph.oxigraph import OxigraphStore
from graph.syntax.tokens import tokens

ROOT = Path(__file__).parents[1]
ROOMS = ("app", "graph", "inference", "extraction", "ml", "twin", "alerting", "workers")
SOURCES = sorted(
    path
    for room in (*ROOMS, "benchmarks")
    for path in (ROOT / room).rglob("*.py")
    if "node_modules" not in path.parts
)
QUERIES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("queries/*.rq"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_has_more_than_600_lines() -> None:
    sizes = {str(path): path.read_text(encoding="utf-8").count("\n") for path in SOURCES}

    assert {path: size for path, size in sizes.items() if size > 600} == {}


def test_no_function_has_more_than_60_lines() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > 60
    ]

    assert long == []


def test_every_public_function_class_and_module_says_what_it_does() -> None:
    silent = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        nodes = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and not node.name.startswith("_")
        ]
        silent += [
            f"{path}: {getattr(node, 'name', 'module')}"
            for node in (tree, *nodes)
            if ast.get_docstring(node) is None
        ]

    assert silent == []


def test_no_sparql_is_written_by_f_strings() -> None:
    words = ("SELECT ", "CONSTRUCT ", "ASK ", "INSERT ", "DELETE ", "WHERE ")
    guilty = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
                text = "".join(str(part) for part in parts)
                if "{ ?" in text and any(word in text for word in words):
                    guilty.append(f"{path}:{node.lineno}")

    assert guilty == []


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_query_file_parses_and_begins_with_what_it_answers(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text.startswith("# ")
    store = OxigraphStore()
    word = next(token.keyword for token in tokens(text) if token.keyword)
    update = any(token.keyword in ("INSERT", "DELETE") for token in tokens(text))
    if update:
        store.update(
            text.replace("$target", "<urn:t>")
            .replace("$added", "<urn:a>")
            .replace("$removed", "<urn:r>")
        )
    else:
        assert word in ("PREFIX", "SELECT", "ASK", "CONSTRUCT")
        store.engine.query(text)


def test_the_rooms_are_provided_by_this_distribution_alone() -> None:
    owners = packages_distributions()

    for room in ROOMS:
        assert set(owners.get(room, ["mimir-aip"])) <= {"mimir-aip"}


def test_no_third_party_code_and_no_built_file_is_kept() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()

    assert not [name for name in listed if "node_modules" in name or "/static/" in name]


def test_the_serving_process_does_without_the_engines_of_tables_and_learning() -> None:
    code = (
        "import app.wiring, sys; print({'duckdb', 'pandas', 'scipy', 'sklearn'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "set()"
