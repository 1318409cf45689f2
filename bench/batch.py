"""Notebooks in bulk against papermill's and nbconvert's own commands, in the same run, on the same cores.

`python -m bench.batch`: ratios, and a thousand communities of the sample round's kind. `--more`: five times as many.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from statistics import median

import matplotlib
import nbformat
import papermill
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell, new_notebook

from bench.copies import write_copies
from bench.measure import seconds, tell
from bench.rounds import write_round
from evaluation.core.resources import shipped
from evaluation.reporting.forking.forks import THREADS, Zygote
from evaluation.reporting.parameters import read_notebook

MANY = 1_000
FEW = 6        # notebooks that the commands run: they take seconds each
JOBS = os.cpu_count() or 1
BIN = Path(sys.executable).parent
KERNEL = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
GENERAL = [
    "import json\nimport numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\nimport statsmodels.api as sm",
    "rng = np.random.default_rng(seed)\ntable = pd.DataFrame(rng.normal(size=(500, 6)), columns=list('abcdef'))",
    "table.describe()",
    *(f"fig, ax = plt.subplots(figsize=(6, 3))\nax.hist(table['{name}'], bins=30)\nax.set_title('{name}')\nplt.show()"
      for name in "abcde"),
    "sm.OLS(table['a'], sm.add_constant(table[['b', 'c', 'd']])).fit().summary()",
    "table.head(12).style.format('{:.2f}').background_gradient()",
    "print(json.dumps(table.mean().to_dict()))",
]


def general_notebook(file: Path) -> Path:
    """Imports, five charts of pyplot, a regression, a styled table, JSON."""
    cells = [new_code_cell("seed = 1", metadata={"tags": ["parameters"]}), *map(new_code_cell, GENERAL)]
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), file)
    return file


def by_commands(commands: Sequence[Sequence[Sequence[str]]]) -> float:
    """Seconds each, with as many chains of commands at a time as there are cores."""
    def chain(steps: Sequence[Sequence[str]]) -> None:
        for step in steps:
            subprocess.run(step, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    start = time.perf_counter()
    with ThreadPoolExecutor(JOBS) as cores:
        list(cores.map(chain, commands))
    return (time.perf_counter() - start) / len(commands)


def by_fork(notebook: Path, folder: Path, count: int) -> float:
    """Seconds each by papermill with the engine `fork`, from one process a core; their start is left out."""
    sources = [cell.source for cell in read_notebook(notebook).cells]

    def chain(number: int) -> float:
        with Zygote.started(sources) as zygote:
            out = folder / f"f{number}.ipynb"
            by_engine(zygote, notebook, out)
            ready.wait()
            return sum(seconds(by_engine, zygote, notebook, out, runs=1) for _ in range(count))
    ready = threading.Barrier(JOBS)
    with ThreadPoolExecutor(JOBS) as cores:
        return max(cores.map(chain, range(JOBS))) / count / JOBS


def by_engine(zygote: Zygote, notebook: Path, out: Path) -> None:
    """A notebook by papermill, forked from a zygote."""
    papermill.execute_notebook(str(notebook), str(out), {"seed": 1}, zygote=zygote, engine_name="fork", progress_bar=False,
                               request_save_on_cell_execute=False)


def execution(folder: Path) -> None:
    """Execution alone, of a notebook that has nothing to do with us."""
    notebook = general_notebook(folder / "general.ipynb")
    commands = [[[str(BIN / "papermill"), str(notebook), str(folder / f"p{number}.ipynb"), "-p", "seed", str(number)]]
                for number in range(FEW)]
    peer = by_commands(commands)
    own = by_fork(notebook, folder, 3 * FEW)
    tell("execution: papermill's command / engine fork", f"{peer:.2f} / {own:.3f} s = {peer / own:.1f}x", ">= 10x",
         peer >= 10 * own)
    wall, cells = in_turn(notebook, folder)
    tell("execution, medians in turn: wall / the cells' own time", f"{wall:.3f} / {cells:.3f} s = {wall / cells:.2f}x",
         "<= 1.3x", wall <= 1.3 * cells)


def in_turn(notebook: Path, folder: Path) -> tuple[float, float]:
    """Median seconds of the notebook by the engine, and of its cells in a warm process, one after the other many times."""
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}     # as the engine has it
    warm = subprocess.Popen([sys.executable, "-m", "bench.batch", "--child", str(notebook)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True, env=environment)
    assert warm.stdin is not None
    assert warm.stdout is not None
    walls, cells = [], []
    with warm, Zygote.started([cell.source for cell in read_notebook(notebook).cells]) as zygote:
        for _ in range(5 * FEW):
            walls.append(seconds(by_engine, zygote, notebook, folder / "turn.ipynb", runs=1))
            warm.stdin.write("again\n")
            warm.stdin.flush()
            cells.append(float(warm.stdout.readline()))
        warm.stdin.close()
    return median(walls[FEW:]), median(cells[FEW:])      # the first ones warm both up


def cells_alone(notebook: Path) -> None:
    """For each line that comes in, run a notebook's cells in this one process, where all is loaded and used; print seconds."""
    matplotlib.use("module://matplotlib_inline.backend_inline")
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    sources = [cell.source for cell in read_notebook(notebook).cells]
    for _ in sys.stdin:
        with redirect_stdout(io.StringIO()):
            took = seconds(lambda: [shell.run_cell(source) for source in sources], runs=1)
        print(took, flush=True)


