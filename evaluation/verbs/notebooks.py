"""`run`: notebooks of communities and of the district."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evaluation.core.errors import EvaluationError, Problem, UsageError, problem
from evaluation.core.resources import shipped
from evaluation.fieldwork.opening import Round, open_round
from evaluation.reporting.report import words
from evaluation.reporting.results import gated_scores, software, write_scores
from evaluation.reporting.run import check_parameters, run_notebook
from evaluation.verbs.telling import tell

OWN = ("round", "community", "lang")  # parameters that have options of their own


def run(folder: Path, lang: str, *, community: str | None, every: bool, district: bool, resume: bool,
        notebook: Path | None, parameters: list[str]) -> None:
    """Run notebooks; one that stops is kept and told at the end, and does not stop the others."""
    if not (community or every or district):
        raise UsageError(problem("U06", path="run"))
    template = notebook or shipped("notebooks") / "community.ipynb"
    given = dict(_parameter(text) for text in parameters)
    check_parameters(template, {"round", "community", "lang", *given})
    opened = open_round(folder)
    chosen = [str(name) for name in opened.communities.index] if every else []
    chosen += [opened.require(community)] if community and not every else []
    tell(opened.warnings)
    write_scores(opened, gated_scores(opened))
    left = [name for name in chosen if not (resume and notebook is None and _done(opened, name, lang))]
    stopped: dict[str, list[Problem]] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=len(left) < 2) as progress:
        task = progress.add_task(words(lang)["community_report"], total=len(left))
        for name in left:
            own = {"round": str(folder.resolve()), "community": name, "lang": lang}
            try:
                run_notebook(template, folder / "results" / name / "community.ipynb", {**own, **given})
            except UsageError:
                raise
            except EvaluationError as error:
                stopped[name] = error.problems
            progress.advance(task)
    if district:
        own = {"round": str(folder.resolve()), "lang": lang}
        run_notebook(shipped("notebooks") / "district.ipynb", folder / "results" / "district.ipynb", own)
        print(folder / "results" / "district.html")
    done = [name for name in chosen if name not in stopped]
    for name in done[:5]:
        print(folder / "results" / name / "community.html")
    if len(done) > 5:
        print(f"… {len(done)}, {len(chosen) - len(left)} were done before, {len(stopped)} stopped")
    if stopped:
        raise EvaluationError(told for problems in stopped.values() for told in problems)


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise UsageError(problem("U03", path="--parameter", name=text, hint="NAME=VALUE"))
    if name in OWN:
        raise UsageError(problem("U07", path="--parameter", name=name, option=f"--{name}"))
    return name, value


def _done(opened: Round, community: str, lang: str) -> bool:
    """True if the community's notebook, page and score.json are there, of the same inputs, software and language."""
    folder = opened.folder / "results" / community
    try:
        made = json.loads((folder / "score.json").read_text(encoding="utf-8"))
        page = (folder / "community.html").read_text(encoding="utf-8")[:200]
    except (OSError, ValueError):
        return False
    same = made.get("inputs_sha256") == opened.inputs and made.get("software") == software()
    return bool(same) and f'lang="{lang}' in page and (folder / "community.ipynb").is_file()
