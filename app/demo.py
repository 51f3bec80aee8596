"""The demo: a generated fleet goes through the whole chain, and the doors stay open."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from app.client import Client
from app.demo_data import generate
from app.ingest import ingest, report
from app.settings import Settings
from app.wiring import Owner

PROJECT = "fleet"


def run_demo(
    settings: Settings,
    folder: Path,
    *,
    seed: int,
    faults: bool,
    wait: Callable[[], None] | None,
) -> bool:
    """Generate, run, report, and serve until `wait` returns; tells whether every step succeeded."""
    click.echo(f"Generating a fleet in {folder / 'files'} (seed {seed})")
    generate(folder / "files", seed=seed, faults=faults)
    owner = Owner(replace(settings, data=folder / "data"), port=None if wait else 0)
    owner.start()
    try:
        client = Client(owner.url, settings.token)
        run = ingest(client, PROJECT, [folder / "files"])
        click.echo(report(client, PROJECT, run))
        click.echo("\n".join(_next_lines(owner.url, folder / "data")))
        if wait:
            wait()
    finally:
        owner.stop()
    return bool(run["state"] == "succeeded")


def _next_lines(url: str, data: Path) -> list[str]:
    count = "SELECT ?class (COUNT(?s) AS ?n) WHERE { ?s a ?class } GROUP BY ?class"
    agent = f'{{"command": "mimir", "args": ["mcp"], "env": {{"MIMIR_DATA": "{data}"}}}}'
    return [
        "",
        "Next",
        f"  page    {url}/",
        f"  query   MIMIR_DATA={data} mimir query --project {PROJECT} '{count}'",
        f"  curl    curl -s {url}/projects/{PROJECT}/twins/live/sparql -H 'Accept: text/csv' "
        f"--data-urlencode query='{count}'",
        f"  agent   {agent}",
        "",
    ]
