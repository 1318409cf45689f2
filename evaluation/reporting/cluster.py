"""A batch on many machines: its tasks go to the workers of a Dask cluster, each with a process of its own to fork from.

Workers see the round's folder, or a copy of it. A worker that is lost costs only what it was at: that is given to another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from distributed import Client, KilledWorker, LocalCluster, as_completed

from evaluation.core.errors import UsageError, problem
from evaluation.reporting.tasks import Outcome, Settings, Task
from evaluation.reporting.worker import Worker

CONNECT_SECONDS = 20
_own = threading.local()   # of a worker's thread: what it forks from, kept from task to task


def run_there(task: Task, settings: Settings) -> Outcome:
    """Run a task in a worker of the cluster."""
    if getattr(_own, "settings", None) != settings:
        if hasattr(_own, "worker"):
            _own.worker.free()
        _own.worker, _own.settings = Worker(settings), settings
    outcome: Outcome = _own.worker.run(task)
    return outcome


@dataclass
class Cluster:
    """Runs tasks as `Pool` does, on a cluster."""

    client: Client
    settings: Settings

    def run(self, tasks: Iterable[Task], advance: Callable[[Outcome], object]) -> list[Outcome]:
        """Run tasks; `advance` is told of each outcome as it comes. Outcomes in the order of the tasks."""
        waiting = list(tasks)
        names = {self.client.submit(run_there, task, self.settings, pure=False): task.name for task in waiting}
        found: dict[str, Outcome] = {}
        for future in as_completed(list(names), loop=self.client.loop):
            name = names[future]
            try:
                found[name] = future.result()
            except KilledWorker as error:
                found[name] = Outcome(name, "died", error=str(error))
            advance(found[name])
        return [found[task.name] for task in waiting]


@contextmanager
def connected(scheduler: str | None, jobs: int) -> Iterator[Client]:
    """A client of the scheduler at an address; without one, of a cluster on this machine with so many workers.

    Raises UsageError if there is no answer.
    """
    local = None
    if scheduler is None:
        local = LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=":0", silence_logs=50)
    try:
        client = Client(local or scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(problem("N08", path="--scheduler", address=scheduler, reason=str(error).splitlines()[0])) from None
    try:
        yield client
    finally:
        with suppress(OSError, TimeoutError):
            client.close()
        if local is not None:
            local.close()


@contextmanager
def cluster_of(settings: Settings, scheduler: str | None) -> Iterator[Cluster]:
    """A cluster for notebooks; what waits there is cancelled at the end."""
    with connected(scheduler, settings.jobs) as client:
        yield Cluster(client, settings)


@contextmanager
def cluster_executor(scheduler: str | None, jobs: int) -> Iterator[Executor]:
    """A cluster for functions."""
    with connected(scheduler, jobs) as client:
        yield client.get_executor(pure=False)
