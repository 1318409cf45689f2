"""What other programs and libraries print past Python, taken from the process's own standard streams as a kernel takes it."""

from __future__ import annotations

import codecs
import os
import select
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CHUNK = 1 << 16
FLUSH_SECONDS = 0.05   # what a cell prints is sent on so soon, should its process end


@dataclass
class Printed:
    """Standard output (1) and error (2) led into the streams of a kernel. All reading is done under the lock, so that
    `settle` leaves nothing behind.
    """

    streams: Mapping[int, Any]
    pipes: dict[int, Any] = field(default_factory=dict)   # to read from: the stream, and what makes text of its bytes
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Take over the descriptors, and send on what is printed while cells run."""
        for number, stream in self.streams.items():
            read, write = os.pipe()
            os.set_blocking(read, False)
            os.dup2(write, number)
            os.close(write)
            self.pipes[read] = stream, codecs.getincrementaldecoder("utf-8")("replace")
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            if select.select(list(self.pipes), [], [], FLUSH_SECONDS)[0]:
                self._take()
            for stream in self.streams.values():
                stream.flush()

    def _take(self) -> None:
        with self.lock:
            for read, (stream, decoder) in self.pipes.items():
                try:
                    while part := os.read(read, CHUNK):
                        stream.write(decoder.decode(part))
                except BlockingIOError:
                    continue

    def settle(self) -> None:
        """Send on all that was printed until now."""
        self._take()
        for stream in self.streams.values():
            stream.flush()
