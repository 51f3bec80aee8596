"""Commands generated from the registry: `list_alerts` is `mimir list-alerts --project P`."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_args, get_origin

import click

from app.client import connect
from app.operations.catalog import OPERATIONS
from app.operations.registry import Operation
from app.settings import Settings

_SCHEMA = {
    "show": "get-schema",
    "set": "set-schema",
    "unset": "unset-schema",
    "list": "list-schema-overrides",
}


@cache
def operation_commands() -> dict[str, click.Command]:
    """Make a command for every operation that is not for workers alone."""
    return {
        command_name(operation): _command(operation)
        for operation in OPERATIONS.values()
        if operation.permission != "worker"
    }


def schema_commands() -> click.Group:
    """Make `mimir schema`: the operations on the schema under short names."""
    known = operation_commands()
    short = {word: known[name] for word, name in _SCHEMA.items()}
    return click.Group("schema", short, help="The schema of a project: show it, decide otherwise.")


def command_name(operation: Operation) -> str:
    """Give the name of an operation's command."""
    return operation.name.replace("_", "-")


def _command(operation: Operation) -> click.Command:
    @click.pass_obj
    def execute(settings: Settings, /, **fields: Any) -> None:
        """Call the operation at the server and print its answer as JSON."""
        given = {name: value for name, value in fields.items() if value is not None}
        with connect(settings) as client:
            answer = client.call(operation, given)
        click.echo(json.dumps(answer, indent=1, ensure_ascii=False))

    parameters: list[click.Parameter] = [_option(item) for item in operation.fields]
    return click.Command(
        command_name(operation), callback=execute, params=parameters, help=operation.summary
    )


def _option(item: "dataclasses.Field[Any]") -> click.Option:
    required = item.default is dataclasses.MISSING
    kinds = [kind for kind in get_args(item.type) or (item.type,) if kind is not type(None)]
    pairs = get_origin(kinds[0]) is Mapping
    several = pairs or get_origin(item.type) is tuple
    return click.Option(
        [f"--{item.name.replace('_', '-')}", item.name],
        type=str if several else kinds[0],
        required=required,
        default=None if required or several else item.default,
        help=item.metadata["metadata"]["description"],
        multiple=several,
        callback=_pairs if pairs else None,
    )


def _pairs(_: click.Context, option: click.Parameter, texts: Sequence[str]) -> dict[str, str]:
    if any("=" not in text for text in texts):
        raise click.BadParameter("write name=value", param=option)
    return dict(text.split("=", 1) for text in texts)
