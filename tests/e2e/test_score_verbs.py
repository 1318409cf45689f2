"""`score` and `sensitivity` as a user runs them: what is printed and written, large rounds by parts, wrong options."""

from __future__ import annotations

import functools

import pandas as pd
import pytest

from evaluation.core.errors import UsageError
from evaluation.fieldwork.parts import open_parts
from evaluation.verbs import scoring, show_sensitivity


def test_score_writes_what_is_to_be_followed_up_and_prints_the_bootstrap(folder, capsys):
    scoring.score(folder, "c04", every=False, lang="en", bootstrap=50)
    told = capsys.readouterr().out
    assert "Bayesian bootstrap, 50" in told
    assert told.count("Morning Light c04") == 2
    findings = pd.read_csv(folder / "results" / "findings.csv")
    assert set(findings["source"]) == {"score"}
    assert (folder / "results" / "c04" / "score.json").is_file()
    assert not (folder / "results" / "c05").exists()


def test_a_withheld_total_is_not_told_by_the_bootstrap(folder, capsys):
    for method in ("questionnaire", "phone", "meeting", "activity"):
        file = folder / "answers" / f"{method}.csv"
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        own = table["community"] == "c04"
        pd.concat([table[~own], table[own].head(2)]).to_csv(file, index=False)
    scoring.score(folder, "c04", every=False, lang="en", bootstrap=20)
    told = capsys.readouterr().out
    assert told.count("Morning Light c04") == 1


def test_a_very_long_name_leaves_the_scores_to_be_seen(folder, capsys):
    names = folder / "communities.csv"
    names.write_text(names.read_text(encoding="utf-8").replace("Willow Lane", "Willow Lane " * 25), encoding="utf-8")
    scoring.score(folder, "c01", every=False, lang="en")
    line = next(line for line in capsys.readouterr().out.splitlines() if "Willow" in line)
    assert "…" in line
    assert line.split("│")[-3].strip() in ("Pass", "Fail", "More evidence")


def test_a_large_round_is_scored_by_parts_and_its_verdicts_counted(folder, capsys, monkeypatch):
    for method in ("questionnaire", "phone"):
        file = folder / "answers" / f"{method}.csv"
        pd.read_csv(file, dtype=str, keep_default_na=False).to_parquet(file.with_suffix(".parquet"), index=False)
        text = (folder / "round.yaml").read_text(encoding="utf-8").replace(f"{method}.csv, pop", f"{method}.parquet, pop")
        (folder / "round.yaml").write_text(text, encoding="utf-8")
    scoring.score(folder, None, every=False, lang="en")
    whole = pd.read_parquet(folder / "results" / "scores.parquet")
    assert "Willow Lane c01" in capsys.readouterr().out
    monkeypatch.setattr(scoring, "open_parts", functools.partial(open_parts, size=9))
    scoring.score(folder, None, every=True, lang="en", jobs=2)
    told = capsys.readouterr().out
    assert "Pass: 13\nFail: 7\nMore evidence needed: 3\nNot reviewed (declared below 85): 1\n" in told
    assert len(list((folder / "results").glob("c*/score.json"))) == 24
    parts = pd.read_parquet(folder / "results" / "scores.parquet")
    assert parts["value"].sum() == pytest.approx(whole["value"].sum())


def test_sensitivity_writes_a_page_and_a_table(folder, capsys):
    show_sensitivity(folder, "zh", runs=4, spread=0.1, seed=2)
    assert "结论是否站得住" in capsys.readouterr().out
    page = (folder / "results" / "sensitivity.html").read_text(encoding="utf-8")
    assert page.count("<img") == 2
    table = pd.read_csv(folder / "results" / "sensitivity.csv")
    assert len(table) == 24
    assert table[["pass", "more_evidence", "fail"]].sum(axis=1).tolist() == pytest.approx([1] * 24)
    assert (table["low"] <= table["high"]).all()


@pytest.mark.parametrize(("runs", "spread"), [(100, 0.1), (0, 0.1), (1, 0.1), (4, -0.1), (4, 1.0)])
def test_wrong_options(folder, runs, spread):
    with pytest.raises(UsageError, match="G08"):
        show_sensitivity(folder, "en", runs=runs, spread=spread, seed=1)
