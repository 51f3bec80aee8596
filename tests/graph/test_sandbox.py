"""The limits a process puts on itself, seen from inside a child process."""

import subprocess
import sys
import textwrap
from pathlib import Path

CONFINED = "import os, socket, subprocess; from graph.sandbox import *; {limit}confine()\n"


def run(body: str, limit: str = "") -> subprocess.CompletedProcess[str]:
    program = CONFINED.format(limit=limit) + textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def refused(call: str) -> str:
    return run(
        f"""
        try:
            {call}
        except PermissionError:
            print("refused")
        """
    ).stdout


def test_sockets_are_refused() -> None:
    for kind in ("AF_INET", "AF_INET6", "AF_UNIX"):
        assert refused(f"socket.socket(socket.{kind})") == "refused\n"


def test_programs_are_refused() -> None:
    assert refused('os.execv("/bin/sh", ["sh", "-c", "echo ran"])') == "refused\n"
    assert refused('subprocess.run(["/bin/sh", "-c", "echo ran"])') == "refused\n"


def test_threads_started_later_are_confined_too() -> None:
    answer = run(
        """
        import threading
        def attempt():
            try:
                socket.socket()
            except PermissionError:
                print("refused")
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
        """
    )

    assert answer.stdout == "refused\n"


def test_files_and_computing_still_work(tmp_path: Path) -> None:
    answer = run(f"open({str(tmp_path / 'x')!r}, 'w').write('x'); print(sum(range(10)))")

    assert (answer.stdout, answer.returncode) == ("45\n", 0)


def test_memory_and_file_size_are_capped(tmp_path: Path) -> None:
    answer = run(
        f"""
        try:
            bytearray(1 << 30)
        except MemoryError:
            print("no memory")
        try:
            with open({str(tmp_path / "x")!r}, "wb") as file:
                file.write(bytes(2_000_000))
        except OSError:
            print("no space")
        """,
        limit="limit(512 << 20, 1_000_000); ",
    )

    assert answer.stdout == "no memory\nno space\n"
    assert (tmp_path / "x").stat().st_size <= 1_000_000


def test_a_child_dies_with_its_parent() -> None:
    child = (
        "import signal; from graph.sandbox import die_with_parent; die_with_parent(); "
        "print('up', flush=True); signal.pause()"
    )
    parent = (
        "import os, subprocess, sys; "
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdout=subprocess.PIPE); "
        "child.stdout.readline(); os.write(1, b'up'); os.kill(os.getpid(), 9)"
    )
    # The child inherits standard error: reading it to the end waits until the child is gone.
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read() == b"up"
        assert process.stderr.read() == b""
