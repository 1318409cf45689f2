"""`run`: notebooks of communities and of the district."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from evaluation.core.errors import EvaluationError, UsageError, problem
from evaluation.core.resources import shipped
from evaluation.fieldwork.opening import Round, inputs_digest
from evaluation.reporting.batch import pool_of
from evaluation.reporting.forking.forks import Rehearsals
from evaluation.reporting.forking.limits import NO_LIMITS, Limits
from evaluation.reporting.opened import VARIABLE, opened_for_batch
from evaluation.reporting.parameters import check_names, kinds_of, read_notebook, typed
from evaluation.reporting.record import BatchRecord
from evaluation.reporting.results import software
from evaluation.reporting.tasks import Settings, Task, is_done
from evaluation.verbs.batch_progress import BatchProgress, print_batch
from evaluation.verbs.executors import EXECUTORS, check_choice, optional
from evaluation.verbs.portions import portions
from evaluation.verbs.telling import tell

ASKED = ("round", "community")     # parameters that a notebook must have; lang it may
OWN = (*ASKED, "lang")             # those that have options of their own
SHOWN = 5
ENGINES = ("fork", "nbclient")


@dataclass(frozen=True)
class Batch:
    """What the command line asks for."""

    folder: Path
    lang: str
    community: str | None = None
    every: bool = False
    district: bool = False
    resume: bool = False
    notebook: Path | None = None
    parameters: tuple[str, ...] = ()
    engine: str = "fork"
    executor: str = "local"
    scheduler: str | None = None
    store: str | None = None
    jobs: int | None = None
    limits: Limits = NO_LIMITS

    @property
    def cores(self) -> int:
        """Processes at a time."""
        return self.jobs or os.cpu_count() or 1


def run_batch(folder: Path, lang: str, limits: Mapping[str, float], engine: str = "fork", **asked: Any) -> None:
    """Check what the command line asks for, and run it. limits: seconds and megabytes, 0 for none."""
    check_choice("--engine", engine, ENGINES)
    check_choice("--executor", asked["executor"], EXECUTORS)
    faults = [problem("U11", path=name, value=f"{value:g}") for name, value in limits.items() if not value >= 0]
    faults += [problem("U12", path="--jobs", value=asked["jobs"])] if asked["jobs"] is not None and asked["jobs"] < 1 else []
    if faults:
        raise UsageError(faults)
    memory = int(limits["memory_mb"]) or None
    bounds = Limits(limits["cell_seconds"] or None, limits["notebook_seconds"] or None, memory)
    run(Batch(folder, lang, engine=engine, limits=bounds, **asked))


def run(batch: Batch) -> None:
    """Run notebooks; one that stops is kept and told at the end, and does not stop the others."""
    if not (batch.community or batch.every or batch.district):
        raise UsageError(problem("U06", path="run"))
    file = batch.notebook or shipped("notebooks") / "community.ipynb"
    template = read_notebook(file)
    given = typed(file, template, dict(_parameter(text) for text in batch.parameters))
    check_names(file, template, ASKED)
    given = {**({"lang": batch.lang} if "lang" in kinds_of(template) else {}), **given}
    settings = Settings(batch.cores if batch.every else 1, batch.engine, batch.limits, _rehearsals(batch), batch.lang,
                        None if batch.store is None else (batch.store, batch.folder.resolve()))
    record = BatchRecord({"software": software(), "notebook": file.name, "engine": batch.engine, "jobs": settings.jobs,
                          "lang": batch.lang})
    opened: Round | None = None
    try:
        with _pool(batch, settings, template) as pool:   # it makes itself ready while the round is opened
            size, found = portions(batch.folder, batch.community, batch.every, batch.cores, batch.executor, batch.scheduler)
            with BatchProgress(batch.lang, size) as progress:
                for opened, scores, names in found:
                    tasks = [_task(batch, template, opened, name, given) for name in names]
                    left = [task for task in tasks if not (batch.resume and is_done(task))]
                    record.skip(progress, {task.name for task in tasks} - {task.name for task in left})
                    with opened_for_batch(opened, scores, [task.name for task in left]) as kept:
                        environment = {VARIABLE: str(kept)}
                        pool.run([replace(task, environment=environment) for task in left], record.follow(progress))
                if batch.district:
                    pool.run([_district(batch)], record.follow(progress))
    finally:
        if opened is not None:
            record.write(batch.folder / "results" / "batch.json", opened.inputs)
    _finish(batch, record, opened)


def _pool(batch: Batch, settings: Settings, template: NotebookNode) -> AbstractContextManager[Any]:
    """What runs the notebooks: processes of this machine, or a cluster."""
    if batch.store is not None:
        optional("store").check_store(batch.store)
    if batch.executor == "local":
        return pool_of(settings, template if batch.community or batch.every else None)
    pool: AbstractContextManager[Any] = optional("cluster").cluster_of(settings, batch.scheduler)
    return pool


def _rehearsals(batch: Batch) -> Rehearsals:
    arguments = {"folder": str(batch.folder.resolve()), "lang": batch.lang}
    return [("evaluation.reporting.rehearsal", "rehearse", arguments)] if batch.every and batch.notebook is None else []


def _task(batch: Batch, template: NotebookNode, opened: Round, name: str, given: dict[str, Any]) -> Task:
    folder = batch.folder.resolve() / "results" / name      # a worker of a cluster is in a folder of its own
    products = ["community.html"] if batch.notebook is not None else ["community.html", "score.json"]
    parameters = {"round": str(batch.folder.resolve()), "community": name, **given}
    return Task(name, template, folder / "community.ipynb", parameters, tuple(folder / product for product in products),
                f"{software()} {opened.inputs}")


def _district(batch: Batch) -> Task:
    template = read_notebook(shipped("notebooks") / "district.ipynb")
    parameters = {"round": str(batch.folder.resolve()), "lang": batch.lang}
    return Task("district", template, batch.folder.resolve() / "results" / "district.ipynb", parameters)


def _finish(batch: Batch, record: BatchRecord, opened: Round | None) -> None:
    """Say what was made, and raise what was not."""
    if opened is not None and inputs_digest(opened.folder, opened.declared, opened.programme) != opened.inputs:
        tell([problem("N06", batch.folder, warning=True)])
    done = [outcome.name for outcome in record.outcomes if outcome.state in ("done", "skipped")]
    for name in sorted(done)[:SHOWN]:
        own = Path("district.html") if name == "district" else Path(name) / "community.html"
        print(batch.folder / "results" / own)
    if len(record.outcomes) > SHOWN:
        print_batch(record, batch.lang)
    if problems := record.problems():
        raise EvaluationError(problems)


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise UsageError(problem("U03", path="--parameter", name=text, hint="NAME=VALUE"))
    if name in OWN:
        raise UsageError(problem("U07", path="--parameter", name=name, option=f"--{name}"))
    return name, value
