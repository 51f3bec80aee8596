"""The process that reasons: `python -m graph.reasoning.process JOB`, JOB being a JSON object.

It works on a clone that is thrown away, in limits of its own, so an ontology from which too much
follows ends this process and nothing else. The answer is one JSON object on standard output.
"""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.errors import MimirError, QueryTimeout, ReaderDied
from graph.oxigraph import OxigraphStore
from graph.reasoning.fixpoint import (
    Contradiction,
    Reasoned,
    contradictions,
    extend,
    materialise,
    write_difference,
    write_extension,
)
from graph.reasoning.saturation import FRESH
from graph.sandbox import confine, die_with_parent, limit
from graph.terms import NamedNode

_LARGEST_FILE = 64 << 30


@dataclass(frozen=True)
class ReasoningJob:
    """What to reason about.

    Attributes:
        store: directory of a clone that nobody else has open.
        folder: for the files `added.nq` and `removed.nq`, and for scratch.
        asserted: graphs with what is known.
        inferred: graph with what followed before.
        came, gone: N-Triples that the asserted graphs got and lost since; None reasons anew.
        memory, seconds: limits of the process.
    """

    store: Path
    folder: Path
    asserted: Sequence[NamedNode]
    inferred: NamedNode
    came: Path | None = None
    gone: Path | None = None
    memory: int = 8 << 30
    seconds: float = 1800.0


def reason(job: ReasoningJob) -> Reasoned:
    """Run the process to its end.

    Raises:
        QueryTimeout, ReaderDied: a limit was passed; nothing was changed.
    """
    fields = {
        "store": str(job.store),
        "folder": str(job.folder),
        "asserted": [graph.value for graph in job.asserted],
        "inferred": job.inferred.value,
        "came": str(job.came) if job.came else None,
        "gone": str(job.gone) if job.gone else None,
        "memory": job.memory,
    }
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "graph.reasoning.process", json.dumps(fields)],
            capture_output=True,
            text=True,
            timeout=job.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise QueryTimeout(
            f"Reasoning took longer than {job.seconds:g} s and was ended; nothing was changed."
        ) from error
    if ended.returncode or not ended.stdout:
        raise ReaderDied(
            "Reasoning needed too much memory or failed; nothing was changed. "
            f"{ended.stderr.strip()[-300:]}"
        )
    answer = json.loads(ended.stdout)
    if "error" in answer:
        raise ReaderDied(f"Reasoning failed; nothing was changed: {answer['error']}")
    found = tuple(
        Contradiction(item["rule"], tuple(item["terms"]), tuple(item["schema"]))
        for item in answer.pop("contradictions")
    )
    return Reasoned(contradictions=found, **answer)


def main(text: str) -> None:
    """Do the job and print what came out."""
    die_with_parent()
    fields = json.loads(text)
    limit(fields["memory"], _LARGEST_FILE)
    confine()
    try:
        answer = dataclasses.asdict(_reason(fields))
    except (MimirError, MemoryError, OSError) as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)


def _reason(fields: dict[str, Any]) -> Reasoned:
    store, folder = OxigraphStore(Path(fields["store"])), Path(fields["folder"])
    asserted = [NamedNode(name) for name in fields["asserted"]]
    inferred = NamedNode(fields["inferred"])
    added, removed = folder / "added.nq", folder / "removed.nq"
    if fields["came"]:
        before = store.count(inferred)
        came, gone = Path(fields["came"]), Path(fields["gone"])
        rounds, rules = extend(store, asserted, inferred, came, gone, folder)
        counts = write_extension(store, asserted, inferred, added, removed)
        total = before + counts[0] - counts[1]
        graphs = (*asserted, inferred, FRESH)
    else:
        rounds, rules = materialise(store, asserted, folder)
        counts = write_difference(store, inferred, added, removed)
        total = store.count(FRESH)
        graphs = (*asserted, FRESH)
    found = contradictions(store, graphs, rules)
    return Reasoned(total, rounds, len(rules), found, *counts)


if __name__ == "__main__":
    main(sys.argv[1])
