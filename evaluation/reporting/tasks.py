"""One notebook of a batch: what is to be done, how it is run, what came of it, and whether it was done before."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from evaluation.core.files import write_text
from evaluation.reporting.forking.forks import Rehearsals, Zygote
from evaluation.reporting.forking.limits import NO_LIMITS, Limits
from evaluation.reporting.page import notebook_page

STATES = ("done", "skipped", "failed", "timeout", "died", "stopped")
OF_ERROR = {"CellTimeoutError": "timeout", "NotebookTimeoutError": "timeout", "DeadKernelError": "died",
            "Interrupted": "stopped"}
MARK = "evaluation"


@dataclass(frozen=True)
class Task:
    """One notebook to run: under which name, from which template, to which file, with which parameters. products: files that
    it writes besides. inputs: what stands for all that it reads; `environment`: variables that its process is given.
    """

    name: str
    template: NotebookNode
    out: Path
    parameters: Mapping[str, Any]
    products: tuple[Path, ...] = ()
    inputs: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What came of a task. state: one of STATES. error: in a line, blank if none; cell: where, counted from 0 among all cells.
    peak_mb: largest memory of the notebook's process, 0 where it is not known.
    """

    name: str
    state: str
    seconds: float = 0.0
    attempts: int = 0
    peak_mb: int = 0
    error: str = ""
    cell: int | None = None
    kept: str = ""


@dataclass(frozen=True)
class Settings:
    """How a batch runs: processes at a time, papermill's engine (`fork` or `nbclient`), limits of each notebook, what its
    processes rehearse before they begin. store: an address, and the folder whose files are copied to it as they are made.
    """

    jobs: int = 1
    engine: str = "fork"
    limits: Limits = NO_LIMITS
    rehearse: Rehearsals = ()
    lang: str = "en"
    store: tuple[str, Path] | None = None


def key_of(task: Task) -> str:
    """Digest of all that makes a notebook what it is: template, parameters, inputs."""
    cells = [(cell.cell_type, str(cell.source)) for cell in task.template.cells]
    told = json.dumps([cells, dict(task.parameters), task.inputs], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def is_done(task: Task) -> bool:
    """Whether the task's notebook is there, of the same template, parameters and inputs, with all its products."""
    try:
        made = json.loads(task.out.read_text(encoding="utf-8"))["metadata"][MARK]["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(made == key_of(task)) and all(product.is_file() for product in task.products)


def run_task(task: Task, settings: Settings, zygote: Zygote | None) -> Outcome:
    """Run one notebook once and write it whole; one that stops is written as .failed.ipynb, its error and outputs in it.

    zygote: None runs it by papermill's own engine.
    """
    failed, page = task.out.with_suffix(".failed.ipynb"), task.out.with_suffix(".html")
    before, began = _written(page), time.monotonic()
    text, error = _executed(task, settings, zygote)
    outcome = Outcome(task.name, "done", attempts=1, peak_mb=zygote.peak_mb if zygote is not None else 0)
    if error is None:
        if _written(page) == before:
            write_text(page, notebook_page(json.loads(text), settings.lang))
        write_text(task.out, text)
        failed.unlink(missing_ok=True)
    else:
        name, value, cell = error
        state = OF_ERROR.get(name, "failed")
        kept = bool(text) and state != "stopped"
        if kept:
            write_text(failed, text)
        outcome = replace(outcome, state=state, error=f"{name}: {value}", cell=cell, kept=str(failed) if kept else "")
    return replace(outcome, seconds=round(time.monotonic() - began, 3))


def _executed(task: Task, settings: Settings, zygote: Zygote | None) -> tuple[str, tuple[str, str, int | None] | None]:
    """The notebook as papermill wrote it, and the error that stopped it: name, text, number of the cell."""
    marked = {**task.template, "metadata": {**task.template.metadata, MARK: {"key": key_of(task)}}}
    notebook = nbformat.from_dict(marked)  # type: ignore[no-untyped-call]  # it has no types
    options: dict[str, Any] = {"extra_arguments": ["--log-level=CRITICAL"], "execution_timeout": settings.limits.cell_seconds}
    if zygote is not None:
        options = {"zygote": zygote, "limits": settings.limits, "environment": dict(task.environment)}
    error: tuple[str, str, int | None] | None = None
    with tempfile.TemporaryDirectory(prefix="evaluation.") as folder:
        made = Path(folder) / "made.ipynb"
        name = str(made).replace("{", "{{").replace("}", "}}")   # papermill fills parameters into names
        try:
            papermill.execute_notebook(notebook, name, dict(task.parameters), progress_bar=False, log_output=False,
                                       request_save_on_cell_execute=False,
                                       engine_name="nbclient" if zygote is None else "fork", **options)
        except PapermillExecutionError as told:
            error = told.ename, told.evalue, told.cell_index
        except (RuntimeError, TimeoutError, nbformat.ValidationError) as told:   # how its own engine says that a kernel died
            error = type(told).__name__, str(told), None
        text = made.read_text(encoding="utf-8") if made.is_file() else ""
    return text.replace(json.dumps(str(made), ensure_ascii=False), json.dumps(str(task.out), ensure_ascii=False)), error


def _written(file: Path) -> int:
    return file.stat().st_mtime_ns if file.is_file() else 0
