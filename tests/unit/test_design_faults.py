"""What is refused when a design, an estimate or a step of weighting is asked for: every code of E and W, in both languages.

A row: the code, words that must stand in the English message, and what brings it about.
"""

from __future__ import annotations

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from evaluation.core.errors import DesignError, catalogue
from evaluation.estimation import (
    SurveyDesign,
    calibrate,
    categories,
    mean,
    nonresponse,
    poststratify,
    proportion,
    quantile,
    rake,
    ratio,
    reliability,
    replicate,
    total,
    trim,
)

ROWS = pd.DataFrame({
    "y": [1.0, 2, 4, 8, 3, 6, 5, 7], "x": [2.0, 2, 3, 5, 1, 4, 3, 4], "w": [2.0, 2, 3, 3, 1, 1, 4, 4],
    "stratum": list("aaaabbbb"), "psu": [1, 1, 2, 2, 3, 3, 4, 4], "sex": list("fmfmfmfm"), "home": list("oorroorr"),
    "word": list("pqpqpqpq"), "gap": [1, np.nan, 2, 3, 4, 5, 6, 7], "yes": [1, 0, 1, 1, 0, 0, 1, np.nan],
    "N": [9] * 4 + [12] * 4,
})
PLAIN = SurveyDesign(ROWS, weights="w")
DRAWN = SurveyDesign(ROWS, weights="w", strata="stratum", psu="psu")
ZERO = SurveyDesign(ROWS.assign(w=[0, 2, 3, 3, 1, 1, 4, 4]), weights="w")
SEX, HOME = {"f": 12, "m": 12}, {"o": 10, "r": 14}

FAULTS = [
    ("E01", "Did you mean 'y'?", lambda: mean(PLAIN, "yy")),
    ("E01", "'strata'", lambda: SurveyDesign(ROWS, strata="strata")),
    ("E02", "first in row 1", lambda: SurveyDesign(ROWS, weights="gap")),
    ("E02", "first in row 1", lambda: SurveyDesign(ROWS, strata="gap")),
    ("E03", "is -1.0 (row 7", lambda: SurveyDesign(ROWS, weights=[1, 1, 1, 1, 1, 1, 1, -1])),
    ("E04", "no rows", lambda: SurveyDesign(ROWS.iloc[:0])),
    ("E05", "nest=True", lambda: SurveyDesign(ROWS.assign(psu=[1, 1, 2, 2] * 2), strata="stratum", psu="psu")),
    ("E06", "varies within strata", lambda: SurveyDesign(ROWS, fpc="N")),
    ("E07", "3.0 of which 8 ", lambda: SurveyDesign(ROWS, fpc=3)),
    ("E08", "mixed", lambda: SurveyDesign(ROWS.assign(N=[0.5] * 4 + [12] * 4), strata="stratum", fpc="N")),
    ("E09", "strata a, b at stage 1", lambda: mean(SurveyDesign(ROWS.iloc[[0, 4]], strata="stratum"), "y")),
    ("E09", "strata a, b at stage 1", lambda: replicate(SurveyDesign(ROWS.iloc[[0, 4]], strata="stratum"), "jkn")),
    ("E10", "proportion()", lambda: mean(PLAIN, "word")),
    ("E11", "Did you mean 'fail'?", lambda: SurveyDesign(ROWS, lonely_psu="fial")),
    ("E11", "jk1, jkn, bootstrap", lambda: replicate(DRAWN, "jackknife")),
    ("E11", "deff: 'wor'", lambda: mean(PLAIN, "y", deff="wor")),
    ("E12", "3 values for a table of 8 rows", lambda: mean(PLAIN, "y", where=[True, False, True])),
    ("E13", "2 stages", lambda: SurveyDesign(ROWS, psu="psu", fpc=["N", "N"])),
    ("E14", "nobody", lambda: mean(PLAIN, "y", where=lambda rows: rows["y"] > 99)),
    ("E25", "f, m", lambda: proportion(PLAIN, "sex")),
    ("E15", "written 'F'", lambda: proportion(PLAIN, "sex", level="F")),
    ("E16", "korn-graubard", lambda: proportion(DRAWN, "sex", level="f", ci="hypergeometric")),
    ("E17", "between 0 and 1", lambda: quantile(PLAIN, "y", 1.5)),
    ("E17", "95", lambda: mean(PLAIN, "y", confidence=95)),
    ("E18", "3, 2", lambda: SurveyDesign.from_replicates(ROWS, "w", np.ones((3, 2)))),
    ("E18", "≥ 2", lambda: replicate(DRAWN, "bootstrap", replicates=1)),
    ("E19", "Use 'jkn'", lambda: replicate(DRAWN, "jk1")),
    ("E20", "infinite", lambda: mean(SurveyDesign(ROWS.assign(y=np.inf)), "y")),
    ("E21", "twice", lambda: mean(SurveyDesign(pd.concat([ROWS, ROWS[["y"]]], axis=1)), "y")),
    ("E22", "true or false", lambda: mean(PLAIN, "y", where="y")),
    ("E23", "already", lambda: replicate(replicate(DRAWN, "jkn"), "jkn")),
    ("E40", "1 item(s)", lambda: reliability(ROWS[["y"]])),
    ("E41", "word", lambda: reliability(ROWS[["y", "word"]])),
    ("E42", "item_total()", lambda: reliability(ROWS[["y"]].assign(z=-ROWS["y"]))),
    ("W01", "missing in 1 rows", lambda: poststratify(PLAIN, {"gap": dict.fromkeys(range(1, 8), 3)})),
    ("W01", "'gap' is missing", lambda: calibrate(PLAIN, {"gap": 40})),
    ("W02", "the sample has m,", lambda: rake(PLAIN, [{"sex": {"f": 12}}])),
    ("W03", "in the sample is in x", lambda: rake(PLAIN, [{"sex": SEX | {"x": 3}}])),
    ("W04", "above 0: m", lambda: rake(PLAIN, [{"sex": {"f": 12, "m": -1}}])),
    ("W04", "above 0: {'sex': 24}", lambda: rake(PLAIN, [{"sex": 24}])),
    ("W04", "above 0: m", lambda: rake(PLAIN, [{"sex": {"f": 12, "m": "many"}}])),
    ("W05", "add up to 25, those of margin 'sex' to 24", lambda: rake(PLAIN, [{"sex": SEX}, {"home": {"o": 10, "r": 15}}])),
    ("W06", "1 rows have the weight 0", lambda: rake(ZERO, [{"sex": SEX}, {"home": HOME}])),
    ("W06", "calibrate 'x'", lambda: calibrate(ZERO, {"x": 60})),
    ("W07", "level f should have 5", lambda: rake(SurveyDesign(ROWS[ROWS["sex"].eq("f") == ROWS["home"].eq("o")], weights="w"),
                                          [{"sex": {"f": 5, "m": 15}}, {"home": {"o": 10, "r": 10}}])),
    ("W08", "rake()", lambda: poststratify(PLAIN, {"sex": SEX, "home": HOME})),
    ("W09", "nobody in 1.0", lambda: mean(poststratify(replicate(PLAIN, "jk1"), {"y": dict.fromkeys(ROWS["y"], 3)}), "x")),
    ("W10", "Did you mean", lambda: calibrate(PLAIN, {"sexx": 12})),
    ("W11", "(1.2, 2)", lambda: calibrate(PLAIN, {"x": 60}, bounds=(1.2, 2))),
    ("W11", "'logit' needs both", lambda: calibrate(PLAIN, {"x": 60}, distance="logit")),
    ("W12", "asked 600", lambda: calibrate(PLAIN, {"x": 600}, distance="logit", bounds=(0.5, 2))),
    ("W13", "('b',)", lambda: nonresponse(PLAIN, lambda rows: rows["stratum"] == "a", "stratum")),
    ("W14", "mean of 2.5", lambda: trim(PLAIN, upper=2)),
]


