"""The parent's side of forked notebooks: a zygote at work, its messages, its limits, its end."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.reporting.forking.limits import Clock, Limits
from evaluation.reporting.forking.messages import receive, send

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
INLINE = "module://matplotlib_inline.backend_inline"
CHUNK = 1 << 20
LOAD_SECONDS = 120.0
Message = dict[str, Any]
Rehearsals = Sequence[tuple[str, str, Mapping[str, Any]]]


class ZygoteError(RuntimeError):
    """The zygote is gone, or never came up."""


@dataclass
class Zygote:
    """A running zygote. One notebook at a time; `close` ends it and whatever runs in it."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    stopped: bool = False
    loaded: bool = False
    peak_mb: int = 0

    @classmethod
    def start(cls) -> Zygote:
        """Start one, with nothing loaded yet."""
        here, there = socket.socketpair()
        environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        environment["MPLBACKEND"] = os.environ.get("MPLBACKEND") or INLINE
        command = [sys.executable, "-P", "-m", "evaluation.reporting.forking.zygote", str(there.fileno())]
        with there:
            process = subprocess.Popen(command, pass_fds=[there.fileno()], env=environment, start_new_session=True,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return cls(process, here)

    def load(self, sources: Sequence[str], rehearse: Rehearsals = ()) -> None:
        """Have it import what the cells' sources import. rehearse: (module, function, arguments) to be called in it.

        Raises ZygoteError if it does not come up.
        """
        self.control.settimeout(LOAD_SECONDS)
        try:
            send(self.control, {"do": "load", "sources": list(sources), "rehearse": [list(part) for part in rehearse]})
            answer, _ = receive(self.control)
        except OSError:
            answer = None
        if answer is None:
            self.free()
            raise ZygoteError("the process that notebooks are forked from did not come up")
        self.control.settimeout(None)
        self.loaded = True

    @classmethod
    @contextmanager
    def started(cls, sources: Sequence[str], rehearse: Rehearsals = ()) -> Iterator[Zygote]:
        """One that is closed at the end."""
        zygote = cls.start()
        try:
            zygote.load(sources, rehearse)
            yield zygote
        finally:
            zygote.free()

    def close(self) -> None:
        """End it, and what runs in it. May be called twice, and from another thread: `run` then ends with "stopped"."""
        self.stopped = True
        with suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        if not self.loaded:
            self.process.kill()
        self._await_end()

    def _await_end(self) -> None:
        """Wait until a process whose control is closed is gone: its files close before it ends, so it may still look alive."""
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def free(self) -> None:
        """End it, and give back what it held here. By the thread that runs notebooks in it, or after that thread."""
        self.close()
        self.control.close()

    def run(self, cells: Sequence[tuple[int, str, bool]], limits: Limits, environment: Mapping[str, str]) -> Iterator[Message]:
        """Run cells in a child; yields its messages (see `cells`), at last {"type": "end", "content": {"why"}}: why is done,
        died, cell timeout, notebook timeout or stopped.
        """
        read, write = os.pipe()
        try:
            with suppress(OSError):
                send(self.control, {"do": "run", "cells": cells, "environment": dict(environment), "folder": str(Path.cwd()),
                                    "memory_mb": limits.memory_mb}, [write])
        finally:
            os.close(write)
        started, _ = receive(self.control)
        if started is None:
            self._await_end()
        try:
            yield from _followed(self, read, 0 if started is None else started["pid"], limits)
        finally:
            os.close(read)


def _followed(zygote: Zygote, read: int, child: int, limits: Limits) -> Iterator[Message]:
    """The child's messages until it has ended, with an eye on the clock."""
    clock = Clock(limits)
    waiting = bytearray()
    complete = False
    with selectors.DefaultSelector() as ready:
        ready.register(read, selectors.EVENT_READ)
        ready.register(zygote.control, selectors.EVENT_READ)
        os.set_blocking(read, False)
        ended = child == 0
        while not ended:
            events = [key.fileobj for key, _ in ready.select(clock.left())]
            if zygote.control in events:
                ended = True
                _note_end(zygote, child)
            if read in events or ended:
                complete |= yield from _messages(read, waiting, clock, ready, ended)
            if not ended and (number := clock.signal()):
                with suppress(OSError):
                    send(zygote.control, {"do": "signal", "number": number})
    why = "stopped" if zygote.stopped else clock.late or ("done" if complete else "died")
    yield {"cell": -1, "type": "end", "content": {"why": why}, "metadata": {}}


def _note_end(zygote: Zygote, child: int) -> None:
    """The zygote says how the child ended; or is gone itself, then the child goes too."""
    told, _ = receive(zygote.control)
    if told is not None:
        zygote.peak_mb = told["peak_mb"]
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    zygote._await_end()


def _messages(read: int, waiting: bytearray, clock: Clock, ready: selectors.BaseSelector,
              ended: bool) -> Generator[Message, None, bool]:
    """Whole messages that have come in. Returns whether the last one of the notebook was among them."""
    complete = False
    while True:
        try:
            part = os.read(read, CHUNK)
        except BlockingIOError:
            break
        if not part:
            with suppress(KeyError):
                ready.unregister(read)
            break
        waiting += part
        if b"\n" not in part:
            continue
        *lines, rest = waiting.split(b"\n")
        waiting[:] = rest
        for line in lines:
            message = json.loads(line.decode("utf-8", "surrogatepass"))
            clock.hear(message["type"])
            complete |= message["type"] == "language"
            yield message
        if not ended:
            break
    return complete
