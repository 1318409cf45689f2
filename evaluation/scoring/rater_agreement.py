"""How far raters of the same meeting, activity or document agree: for every method whose sheets name the rater."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.estimation.agreement import icc, krippendorff_alpha, weighted_kappa
from evaluation.fieldwork.opening import Round
from evaluation.scoring.item_scores import item_scores, scored_items

COLUMNS = ["method", "rated", "raters", "icc", "ci_low", "ci_high", "kappa", "alpha"]


def rater_agreement(round_: Round) -> pd.DataFrame:
    """method; rated (things rated by two raters or more); raters; icc with its 95% limits, of a sheet's mean score, one-way:
    ICC(1) of McGraw and Wong (1996); kappa with quadratic weights, of the first two raters' scores of the same item; alpha of
    Krippendorff, ordinal, of all raters' scores of the same item. NaN where the data show nothing. Methods without a rater
    column, or where nobody rated the same thing, have no row.
    """
    rows = []
    for method, answers in round_.answers.items():
        if "rater" not in answers.design:
            continue
        items = scored_items(answers.instrument, round_.programme.rubric)
        scores = pd.DataFrame(item_scores(answers, round_.programme.rubric, items), columns=[item.id for item in items])
        names = [name for name in ("community", "psu") if name in answers.design]
        parts = [answers.design[name].astype("str").to_numpy(dtype=object) for name in names]
        thing = pd.Series(parts[0] if len(parts) == 1 else parts[0] + "\0" + parts[1], name="thing")
        rater = pd.Series(answers.design["rater"].astype("str").to_numpy(dtype=object), name="rater")
        sheets = scores.mean(axis=1).groupby([thing, rater]).mean().unstack()
        twice = sheets.notna().sum(axis=1) >= 2
        if not twice.any():
            continue
        one = icc(sheets[twice]).set_index("coefficient").loc["ICC(1)"]
        units = pd.DataFrame(scores.groupby([thing, rater]).mean().stack().unstack("rater"))
        units = units[units.notna().sum(axis=1) >= 2]
        first, second = _first_two(units)
        kappa = weighted_kappa(first, second).kappa if len(first) > 1 and len({*first, *second}) > 1 else np.nan
        raters = int(sheets[twice].notna().any().sum())
        rows.append((method, int(twice.sum()), raters, one["icc"], one["ci_low"], one["ci_high"], kappa,
                     krippendorff_alpha(units, "ordinal")))
    return pd.DataFrame(rows, columns=COLUMNS)


def _first_two(units: pd.DataFrame) -> tuple[list[float], list[float]]:
    """The scores that the first two raters of each unit gave it, by the raters' names."""
    given = [row[~np.isnan(row)][:2] for row in units.sort_index(axis=1).to_numpy(dtype=float)]
    return [float(pair[0]) for pair in given], [float(pair[1]) for pair in given]
