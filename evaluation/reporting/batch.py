"""Many notebooks, supervised: each ended in time, told if it stops, tried again if its kernel dies, and nothing left behind."""

from __future__ import annotations

import logging
import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

import psutil
from nbformat import NotebookNode

from evaluation.reporting.tasks import Outcome, Settings, Task
from evaluation.reporting.worker import Worker

Advance = Callable[[Outcome], object]


@dataclass
class Pool:
    """Workers in threads, each with processes of its own."""

    workers: list[Worker]
    tasks: queue.SimpleQueue[Task | None] = field(default_factory=queue.SimpleQueue)
    outcomes: queue.SimpleQueue[Outcome | BaseException] = field(default_factory=queue.SimpleQueue)
    threads: list[threading.Thread] = field(default_factory=list)

    def run(self, tasks: Iterable[Task], advance: Advance) -> list[Outcome]:
        """Run tasks; `advance` is told of each outcome as it comes. Outcomes in the order of the tasks."""
        waiting = list(tasks)
        for task in waiting:
            self.tasks.put(task)
        found: dict[str, Outcome] = {}
        while len(found) < len(waiting):
            outcome = self.outcomes.get()
            if isinstance(outcome, BaseException):
                raise outcome
            found[outcome.name] = outcome
            advance(outcome)
        return [found[task.name] for task in waiting]

    def _serve(self, worker: Worker, template: NotebookNode | None) -> None:
        try:
            if template is not None:
                worker.ready(template)
            while (task := self.tasks.get()) is not None:
                self.outcomes.put(worker.run(task))
        except BaseException as error:   # a bug of ours, or a full disk: the batch ends with it
            self.outcomes.put(error)

    def close(self) -> None:
        """End all that runs, and wait until it has."""
        with suppress(queue.Empty):
            while True:
                self.tasks.get_nowait()
        for worker in self.workers:
            self.tasks.put(None)     # for one of them, whichever it is
            worker.close()
        _kill_kernels(self.workers)
        for thread in self.threads:
            if thread.ident is not None:     # an interrupt may come before all have started
                thread.join()
        for worker in self.workers:
            worker.free()


def _kill_kernels(workers: list[Worker]) -> None:
    """Kernels of papermill's own engine do not end by themselves."""
    if any(worker.zygote is None for worker in workers):
        for child in psutil.Process().children(recursive=True):
            if "ipykernel_launcher" in " ".join(_command(child)):
                with suppress(psutil.Error):
                    child.kill()


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return list(process.cmdline())
    return []


@contextmanager
def pool_of(settings: Settings, template: NotebookNode | None = None) -> Iterator[Pool]:
    """A pool that is closed at the end, with all that still runs in it. template: what it may make ready for at once."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    pool = Pool([Worker(settings) for _ in range(settings.jobs)])
    pool.threads += [threading.Thread(target=pool._serve, args=[worker, template], daemon=True) for worker in pool.workers]
    try:
        with _signals_told(pool):
            for thread in pool.threads:
                thread.start()
            yield pool
    finally:
        pool.close()


@contextmanager
def _signals_told(pool: Pool) -> Iterator[None]:
    """A signal ends the batch even where Python drops the exception that it raises: in destructors and in callbacks."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    found = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {int(number): handler for number, handler in found.items() if callable(handler)}   # what is ignored stays so

    def tell(number: int, frame: FrameType | None) -> None:
        pool.outcomes.put(KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number))
        before[number](number, frame)

    for number in before:
        signal.signal(number, tell)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

