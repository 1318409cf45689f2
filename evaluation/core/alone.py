"""One writer of a file at a time: a lock of the operating system's, which goes with its process, however that ends."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evaluation.core.errors import DataError, problem

PATIENCE = 30.0                  # seconds
PAUSE = 0.05
HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)     # what a lock that another has raises; anything else: none to be had

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _release(handle: int, lock: Path) -> None:
        os.close(handle)
        with suppress(OSError):      # somebody waits for it
            lock.unlink()
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(handle: int, lock: Path) -> None:
        with suppress(OSError):
            lock.unlink()            # first: what is closed may be another's at once
        os.close(handle)


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Let nobody else who asks have `file` while the block runs; wait for whoever has it.

    Raises DataError where that takes too long [I29]. On drives that know no locks, nobody waits.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = file.with_name(f".{file.name}.lock")
    handle = _taken(file, lock)
    try:
        yield
    finally:
        _release(handle, lock)


def _taken(file: Path, lock: Path) -> int:
    """The lock's file, open and locked."""
    until = time.monotonic() + PATIENCE
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(handle)
        except OSError as error:
            if error.errno not in HELD:
                return handle
            os.close(handle)
            if time.monotonic() > until:
                raise DataError(problem("I29", file)) from None
            time.sleep(PAUSE)
            continue
        if _still_there(handle, lock):
            return handle
        os.close(handle)


def _still_there(handle: int, lock: Path) -> bool:
    """Whether the open file is still the one of that name: who had it before may have taken it away."""
    try:
        return os.path.samestat(os.fstat(handle), lock.stat())
    except FileNotFoundError:
        return False
