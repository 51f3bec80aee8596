"""The reference documents, written from the code: `python -m app.reference operations|settings`.

`docs/operations.md` and `docs/settings.md` are this program's output; a test compares them.
"""

import dataclasses
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import NoneType
from typing import get_args, get_origin

import click

from app.api import PREFIX
from app.cli import main as program
from app.commands import command_name
from app.operations.catalog import OPERATIONS
from app.operations.registry import Operation
from app.settings import PREFIX as VARIABLE
from app.settings import Settings

_WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false"}
_GRAPH_STORE = "GET, PUT, POST, DELETE, PATCH"
_FURTHER_ROUTES = (
    ("GET", "/", "The web page."),
    ("POST", f"{PREFIX}/projects/<project>/files", "Upload files (multipart field `files`); 202."),
    ("GET", f"{PREFIX}/projects/<project>/files/<sha256>", "An uploaded file as it was sent."),
    ("GET", f"{PREFIX}/projects/<project>/runs/<run>/events", "Follow a run (server-sent events)."),
    ("GET, POST", "/projects/<project>/sparql", "SPARQL 1.1 Protocol: query and update."),
    ("POST", "/projects/<project>/update", "The same for updates alone."),
    ("GET, POST", "/projects/<project>/twins/<twin>/sparql", "The same for one twin."),
    (_GRAPH_STORE, "/projects/<project>/graph-store", "SPARQL 1.1 Graph Store Protocol."),
    (_GRAPH_STORE, "/projects/<project>/graph-store/<path:path>", "A graph of users by its path."),
    (_GRAPH_STORE, "/p/<project>/graph/<path:path>", "A graph at its own IRI."),
    ("GET", "/projects/<project>/void", "VoID: counts of what the project holds."),
    ("GET", "/.well-known/void", "The VoID descriptions of all projects."),
    ("POST", f"{PREFIX}/projects/<project>/blobs", "Workers: store a file; gives its SHA-256."),
    ("GET", f"{PREFIX}/projects/<project>/blobs/<sha256>", "Workers: fetch a stored file."),
    ("POST", f"{PREFIX}/projects/<project>/commits", "Workers: send a change as RDF Patch."),
    ("POST", f"{PREFIX}/projects/<project>/blobs/adopt", "Workers: hand over a file of theirs."),
    ("POST", f"{PREFIX}/projects/<project>/blobs/preload", "Workers: load a growing file."),
    ("PUT", f"{PREFIX}/projects/<project>/ontology", "Import an ontology; a dry run unless told."),
    ("GET", f"{PREFIX}/projects/<project>/export.zip", "Ontology, shapes, mapping and catalog."),
    ("GET", f"{PREFIX}/projects/<project>/tables.zip", "The tables that the mapping reads."),
    ("GET", f"{PREFIX}/openapi.json", "All operations as an OpenAPI 3.1 document."),
    ("GET", "/livez", "Whether the process lives."),
    ("GET", "/readyz", "Whether it can work; the number of projects."),
)
_NOTE = "<!-- Written by `python -m app.reference {name}`; do not edit. -->"


def operations_text() -> str:
    """Write the reference of all operations, routes and commands as Markdown."""
    groups: dict[str, list[Operation]] = {}
    for item in sorted(OPERATIONS.values(), key=_place):
        groups.setdefault(item.function.__module__, []).append(item)
    lines = [_NOTE.format(name="operations"), "", "# Operations", "", *_introduction()]
    rows = [_overview(item) for group in groups.values() for item in group]
    lines += _table(("Operation", "REST", "Command", "Permission", "What it does"), rows)
    lines += ["", "## Further routes", ""]
    routes = [(f"`{method}`", f"`{path}`", text) for method, path, text in _FURTHER_ROUTES]
    lines += _table(("Method", "Path", "What it does"), routes)
    lines += ["", "## Further commands", ""]
    lines += _table(("Command", "What it does"), _fixed_commands(program, "mimir"))
    for module, group in groups.items():
        lines += ["", f"## {module.rpartition('.')[2].capitalize()}", "", *_fields(group)]
    return "\n".join([*lines, ""])


