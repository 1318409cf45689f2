"""The sampling lab: a methodologist changes a design and sees what it would find, on a community whose truth is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from evaluation.fieldwork.opening import open_round
from evaluation.reporting.lab_charts import estimates_chart, sizes_chart
from evaluation.reporting.report import Report, Section, number, paragraph, percent, picture_html, table_html, words
from evaluation.sampling import Design, Frame
from evaluation.sampling.simulated import respondent_scores as simulated_scores
from evaluation.scoring.respondents import pooled_sd, respondent_scores
from evaluation.scoring.trials import judged, trials

SHOWN = ("bias", "rmse", "se_ratio", "coverage", "n", "margin", "p_wrong")


@dataclass
class SamplingLab:
    """A frame whose every score is known, and the designs tried on it so far."""

    frame: Frame
    scores: np.ndarray
    threshold: float
    lang: str
    report: Report
    tried: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def truth(self) -> float:
        """The mean score of all units of the frame."""
        return float(self.scores.mean())

    @classmethod
    def of_round(cls, folder: str | Path, community: str, truth: float, lang: str = "zh", seed: int = 1) -> SamplingLab:
        """A made community of the size of one of the round, with buildings, and a score for every household.

        The scores have the mean `truth` and the standard deviation of the round's phone (or questionnaire) answers;
        households of one building are somewhat alike. No real answer stands in it.
        """
        opened = open_round(folder)
        opened.require(community)
        methods = [method for method in ("phone", "questionnaire") if method in opened.answers]
        sd = pooled_sd(respondent_scores(opened.answers[methods[0]], opened.programme.rubric)) if methods else 12.0
        sizes = pd.to_numeric(opened.communities["households"]) if "households" in opened.communities else None
        size = 600 if sizes is None else int(sizes.loc[community])
        rng = np.random.default_rng(seed)
        building = np.arange(size) // 60
        shift = rng.normal(0, sd / 4, building.max() + 1)[building]
        scores = np.clip(simulated_scores(truth, sd, (size,), rng) + shift, 0, 100)
        scores = np.clip(scores + truth - scores.mean(), 0, 100)
        table = pd.DataFrame({"unit": [f"h{place:05d}" for place in range(size)],
                              "building": [f"B{place + 1:02d}" for place in building], "adults": rng.integers(1, 6, size)})
        word = words(lang)
        return cls(Frame(table), scores, opened.pass_mark, lang, Report(lang, word["lab"], word["lab_made"], ()))

    def simulate(self, name: str, simulations: int = 500, seed: int = 1, response_rate: float = 1.0, **design: Any) -> Section:
        """Try a design: its estimates as a picture, and its row beside those tried before."""
        found = trials(self.frame, self.scores, Design(**design), simulations, seed, response_rate, self._bar)
        self.tried[name] = judged(found, self.truth, self.threshold)
        picture = estimates_chart(found, self.truth, self.threshold, self.lang)
        return self.report.section(f"lab-{len(self.tried)}", name, picture_html(picture), self._table())

    def sizes(self, n: Sequence[int], simulations: int = 200, seed: int = 1, **design: Any) -> Section:
        """Try several sizes of one design: margin, coverage and chance of a wrong verdict against n, as a picture."""
        rows = []
        for size in n:
            found = trials(self.frame, self.scores, Design(n=size, **design), simulations, seed, progress=self._bar)
            rows.append(judged(found, self.truth, self.threshold))
        word = words(self.lang)
        picture = picture_html(sizes_chart(pd.DataFrame(rows), self.lang))
        return self.report.section("lab-sizes", word["lab_sizes"], picture, paragraph(word["lab_sizes_note"], "note"))

    def _bar(self, numbers: Any) -> Any:
        return tqdm(numbers, desc=words(self.lang)["lab"], mininterval=1.0)

    def _table(self) -> Any:
        word = words(self.lang)
        columns = [(word["lab_design"], "text"), *((word[f"lab_{name}"], "number") for name in SHOWN)]
        shares = ("coverage", "p_wrong")
        rows = [[name, *(percent(row[key]) if key in shares else number(row[key], 2 if key != "n" else 0) for key in SHOWN)]
                for name, row in self.tried.items()]
        return table_html(word["lab_caption"].format(truth=number(self.truth)), columns, rows)
