"""What the pages say of limits, ways to settle, stand-ins, follow-up, bands, looks, stars and raters; in both languages."""

from dataclasses import replace

import pandas as pd
import pytest

from evaluation import CommunityReport, DistrictReport, open_round
from evaluation.declare.round import Stars
from evaluation.declare.rubric import Cap
from evaluation.reporting.evidence_sections import caps_text, settling_text, stand_in_text
from evaluation.scoring.rater_agreement import rater_agreement

LANGUAGES = ("zh", "en")


@pytest.fixture(params=LANGUAGES)
def lang(request):
    return request.param


def test_what_would_settle_is_said_for_open_verdicts_alone(lang):
    row = pd.Series({"verdict": "more_evidence", "state": "scored", "se": 1.0, "settle": "phone", "more": 40})
    assert "40" in settling_text(row, lang)
    assert settling_text(row.replace({"phone": ""}), lang)
    for change in ({"verdict": "pass"}, {"state": "incomplete"}, {"se": float("nan")}):
        assert settling_text(pd.Series({**row, **change}), lang) is None


def test_stand_ins_are_named(lang):
    row = pd.Series({"absent": "meeting+records", "evidence": "phone"})
    text = stand_in_text(row, lang)
    assert ("居民座谈会、实地查看资料" if lang == "zh" else "Residents' meeting, Records on site") in text
    assert stand_in_text(pd.Series({"absent": "", "evidence": "phone"}), lang) == ""
    assert stand_in_text(pd.Series({"absent": "meeting", "evidence": ""}), lang) == ""   # nothing stood in


def test_limits_are_named(folder, lang):
    opened = open_round(folder)
    cap = Cap.model_validate({"id": "r", "label": {"zh": "无登记", "en": "No register"}, "dimension": "4", "at_most": 60,
                              "when": {"method": "records", "item": "r11"}})
    rubric = opened.programme.rubric.model_copy(update={"caps": (cap,)})
    capped = replace(opened, programme=replace(opened.programme, rubric=rubric))
    own = pd.DataFrame({"level": ["total"], "cap": ["r"]})
    assert ("无登记" if lang == "zh" else "No register") in caps_text(capped, own, lang)
    assert "60" in caps_text(capped, own, lang)
    assert caps_text(capped, own.assign(cap=""), lang) is None


def test_a_missing_register_of_mediation_limits_dimension_4_of_the_bundled_rubric(folder, lang):
    file = folder / "answers" / "records.csv"
    table = pd.read_csv(file, dtype=str)
    table.loc[table["community"] == "c21", "r11"] = "none"
    table.to_csv(file, index=False)
    report = CommunityReport.open(folder, "c21", lang)
    own = report.scores
    assert own.loc[(own["level"] == "dimension") & (own["id"] == "4"), "value"].tolist() == [60]
    assert own.loc[own["level"] == "total", "cap"].tolist() == ["mediation_register"]
    assert ("没有矛盾调解登记" if lang == "zh" else "No register of mediation") in report.result_card().body


def test_a_community_page_shows_methods_and_follow_up(folder, lang):
    report = CommunityReport.open(folder, "c05", lang)
    assert report.methods().body.count("<tr") == 6     # a header and five methods
    assert report.follow_up().body.count("<tr") >= 2   # c05 is weak somewhere
    assert "95%" in report.declared_and_verified().body


def test_a_district_page_shows_bands_and_looks(folder, lang):
    report = DistrictReport.open(folder, lang)
    assert report.bands().body.count("<tr") == 25
    assert "c14" in report.looks().body
    assert report.stars().body.count("<tr") == 0       # the round says nothing of stars
    assert report.agreement().body.count("<tr") == 0   # nor of raters


def test_stars_held_and_a_day_make_a_table(folder, lang):
    (folder / "stars.csv").write_text("community,level,until\nc14,star4,2028-01-01\nc21,star3,2027-01-01\n", encoding="utf-8")
    with (folder / "round.yaml").open("a", encoding="utf-8") as stream:
        stream.write("stars: {held: stars.csv, on: 2026-11-23}\n")
    report = DistrictReport.open(folder, lang)
    body = report.stars().body
    assert body.count("<tr") == 25
    assert ("失效" if lang == "zh" else "lapsed") in body    # c14 failed
    assert ("升级" if lang == "zh" else "upgraded") in body  # c21 has five stars now
    assert "2029-11-23" in body
    assert Stars(on="2026-11-23").years == 3


def test_raters_who_agree_and_who_do_not(folder, lang):
    file = folder / "answers" / "activity.csv"
    table = pd.read_csv(file, dtype=str)
    table["rater"] = [f"r{number}" for number in table.groupby(["community", "psu"]).cumcount()]
    table.to_csv(file, index=False)
    opened = open_round(folder)
    found = rater_agreement(opened).iloc[0]
    assert found["method"] == "activity"
    assert found["rated"] == (table.groupby(["community", "psu"]).size() > 1).sum()
    assert 0 < found["alpha"] < 1
    assert found["ci_low"] < found["icc"] < found["ci_high"]
    items = [name for name in table if name.startswith("a")]
    same = table.groupby(["community", "psu"])[items].transform("first")
    table.assign(**{name: same[name] for name in items}).to_csv(file, index=False)
    perfect = rater_agreement(open_round(folder)).iloc[0]
    assert perfect[["icc", "kappa", "alpha"]].tolist() == pytest.approx([1, 1, 1])
    assert DistrictReport.open(folder, lang).agreement().body.count("<tr") == 2
