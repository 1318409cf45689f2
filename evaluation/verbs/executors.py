"""Where the work is done: processes of this machine, or a cluster if that extra is installed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from importlib import import_module
from types import ModuleType

from evaluation.core.errors import UsageError, near_miss, problem
from evaluation.reporting.processes import local_executor

EXECUTORS = ("local", "dask")
EXTRA = "dask"


def check_choice(option: str, given: str, known: Sequence[str]) -> None:
    """Raise UsageError for a word that an option does not know."""
    if given not in known:
        raise UsageError(problem("U10", path=option, given=given, hint=near_miss(given, known)))


def optional(module: str) -> ModuleType:
    """A module of reporting/ that needs an extra. Raises UsageError where that is not installed."""
    try:
        return import_module(f"evaluation.reporting.{module}")
    except ModuleNotFoundError as error:
        raise UsageError(problem("N07", reason=error.name, extra=EXTRA)) from None


def executor_of(executor: str, scheduler: str | None, jobs: int) -> AbstractContextManager[Executor]:
    """What functions are handed to. Raises UsageError for an executor that is not known."""
    check_choice("--executor", executor, EXECUTORS)
    if executor == "local":
        return local_executor(jobs)
    workers: AbstractContextManager[Executor] = optional("cluster").cluster_executor(scheduler, jobs)
    return workers
