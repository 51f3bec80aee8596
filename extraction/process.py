"""The process that reads untrusted files: `python -m extraction.process`.

It has everything imported and copies itself for each file. A copy confines itself first, its parent
may kill it, and what it read lies in the folder that the request names.
"""

import gc
import json
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from extraction.file_reader import INDEX, FileTooExpensive
from extraction.tables import stage
from graph.errors import DiskFull, MimirError
from graph.readers.fork_server import serve_forks
from graph.sandbox import confine, die_with_parent, limit

_LARGEST_FILE = 64 << 30


def main() -> None:
    """Make processes that read a file each until standard input ends."""
    serve_forks(serve)


def serve(options: Mapping[str, Any]) -> None:
    """Confine this process and read the one file that standard input names."""
    die_with_parent()
    limit(options["memory"], _LARGEST_FILE)
    # Looking for cycles among millions of values that have none takes a fifth of the time.
    gc.disable()
    try:
        confine()
    except OSError as error:
        answer = {"refused": str(error)}
    else:
        answer = _answer(json.loads(sys.stdin.readline()))
    print(json.dumps(answer), flush=True)


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        _stage(request)
    except MimirError as error:
        return {"error": error.code, "message": str(error)}
    except (MemoryError, duckdb.OutOfMemoryException, pa.ArrowMemoryError):
        return {"error": FileTooExpensive.code}
    except OSError as error:
        return {"error": DiskFull.code, "message": f"{request['name']} cannot be read: {error}"}
    except Exception as error:  # noqa: BLE001 - the outermost handler; the parent logs it
        return {"broke": f"{type(error).__name__}: {error}", "place": traceback.format_exc()}
    return {}


def _stage(request: Mapping[str, Any]) -> None:
    folder = Path(request["folder"])
    name, sha256 = request["name"], request["sha256"]
    found = stage(Path(request["path"]), name=name, sha256=sha256, folder=folder)
    (folder / INDEX).write_text(json.dumps(asdict(found), default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
