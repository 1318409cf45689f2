"""The process that notebooks are forked from: what they import is loaded in it, and no data.

`python -m evaluation.reporting.zygote FD`: FD is a socket to the process that wants notebooks run. One at a time: each in a
child of its own, which begins as clean as this process is and is gone, with all that it started, when it ends.
"""

from __future__ import annotations

import ast
import ctypes
import gc
import importlib
import io
import os
import resource
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from evaluation.reporting.cells import new_kernel, run_cells
from evaluation.reporting.messages import Request, receive, send

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
                send(control, {"loaded": _load(request, kernel)})
            elif request["do"] == "run":
                child = _fork(kernel, request, pipes[0], [control.fileno(), wake, woken])
                os.close(pipes[0])
                send(control, {"pid": child})
            elif request["do"] == "signal" and child:
                with suppress(ProcessLookupError):
                    os.killpg(child, request["number"])


def _load(request: Request, kernel: Any) -> list[str]:
    """Import what the cells import, and rehearse what is asked; then put all that is there out of the collector's way.

    The kernel is there already, so that modules find themselves in a notebook when they are imported, as they would.
    """
    with kernel.shell.builtin_trap:
        loaded = [name for source in request["sources"] for name in _imports(kernel.shell, source) if _imported(name)]
    for library, first in FIRST.items():
        if library in sys.modules:
            with suppress(Exception):
                first()
    for module, function, arguments in request["rehearse"]:
        with suppress(Exception):   # what fails here costs time only
            getattr(importlib.import_module(module), function)(**arguments)
    gc.collect()
    gc.freeze()
    return loaded


def _first_picture() -> None:
    """What matplotlib does once: fonts, ticks, a PNG; without pyplot, which keeps what it draws."""
    figure = importlib.import_module("matplotlib.figure").Figure()
    canvas = importlib.import_module("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    plot = figure.add_subplot()
    plot.hist([1.0, 2.0, 2.5], label="a")
    plot.plot([1.0, 2.0], [0.5, -1.0], label="b")
    plot.set(title="First", xlabel="x", ylabel="y")
    plot.legend()
    canvas.print_png(io.BytesIO())


def _first_table() -> None:
    """What pandas does once: a table as HTML, with and without style, sums and groups."""
    table = sys.modules["pandas"].DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]})
    table.groupby("b")["a"].mean().to_frame().merge(table, on="b")._repr_html_()
    table.describe().style.format("{:.1f}")._repr_html_()
    repr(table)


FIRST = {"matplotlib": _first_picture, "pandas": _first_table}


def _imports(shell: Any, source: str) -> list[str]:
    """What a cell imports at its top, as dotted names: `from a import b` is a.b."""
    try:
        lines = ast.parse(shell.transform_cell(source)).body
    except SyntaxError:
        return []
    found = [alias.name for line in lines if isinstance(line, ast.Import) for alias in line.names]
    for line in lines:
        if isinstance(line, ast.ImportFrom) and line.module and not line.level:
            found += [f"{line.module}.{alias.name}" for alias in line.names]
    return found


def _imported(name: str) -> bool:
    """Import a dotted name, or as much of it as is a module. What fails here fails in the notebook, where it is seen."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        try:
            getattr(importlib.import_module(module), attribute, None)
        except BaseException:
            return False
    except BaseException:
        return False
    return True


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
