"""What a process that community notebooks are forked from does before: the report on a community that does not exist.

Its answers are made up from a round's declared text; no data is read. Fonts, words, templates and the backgrounds of charts
are ready then for the communities that do exist.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.model import label
from evaluation.declare.programme import Programme, load_round_file
from evaluation.declare.round import RoundFile
from evaluation.fieldwork.answers import Answers
from evaluation.fieldwork.communities import NAMES
from evaluation.fieldwork.dispositions import LABELS
from evaluation.fieldwork.opening import Round
from evaluation.reporting import charts
from evaluation.reporting.answers import five_step_items
from evaluation.reporting.community import CommunityReport
from evaluation.reporting.layer import inked
from evaluation.reporting.report import words
from evaluation.reporting.results import gated, score_file_of
from evaluation.reporting.style import BODY, LARGE, SMALL
from evaluation.scoring import rule_of, score_round

NOBODY = "made-up"
ANSWERS = 40
LOWEST = range(30, 90, 10)       # where axes of scores begin
CASES = (15, 45, 90, 150)
SIGNS = "0123456789.,–−+=/%<>() n"   # what numbers are written with


def rehearse(folder: str, lang: str) -> None:
    """Make the report, and draw its charts over all the axes that they may have."""
    declared, programme = load_round_file(Path(folder))
    made_up = _round(declared, programme)
    scores = gated(made_up, score_round(made_up))
    report = CommunityReport.of(made_up, scores, NOBODY, lang)
    for section in (report.result_card, report.declared_and_verified, report.dimensions, report.methods, report.indicators,
                    report.follow_up, report.answers, report.field_outcome, report.data_quality, report.withheld):
        section()._repr_html_()
    score_file_of(made_up, scores, rule_of(made_up), report.decided, report.found).model_dump(by_alias=True)
    report.report.page()
    _axes(made_up, lang)


def _round(declared: RoundFile, programme: Programme) -> Round:
    """A round of one community, whose answers go through the choices of each item."""
    names = {column: [NOBODY] for column in NAMES.values()}
    communities = pd.DataFrame(names, index=pd.Index([NOBODY], name="id", dtype="str"))
    for column in {file.population for file in declared.answers.values() if file.population}:
        communities[column] = 1000.0
    for indicator in programme.rubric.indicators:
        communities[f"declared_{indicator.id}"] = 90.0
    answers: dict[str, Answers] = {method: _answers(programme.instruments[method]) for method in declared.answers}
    return Round(Path(), declared, programme, communities, answers, None, "", ())


def _answers(instrument: Instrument) -> Answers:
    items = [item for item in instrument.items if item.is_answered]
    codes = pd.DataFrame({item.id: pd.Categorical(_values(instrument, item)) for item in items})
    design = pd.DataFrame({"community": pd.Categorical([NOBODY] * ANSWERS)})
    return Answers(instrument, design, codes, pd.DataFrame(True, index=codes.index, columns=codes.columns))


def _values(instrument: Instrument, item: Item) -> list[str]:
    found = [choice.value for choice in instrument.item_choices(item)] or ["1"]
    return [found[row % len(found)] for row in range(ANSWERS)]


def _axes(made_up: Round, lang: str) -> None:
    """Charts whose axes depend on the numbers, over the likely ones."""
    word, rubric, rule = words(lang), made_up.programme.rubric, rule_of(made_up)
    names = {level.id: label(level.label, lang) for level in rubric.levels}
    levels = [(names[name], mark) for name, mark in rule.levels.items()]
    parts = [word["total"], *(f"{part.id} {label(part.label, lang)}" for part in rubric.dimensions)]
    marks = [rule.threshold, *rule.levels.values()]
    for low in LOWEST:
        for high in range(max(low + 20, 70), 101, 10):
            if low < min(marks) and max(marks) < high:
                charts.result_strip(low + 5.0, low + 5.0, high - 5.0, rule.threshold, levels, lang=lang)
        for high in (90, 100):
            limits = {"value": low + 5.0, "ci_low": low + 5.0, "ci_high": high - 5.0}
            charts.declared_and_verified(pd.DataFrame({"label": parts, "declared": np.nan, **limits}), lang=lang)
    steps = [word[name] for name in ("worst", "poor", "middle", "good", "best")]
    for instrument in made_up.programme.instruments.values():
        items = [label(item.label, lang) for item in five_step_items(instrument)]
        for worst in (0.1, 0.9) if items else ():
            shares = dict(zip(steps, (worst, 0.0, 0.0, 0.0, 1 - worst), strict=True))
            charts.likert(pd.DataFrame({"item": items, "n": ANSWERS, **shares}), levels=steps, lang=lang)
    for size in (SMALL, BODY, BODY * 1.2, LARGE):
        inked(SIGNS, size)
    outcomes = [texts[lang] for texts in LABELS.values()]
    for count in range(2, len(outcomes)):
        for most in CASES:
            charts.field_outcome(pd.DataFrame({"outcome": outcomes[:count], "cases": most}), lang=lang)
