"""A real Redis server on a free port, which tests may kill, empty and start again."""

import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

MISSING = "no redis-server on this machine: apt-get install redis-server"
needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason=MISSING)


class RedisServer:
    """One server without persistence: what it forgets when it ends is gone."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = ["--port", str(self.port), "--dir", str(self._folder), "--save", ""]
        self._process = subprocess.Popen(
            ["redis-server", *options, "--bind", "127.0.0.1", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        pause = threading.Event()
        while not self._answers():
            assert self._process.poll() is None
            pause.wait(0.01)

    def kill(self) -> None:
        """End the server as a crash would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def empty(self) -> None:
        """Make the server forget everything."""
        with Redis.from_url(self.url) as redis:
            redis.flushall()

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as redis:
                return bool(redis.ping())
        except RedisError:
            return False
