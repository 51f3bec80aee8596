"""Queries of users that a remote store answers.

A reader process judges and rewrites the text; this process sends it, with the time that is left,
and takes the bytes to a file; a reader process turns them into what the caller accepts. Nothing of
the text or of the answer is parsed here.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graph.dataset.snapshots import Overlay
from graph.errors import MimirError, QueryTimeout
from graph.readers.pool import Answer, Query, ReaderPool, asked
from graph.readers.remote_requests import rewritten, view_fields
from graph.readers.running import Place
from graph.remote.dataset import RemoteDataset
from graph.views.layers import View
from graph.views.reader import SCRATCH, asked_of, filled
from graph.views.rewriting import Rewritten

_POLL = 0.1


@contextmanager
def query_remotely(
    pool: ReaderPool, dataset: RemoteDataset, query: Query, overlay: Overlay | None = None
) -> Iterator[Answer]:
    """Evaluate a query on a remote store; the answer's file lives as long as the context.

    Raises:
        ViewRefused: the query cannot be asked of a view.
        MimirError: as `ReaderPool.query`.
    """
    request = {**asked(Path(), query), "rows": pool.limits.rows}
    with pool.output() as received, pool.output() as output:
        with pool.place(request) as place, pool.fetched(request, place) as whole:
            exchange = _Exchange(pool, dataset, whole, received, place)
            exchange.run(overlay)
            files = {"received": exchange.files, "output": str(output), "form": exchange.form}
            found = pool.ask({**_without_text(request), **files}, place)
        yield Answer(found["kind"], found["media"], output)


class _Exchange:
    """One query on its way to the store and back."""

    def __init__(
        self,
        pool: ReaderPool,
        dataset: RemoteDataset,
        request: dict[str, Any],
        received: Path,
        place: Place,
    ) -> None:
        self._pool = pool
        self._dataset = dataset
        self._request = request
        self._received = received
        self._place = place
        self._view = View((), (), ())
        self.form = ""
        self.files: list[str] = []

    def run(self, overlay: Overlay | None) -> None:
        """Have the store answer into files."""
        overlays = (overlay,) if overlay else ()
        base = View((), (), overlays)
        store = self._dataset.remote.store
        asked_of(
            store,
            lambda: self._dataset.current(base),
            self._rewritten,
            self._fetched,
        )

    def _rewritten(self, view: View, scratch: str) -> Rewritten:
        self._view = view
        answer = self._pool.ask({**self._request, "view": view_fields(view, scratch)}, self._place)
        self.form = answer["form"]
        return rewritten(answer)

    def _fetched(self, query: Rewritten) -> None:
        """Have a query answered, and for DESCRIBE what the blank nodes in its answer are about."""
        self.files = [str(self._received)]
        self._save(query, self._received)
        while self.form == "DESCRIBE" and (text := self._further()):
            # Its own text, which takes the IRIs of blank nodes as they are.
            asked = {**self._request, "query": text, "skolem": ""}
            fields = view_fields(self._view, f"{SCRATCH}{secrets.token_hex(8)}/")
            more = rewritten(self._pool.ask({**asked, "view": fields}, self._place))
            # Beside the first, so it is removed with it.
            path = self._received.with_name(f"{self._received.name}.{len(self.files)}")
            with filled(self._dataset.remote.store, more.closures):
                self._save(more, path)
            self.files.append(str(path))

    def _further(self) -> str:
        asked = {**self._request, "form": self.form, "described": self.files}
        return str(self._pool.ask(asked, self._place)["further"])

    def _save(self, query: Rewritten, path: Path) -> None:
        seconds = max(0.1, self._place.deadline - time.monotonic())
        reader = self._dataset.remote.store.reader_within(query.default, query.named, seconds)
        failed: list[MimirError] = []

        def fetch() -> None:
            """Take the answer to the file."""
            try:
                reader.save(query.text, self.form, path, self._pool.limits.answer_bytes)
            except MimirError as error:
                failed.append(error)

        thread = threading.Thread(target=fetch, daemon=True)
        thread.start()
        while thread.is_alive():
            # The store was told the time limit, so an answer nobody waits for ends by itself.
            self._place.proceed()
            if time.monotonic() > self._place.deadline + _POLL:
                raise QueryTimeout(
                    f"The query took longer than {self._pool.limits.seconds:g} s and was ended. "
                    "Narrow it, or ask for a higher limit."
                )
            thread.join(_POLL)
        if failed:
            raise failed[0]


def _without_text(request: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name != "query"}