def settings_text() -> str:
    """Write the table of all settings as Markdown."""
    defaults, meanings = Settings(), _meanings()
    rows = []
    for item in dataclasses.fields(Settings):
        value = str(getattr(defaults, item.name))
        default = f"`{value}`" if value else "empty"
        rows.append((f"`{VARIABLE}{item.name.upper()}`", default, meanings[item.name]))
    return "\n".join(
        [
            _NOTE.format(name="settings"),
            "",
            "# Settings",
            "",
            "Settings are environment variables. A variable that starts with `MIMIR_` and is not",
            "in this table stops the program, and so does a value of the wrong form.",
            "",
            *_table(("Variable", "Default", "Meaning"), rows),
            "",
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """Print one document; gives the exit code."""
    if len(arguments) != 1 or arguments[0] not in DOCUMENTS:
        print(f"usage: python -m app.reference {'|'.join(DOCUMENTS)}", file=sys.stderr)
        return 2
    sys.stdout.write(DOCUMENTS[arguments[0]]())
    return 0


def _introduction() -> list[str]:
    return [
        "An operation is declared once and offered three times: as a REST route, as a command and",
        "as an MCP tool. The tool has the name of the operation. Operations with the permission",
        "`worker` are for Mimir's own worker processes and are offered by REST alone.",
        "",
        "- Fields in `<angle brackets>` are part of the path. `GET` and `DELETE` take the others",
        "  as query parameters, `POST` and `PUT` as a JSON object.",
        "- Lists have `items` and `next`; send `next` as `cursor` to get the following page.",
        "- Operations that read a project's graph take `at` too, a commit or an ISO 8601 time;",
        "  those that change one take `if_match`, the newest commit known, and `require_ask`, a",
        "  SPARQL ASK that must be true (docs/history.md).",
        "- An error is a problem document (RFC 9457) with `code`, `detail` and `status`.",
        "- With `MIMIR_TOKEN` set, send `Authorization: Bearer <token>`. `read`, `write` and",
        "  `admin` say what an operation does; today one token opens them all.",
        "",
    ]


def _place(item: Operation) -> tuple[bool, str]:
    # The registry is in the order of imports, which differs from program to program.
    return item.permission == "worker", item.function.__module__


def _overview(item: Operation) -> tuple[str, ...]:
    command = "" if item.permission == "worker" else f"`mimir {command_name(item)}`"
    route = f"`{item.method} {PREFIX}{item.path}`"
    return f"`{item.name}`", route, command, item.permission, item.summary


def _fields(group: Iterable[Operation]) -> list[str]:
    rows, examples = [], []
    for item in group:
        for place, field in enumerate(dataclasses.fields(item.request)):
            required = field.default is dataclasses.MISSING
            default = "required" if required else _shown(field.default)
            meaning = field.metadata["metadata"]["description"]
            name = f"`{item.name}`" if place == 0 else ""
            rows.append((name, f"`{field.name}`", _kind(field.type), default, meaning))
        if item.permission != "worker":
            options = (part for pair in item.example.items() for part in _options(*pair))
            examples.append(shlex.join(["mimir", command_name(item), *options]))
    lines = _table(("Operation", "Field", "Kind", "Default", "Meaning"), rows)
    return [*lines, "", "```console", *examples, "```"] if examples else lines


def _options(name: str, value: object) -> list[str]:
    if isinstance(value, Mapping):
        value = [f"{key}={item}" for key, item in value.items()]
    texts = value if isinstance(value, list | tuple) else [value]
    return [part for text in texts for part in (f"--{name.replace('_', '-')}", str(text))]


def _kind(kind: object) -> str:
    kinds = [item for item in get_args(kind) or (kind,) if item is not NoneType]
    if get_origin(kinds[0]) is Mapping:
        return "name=value, may be repeated"
    return _WORDS[kinds[0]] + (", may be repeated" if get_origin(kind) is tuple else "")


def _shown(value: object) -> str:
    return "none" if value in (None, "") else f"`{value}`"


def _fixed_commands(group: click.Group, path: str) -> list[tuple[str, str]]:
    rows = []
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            rows += _fixed_commands(command, f"{path} {name}")
        else:
            rows.append((f"`{path} {name}`", " ".join((command.help or "").split())))
    return rows


def _meanings() -> dict[str, str]:
    """Read what the docstring of `Settings` says about each field."""
    attributes = (Settings.__doc__ or "").partition("Attributes:\n")[2]
    meanings = {}
    for entry in re.split(r"\n {8}(?=\S)", "\n" + attributes.rstrip()):
        names, _, text = entry.partition(": ")
        sentence = " ".join(text.split())
        for name in names.split(", "):
            meanings[name.strip()] = sentence[:1].upper() + sentence[1:]
    return meanings


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


DOCUMENTS: dict[str, Callable[[], str]] = {"operations": operations_text, "settings": settings_text}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
