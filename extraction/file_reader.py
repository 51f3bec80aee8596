"""Reads untrusted files in processes of their own, within limits of memory and time.

Whatever a file does to its process, the caller gets tables or an error that says what to do.
"""

import logging
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import TypeAdapter

from extraction.read_limits import ReadLimits
from extraction.staging import Staging
from graph.errors import BadInput, MimirError, ReaderDied, errors_by_code
from graph.readers.child import Child, ChildEnded, ChildLate
from graph.readers.fork_server import KeptForkServer, ReaderLost

INDEX = "staging.json"
"""File of a staged folder that says what the folder holds."""

_PROCESS = "extraction.process"
_LOG = logging.getLogger(__name__)
_STAGING = TypeAdapter(Staging)
_ATTEMPTS = 3
_WATCH_SECONDS = 2.0
_KILLED = (-signal.SIGKILL, -signal.SIGTERM)
_INSTEAD = "Split it, or send its tables as CSV or Parquet files"


class FileTooExpensive(BadInput):
    """A file needs more memory or time to be read than one file may have."""

    code = "file-too-expensive"


class ReadingBroke(MimirError):
    """A file met an error of the program; the log has the place."""

    code = "reading-broke"


class NotConfined(MimirError):
    """This machine cannot confine processes, so untrusted files are not read here."""

    code = "not-confined"


class FileReader:
    """Reads files one after the other; a context that ends its processes."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self._forks = KeptForkServer(_PROCESS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._forks.close()

    def stage(
        self,
        path: Path,
        *,
        name: str,
        sha256: str,
        folder: Path,
        watch: Callable[[int], None] = lambda _: None,
    ) -> Staging:
        """Read a file into staged tables; the first arguments are those of `tables.stage`.

        Args:
            watch: called every two seconds with the bytes that were read so far, where the machine
                tells; a file may be read more than once. What it raises ends the reading.

        Raises:
            BadInput: the file cannot be read, or only beyond the limits.
            ReaderDied: something outside ended the process, mostly want of memory.
            ReadingBroke: the file met an error of the program.
        """
        folder.mkdir(parents=True, exist_ok=True)
        request = {"path": str(path.resolve()), "name": name, "sha256": sha256}
        answer = self._answer({**request, "folder": str(folder.resolve())}, watch)
        if "refused" in answer:
            raise NotConfined(
                f"Files are not read, because readers cannot be confined here: {answer['refused']}."
            )
        if "broke" in answer:
            _LOG.error("reading %s broke: %s", name, answer["place"])
            raise ReadingBroke(f"{name} cannot be read: {answer['broke']}")
        if answer.get("error") == FileTooExpensive.code:
            raise self._too_large(name)
        if "error" in answer:
            raise errors_by_code().get(answer["error"], BadInput)(answer["message"])
        return read_index(folder)

    def _answer(self, request: dict[str, Any], watch: Callable[[int], None]) -> dict[str, Any]:
        for _ in range(_ATTEMPTS):
            with suppress(ReaderLost):
                return self._asked(request, watch)
        raise _ended_from_outside(request["name"])

    def _asked(self, request: dict[str, Any], watch: Callable[[int], None]) -> dict[str, Any]:
        seconds = round(self._limits.seconds_of(Path(request["path"]).stat().st_size), 1)
        folder = Path(request["folder"])
        child = Child(self._forks.get(), {"memory": self._limits.memory})
        due = time.monotonic() + _WATCH_SECONDS

        def check() -> None:
            """Tell now and then how much was read."""
            nonlocal due
            if time.monotonic() >= due:
                due = time.monotonic() + _WATCH_SECONDS
                watch(_bytes_read(child.process))

        try:
            return child.ask(request, time.monotonic() + seconds, check)
        except ChildLate as error:
            raise FileTooExpensive(
                f"{request['name']} was not read within {seconds:,g} s and was given up. "
                f"{_INSTEAD}, or raise MIMIR_READ_SECONDS."
            ) from error
        except ChildEnded as ended:
            raise self._death(request["name"], ended.code) from ended
        finally:
            child.kill()
            for scratch in folder.glob(".*"):
                shutil.rmtree(scratch, ignore_errors=True)

    def _death(self, name: str, code: int) -> MimirError:
        if code in _KILLED:
            return _ended_from_outside(name)
        if code == -signal.SIGSEGV:
            return BadInput(f"{name} is damaged, or nested too deeply to be read.")
        return self._too_large(name)

    def _too_large(self, name: str) -> FileTooExpensive:
        return FileTooExpensive(
            f"{name} needs more than {self._limits.memory >> 20:,} MB of memory to be read. "
            f"{_INSTEAD}, or raise MIMIR_READ_MEMORY_MB."
        )


def read_index(folder: Path) -> Staging:
    """Read what a staged folder holds, wherever the folder lies now."""
    found = _STAGING.validate_json((folder / INDEX).read_text(encoding="utf-8"))
    tables = tuple(replace(table, path=folder / table.path.name) for table in found.tables)
    return replace(found, tables=tables)


def _ended_from_outside(name: str) -> ReaderDied:
    return ReaderDied(
        f"The process that read {name} was ended from outside, mostly because the machine has no "
        "memory left. Try again when less runs."
    )


def _bytes_read(process: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        told = Path(f"/proc/{process}/io").read_text(encoding="ascii")
        return int(told.split()[1])
    return 0
