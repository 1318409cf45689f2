"""Notebooks that misbehave in every way: each outcome is told rightly, and nothing of them is left."""

import os
import sys

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from evaluation.reporting.batch import pool_of
from evaluation.reporting.forking.limits import Limits
from evaluation.reporting.tasks import Settings, Task

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there")

BEHAVIOUR = """\
import os, signal, subprocess, sys, time
print("before")
time.sleep(0.15)
if kind == "error":
    raise KeyError("no such answer")
if kind == "crash":
    os.abort()
if kind == "exit":
    os._exit(3)
if kind == "hang":
    time.sleep(10_000)
if kind == "deaf":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        time.sleep(0.01)
if kind == "swallow":
    while True:
        try:
            time.sleep(10_000)
        except KeyboardInterrupt:
            pass
if kind == "loud":
    print("x" * 20_000_000)
if kind == "greedy":
    held = []
    while True:
        held.append(bytearray(8_000_000))
if kind == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if kind == "parricide":
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(10_000)
if kind == "litter":
    subprocess.Popen(["sleep", "10000"])
    subprocess.Popen(["sleep", "10000"], start_new_session=True)
"""
EXPECTED = {"fine": "done", "error": "failed", "crash": "died", "exit": "died", "hang": "timeout", "deaf": "timeout",
            "swallow": "timeout", "loud": "done", "greedy": "failed", "killed": "died", "parricide": "died", "litter": "done"}
MARK = "EVALUATION_ABUSE"


def template():
    parameters = new_code_cell('kind = "fine"', metadata={"tags": ["parameters"]})
    return new_notebook(cells=[parameters, new_code_cell(BEHAVIOUR), new_code_cell('print("after")')],
                        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}})


def left_over(mark):
    """Processes of any parent that carry the mark in their environment, and zombies of ours."""
    found = [child for child in psutil.Process().children(recursive=True) if child.status() == psutil.STATUS_ZOMBIE]
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module")
def abused(tmp_path_factory):
    """120 notebooks, ten of each kind in turn: outcomes by name, the folder, open files after two of each and at the end."""
    folder = tmp_path_factory.mktemp("abuse")
    mark = str(folder)
    tasks = [Task(f"{kind}{number}", template(), folder / f"{kind}{number}" / "n.ipynb", {"kind": kind},
                  environment={MARK: mark}) for number in range(10) for kind in EXPECTED]
    settings = Settings(jobs=4, limits=Limits(cell_seconds=4.0, notebook_seconds=60, memory_mb=300, grace=0.5))
    files = []
    outcomes = {}
    with pool_of(settings) as pool:
        for part in (tasks[:24], tasks[24:]):
            outcomes |= {outcome.name: outcome for outcome in pool.run(part, lambda outcome: None)}
            files.append(psutil.Process().num_fds())
    return outcomes, folder, files, mark


@pytest.mark.parametrize("kind", EXPECTED)
def test_every_outcome_is_right(abused, kind):
    outcomes, folder, _, _ = abused
    for number in range(10):
        outcome = outcomes[f"{kind}{number}"]
        assert outcome.state == EXPECTED[kind], outcome
        assert outcome.attempts == (2 if EXPECTED[kind] == "died" else 1)
        made = folder / f"{kind}{number}" / ("n.ipynb" if EXPECTED[kind] == "done" else "n.failed.ipynb")
        notebook = nbformat.read(made, as_version=4)
        told = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        assert told[0]["text"].startswith("before")     # what it showed until then is kept
        assert len([file for file in made.parent.iterdir() if file.suffix == ".ipynb"]) == 1
        assert not list(made.parent.glob(".*"))


def test_errors_say_what_happened(abused):
    outcomes, _, _, _ = abused
    assert outcomes["error3"].error == "KeyError: 'no such answer'"
    assert outcomes["greedy3"].error.startswith("MemoryError")
    assert "4.0 seconds" in outcomes["deaf3"].error
    assert outcomes["hang3"].error.startswith("CellTimeoutError")
    assert outcomes["killed3"].error.startswith("DeadKernelError")


def test_twenty_megabytes_are_all_there(abused):
    _, folder, _, _ = abused
    notebook = nbformat.read(folder / "loud0" / "n.ipynb", as_version=4)
    text = "".join(output["text"] for cell in notebook.cells for output in cell.get("outputs", []))
    assert text.count("x") == 20_000_000
    assert text.endswith("after\n")


def test_nothing_is_left_running(abused):
    *_, mark = abused
    assert left_over(mark) == []


def test_open_files_stay_few(abused):
    _, _, files, _ = abused
    assert files[1] <= files[0] + 2


def test_a_notebook_may_take_so_long_and_no_longer(tmp_path):
    slow = template()
    slow.cells[1].source = "import time\nfor _ in range(100):\n    time.sleep(0.1)"
    task = Task("slow", slow, tmp_path / "n.ipynb", {})
    with pool_of(Settings(limits=Limits(notebook_seconds=1.0))) as pool:
        outcome, = pool.run([task], lambda outcome: None)
    assert outcome.state == "timeout"
    assert "the notebook took longer than 1.0 seconds" in outcome.error
    assert os.path.exists(outcome.kept)  # noqa: PTH110
