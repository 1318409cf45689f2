"""Scores, what they hang on, and the notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evaluation.cli.words import Community, Lang, RoundDir, spoken, verbs

commands = typer.Typer()

Executor = Annotated[str, typer.Option("--executor", help="local, or dask: many machines.")]
Scheduler = Annotated[str | None, typer.Option("--scheduler", help="Address of a Dask scheduler; without it, one here.")]


@commands.command()
def score(round_: RoundDir = Path(), community: Community = None,
          every: Annotated[bool, typer.Option("--all", help="Also write score.json for every community.")] = False,
          bootstrap: Annotated[int, typer.Option("--bootstrap", help="Cross-check by so many bootstrap draws.")] = 0,
          jobs: Annotated[int | None, typer.Option("--jobs", help="Processes for large rounds; all cores without it.")] = None,
          executor: Executor = "local", scheduler: Scheduler = None, lang: Lang = None) -> None:
    """Score all communities in one pass, print them with their intervals, write results/scores.parquet."""
    verbs().score(round_, community, every, spoken(lang), bootstrap, jobs, executor, scheduler)


@commands.command()
def sensitivity(round_: RoundDir = Path(), lang: Lang = None,
                runs: Annotated[int, typer.Option("--runs", help="Size of the sample, a power of 2.")] = 256,
                spread: Annotated[float, typer.Option("--spread", help="How far points and weights vary, 0 to 1.")] = 0.25,
                seed: Annotated[int, typer.Option("--seed", help="Of the runs.")] = 1) -> None:
    """Vary the rubric's choices and show what the totals and verdicts hang on: results/sensitivity.html and .csv."""
    verbs().show_sensitivity(round_, spoken(lang), runs, spread, seed)


@commands.command()
def run(round_: RoundDir = Path(), community: Community = None,
        every: Annotated[bool, typer.Option("--all", help="Every community of the round.")] = False,
        district: Annotated[bool, typer.Option("--district", help="The notebook that compares the communities.")] = False,
        resume: Annotated[bool, typer.Option("--resume", help="Skip what is done with the same inputs.")] = False,
        notebook: Annotated[Path | None, typer.Option("--notebook", help="A notebook of your own.")] = None,
        parameter: Annotated[list[str] | None, typer.Option("--parameter", "-p", help="NAME=VALUE for that notebook.")] = None,
        jobs: Annotated[int | None, typer.Option("--jobs", help="Notebooks at a time; all cores without it.")] = None,
        engine: Annotated[str, typer.Option("--engine", help="fork, or nbclient: papermill's own, slower.")] = "fork",
        cell_timeout: Annotated[float, typer.Option("--cell-timeout", help="Seconds a cell may take; 0: any.")] = 300,
        timeout: Annotated[float, typer.Option("--timeout", help="Seconds a notebook may take; 0: any.")] = 900,
        executor: Executor = "local", scheduler: Scheduler = None,
        store: Annotated[str | None, typer.Option("--store", help="Address that results are copied to.")] = None,
        memory: Annotated[int, typer.Option("--memory", help="Megabytes a notebook may take; 0: any.")] = 2048,
        lang: Lang = None) -> None:
    """Run the notebook of one community (or all): ipynb, HTML and score.json in results/<community>/."""
    chosen = {"community": community, "every": every, "district": district, "resume": resume, "notebook": notebook,
              "executor": executor, "scheduler": scheduler, "store": store}
    limits = {"cell_seconds": cell_timeout, "notebook_seconds": timeout, "memory_mb": memory}
    verbs().run_batch(round_, spoken(lang), limits, engine=engine, jobs=jobs, parameters=tuple(parameter or ()), **chosen)
