"""The gate: nothing from fewer than the minimum is shown, nor to be had by subtraction."""

import json

import numpy as np
import pandas as pd
import pytest

from evaluation import open_round
from evaluation.core.resources import shipped
from evaluation.reporting.disclosure import gate_counts, gate_scores
from evaluation.reporting.results import score_file
from evaluation.scoring import score_round

MINIMUM = 10


@pytest.fixture(scope="module")
def sample():
    return open_round(shipped("data_samples") / "autumn-2026")


@pytest.fixture(scope="module")
def gated(sample):
    return gate_scores(score_round(sample), sample.programme.rubric, MINIMUM)


def small(scores, minimum):
    """Evidence from too few residents, and sums of them: what must not be known."""
    resident = (scores["level"] == "evidence") & scores["evidence"].isin(["questionnaire", "phone"])
    return resident & scores["fewest"].between(1, minimum - 1)


def unknowns_recoverable(rows, rubric):
    """Withheld numbers that the shown ones determine: rank test on all sums that a reader can write down."""
    key = {(row.level, row.id, row.evidence if row.level == "evidence" else ""): row for row in rows.itertuples()}
    hidden = [name for name, row in key.items() if row.withheld]
    protected = [name for name, row in key.items() if row.small]
    equations = []
    if not hidden:
        return []

    def add(parent, parts):
        if parent in key:
            coefficients = np.zeros(len(hidden))
            for name, sign in [(parent, -1.0), *((part, 1.0) for part in parts if part in key)]:
                if key[name].withheld:
                    coefficients[hidden.index(name)] += sign * (key[name].points or 1)
            equations.append(coefficients)

    for indicator in rubric.indicators:
        add(("indicator", indicator.id, ""), [("evidence", indicator.id, method) for method in indicator.evidence])
    for dimension in rubric.dimensions:
        add(("dimension", dimension.id, ""), [("indicator", part.id, "") for part in dimension.indicators])
    for aim in rubric.aims:
        add(("aim", aim.id, ""), [("indicator", part.id, "") for part in rubric.indicators if part.aim == aim.id])
    add(("total", "total", ""), [("dimension", dimension.id, "") for dimension in rubric.dimensions])
    add(("total", "total", ""), [("aim", aim.id, "") for aim in rubric.aims])
    matrix = np.array(equations).reshape(-1, len(hidden))
    rank = np.linalg.matrix_rank(matrix)
    assert set(protected) <= set(hidden)
    return [name for place, name in enumerate(hidden) if name in protected
            and np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(hidden))[place]])) == rank]


def test_nine_answers_are_not_shown(sample, gated):
    rows = gated[(gated["community"] == "c11") & (gated["evidence"] == "questionnaire") & (gated["level"] == "evidence")]
    assert rows["withheld"].all()
    assert rows[["value", "se", "ci_low", "ci_high"]].isna().all(axis=None)
    assert gated.loc[(gated["community"] == "c11") & (gated["level"] == "total"), "value"].notna().all()


def test_nothing_is_recovered_by_subtraction(sample, gated):
    for community in ("c11", "c18"):
        rows = gated.assign(small=small(score_round(sample), MINIMUM))[gated["community"] == community]
        assert unknowns_recoverable(rows, sample.programme.rubric) == []


def test_other_communities_are_shown_whole(gated):
    assert not gated.loc[~gated["community"].isin(["c11"]), "withheld"].any()


@pytest.mark.parametrize("minimum", [5, 40, 80])
def test_the_gate_holds_at_any_minimum(sample, minimum):
    scores = score_round(sample)
    gated = gate_scores(scores, sample.programme.rubric, minimum).assign(small=small(scores, minimum))
    evidence = gated[(gated["level"] == "evidence") & gated["evidence"].isin(["questionnaire", "phone"])]
    assert not evidence.loc[evidence["n"].between(1, minimum - 1), "value"].notna().any()
    for community in gated["community"].unique():
        assert unknowns_recoverable(gated[gated["community"] == community], sample.programme.rubric) == []


def test_score_json_holds_only_what_the_gate_lets_through(sample, gated):
    made = json.loads(score_file(sample, "c11", gated).model_dump_json(by_alias=True))
    for row in made["scores"]:
        if row["withheld"]:
            assert row["value"] is None
            assert row["se"] is None
            assert row["n"] == 0


def test_small_evidence_that_the_score_does_not_use_is_withheld_too(sample):
    scores = score_round(sample)
    row = scores.index[(scores["community"] == "c01") & (scores["id"] == "1.1") & (scores["evidence"] == "questionnaire")][0]
    scores.loc[row, ["points", "weight"]] = 0.0
    scores.loc[row, ["n", "fewest"]] = 3
    gated = gate_scores(scores, sample.programme.rubric, MINIMUM)
    assert gated.at[row, "withheld"]
    assert np.isnan(gated.at[row, "value"])


def test_sheets_and_records_protect_nobody(sample, gated):
    public = gated[(gated["level"] == "evidence") & ~gated["evidence"].isin(["questionnaire", "phone"])]
    assert not public["withheld"].any()


def test_the_number_of_answers_is_not_told_by_subtraction(gated):
    sums = gated[(gated["community"] == "c11") & (gated["level"] == "total")]
    assert (sums["n"] == 0).all()


def test_rare_outcomes_are_added_together():
    counts = gate_counts(pd.Series({"complete": 40, "refusal": 12, "other": 3, "unknown": 2}), MINIMUM, "rest")
    assert counts.to_dict() == {"complete": 40, "rest": 17}
    assert gate_counts(pd.Series({"complete": 40, "refusal": 12}), MINIMUM, "rest").to_dict() == {"complete": 40, "refusal": 12}
    assert gate_counts(pd.Series({"complete": 4}), MINIMUM, "rest").empty
