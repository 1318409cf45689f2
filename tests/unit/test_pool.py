"""A batch's pool ends with what goes wrong in it, also where Python drops the exception."""

import os
import signal
import sys

import pytest

from evaluation.reporting.batch import pool_of
from evaluation.reporting.tasks import Settings
from evaluation.reporting.worker import Worker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")


class Interrupted:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)


class Waiting:
    name = "c01"


def interrupted():
    with pool_of(Settings(jobs=1)) as pool:
        dropped = Interrupted()
        del dropped                      # the exception raised in there is told on stderr, and forgotten
        pool.run([Waiting()], print)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_python_drops_ends_the_batch(monkeypatch):
    monkeypatch.setattr(Worker, "run", lambda self, task: None)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_worker_that_cannot_begin_ends_the_batch(monkeypatch):
    def full(self, template):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Worker, "ready", full)
    with pytest.raises(OSError, match="No space left"), pool_of(Settings(jobs=2), template=object()) as pool:
        pool.run([Waiting()], print)
