"""Cells run in this very process by IPython, what they show sent on as it comes: the forked child's work.

Messages are those of a Jupyter kernel, a line of JSON each: {"cell", "type", "content", "metadata"}; `begin` and `reply`
frame a cell, `language` ends the notebook.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from ipykernel.inprocess.blocking import BlockingInProcessChannel, BlockingInProcessKernelClient
from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.inprocess.socket import DummySocket
from ipykernel.iostream import IOPubThread, OutStream
from jupyter_client.jsonutil import json_default
from traitlets.config import Config

from evaluation.reporting.forking.printed import Printed

Send = Callable[[bytes], object]
SHOWN = ("stream", "display_data", "update_display_data", "execute_result", "error", "clear_output", "execute_input")
HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")     # those between stand for bytes that are no UTF-8, and pass


@dataclass
class Wire:
    """Where messages go, of which cell."""

    send: Send
    cell: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, kind: str, content: Any, metadata: Any = None) -> None:
        """Send one message, whole."""
        message = {"cell": self.cell, "type": kind, "content": content, "metadata": metadata or {}}
        line = json.dumps(message, default=json_default, ensure_ascii=False).encode("utf-8", "surrogatepass")
        with self.lock:
            self.send(line + b"\n")

    def hear(self, message: dict[str, Any]) -> None:
        """Take a message from the kernel."""
        kind, content = message["msg_type"], message["content"]
        if kind in SHOWN:
            self.tell(kind, content, message.get("metadata"))


class _Stream(OutStream):
    """What cells print. Half a character is shown as �: a message cannot carry it, and the next cell would fail of it."""

    def write(self, string: str) -> int:
        """Take text; returns how many characters."""
        return super().write(HALF.sub("�", string) if isinstance(string, str) else string) or 0


class _Channel(BlockingInProcessChannel):
    wire: Wire

    def call_handlers(self, msg: dict[str, Any]) -> None:
        self.wire.hear(msg)


def new_kernel() -> InProcessKernel:
    """A kernel that nothing was run in, without threads: it can be forked."""
    socket = DummySocket()
    said_at_once = IOPubThread(socket)   # not started: what is sent through it is sent here and now
    kernel = InProcessKernel(config=Config({"HistoryManager": {"enabled": False}}), _underlying_iopub_socket=socket,
                             iopub_thread=said_at_once)
    kernel._execute_sleep = 0
    kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())  # asked by a cell that awaits
    return kernel


def run_cells(kernel: InProcessKernel, cells: Sequence[tuple[int, str, bool]], send: Send) -> None:
    """Run (number, source, may raise) one after another, until one raises that may not."""
    wire = Wire(send)
    _attach(kernel, wire)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    printed = Printed({1: kernel.stdout, 2: kernel.stderr})
    printed.start()
    for number, source, may_raise in cells:
        wire.cell = number
        wire.tell("begin", {})
        try:
            reply = loop.run_until_complete(_execute(kernel, source, may_raise))
            printed.settle()
        except BaseException as error:   # an interrupt between the cell's own lines: IPython did not catch it
            reply = {"status": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": []}
            wire.tell("error", {name: reply[name] for name in ("ename", "evalue", "traceback")})
        wire.tell("reply", {"status": reply["status"], "execution_count": reply.get("execution_count")})
        if reply["status"] == "error" and not may_raise:
            break
    wire.cell = -1
    wire.tell("language", kernel.language_info)


def _attach(kernel: InProcessKernel, wire: Wire) -> None:
    """Let the kernel speak through the wire, and in the name of this process."""
    assert kernel.session is not None
    kernel.session.pid = os.getpid()
    kernel.stdout, kernel.stderr = (_Stream(kernel.session, kernel.iopub_thread, name, watchfd=False)
                                    for name in ("stdout", "stderr"))
    channel = type("Channel", (_Channel,), {"wire": wire})
    client = BlockingInProcessKernelClient(kernel=kernel, session=kernel.session, iopub_channel_class=channel)
    kernel.frontends.append(client)


async def _execute(kernel: InProcessKernel, source: str, may_raise: bool) -> dict[str, Any]:
    """The kernel's reply to one cell."""
    asked = {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
             "stop_on_error": not may_raise}
    session: Any = kernel.session
    request = session.msg("execute_request", asked)
    kernel.set_parent([], request, channel="shell")
    await kernel.execute_request(kernel.shell_stream, [], request)
    _, reply = session.recv(kernel.shell_stream, copy=False)
    return dict(reply["content"])