@pytest.mark.parametrize(("code", "words", "work"), FAULTS, ids=[f"{code}-{words}" for code, words, _ in FAULTS])
def test_refused_with_its_own_message(code, words, work):
    with pytest.raises(DesignError) as caught:
        work()
    told = [problem for problem in caught.value.problems if problem.code == code]
    assert told, str(caught.value)
    assert words in told[0].text("en")
    assert told[0].text("zh") != told[0].text("en")
    assert set(re.findall(r"{(\w+)", "".join(catalogue()[code]["zh"]))) <= dict(told[0].values).keys()
    assert caught.value.exit_code == 12


def test_a_domain_that_some_replicates_miss_is_told():
    alone = replicate(SurveyDesign(ROWS, weights="w"), "jk1")
    with pytest.warns(UserWarning, match="E24"):
        found = mean(alone, "x", by="y")
    assert found["value"].tolist() == [2, 2, 1, 3, 3, 4, 4, 5]


def test_every_code_has_a_row():
    codes = {code for code in catalogue() if code[0] in "EW"}
    assert codes == {code for code, _, _ in FAULTS} | {"E24"}


def test_all_faults_at_once():
    with pytest.raises(DesignError) as caught:
        rake(PLAIN, [{"sex": {"f": 12, "x": 2}}, {"home": {"o": -10, "r": 14}}])
    assert {problem.code for problem in caught.value.problems} == {"W02", "W03", "W04"}
    with pytest.raises(DesignError) as caught:
        SurveyDesign(ROWS, strata="no", psu="nor")
    assert [problem.code for problem in caught.value.problems] == ["E01", "E01"]


def test_nothing_is_warned_about_in_everyday_work():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for found in (mean(DRAWN, ["y", "gap"], by="sex"), total(DRAWN, "gap"), ratio(DRAWN, "y", "x"),
                      proportion(DRAWN, "yes"), categories(DRAWN, "word"), quantile(DRAWN, "y", [0.25, 0.5])):
            assert found["value"].notna().all()
