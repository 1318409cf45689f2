"""A second programme on real answers, declared in YAML alone: see tests/scenarios/toronto/README.md.

The expected numbers are computed here from the raw file, with csv and numpy, from the table of points below.
"""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation import open_round, score_round

PROJECT = Path(__file__).resolve().parents[2]
SCENARIO = PROJECT / "tests" / "scenarios" / "toronto"
DATA = PROJECT.parent / "shared" / "data"
SURVEY = DATA / "surveys" / "toronto_per_public_survey" / "per_public_survey_trimmed_cp1252.csv"
AREA = "12. Please provide the first three characters of your postal code (e.g. M5H) - other"
AGREE = {"strongly disagree": 0, "disagree": 25, "neither agree nor disagree": 50, "agree": 75, "strongly agree": 100}
# number of the question -> its points of 100; an indicator's points are split over its items by their weights
POINTS = {
    "3.1": 15, "3.7": 7.5, "3.11": 7.5, "3.2": 8, "3.3": 8, "3.8": 8, "3.4": 6, "3.6": 8, "3.5": 3, "3.9": 6, "3.10": 8,
    "7.1": 1.5, "7.3": 1.5, "7.5": 1.5, "7.9": 1.5, "7.4": 5 / 3, "7.6": 5 / 3, "7.7": 5 / 3, "7.2": 2, "7.8": 2,
}  # fmt: skip
REVERSED = {"3.4", "3.6", "3.11", "7.1", "7.2"}

pytestmark = pytest.mark.skipif(not SURVEY.is_file(), reason=f"the survey is not in {SURVEY.parent}")


def command(*words):
    return subprocess.run([sys.executable, "-m", "evaluation", *map(str, words)], capture_output=True, text=True, check=False,
                          encoding="utf-8")


@pytest.fixture(scope="module")
def round_folder(tmp_path_factory):
    folder = shutil.copytree(SCENARIO, tmp_path_factory.mktemp("second") / "toronto")
    (folder / "answers").mkdir()
    shutil.copy(SURVEY, folder / "answers" / "per_public_survey.csv")
    return folder


@pytest.fixture(scope="module")
def scored(round_folder):
    done = command("score", "--round", round_folder, "--lang", "en")
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def results(round_folder):
    done = command("run", "--round", round_folder, "--community", "M5A", "--lang", "en")
    assert done.returncode == 0, done.stderr
    return round_folder / "results" / "M5A"


@pytest.fixture(scope="module")
def raw():
    with SURVEY.open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file))


def area_of(row):
    return row[AREA].strip().upper()[:3]


@pytest.fixture(scope="module")
def areas(raw):
    """Rows of each postal area of the city that has at least ten."""
    counts = Counter(area_of(row) for row in raw)
    return {name: n for name, n in counts.items() if n >= 10 and re.fullmatch("M[0-9][A-Z]", name)}


@pytest.fixture(scope="module")
def total(raw):
    """M5A's total, its standard error and its degrees of freedom: simple random sample, item nonresponse, no fpc."""
    rows = [row for row in raw if area_of(row) == "M5A"]
    n = len(rows)
    value, share = 0.0, np.zeros(n)
    for number, points in POINTS.items():
        header = next(name for name in rows[0] if name.startswith(f"{number}. ") and "Other" not in name)
        x = np.array([AGREE.get(row[header].strip().lower(), np.nan) for row in rows])
        x = 100 - x if number in REVERSED else x
        answered = ~np.isnan(x)
        mean = x[answered].mean()
        value += points / 100 * mean
        m = answered.sum()
        correction = np.sqrt(m / (m - 1) / (n / (n - 1)))   # m/(m-1) over those who answered the item
        share[answered] += points / 100 * (x[answered] - mean) / m * correction
    return value, np.sqrt(n / (n - 1) * ((share - share.mean()) ** 2).sum()), n - 1


def test_points_are_the_rubrics():
    assert sum(POINTS.values()) == pytest.approx(100)


def test_every_area_with_ten_rows_is_scored(round_folder, scored, areas):
    written = pd.read_parquet(round_folder / "results" / "scores.parquet")
    totals = written[written["level"] == "total"].set_index("community")
    assert set(totals.index) == set(areas)
    assert (totals["state"] == "scored").all()
    assert len(areas) == 19
    for name in areas:
        assert name in scored.stdout


def test_no_standard_error_is_unknown(round_folder, areas):
    scores = score_round(open_round(round_folder))
    assert scores["community"].nunique() == len(areas)
    assert scores["se"].notna().all()
    assert (scores["se"] > 0).all()


def test_rows_left_out_are_told_and_counted(scored, raw, areas):
    matching = sum(bool(re.fullmatch("M[0-9][A-Z]", area_of(row))) for row in raw)
    assert f"{len(raw) - matching} rows" in scored.stderr
    assert f"{matching - sum(areas.values())} rows" in scored.stderr


def test_total_of_m5a_by_hand(results, total, areas):
    value, se, df = total
    assert df == areas["M5A"] - 1
    made = json.loads((results / "score.json").read_text(encoding="utf-8"))
    written = next(row for row in made["scores"] if row["level"] == "total")
    margin = stats.t.ppf(0.975, df) * se
    assert written["df"] == pytest.approx(df)
    np.testing.assert_allclose([written["value"], written["se"]], [value, se], rtol=0, atol=1e-9)
    np.testing.assert_allclose([written["ci_low"], written["ci_high"]], [value - margin, value + margin], rtol=0, atol=2e-9)


def test_probability_and_verdict_of_m5a_by_hand(results, total):
    value, se, df = total
    decision = json.loads((results / "score.json").read_text(encoding="utf-8"))["decision"]
    p_pass = stats.t.sf((50 - value) / se, df)
    assert decision["threshold"] == 50
    assert decision["p_pass"] == pytest.approx(p_pass, abs=1e-9)
    assert 0.05 < p_pass < 0.95
    assert decision["verdict"] == "more_evidence"


def test_score_json_is_of_its_schema(results):
    jsonschema = pytest.importorskip("jsonschema")
    made = json.loads((results / "score.json").read_text(encoding="utf-8"))
    jsonschema.validate(made, json.loads(command("schema").stdout)["score"])
    assert made["rubric"] == "public-engagement"


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_the_page_is_in_english_and_needs_no_network(results):
    text = (results / "community.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert dict(page.tags)["html"]["lang"] == "en"
    assert "http://" not in text
    assert "https://" not in text
    assert "Being heard" in text
    assert not re.search("[\u4e00-\u9fff]", re.sub(r"data:[^\"')]+", "", text))
