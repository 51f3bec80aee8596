"""A run on the terminal: its steps as they go on, then what came out."""

import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from app.client import Client
from app.operations.catalog import OPERATIONS

_POLL_SECONDS = 0.2
_SIGNS = {"done": "✓", "failed": "✗", "running": "…", "waiting": " "}


def watch_run(
    client: Client,
    project: str,
    run: str,
    out: TextIO = sys.stdout,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Show the steps of a run until it ends; gives the run."""
    shown: set[str] = set()
    live = out.isatty()
    while True:
        view = client.call(OPERATIONS["get_run"], {"project": project, "run": run})
        for step in view["steps"]:
            if step["state"] in ("done", "failed") and step["name"] not in shown:
                shown.add(step["name"])
                print(("\r\x1b[K" if live else "") + step_line(step), file=out, flush=True)
        running = [step for step in view["steps"] if step["state"] == "running"]
        if live and running:
            print("\r\x1b[K" + step_line(running[0]), end="", file=out, flush=True)
        if view["state"] in ("succeeded", "failed"):
            return view
        pause(_POLL_SECONDS)


def step_line(step: dict[str, Any]) -> str:
    """Write a step as one line: sign, label, share, message, time left, error."""
    parts = [f" {_SIGNS[step['state']]} {step['label']:<36}"]
    if step["state"] == "running" and step["fraction"] is not None:
        parts.append(f"{step['fraction']:4.0%}")
    parts.append(step["error"] or step["message"])
    if step["eta_seconds"]:
        parts.append(f"about {step['eta_seconds']:.0f} s left")
    return " ".join(part for part in parts if part)[:200]


def summary_lines(summary: dict[str, Any], run: dict[str, Any]) -> list[str]:
    """Write what came out of a project as lines of text."""
    lines = [
        "",
        f"Project {summary['project']}: {summary['triples']:,} triples at commit "
        f"{summary['commit']}; this run: {run['added']:,} added, {run['removed']:,} removed",
        "",
        "Entities",
    ]
    lines += [f"  {item['name']:<28} {item['count']:>10,}" for item in summary["classes"]]
    lines += ["", f"Shapes {summary['shapes']}, violations {summary['violations']}", "", "Models"]
    lines += [_model_line(model) for model in summary["models"]] or ["  none"]
    lines += ["", "Twins"]
    lines += [
        f"  {twin['id']}: {twin['added']:,} triples added, {twin['removed']:,} hidden, "
        f"{twin['predictions']:,} predictions"
        for twin in summary["twins"]
    ] or ["  none"]
    return lines


def alert_lines(alerts: list[dict[str, Any]]) -> list[str]:
    """Write alerts as lines of text."""
    lines = ["", "Alerts"]
    lines += [
        f"  [{alert['severity']}] {alert['state']}: {alert['title']}" for alert in alerts
    ] or ["  none"]
    return lines


def _model_line(model: dict[str, Any]) -> str:
    return f"  {model['target_class']}.{model['target']}: {model['verdict']}"
