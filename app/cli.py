"""The command line: `mimir`. Heavy modules are imported by the commands that need them."""

import json
import logging
import os
import signal
import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from app.settings import Settings, read_settings
from graph.errors import MimirError


class _Commands(click.Group):
    """The fixed commands, and one for each operation of the registry."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the fixed commands and those of the registry."""
        from app.commands import operation_commands

        return sorted({*super().list_commands(ctx), *operation_commands(), "schema"})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a fixed command, else one of the registry."""
        found = super().get_command(ctx, cmd_name)
        if found is None:
            from app.commands import operation_commands, schema_commands

            return schema_commands() if cmd_name == "schema" else operation_commands().get(cmd_name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command with the settings; show the program's own errors as one line."""
        try:
            ctx.obj = read_settings(os.environ)
            return super().invoke(ctx)
        except MimirError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mimir-aip")
def main() -> None:
    """Files go in; a living, validated knowledge graph comes out."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


@main.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Own the data folder and open the doors until Ctrl-C."""
    from app.wiring import Owner

    owner = Owner(settings)
    owner.start()
    click.echo(f"Mimir serves {settings.data} at {owner.url}  (Ctrl-C ends it)")
    _wait_for_end()
    owner.stop()


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--project", required=True, help="Name of the project; made when it is new.")
@click.option("--json", "as_json", is_flag=True, help="Print the run and the summary as JSON.")
@click.pass_obj
def run(settings: Settings, paths: tuple[Path, ...], project: str, as_json: bool) -> None:
    """Upload files or folders and run the whole chain on them, from schema to alerts."""
    from app.client import connect
    from app.ingest import ingest, report

    with connect(settings) as client:
        view = ingest(client, project, paths, quiet=as_json)
        click.echo(report(client, project, view, as_json=as_json))
    if view["state"] != "succeeded":
        raise click.ClickException(view["error"] or "The run failed.")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo-data"))
@click.option("--once", is_flag=True, help="Stop after the summary instead of serving.")
@click.option("--seed", default=7, show_default=True, help="Seed of the demo data.")
@click.option("--faults/--no-faults", default=True, help="Plant two faults.")
@click.pass_obj
def demo(settings: Settings, folder: Path, once: bool, seed: int, faults: bool) -> None:
    """Generate a fleet, run the whole chain on it, show what came out, and serve."""
    from app.demo import run_demo

    ended = run_demo(
        settings, folder, seed=seed, faults=faults, wait=None if once else _wait_for_end
    )
    if not ended:
        raise click.ClickException("A step of the demo failed; see above.")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print plain JSON.")
@click.option("--full", is_flag=True, help="With confidence and evidence of every decision.")
@click.pass_obj
def infer(settings: Settings, paths: tuple[Path, ...], as_json: bool, full: bool) -> None:
    """Print the schema of files: types, keys and references."""
    from app.ingest import infer_paths

    schema, plain = infer_paths(paths, settings.reading())
    if as_json or full:
        click.echo(json.dumps(schema.to_json() if full else plain, indent=1, ensure_ascii=False))
        return
    for table in schema.tables:
        key = ", ".join(table.primary_key.columns) if table.primary_key else "none"
        click.echo(f"{table.name}: {table.rows:,} rows, key {key}, {table.kind}")
        for column in table.columns:
            meaning = f", {column.semantic.type}" if column.semantic else ""
            nullable = "?" if column.nullable else ""
            tag = f"@{column.language}" if column.language else ""
            click.echo(f"  {column.name}: {column.datatype}{tag}{nullable}{meaning}")
        for item in table.references:
            pairs = (
                f"({', '.join(item.columns)}) -> {item.ref_table}({', '.join(item.ref_columns)})"
            )
            click.echo(f"  {pairs}  {item.decision.confidence:.2f}")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def sniff(settings: Settings, file: Path, as_json: bool) -> None:
    """Print how a file is written: encoding, delimiter, header, tables, rows that do not fit."""
    from extraction.report import sniff_file, sniff_lines

    found = sniff_file(file, settings.reading())
    click.echo(
        json.dumps(found, indent=1, ensure_ascii=False)
        if as_json
        else "\n".join(sniff_lines(found))
    )


@main.command()
@click.argument("text")
@click.option("--project", required=True, help="Name of the project.")
@click.option("--twin", help="Ask a twin instead of the base.")
@click.option("--format", "media", default="text/csv", show_default=True, help="Media type.")
@click.option("--at", help="Number of a commit, or an ISO 8601 time: ask the state of then.")
@click.pass_obj
def query(
    settings: Settings, text: str, project: str, twin: str | None, media: str, at: str | None
) -> None:
    """Run a SPARQL query; TEXT is the query, or `@file`."""
    from app.client import connect

    if text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8")
    place = f"/projects/{project}" + (f"/twins/{twin}" if twin else "") + "/sparql"
    headers = {"Content-Type": "application/sparql-query", "Accept": f"{media}, text/turtle;q=0.5"}
    with connect(settings) as client:
        response = client.request(
            "POST",
            place,
            content=text.encode(),
            headers=headers,
            params={"at": at} if at else None,
        )
    sys.stdout.buffer.write(response.content)


