"""`plan` and `calls look`: how many calls a goal needs, and what the interviews so far settle."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from evaluation.core.errors import DataError, DeclarationError, problem
from evaluation.declare.round import Goal
from evaluation.fieldwork.dispositions import outcome_rates
from evaluation.fieldwork.opening import Round, open_round
from evaluation.sampling import SequentialPlan, look, sample_size
from evaluation.scoring.respondents import pooled_sd, respondent_scores

HEADERS = {"community": "社区", "population": "总体", "n": "需完成访问", "cases": "需抽取", "margin": "误差", "mean": "平均分",
           "fail_at": "未通过线", "pass_at": "通过线", "verdict": "结论", "next_look": "下次查看"}


def plan(folder: Path, lang: str, **options: float | None) -> None:
    """Print, for every community, the interviews and cases that the goal of round.yaml (or the options) needs."""
    opened = open_round(folder)
    goal = _goal(opened, {name: value for name, value in options.items() if value is not None})
    found = _rates(opened)
    sd = goal.sd if goal.sd is not None else _sd(opened)
    response = goal.response_rate if goal.response_rate is not None else found["response_rate"]
    eligible = goal.eligibility if goal.eligibility is not None else found["eligibility"]
    table = sample_size(margin=goal.margin, wrong=goal.wrong, confidence=goal.confidence, at=(goal.low, goal.high),
                        threshold=opened.pass_mark, sd=sd, population=_population(opened), deff=goal.deff,
                        response_rate=response, eligibility=eligible)
    said = {"zh": f"标准差 {sd:.1f}，应答率 {response:.0%}，合格率 {eligible:.0%}",
            "en": f"sd {sd:.1f}, response rate {response:.0%}, eligibility {eligible:.0%}"}[lang]
    shown = table.rename_axis("community").reset_index()
    named = {"p_wrong_low": f"P({goal.low:g})", "p_wrong_high": f"P({goal.high:g})"}
    _print(shown, said, lang, {name: text.replace("P(", {"zh": "误判 P(", "en": "wrong at "}[lang]).replace(
        ")", {"zh": ")", "en": ""}[lang]) for name, text in named.items()})
    total = {"zh": "合计", "en": "all communities"}[lang]
    print(f"{total}: {int(table['n'].sum())} / {int(table['cases'].sum())}")


def show_looks(folder: Path, lang: str) -> None:
    """Print where each community stands against the boundaries that were frozen when the sample was drawn.

    No mean of fewer interviews than the disclosure minimum is shown.
    """
    opened = open_round(folder)
    file = folder / "sample" / "phone.sequential.json"
    if not file.is_file():
        raise DeclarationError([problem("G03", folder / "round.yaml", name="design.phone.sequential")])
    frozen = SequentialPlan.from_dict(json.loads(file.read_text(encoding="utf-8")))
    if "phone" not in opened.answers:
        raise DataError(problem("K09", folder / "round.yaml", method="phone", round=str(folder)))
    scores = respondent_scores(opened.answers["phone"], opened.programme.rubric)
    rows = []
    for name in opened.communities.index:
        found = look(frozen, scores.loc[scores["community"] == name, "score"])
        few = found.n < opened.declared.disclosure.minimum
        rows.append({"community": name, "n": found.n, "mean": np.nan if few else found.mean, "fail_at": found.fail_at,
                     "pass_at": found.pass_at, "verdict": found.verdict,
                     "next_look": found.next_look if found.next_look is not None else ""})
    _print(pd.DataFrame(rows), "", lang, {"n": {"zh": "已访问", "en": "interviews"}[lang]})


def _goal(opened: Round, options: dict[str, float]) -> Goal:
    goal = opened.declared.goal if opened.declared.goal is not None else Goal()
    if "margin" in options or "wrong" in options:
        goal = goal.model_copy(update={"margin": None, "wrong": None})
    goal = goal.model_copy(update=options)  # out of range: told by sample_size
    return goal if goal.margin is not None or goal.wrong is not None else goal.model_copy(update={"margin": 3.0})


def _sd(opened: Round) -> float:
    found = [pooled_sd(respondent_scores(opened.answers[method], opened.programme.rubric))
             for method in ("phone", "questionnaire") if method in opened.answers]
    known = [sd for sd in found if np.isfinite(sd) and sd > 0]
    if not known:
        raise DeclarationError([problem("G03", opened.folder / "round.yaml", name="goal.sd")])
    return known[0]


def _rates(opened: Round) -> dict[str, float]:
    """Response rate among the eligible, and share of the eligible, of the calls made so far; 1 without calls."""
    if opened.calls is None or opened.calls.empty:
        return {"response_rate": 1.0, "eligibility": 1.0}
    rates = outcome_rates(Counter(opened.calls["disposition"].astype(str)))
    return {"response_rate": rates["RR3"] or 1.0, "eligibility": rates["e"] or 1.0}


def _population(opened: Round) -> Any:
    columns = [given.population for given in opened.declared.answers.values() if given.population is not None]
    if not columns:
        return pd.Series(np.inf, index=opened.communities.index)
    return pd.to_numeric(opened.communities[columns[0]])


def _print(rows: pd.DataFrame, caption: str, lang: str, named: dict[str, str]) -> None:
    table = Table(caption=caption or None)
    for name in rows.columns:
        table.add_column(named.get(name, HEADERS.get(name, name) if lang == "zh" else name.replace("_", " ")),
                         justify="left" if name in ("community", "verdict") else "right")
    for row in rows.to_dict("records"):
        table.add_row(*(_cell(str(name), value) for name, value in row.items()))
    Console(width=140).print(table)


def _cell(name: str, value: object) -> str:
    if isinstance(value, float):
        if np.isnan(value):
            return "–"
        return f"{value:.1%}" if name.startswith("p_") else f"{value:.0f}" if name == "population" else f"{value:.1f}"
    return str(value)
