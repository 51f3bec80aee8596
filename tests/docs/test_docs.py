"""The documents are true: their examples run, their commands and routes exist, nothing is stale."""

import configparser
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlsplit

import click
import pytest
from flask import Flask
from werkzeug.routing import MapAdapter

from app.cli import main
from app.operations.catalog import OPERATIONS
from app.reference import DOCUMENTS
from app.services import Services
from app.settings import Settings
from app.web_app import create_app
from graph.dataset.request import utc_now
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.projects import Projects
from graph.readers.pool import Limits, ReaderPool
from graph.readers.update import Scope, evaluate_update
from workers.dispatcher import Dispatcher
from workers.progress import ProgressBoard

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FLEET = ProjectNames("http://mimir.local/", "fleet")

FENCE = re.compile(r"^( *)```([^\n]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SOURCE_FILE = re.compile(
    r"(?:app|workers|inference|extraction|ml|twin|alerting|graph|tests|deploy)/[\w./-]*[\w/]"
)
ABSOLUTE_PATH = re.compile(r"(?<![\w.~…}>\])/:-])/[A-Za-z][\w.-]*/[\w./<>-]*|[A-Z]:\\\w+")
DATA_FILE = re.compile(r"[\w./-]+\.(?:csv|tsv|json|xlsx|parquet|zip)")
OF_THE_SERVER = ("/p/", "/api/v1/", "/projects/", "/static/", "/graph/", "/ontology/")


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, its first word or words, and its text."""

    document: Path
    line: int
    kind: str
    text: str


def blocks(*kinds: str) -> list[Block]:
    """List the blocks of all documents whose info string is one of `kinds`."""
    found = []
    for document in DOCS:
        text = document.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(document, line, match.group(2), dedent(match.group(3))))
    return [block for block in found if not kinds or block.kind in kinds]


def place(value: object) -> str:
    """Name a test case by where its text stands."""
    if isinstance(value, Block):
        return f"{value.document.relative_to(ROOT)}:{value.line}"
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else str(value)


def prose(document: Path) -> str:
    """Read a document without its fenced blocks."""
    return FENCE.sub("", document.read_text(encoding="utf-8"))


def lines_of(block: Block) -> Iterator[str]:
    """List the commands of a block; a backslash at the end of a line continues it."""
    for line in block.text.replace("\\\n", " ").splitlines():
        command = line.strip().removeprefix("$ ")
        if command and not command.startswith("#"):
            yield command


def commands(program: str) -> list[tuple[str, bool]]:
    """List the calls of a program in blocks (whole) and in code spans (perhaps only named)."""
    whole = [line for block in blocks("console", "sh") for line in lines_of(block)]
    named = [span for document in DOCS for span in SPAN.findall(prose(document))]
    calls = [(line, True) for line in whole] + [(span, False) for span in named]
    return [call for call in calls if call[0] == program or call[0].startswith(f"{program} ")]


def words_of(command: str) -> list[str]:
    """Split a command, without what the shell does with its output."""
    words = shlex.split(command)
    ends = [place for place, word in enumerate(words) if word in ("|", ">", ">>", "&&", ";")]
    return words[: ends[0]] if ends else words


def parse(command: click.Command, name: str, words: list[str], parent: click.Context | None) -> str:
    """Parse a call as the program would, without executing it; gives the command's name."""
    context = command.make_context(name, list(words), parent=parent)
    if not isinstance(command, click.Group):
        return name
    found, sub, rest = command.resolve_command(context, [*context._protected_args, *context.args])
    assert found is not None
    assert sub is not None
    return parse(sub, found, rest, context)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The HTTP application over an empty data folder."""
    folder = tmp_path_factory.mktemp("server")
    board, projects = ProgressBoard(), Projects(folder, "http://mimir.local/", utc_now)
    readers = ReaderPool(1, Limits(), folder / "spool")
    dispatcher = Dispatcher(projects, board, utc_now)
    yield create_app(
        Services(
            Settings(data=folder), projects, readers, readers, dispatcher, board, utc_now, "worker"
        )
    )
    readers.close()
    projects.close()


@pytest.fixture
def routes(server: Flask) -> MapAdapter:
    return server.url_map.bind("127.0.0.1")


@pytest.mark.parametrize("block", blocks("sparql"), ids=place)
def test_each_query_is_valid(block: Block) -> None:
    OxigraphStore().engine.query(block.text)


@pytest.mark.parametrize("block", blocks("sparql update"), ids=place)
def test_each_what_if_is_taken(block: Block) -> None:
    scope = Scope(FLEET.default_graphs, (), (FLEET.data,))

    evaluate_update(OxigraphStore(), block.text, scope)


@pytest.mark.parametrize("block", blocks("python"), ids=place)
def test_each_python_example_runs(block: Block, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", block.text],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr


def test_no_block_is_left_unchecked() -> None:
    known = {"", "sparql", "sparql update", "python", "console", "sh"}

    assert {block.kind for block in blocks()} <= known


@pytest.mark.parametrize(("command", "whole"), commands("mimir"))
def test_each_command_exists_with_its_options(
    command: str, whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in DATA_FILE.findall(command):
        (tmp_path / name).touch()
    words = [word for word in words_of(command)[1:] if whole or "<" not in word]

    try:
        parse(main, "mimir", words, None)
    except click.MissingParameter:
        assert not whole
    except click.exceptions.NoArgsIsHelpError:
        assert words == [] or not whole


@pytest.mark.parametrize(("command", "whole"), commands("make"))
def test_each_make_target_exists(command: str, whole: bool) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    words = [word for word in words_of(command)[1:] if "=" not in word]

    assert set(words) <= set(targets)


@pytest.mark.parametrize(("command", "whole"), commands("curl"))
def test_each_curl_meets_a_route_and_fits_its_operation(
    command: str, whole: bool, routes: MapAdapter
) -> None:
    words = words_of(command)
    url = urlsplit(next(word for word in words if word.startswith("http")))
    sends = any(word in ("-d", "--data", "-F", "--data-urlencode") for word in words)
    method = words[words.index("-X") + 1] if "-X" in words else "POST" if sends else "GET"

    endpoint, fields = routes.match(url.path, method=method)

    operation = OPERATIONS.get(endpoint.rpartition(".")[2])
    if operation and "-d" in words:
        operation.request(**fields, **json.loads(words[words.index("-d") + 1]))


@pytest.mark.parametrize("document", DOCS, ids=place)
def test_each_link_leads_somewhere(document: Path) -> None:
    for target in LINK.findall(prose(document)):
        path, _, anchor = target.partition("#")
        if urlsplit(target).scheme:
            continue
        file = document.parent / path if path else document
        assert file.is_file(), target
        if anchor:
            headings = HEADING.findall(file.read_text(encoding="utf-8"))
            slugs = {re.sub(r"[^\w -]", "", item).lower().replace(" ", "-") for item in headings}
            assert anchor in slugs, target


@pytest.mark.parametrize("document", DOCS, ids=place)
def test_each_source_file_that_is_named_exists(document: Path) -> None:
    for span in SPAN.findall(prose(document)):
        if SOURCE_FILE.fullmatch(span) and "<" not in span:
            assert (ROOT / span).exists(), span


@pytest.mark.parametrize("document", DOCS, ids=place)
def test_no_document_names_a_path_of_a_machine(document: Path) -> None:
    text = re.sub(r"https?://[^\s)>`'\"]+", "", document.read_text(encoding="utf-8"))
    found = [item for item in ABSOLUTE_PATH.findall(text) if not item.startswith(OF_THE_SERVER)]

    assert found == []


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_reference_is_what_the_code_says(name: str) -> None:
    written = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")

    assert written == DOCUMENTS[name](), f"python -m app.reference {name} > docs/{name}.md"


def test_the_reference_has_every_route_of_the_server(server: Flask) -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    written = {span.rpartition(" ")[2] for span in SPAN.findall(text) if "/" in span}

    served = {rule.rule.replace("string:", "") for rule in server.url_map.iter_rules()}

    assert served - written == {"/static/<path:name>"}
    assert {path for path in written - served if path.startswith("/")} == set()


def test_every_dependency_has_its_reason() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    wanted = setup["options"]["install_requires"] + setup["options.extras_require"]["dev"]
    page = json.loads((ROOT / "app" / "web" / "package.json").read_text(encoding="utf-8"))
    names = {re.split(r"[<>=\[]", line)[0] for line in wanted.split()}
    names |= {*page.get("dependencies", {}), *page.get("devDependencies", {})}
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")

    written = set(re.findall(r"^\| ([@\w/-]+) \|", text, re.MULTILINE)) - {"Package"}

    assert written - {"---"} == names