@main.command()
@click.option("--project", required=True, help="Name of the project.")
@click.option(
    "--graph",
    default="ontology",
    show_default=True,
    help="ontology, shapes, mapping, validation or data.",
)
@click.option(
    "--format", "form", default="turtle", show_default=True, help="turtle, ntriples or rdfxml."
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="File to write; else standard output."
)
@click.option("--at", help="Number of a commit, or an ISO 8601 time: export the state of then.")
@click.option(
    "--zip",
    "archive",
    type=click.Path(path_type=Path),
    help="File to write ontology, shapes, mapping and a catalog for Protégé to.",
)
@click.pass_obj
def export(
    settings: Settings,
    project: str,
    graph: str,
    form: str,
    output: Path | None,
    at: str | None,
    archive: Path | None,
) -> None:
    """Export a graph; the ontology opens in Protégé."""
    from app.client import connect
    from app.ingest import export_archive, export_text

    with connect(settings) as client:
        if archive:
            archive.write_bytes(export_archive(client, project, at))
            return
        content = export_text(client, project, graph, form, at)
    if output:
        output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)


@main.group()
def log() -> None:
    """The commit log of a project, read from its files alone."""


@log.command("verify")
@click.option("--project", required=True, help="Name of the project.")
@click.pass_obj
def log_verify(settings: Settings, project: str) -> None:
    """Verify every record, and the files that commits name."""
    from graph.dataset.recovery import verify_log

    report = verify_log(_project_folder(settings, project))
    click.echo(f"{report.records:,} records, {report.bytes:,} bytes, digest {report.digest}")
    if report.torn_bytes:
        click.echo(f"{report.torn_bytes:,} bytes of a record that was never finished follow.")
    if report.missing_files:
        raise click.ClickException(f"Absent or changed files: {', '.join(report.missing_files)}")


@log.command("rebuild")
@click.option("--project", required=True, help="Name of the project.")
@click.pass_obj
def log_rebuild(settings: Settings, project: str) -> None:
    """Build the project's store anew from its log; the server must not run."""
    from graph.dataset.owner import OwnerLock
    from graph.dataset.recovery import rebuild_store

    folder = _project_folder(settings, project)
    lock = OwnerLock(settings.data)
    try:
        click.echo(f"The store is at commit {rebuild_store(folder)}.")
    finally:
        lock.release()


@log.command("export")
@click.option("--project", required=True, help="Name of the project.")
@click.option("--from", "first", default=1, show_default=True, help="First commit.")
@click.option("--to", "last", type=int, help="Last commit; the newest when absent.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="File to write; else standard output."
)
@click.pass_obj
def log_export(
    settings: Settings, project: str, first: int, last: int | None, output: Path | None
) -> None:
    """Export commits as RDF Patch, with the triples of bulk imports written out."""
    from graph.dataset.recovery import export_log

    pieces = export_log(_project_folder(settings, project), first, last)
    with output.open("wb") if output else nullcontext(sys.stdout.buffer) as file:
        for piece in pieces:
            file.write(piece)


@main.group()
def job() -> None:
    """Jobs: what worker processes execute."""


@job.command("run")
@click.argument("name")
@click.pass_obj
def job_run(settings: Settings, name: str) -> None:
    """Execute the job PROJECT/RUN for the owner that MIMIR_URL names."""
    from app.job import run_job

    sys.exit(run_job(name, settings))


@main.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Take jobs from Redis (MIMIR_REDIS_URL) until Ctrl-C."""
    from workers.rq_queue import work

    work(settings.redis_url)


@main.command()
@click.option("--all", "everything", is_flag=True, help="Offer every operation as a tool.")
@click.pass_obj
def mcp(settings: Settings, everything: bool) -> None:
    """Serve agents over standard input and output (Model Context Protocol)."""
    from app.mcp_server import serve_stdio

    serve_stdio(settings, everything=everything)


def _project_folder(settings: Settings, project: str) -> Path:
    folder = settings.data / "projects" / project
    if Path(project).name != project or not (folder / "project.json").is_file():
        raise click.ClickException(f"There is no project {project!r} in {settings.data}.")
    return folder


def _wait_for_end() -> None:
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    ended.wait()


if __name__ == "__main__":
    main()
