"""Scoring 2,000 communities in one pass, against the bare numpy reduction of the same tables and a loop over communities.

`python -m bench.scoring` prints the ratios. Peers: numpy (a sum and a sum of squares of every item by community with
`np.add.reduceat`), and this package's own pass run once a community, as svyby-like tools do.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measure import seconds
from evaluation.core.resources import shipped
from evaluation.declare.programme import load_programme
from evaluation.declare.round import RoundFile
from evaluation.fieldwork.answers import Answers
from evaluation.fieldwork.opening import Round
from evaluation.scoring import score_round
from evaluation.scoring.item_scores import item_scores, scored_items

COMMUNITIES, RESPONDENTS = 5_000, 100


def invented_round() -> Round:
    """A round in memory: questionnaire and phone answers of every community, drawn evenly from each list."""
    rng = np.random.default_rng(1)
    programme = load_programme(shipped("questionnaires") / "neighbourly")
    names = [f"c{number:05d}" for number in range(COMMUNITIES)]
    answers = {}
    for method in ("questionnaire", "phone"):
        instrument = programme.instruments[method]
        rows = COMMUNITIES * RESPONDENTS
        codes = pd.DataFrame({item.id: rng.choice([choice.value for choice in instrument.item_choices(item)], rows)
                              for item in instrument.items})
        design = pd.DataFrame({"community": np.repeat(names, RESPONDENTS), "stratum": "", "psu": np.arange(rows).astype(str),
                               "weight": 1.0})
        answers[method] = Answers(instrument, design, codes, codes.notna())
    declared = RoundFile.model_validate({"round": "bench", "title": "bench", "programme": "neighbourly",
                                         "answers": {method: {"file": "none.csv"} for method in answers}})
    communities = pd.DataFrame({"name_zh": names, "name_en": names}, index=pd.Index(names, name="id"))
    return Round(Path(), declared, programme, communities, answers, None, "", ())


def bare(tables: list[np.ndarray]) -> None:
    """Sum and sum of squares of every item in every community: the least that any scoring must read."""
    for table in tables:
        starts = np.arange(0, len(table), RESPONDENTS)
        np.add.reduceat(np.nan_to_num(table), starts, axis=0)
        np.add.reduceat(np.nan_to_num(table) ** 2, starts, axis=0)


def one_by_one(round_: Round, names: list[str]) -> None:
    """The same scores, a community at a time."""
    for name in names:
        own = {method: given.of(name) for method, given in round_.answers.items()}
        score_round(replace(round_, communities=round_.communities.loc[[name]], answers=own))


def main() -> None:
    """Measure and print."""
    round_ = invented_round()
    rubric = round_.programme.rubric
    tables = [item_scores(given, rubric, scored_items(given.instrument, rubric)) for given in round_.answers.values()]
    one_pass, reduction = seconds(score_round, round_), seconds(bare, tables)
    few = [str(name) for name in round_.communities.index[:20]]
    loop = seconds(one_by_one, round_, few) / len(few) * COMMUNITIES
    print(f"{COMMUNITIES} communities x 2 methods x {RESPONDENTS} answers: one pass {one_pass:.2f} s")
    print(f"one pass / bare numpy reduction of the same item scores: {one_pass / reduction:.1f}x")
    print(f"loop over communities (20 measured, scaled) / one pass: {loop / one_pass:.0f}x")


if __name__ == "__main__":
    main()