def end_to_end(folder: Path) -> float:
    """Notebook, page and score.json of the sample round's communities, by our notebook; seconds of all."""
    round_ = write_copies(folder / "many", MANY)
    template = shipped("notebooks") / "community.ipynb"
    names = [f"x000-c{number:02d}" for number in range(1, FEW + 1)]
    commands = []
    for name in names:
        out = str(folder / f"{name}.ipynb")
        given = ["-p", "round", str(round_), "-p", "community", name, "-p", "lang", "zh"]
        commands.append([[str(BIN / "papermill"), str(template), out, *given],
                         [str(BIN / "jupyter"), "nbconvert", "--to", "html", out]])
    peer = by_commands(commands)
    found = run_all(round_)
    own = found["seconds"] / MANY
    tell("end to end: papermill + nbconvert / evaluation run", f"{peer:.2f} / {own:.3f} s = {peer / own:.1f}x", ">= 30x",
         peer >= 30 * own)
    tell(f"{MANY} communities end to end", f"{found['seconds']:.0f} s", "<= 240 s", found["seconds"] <= 240)
    return found["seconds"]


def run_all(round_: Path, *words: str) -> dict[str, float]:
    """Wall seconds of `evaluation run --all`, and megabytes of its largest process."""
    command = [sys.executable, "-m", "evaluation", "run", "--round", str(round_), "--all", "--lang", "zh", *words]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    log = json.loads((round_ / "results" / "batch.json").read_text(encoding="utf-8"))
    assert log["counts"]["done"] == len(log["notebooks"])
    return {"seconds": time.perf_counter() - start, "memory": used.ru_maxrss / 1024}


def five_times(folder: Path, before: float) -> None:
    """Time of five times as many."""
    took = run_all(write_copies(folder / "more", 5 * MANY))["seconds"]
    tell(f"{5 * MANY} communities end to end", f"{took:.0f} s = {took / before:.1f}x", "<= 5.5x", took <= 5.5 * before)


def memory(folder: Path) -> None:
    """Memory of the command, by parts from Parquet, with a notebook that does nothing but stands for any."""
    parameters = new_code_cell('round = ""\ncommunity = ""\nlang = ""', metadata={"tags": ["parameters"]})
    cells = [parameters, new_code_cell("community")]
    notebook = folder / "small.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), notebook)
    few, more = (run_all(write_round(folder / f"p{count}", count), "--notebook", str(notebook))["memory"]
                 for count in (2 * MANY, 5 * MANY))
    tell(f"memory at {5 * MANY} communities / at {2 * MANY}, Parquet", f"{more:.0f} / {few:.0f} MB", "<= 1.2x",
         more <= 1.2 * few)


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description="Notebooks in bulk.")
    asked.add_argument("--more", action="store_true", help="also five times as many, and memory: half an hour")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        execution(folder)
        took = end_to_end(folder)
        if given.more:
            five_times(folder, took)
            memory(folder)


if __name__ == "__main__":
    cells_alone(Path(sys.argv[2])) if "--child" in sys.argv else main()
