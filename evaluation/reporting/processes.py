"""Processes of this machine that work is handed to: none outlives the command, and Ctrl-C is told once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from evaluation.reporting.forking.forks import THREADS

P = ParamSpec("P")
T = TypeVar("T")


class _Workers(ProcessPoolExecutor):
    """Workers that leave Ctrl-C, which a terminal sends to all of them, to the process that began them."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand over a call; a process that begins for it is deaf to interrupts from its first moment on."""
        with _interrupts_held():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def local_executor(jobs: int) -> Iterator[Executor]:
    """So many processes on this machine. Where the block fails, what waits is not begun, and what runs comes to its end."""
    context = multiprocessing.get_context("spawn")
    with one_thread_each(), _Workers(jobs, context, initializer=_end_with_parent) as workers:
        try:
            yield workers
        except BaseException:
            workers.shutdown(cancel_futures=True)
            raise


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Processes begun inside use one thread for linear algebra: there is one process a core already."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """SIGINT waits until the end of the block; processes that begin inside never hear it. Not on Windows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent: Any = multiprocessing.parent_process()

    def follow() -> None:
        parent.join()
        os._exit(1)
    threading.Thread(target=follow, daemon=True).start()
