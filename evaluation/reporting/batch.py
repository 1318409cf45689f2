"""Many notebooks, supervised: each ended in time, told if it stops, tried again if its kernel dies, and nothing left behind."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib import import_module

import psutil
from nbformat import NotebookNode
from papermill.utils import nb_kernel_name

from evaluation.reporting.forking.forks import Zygote, ZygoteError
from evaluation.reporting.kernels import can_fork
from evaluation.reporting.tasks import Outcome, Settings, Task, run_task

ATTEMPTS = 2       # a kernel that died is tried once more: it may have been killed from outside
Advance = Callable[[Outcome], object]


@dataclass
class Worker:
    """Runs tasks one after another; owns a zygote, and starts another one if it is gone."""

    settings: Settings
    zygote: Zygote | None = None
    closed: bool = False

    def run(self, task: Task) -> Outcome:
        """Run a task, once more if its kernel dies."""
        outcome = Outcome(task.name, "stopped")
        for attempt in range(1, ATTEMPTS + 1):
            zygote = self.ready(task.template)
            if self.closed:
                return Outcome(task.name, "stopped")
            outcome = replace(run_task(task, self.settings, zygote), attempts=attempt)
            if outcome.state != "died":
                break
        if outcome.state == "done" and self.settings.store is not None:
            address, folder = self.settings.store
            made = {task.out, task.out.with_suffix(".html"), *task.products}
            import_module("evaluation.reporting.store").put(address, folder, sorted(made))   # fsspec is an extra
        return outcome

    def ready(self, template: NotebookNode) -> Zygote | None:
        """What a template's notebooks are forked from, loaded; None where papermill's own engine runs them."""
        if self.settings.engine != "fork" or not can_fork(nb_kernel_name(template)):
            return None
        if self.zygote is None or self.zygote.process.poll() is not None:
            self.free()
            sources = [str(cell.source) for cell in template.cells if cell.cell_type == "code"]
            self.zygote = Zygote.start()
            try:
                if not self.closed:
                    self.zygote.load(sources, self.settings.rehearse)
            except ZygoteError:     # papermill's own engine then does it
                self.zygote = None
        return self.zygote

    def free(self) -> None:
        """Give back what is held; after the last task."""
        if self.zygote is not None:
            self.zygote.free()
        self.zygote = None

    def close(self) -> None:
        """End what runs; may be called from another thread."""
        self.closed = True
        if self.zygote is not None:
            self.zygote.close()


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
        if template is not None:
            worker.ready(template)
        while (task := self.tasks.get()) is not None:
            try:
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
        for thread in pool.threads:
            thread.start()
        yield pool
    finally:
        pool.close()

