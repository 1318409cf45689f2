"""Papermill's engine `fork`: every notebook in a child forked from a clean process that has the imports loaded already.

The outputs are those of papermill's own engine; what differs is the time. `papermill --engine fork in.ipynb out.ipynb` uses
it for one notebook, `evaluation run` for a round. Where there is no fork, or the kernel is another, papermill's own engine
does the work.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager

from evaluation.reporting.forking.forks import Zygote
from evaluation.reporting.forking.limits import Limits

SKIPPED, MAY_RAISE = "skip-execution", "raises-exception"   # tags of cells, as nbclient reads them
ENDED = {"died": "DeadKernelError", "cell timeout": "CellTimeoutError", "notebook timeout": "NotebookTimeoutError",
         "stopped": "Interrupted"}


def can_fork(kernel: str) -> bool:
    """Whether notebooks of a kernel can be forked: on a system that forks, for IPython in this very Python."""
    if not hasattr(os, "fork") or sys.platform == "win32":
        return False
    try:
        command = KernelSpecManager().get_kernel_spec(kernel).argv
    except NoSuchKernel:
        return False
    return Path(command[0]) in (Path(sys.executable), Path("python"), Path("python3")) and "ipykernel_launcher" in command


@dataclass
class _Told:
    """What the messages of a child say so far: the cell that runs, whether it began, failed, and how all ended."""

    manager: NotebookExecutionManager
    client: PapermillNotebookClient
    current: int = -1
    failed: bool = False

    def begin(self, number: int) -> None:
        """Go to a cell, over those that do not run."""
        cells = self.manager.nb.cells
        for passed in range(self.current + 1, number):
            self.manager.cell_start(cells[passed], passed)
            self.manager.cell_complete(cells[passed], cell_index=passed)
        self.current = number
        self.manager.cell_start(cells[number], number)
        cells[number].outputs = []
        self.client.clear_before_next_output = False

    def end_cell(self, failed: bool) -> None:
        """The cell that runs is at its end."""
        cell = self.manager.nb.cells[self.current]
        cell.outputs = _joined(cell.outputs)
        if failed:
            self.failed = True
            self.manager.cell_exception(cell, cell_index=self.current)
        self.manager.cell_complete(cell, cell_index=self.current)

    def cut_off(self, why: str, limits: Limits) -> None:
        """The child ended before its time: an error, before those of the cell itself, says so."""
        cells = self.manager.nb.cells
        number = next((at for at in range(max(self.current, 0), len(cells)) if cells[at].cell_type == "code"), None)
        if number is None:
            return
        if number != self.current:
            self.begin(number)
        told = {"died": "the kernel died", "cell timeout": f"a cell took longer than {limits.cell_seconds} seconds",
                "notebook timeout": f"the notebook took longer than {limits.notebook_seconds} seconds", "stopped": "stopped"}
        cell = cells[number]
        at = next((place for place, shown in enumerate(cell.outputs) if shown.output_type == "error"), len(cell.outputs))
        error = {"ename": ENDED[why], "evalue": told[why], "traceback": [f"{ENDED[why]}: {told[why]}"]}
        cell.outputs.insert(at, NotebookNode({"output_type": "error", **error}))
        self.end_cell(failed=True)


class ForkEngine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
    """Runs a notebook's cells in a forked child. Options beyond papermill's: `zygote` (one is made for this notebook without
    it), `limits`, `environment` (variables that the child is given).
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, *, zygote: Zygote | None = None,
                                 limits: Limits | None = None, environment: dict[str, str] | None = None,
                                 execution_timeout: float | None = None, **options: Any) -> None:
        """Run the cells and put their outputs into the notebook."""
        if not can_fork(kernel_name):
            super().execute_managed_notebook(nb_man, kernel_name, execution_timeout=execution_timeout, **options)
            return
        bounds = limits or Limits(cell_seconds=execution_timeout)
        cells = _runnable(nb_man.nb)
        if zygote is not None:
            _execute(nb_man, cells, zygote, bounds, environment or {}, options)
            return
        with Zygote.started([source for _, source, _ in cells]) as own:
            _execute(nb_man, cells, own, bounds, environment or {}, options)


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs with text printed in a row as one: how often it was sent on is chance."""
    found: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and found and found[-1].get("name") == output.name:
            found[-1].text += output.text
        else:
            found.append(output)
    return found


def _runnable(notebook: NotebookNode) -> list[tuple[int, str, bool]]:
    """(number, source, may raise) of the cells that are run."""
    found = []
    for number, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and cell.source.strip() and SKIPPED not in tags:
            found.append((number, str(cell.source), MAY_RAISE in tags))
    return found


def _execute(manager: NotebookExecutionManager, cells: list[tuple[int, str, bool]], zygote: Zygote, limits: Limits,
             environment: dict[str, str], options: dict[str, Any]) -> None:
    shown = {name: options[name] for name in ("log_output", "stdout_file", "stderr_file") if options.get(name)}
    told = _Told(manager, PapermillNotebookClient(manager, record_timing=False, **shown))
    told.client.reset_execution_trackers()
    why = "died"
    for message in zygote.run(cells, limits, environment):
        kind, content, number = message["type"], message["content"], message["cell"]
        if kind == "end":
            why = content["why"]
        elif kind == "begin":
            told.begin(number)
        elif kind == "language":
            manager.nb.metadata["language_info"] = content
        elif kind == "reply":
            may_raise = next(allowed for at, _, allowed in cells if at == number)
            told.end_cell(failed=content["status"] == "error" and not may_raise)
        else:
            heard = {"msg_type": kind, "content": content, "metadata": message["metadata"], "header": {"msg_type": kind},
                     "parent_header": {}}
            told.client.process_message(heard, manager.nb.cells[number], number)
    if why != "done":
        told.cut_off(why, limits)
    if not told.failed:
        for number in range(told.current + 1, len(manager.nb.cells)):
            manager.cell_start(manager.nb.cells[number], number)
            manager.cell_complete(manager.nb.cells[number], cell_index=number)
