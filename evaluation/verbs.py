"""What the commands do: one function a verb. They read, call the stations and write; the stations do the arithmetic."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from evaluation.core.csvfile import read_table, rows_where
from evaluation.core.errors import DataError, DeclarationError, EvaluationError, Problem, UsageError, near_miss, problem
from evaluation.core.files import write_json, write_text
from evaluation.core.resources import shipped
from evaluation.declare.instrument import Instrument
from evaluation.declare.model import RESPONDENT_METHODS, label
from evaluation.declare.programme import check_file, load_round_file
from evaluation.declare.round import FrameFile, RoundFile
from evaluation.declare.rubric import Rubric
from evaluation.fieldwork.columns import refused_columns
from evaluation.fieldwork.opening import Round, open_round
from evaluation.reporting.district import league
from evaluation.reporting.report import certainty, interval, number, words
from evaluation.reporting.results import ScoreFile, gated_scores, software, write_score_file, write_scores
from evaluation.reporting.run import check_parameters, run_notebook
from evaluation.sampling import Design, Frame, draw
from evaluation.scoring import rule_of

OWN = ("round", "community", "lang")  # parameters that have options of their own
SCHEMAS: dict[str, type[BaseModel]] = {"rubric": Rubric, "instrument": Instrument, "round": RoundFile, "score": ScoreFile}


def tell(warnings: Iterable[Problem]) -> None:
    """Print warnings to standard error."""
    for told in warnings:
        print(told.announced(), file=sys.stderr)


def init(folder: Path) -> None:
    """Copy the sample round, its programme and the notebooks to a new folder; whole or not at all."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(problem("U05", folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
        made = Path(temporary) / folder.name
        leave = shutil.ignore_patterns("results", ".*", "__pycache__", "SOURCES.md")
        shutil.copytree(shipped("data_samples") / "autumn-2026", made, ignore=leave)
        shutil.copytree(shipped("questionnaires") / "neighbourly", made / "neighbourly", ignore=leave)
        (made / "notebooks").mkdir()
        for notebook in shipped("notebooks").glob("*.ipynb"):
            text = notebook.read_text(encoding="utf-8").replace('\\"data_samples/autumn-2026\\"', '\\"..\\"')
            (made / "notebooks" / notebook.name).write_text(text, encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    print(f"{folder}\nevaluation run --round {folder} --community c01")


def check(folder: Path, files: list[Path]) -> None:
    """Check a round with its data, or declared files alone. Raises with every fault; prints warnings."""
    if files:
        found = [told for file in files for told in check_file(file)]
        if any(not told.warning for told in found):
            raise DeclarationError(found)
        tell(found)
    else:
        opened = open_round(folder)
        _check_frame(opened)
        tell(opened.warnings)
        print(f"{opened.declared.round}: {len(opened.communities)} communities, "
              + ", ".join(f"{method} {len(answers.design)}" for method, answers in opened.answers.items()))
    print("ok")


def _check_frame(opened: Round) -> None:
    """Raise DataError where the frame has fewer units of a community than answers or calls came from it."""
    declared = opened.declared
    if declared.frame is None:
        return
    sizes = _frame(opened.folder, declared.frame).stratum.value_counts()
    tables = {declared.answers_of(method).file: given.design["community"]
              for method, given in opened.answers.items() if method in RESPONDENT_METHODS}
    if opened.calls is not None and declared.calls is not None:
        tables[declared.calls.file] = opened.calls["community"]
    faults = []
    for file, column in tables.items():
        rows = column.value_counts()
        units = sizes.reindex(rows.index, fill_value=0)
        faults += [problem("G04", opened.folder / declared.frame.file, path="community", id=name, size=units[name],
                           rows=rows[name], table=file) for name in rows.index[rows > units]]
    if faults:
        raise DataError(faults)


def schema(out: Path | None) -> None:
    """Write the JSON Schemas to a folder, or print them as one object."""
    schemas = {name: model.model_json_schema(by_alias=True) for name, model in SCHEMAS.items()}
    if out is None:
        print(json.dumps(schemas, ensure_ascii=False, indent=1, sort_keys=True))
        return
    for name, made in schemas.items():
        write_json(out / f"{name}.schema.json", made)
        print(out / f"{name}.schema.json")


def sample(folder: Path) -> None:
    """Draw each method's sample from the frame; contact columns stay in the frame."""
    declared, _ = load_round_file(folder)
    if declared.frame is None or not declared.design:
        name = "frame" if declared.frame is None else "design"
        raise DeclarationError([problem("G03", folder / "round.yaml", name=name)])
    frame = _frame(folder, declared.frame)
    for method, design in declared.design.items():
        drawn = draw(frame, Design(design.n), seed=declared.seed_of(method))
        file = folder / "sample" / f"{method}.csv"
        write_text(file, drawn.to_csv(index=False, lineterminator="\n"))
        print(f"{file}: {len(drawn)} units in {drawn['stratum'].nunique()} communities")


def _frame(folder: Path, declared: FrameFile) -> Frame:
    file = folder / declared.file
    table = read_table(file, declared.encoding)
    faults = [problem("A01", file, 1, name, name=name, hint=near_miss(name, table.columns))
              for name in (declared.unit, "community") if name not in table]
    faults += refused_columns(file, table.columns, contact_allowed=True)
    if not faults:
        blank = rows_where(table[declared.unit].str.strip() == "", table.index)
        faults = [problem("A05", file, blank[0], declared.unit, rows=blank)] if blank else []
    if faults:
        raise DataError(faults)
    return Frame(table[declared.unit], table["community"])


def score(folder: Path, community: str | None, every: bool, lang: str) -> None:
    """Score the round, print the communities (or one), write scores.parquet and, with `every`, each score.json."""
    opened = open_round(folder)
    if community is not None:
        opened.require(community)
    tell(opened.warnings)
    scores = gated_scores(opened)
    file = write_scores(opened, scores)
    chosen = [str(name) for name in opened.communities.index] if every else [community] if community else []
    for name in chosen:
        write_score_file(opened, name, scores)
    table = league(opened, scores, lang)
    _print_league(opened, table if community is None else table[table["community"] == community], lang)
    print(file)


def _print_league(opened: Round, table: pd.DataFrame, lang: str) -> None:
    word, rule = words(lang), rule_of(opened)
    asked = "" if rule.declared_at_least is None else f"{rule.declared_at_least:g}"
    levels = {level.id: label(level.label, lang) for level in opened.programme.rubric.levels}
    shown = Table(title=label(opened.declared.title, lang), caption=word["unsigned"])
    for name in (word["community"], word["declared"], word["total"], word["margin"],
                 word["probability_pass"].format(mark=f"{rule.threshold:g}"), word["verdict"], word["stars"]):
        shown.add_column(name, overflow="fold", no_wrap=name == word["community"])
    for _, row in table.iterrows():
        shown.add_row(row["label"], number(row["declared"]), number(row["value"]), interval(row["ci_low"], row["ci_high"]),
                      certainty(row["p_pass"], row["se"]), word[row["verdict"]].format(mark=asked),
                      levels.get(row["level"], "–"))
    Console(width=None if sys.stdout.isatty() else 140).print(shown)


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
