"""Limits that a process puts on itself before it touches untrusted text: no network, no exec.

The seccomp filter needs no privilege. It answers EPERM to the listed calls, so SERVICE and LOAD
fail inside the engine. Linux on x86-64 and arm64; elsewhere `confine` raises.
"""

import contextlib
import ctypes
import platform
import resource
import signal
import struct
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_M_ARENA_MAX = -8
_ALLOW = 0x7FFF0000
_EPERM = 0x00050000 | 1
_LOAD_WORD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
# From here on x86-64 kernels may know every call a second time, as one of the x32 interface.
_X32 = 0x40000000

# socket, connect, bind, sendto, execve, execveat, ptrace, io_uring_setup
_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 49, 44, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 206, 221, 281, 117, 425)),
}


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit(memory: int, file_size: int) -> None:
    """Cap the address space and the size of a written file, in bytes; forbid core dumps."""
    # Each thread would otherwise reserve an arena of 128 MiB, which counts towards the cap.
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # Where the machine runs out of memory, this process goes before the one that serves.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def confine() -> None:
    """Forbid sockets, exec and tracing for this process and its threads from now on.

    Raises:
        OSError: the kernel refuses the filter, or the machine is of an unknown kind.
    """
    machine = platform.machine()
    if machine not in _CALLS:
        raise OSError(f"No sandbox is known for machines of the kind {machine!r}.")
    program = _filter(*_CALLS[machine])
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    if library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0):
        raise OSError(ctypes.get_errno(), "the seccomp filter was refused")


def _filter(architecture: int, calls: tuple[int, ...]) -> bytes:
    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        """Pack one instruction; `yes` and `no` are the steps that a jump skips."""
        return struct.pack("HBBI", code, yes, no, value)

    size = len(calls)
    program = [step(_LOAD_WORD, 4), step(_JUMP_EQUAL, architecture, 1, 0), step(_RETURN, _EPERM)]
    program += [step(_LOAD_WORD, 0), step(_JUMP_AT_LEAST, _X32, size + 1, 0)]
    program += [step(_JUMP_EQUAL, call, size - index, 0) for index, call in enumerate(calls)]
    program += [step(_RETURN, _ALLOW), step(_RETURN, _EPERM)]
    return b"".join(program)
