"""The process that notebooks are forked from: what they import is loaded in it, and no data.

`python -m evaluation.reporting.forking.zygote FD`: FD is a socket to the process that wants notebooks run. One at a time: each
in a child of its own, which begins as clean as this process is and is gone, with all that it started, when it ends.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from evaluation.reporting.forking.cells import new_kernel, run_cells
from evaluation.reporting.forking.messages import Request, receive, send
from evaluation.reporting.forking.preload import load

DEATH_SIGNAL, SUBREAPER = 1, 36     # prctl's PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER
MB = 1 << 20


def main() -> None:
    """Serve until the other side is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    _prctl(SUBREAPER, 1)
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken)
    child = 0
    kernel = new_kernel()
    while True:
        ready = select.select([control.fileno(), wake], [], [])[0]
        if wake in ready:
            os.read(wake, 4096)
            child = _reaped(control, child)
        if control.fileno() in ready:
            request, pipes = receive(control)
            if request is None:
                _end(child)
                return
            if request["do"] == "load":
                send(control, {"loaded": load(request, kernel)})
            elif request["do"] == "run":
                child = _fork(kernel, request, pipes[0], [control.fileno(), wake, woken])
                os.close(pipes[0])
                send(control, {"pid": child})
            elif request["do"] == "signal" and child:
                with suppress(ProcessLookupError):
                    os.killpg(child, request["number"])


def _fork(kernel: Any, request: Request, pipe: int, others: list[int]) -> int:
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.setsid()
        _prctl(DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for other in others:
            os.close(other)
        _run(kernel, request, pipe)
        status = 0
    finally:
        os._exit(status)


def _run(kernel: Any, request: Request, pipe: int) -> None:
    """The child: nothing of what the process above has drawn or been told is left, but what it imported."""
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.path.insert(next((at for at, place in enumerate(sys.path) if place.endswith("-packages")), 0), "")   # as IPython does
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if request["memory_mb"]:
        limit = _private() + request["memory_mb"] * MB
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    with open(pipe, "wb", buffering=0) as stream:
        run_cells(kernel, [tuple(cell) for cell in request["cells"]], stream.write)


def _private() -> int:
    """Bytes of private memory that the process holds now; 0 where the system does not tell."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return 0


def _reaped(control: socket.socket, child: int) -> int:
    """Collect the dead. When the child is among them, kill what it left and say how it ended; returns the child left, or 0."""
    while True:
        try:
            dead, status, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return 0 if child and not _alive(child) else child
        if not dead:
            return child
        if dead == child:
            _end(child)
            peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MB
            send(control, {"exit": os.waitstatus_to_exitcode(status), "peak_mb": round(peak)})
            child = 0


def _alive(child: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(child, 0)
        return True
    return False


def _end(child: int) -> None:
    """Kill a child's group, and whoever came to be ours when the one that started it died."""
    if child:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
    tasks = Path(f"/proc/self/task/{os.getpid()}/children")
    while tasks.is_file() and (left := tasks.read_text().split()):
        for orphan in left:
            with suppress(ProcessLookupError):
                os.kill(int(orphan), signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(int(orphan), 0)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
