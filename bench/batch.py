"""Notebooks in bulk against papermill's and nbconvert's own commands, in the same run, on the same cores.

`python -m bench.batch [--many N]`: ratios, then N communities of the sample round's kind, and five times as many.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path

import matplotlib
import nbformat
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell, new_notebook

from bench.copies import write_copies
from bench.measure import in_fresh_process, seconds, tell
from evaluation.core.resources import shipped
from evaluation.reporting.batch import pool_of
from evaluation.reporting.parameters import read_notebook
from evaluation.reporting.tasks import Settings, Task

FEW = 6        # notebooks that the commands run: they take seconds each
JOBS = os.cpu_count() or 1
BIN = Path(sys.executable).parent
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
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), file)
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


def by_fork(tasks: Callable[[int], Task], count: int, jobs: int = JOBS) -> float:
    """Seconds each by the engine `fork`, its start left out."""
    with pool_of(Settings(jobs=jobs)) as pool:
        pool.run([tasks(number) for number in range(jobs)], lambda outcome: None)
        start = time.perf_counter()
        outcomes = pool.run([tasks(number) for number in range(count)], lambda outcome: None)
        assert {outcome.state for outcome in outcomes} == {"done"}
        return (time.perf_counter() - start) / count


def execution(folder: Path) -> None:
    """Execution alone, of a notebook that has nothing to do with us."""
    notebook = general_notebook(folder / "general.ipynb")
    template = read_notebook(notebook)
    commands = [[[str(BIN / "papermill"), str(notebook), str(folder / f"p{number}.ipynb"), "-p", "seed", str(number)]]
                for number in range(FEW)]
    peer = by_commands(commands)
    own = by_fork(lambda number: Task(f"n{number}", template, folder / f"f{number}.ipynb", {"seed": number}), 5 * FEW)
    alone = by_fork(lambda number: Task(f"n{number}", template, folder / f"f{number}.ipynb", {"seed": number}), 3 * FEW, jobs=1)
    cells = float(in_fresh_process("bench.batch", "cells", str(notebook))["seconds"])
    tell("execution: papermill's command / engine fork", f"{peer:.2f} / {own:.3f} s = {peer / own:.1f}x", ">= 10x",
         peer >= 10 * own)
    tell("execution, one at a time: wall / the cells' own time", f"{alone:.3f} / {cells:.3f} s = {alone / cells:.2f}x",
         "<= 1.3x", alone <= 1.3 * cells)


def cells_alone(notebook: Path) -> None:
    """Seconds of a notebook's cells in a process where everything is loaded and has been used: the fastest of five."""
    matplotlib.use("module://matplotlib_inline.backend_inline")
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    sources = [cell.source for cell in read_notebook(notebook).cells]
    with redirect_stdout(io.StringIO()):
        took = seconds(lambda: [shell.run_cell(source) for source in sources], runs=5)
    print(json.dumps({"seconds": took}))


def end_to_end(folder: Path) -> None:
    """Notebook, page and score.json of the sample round's communities, by our notebook."""
    round_ = write_copies(folder / "few", 240)
    template = shipped("notebooks") / "community.ipynb"
    names = [f"x000-c{number:02d}" for number in range(1, FEW + 1)]
    commands = []
    for name in names:
        out = str(folder / f"{name}.ipynb")
        given = ["-p", "round", str(round_), "-p", "community", name, "-p", "lang", "zh"]
        commands.append([[str(BIN / "papermill"), str(template), out, *given],
                         [str(BIN / "jupyter"), "nbconvert", "--to", "html", out]])
    peer = by_commands(commands)
    own = run_all(round_)["seconds"] / 240
    tell("end to end: papermill + nbconvert / evaluation run", f"{peer:.2f} / {own:.3f} s = {peer / own:.1f}x", ">= 30x",
         peer >= 30 * own)


def run_all(round_: Path) -> dict[str, float]:
    """Wall seconds of `evaluation run --all`, and megabytes of its largest process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "evaluation", "run", "--round", str(round_), "--all", "--lang", "zh"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took = time.perf_counter() - start
    log = json.loads((round_ / "results" / "batch.json").read_text(encoding="utf-8"))
    assert set(log["counts"]) >= {"done"}
    return {"seconds": took, "memory": max(one["peak_mb"] for one in log["notebooks"])}


def many(folder: Path, communities: int) -> None:
    """Time and memory of many communities, and of five times as many."""
    found = {}
    for count in (communities, 5 * communities):
        found[count] = run_all(write_copies(folder / str(count), count))
        tell(f"{count} communities end to end", f"{found[count]['seconds']:.0f} s, {found[count]['memory']:.0f} MB",
             "<= 240 s" if count == 1000 else "", found[count]["seconds"] <= 240 if count == 1000 else None)
    ratio = found[5 * communities]["seconds"] / found[communities]["seconds"]
    tell("5x the communities", f"{ratio:.1f}x the time", "<= 5.5x", ratio <= 5.5)


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description="Notebooks in bulk.")
    asked.add_argument("--many", type=int, default=0, help="also so many communities, and five times as many")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        execution(folder)
        end_to_end(folder)
        if given.many:
            many(folder, given.many)


if __name__ == "__main__":
    cells_alone(Path(sys.argv[3])) if "--child" in sys.argv else main()
