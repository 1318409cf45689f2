"""Worker processes: Ctrl-C of a terminal reaches the command alone, what waits is not begun, none outlives the command."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")

COMMAND = """\
import sys, time
from pathlib import Path
from evaluation.reporting.processes import local_executor

def work(folder, number):
    (folder / f"{number}.begun").touch()
    time.sleep(0.5)
    (folder / f"{number}.done").touch()

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    try:
        with local_executor(2) as workers:
            list(workers.map(work, [folder] * 100, range(100)))
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.fixture
def running(tmp_path):
    """The command at work, in a process group of its own, and what it is told to write."""
    (tmp_path / "command.py").write_text(COMMAND, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, str(tmp_path / "command.py"), str(tmp_path)], start_new_session=True,
                               stderr=subprocess.PIPE, text=True, env=environment)
    try:
        while len(list(tmp_path.glob("*.begun"))) < 3:
            assert process.poll() is None
            time.sleep(0.02)
        yield process, psutil.Process(process.pid).children(recursive=True)
    finally:
        process.kill()
        process.communicate()


def test_ctrl_c_is_told_once_and_what_was_begun_is_finished(running, tmp_path):
    process, children = running
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "")
    begun, done = ({file.stem for file in tmp_path.glob(f"*.{state}")} for state in ("begun", "done"))
    assert begun == done
    assert len(done) < 20
    assert psutil.wait_procs(children, 10)[1] == []


def test_workers_end_with_a_command_that_is_killed(running):
    process, children = running
    assert len(children) >= 2
    process.kill()
    process.wait()
    assert psutil.wait_procs(children, 10)[1] == []
