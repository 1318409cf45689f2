"""Messages between a process and the zygote that it started: JSON with its length before it, and pipes beside it."""

from __future__ import annotations

import json
import socket
from typing import Any

Request = dict[str, Any]


def send(control: socket.socket, message: Request, pipes: list[int] | None = None) -> None:
    """Send a message, and pipes with it."""
    text = json.dumps(message).encode()
    socket.send_fds(control, [len(text).to_bytes(4, "big")], pipes or [])
    control.sendall(text)


def receive(control: socket.socket) -> tuple[Request | None, list[int]]:
    """The next message with its pipes; None where the other side is gone."""
    try:
        head, pipes, _, _ = socket.recv_fds(control, 4, 4)
        head += _exactly(control, 4 - len(head)) if head else b""
        text = _exactly(control, int.from_bytes(head, "big")) if len(head) == 4 else b""
    except OSError:
        return None, []
    return (json.loads(text) if text else None), pipes


def _exactly(control: socket.socket, count: int) -> bytes:
    parts = []
    while count and (part := control.recv(count)):
        parts.append(part)
        count -= len(part)
    return b"" if count else b"".join(parts)
