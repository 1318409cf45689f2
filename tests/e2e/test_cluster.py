"""A batch on a cluster of two workers, one of them killed: only what it was at is done again."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import nbformat
import pandas as pd
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

pytest.importorskip("distributed")
from distributed import LocalCluster

from evaluation import open_round
from evaluation.fieldwork.parts import open_parts
from evaluation.reporting.cluster import cluster_executor, cluster_of
from evaluation.reporting.many import score_parts
from evaluation.reporting.results import gated_scores
from evaluation.reporting.tasks import Settings, Task

pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there"),
              pytest.mark.filterwarnings("ignore::ResourceWarning"), pytest.mark.filterwarnings("ignore::DeprecationWarning")]
KERNEL = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}


@pytest.fixture
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as running:
        yield running


def test_a_killed_worker_costs_only_its_task(cluster, tmp_path):
    source = "import os, time\nprint(number, os.getppid())\ntime.sleep(0.2)"
    template = new_notebook(cells=[new_code_cell("number = 0", metadata={"tags": ["parameters"]}), new_code_cell(source)],
                            metadata=KERNEL)
    tasks = [Task(f"n{number}", template, tmp_path / f"n{number}.ipynb", {"number": number}) for number in range(24)]
    done, killed = [], []

    def kill_one():
        while len(done) < 4:
            time.sleep(0.02)
        victim = next(iter(cluster.workers.values())).pid
        killed.append(victim)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    with cluster_of(Settings(), cluster.scheduler_address) as pool:
        outcomes = pool.run(tasks, done.append)
    killer.join()
    assert killed
    assert [outcome.state for outcome in outcomes] == ["done"] * 24
    assert [outcome.name for outcome in outcomes] == [task.name for task in tasks]
    assert len(done) == 24
    processes = set()
    for number, task in enumerate(tasks):
        shown, process = nbformat.read(task.out, as_version=4).cells[-1].outputs[0].text.split()
        assert int(shown) == number
        processes.add(process)
    assert 2 <= len(processes) <= 4       # a process to fork from for each worker, and one for the worker that came anew
    assert not [process for process in psutil.process_iter(["ppid"]) if process.info["ppid"] == killed[0]]


def test_run_and_score_by_a_cluster_equal_those_of_this_machine(cluster, tmp_path):
    folder = tmp_path / "round"
    command = [sys.executable, "-m", "evaluation"]
    subprocess.run([*command, "init", str(folder)], check=True, stdout=subprocess.DEVNULL)
    store = tmp_path / "store"
    subprocess.run([*command, "run", "--round", str(folder), "--community", "c02", "--lang", "en"], check=True,
                   stdout=subprocess.DEVNULL)
    here = [(folder / "results" / "c02" / name).read_bytes() for name in ("score.json", "community.html")]
    done = subprocess.run([*command, "run", "--round", str(folder), "--community", "c02", "--lang", "en", "--executor", "dask",
                           "--scheduler", cluster.scheduler_address, "--store", store.as_uri()], check=False,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [(store / "results" / "c02" / name).read_bytes() for name in ("score.json", "community.html")] == here
    assert (store / "results" / "c02" / "community.ipynb").is_file()
    assert not list(store.rglob("*.part"))
    assert json.loads((folder / "results" / "batch.json").read_text(encoding="utf-8"))["counts"]["done"] == 1


def test_parts_scored_by_a_cluster_equal_the_whole(cluster, tmp_path):
    folder = tmp_path / "round"
    subprocess.run([sys.executable, "-m", "evaluation", "init", str(folder)], check=True, stdout=subprocess.DEVNULL)
    answers = folder / "answers" / "questionnaire.csv"
    pd.read_csv(answers, dtype="str", keep_default_na=False).to_parquet(answers.with_suffix(".parquet"), row_group_size=70)
    declared = folder / "round.yaml"
    declared.write_text(declared.read_text(encoding="utf-8").replace("questionnaire.csv", "questionnaire.parquet"),
                        encoding="utf-8")
    with cluster_executor(cluster.scheduler_address, 2) as workers:
        found = pd.read_parquet(score_parts(open_parts(folder, size=6), workers, files=False, advance=lambda count: None))
    expected = gated_scores(open_round(folder))
    keys = ["community", "level", "id", "evidence"]
    pd.testing.assert_frame_equal(found.sort_values(keys, ignore_index=True)[expected.columns.tolist()],
                                  expected.sort_values(keys, ignore_index=True), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("words", "told"), [(["--executor", "dusk"], "U10"),
                                             (["--executor", "dask", "--scheduler", "tcp://127.0.0.1:1"], "N08"),
                                             (["--store", "nowhere-at-all://x"], "N02")])
def test_what_is_not_there_is_told(tmp_path, words, told):
    folder = tmp_path / "round"
    subprocess.run([sys.executable, "-m", "evaluation", "init", str(folder)], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run([sys.executable, "-m", "evaluation", "run", "--round", str(folder), "--community", "c01", *words,
                           "--lang", "en"], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
