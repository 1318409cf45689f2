"""The sample round as its users see it: commands, notebooks, files. Truth is known, see data_samples/SOURCES.md."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import papermill
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluation import decide, open_round, rule_of, score_round
from evaluation.core.resources import shipped

SAMPLE = shipped("data_samples") / "autumn-2026"


def command(*words, **env):
    return subprocess.run([sys.executable, "-m", "evaluation", *map(str, words)], capture_output=True, text=True, check=False,
                          encoding="utf-8", **env)


@pytest.fixture(scope="module")
def my_round(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a place with spaces 轮次") / "my-round"
    done = command("init", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def run_once(my_round):
    done = command("run", "--round", my_round, "--community", "c11", "--district", "--lang", "zh")
    assert done.returncode == 0, done.stderr
    return my_round / "results"


def test_scores_agree_with_the_truth():
    """Standardised errors of 24 communities: none beyond 4, and their mean square near 1 (chi-square, 24 df, 99.9%)."""
    opened = open_round(SAMPLE)
    decided = decide(score_round(opened), rule_of(opened))
    truth = pd.read_csv(SAMPLE / "truth.csv")["true_total"]
    z = (decided["value"] - truth) / decided["se"]
    assert z.abs().max() < 4
    assert 6.9 < (z**2).sum() < 51.2


def test_special_communities_are_seen():
    opened = open_round(SAMPLE)
    decided = decide(score_round(opened), rule_of(opened)).set_index("community")
    assert decided.at["c08", "verdict"] == "not_reviewed"
    assert decided.at["c08", "declared"] == pytest.approx(83)
    for over in ("c05", "c14"):
        assert decided.at[over, "declared"] - decided.at[over, "ci_high"] > 5
    assert decided.at["c11", "se"] > 1.5 * decided["se"].median()
    scores = score_round(opened)
    meeting = scores[(scores["community"] == "c17") & (scores["evidence"] == "meeting")]
    assert (meeting["state"] == "not_assessed").all()
    exempt = scores[(scores["community"] == "c21") & (scores["id"] == "3.4") & (scores["evidence"] == "records")]
    assert exempt["state"].tolist() == ["not_applicable"]


def test_evaluation_sample_draws_the_samples_that_are_there(my_round):
    before = {file.name: file.read_bytes() for file in (my_round / "sample").glob("*.csv")}
    assert command("sample", "--round", my_round).returncode == 0
    for method in ("questionnaire", "phone"):
        assert (my_round / "sample" / f"{method}.csv").read_bytes() == before[f"{method}.csv"]


def test_the_maker_makes_the_same_bytes(tmp_path):
    done = subprocess.run([sys.executable, SAMPLE.parent / "make.py", tmp_path / "again"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    for file in [*SAMPLE.rglob("*.csv"), *SAMPLE.rglob("*.json")]:
        assert (tmp_path / "again" / file.relative_to(SAMPLE)).read_bytes() == file.read_bytes(), file


def test_plain_papermill_and_the_command_show_the_same(my_round, run_once):
    by_command = {name: (run_once / "c11" / name).read_bytes() for name in ("score.json", "community.html")}
    parameters = {"round": str(my_round), "community": "c11", "lang": "zh"}
    made = papermill.execute_notebook(my_round / "notebooks" / "community.ipynb", my_round / "by_hand.ipynb", parameters,
                                      progress_bar=False)
    for name, content in by_command.items():
        assert (run_once / "c11" / name).read_bytes() == content
    total = next(row for row in json.loads(by_command["score.json"])["scores"] if row["level"] == "total")
    shown = "".join(str(out.get("data", {}).get("text/html", "")) for cell in made.cells for out in cell.get("outputs", []))
    assert f"{total['value']:.1f}" in shown


def test_score_json_is_of_its_schema_and_equals_the_one_pass(run_once):
    jsonschema = pytest.importorskip("jsonschema")
    made = json.loads((run_once / "c11" / "score.json").read_text(encoding="utf-8"))
    schema = json.loads(command("schema").stdout)["score"]
    jsonschema.validate(made, schema)
    scores = score_round(open_round(run_once.parent))
    total = scores[(scores["community"] == "c11") & (scores["level"] == "total")].iloc[0]
    written = next(row for row in made["scores"] if row["level"] == "total")
    np.testing.assert_allclose([written["value"], written["se"]], [total["value"], total["se"]], atol=1e-9)


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", ["c11/community.html", "district.html"])
def test_pages_open_offline_and_are_accessible(run_once, name):
    text = (run_once / name).read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    attributes = dict(page.tags)
    assert attributes["html"]["lang"] == "zh-CN"
    pictures = [attrs for tag, attrs in page.tags if tag == "img"]
    assert pictures
    assert all(len(attrs["alt"]) > 10 and attrs["src"].startswith("data:image/png;base64,") for attrs in pictures)
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?!data:)[a-z/]""", text)
    assert "http://" not in text
    assert "https://" not in text
    assert "font-face" in text
    headings = [tag for tag, _ in page.tags if tag in ("h1", "h2", "h3")]
    assert headings[0] == "h1"
    assert set(headings[1:]) == {"h2"}
    scopes = [attrs.get("scope") for tag, attrs in page.tags if tag == "th"]
    assert set(scopes) == {"col", "row"}


def test_nine_answers_stay_out_of_the_page(run_once):
    text = (run_once / "c11" / "community.html").read_text(encoding="utf-8")
    assert "不公布" in text
    assert "少于10人" in text


def test_no_contact_data_leaves_the_frame(my_round, run_once):
    phones = pd.read_csv(my_round / "frame" / "frame.csv", dtype=str)["phone"]
    wanted = set(phones.sample(200, random_state=1))
    for file in [*run_once.rglob("*.json"), *run_once.rglob("*.html"), *(my_round / "sample").glob("*.csv")]:
        assert not any(phone in file.read_text(encoding="utf-8") for phone in wanted), file


@pytest.mark.parametrize(("words", "code", "told"), [
    (["run", "--community", "../../etc"], 2, "U01"),
    (["run", "--community", "c99"], 2, "U02"),
    (["run"], 2, "U06"),
    (["run", "--community", "c01", "-p", "comunity=c02"], 2, "U03"),
    (["run", "--community", "c01", "-p", "community=c02"], 2, "U07"),
    (["run", "--community", "c01", "--notebook", "none.ipynb"], 2, "U08"),
    (["run", "--community", "c01", "--notebook", __file__], 2, "U08"),
    (["score", "--lang", "fr"], 2, "U04"),
])
def test_wrong_words_are_told(my_round, words, code, told):
    done = command(*words[:1], "--round", my_round, *words[1:])
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_frame_smaller_than_its_sample_is_told(my_round):
    assert command("check", "--round", my_round).returncode == 0
    file = my_round / "frame" / "frame.csv"
    whole = file.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    short = [line for number, line in enumerate(lines) if not line.startswith("c03-") or number % 12 == 0]
    try:
        file.write_text("".join(short), encoding="utf-8")
        done = command("check", "--round", my_round)
    finally:
        file.write_text(whole, encoding="utf-8")
    assert done.returncode == 11
    assert "G04" in done.stderr
    assert "c03" in done.stderr


def test_a_missing_round_and_a_full_folder_are_told(tmp_path, my_round):
    assert command("score", "--round", tmp_path).returncode == 10
    assert command("init", my_round).returncode == 2


def test_a_stopped_notebook_is_kept_with_its_error(my_round, tmp_path):
    text = (shipped("notebooks") / "community.ipynb").read_text(encoding="utf-8")
    broken = tmp_path / "broken.ipynb"
    broken.write_text(text.replace("report.dimensions()", "report.dimension()"), encoding="utf-8")
    done = command("run", "--round", my_round, "--community", "c02", "--notebook", broken)
    assert done.returncode == 1
    assert "AttributeError" in done.stderr
    assert "Traceback" not in done.stderr
    folder = my_round / "results" / "c02"
    assert "AttributeError" in (folder / "community.failed.ipynb").read_text(encoding="utf-8")
    assert sorted(file.name for file in folder.iterdir()) == ["community.failed.ipynb"]
    assert "community.html" not in done.stdout


def test_resume_skips_what_is_done(my_round, run_once):
    before = (run_once / "c11" / "community.html").stat().st_mtime_ns
    assert command("run", "--round", my_round, "--community", "c11", "--lang", "zh", "--resume").returncode == 0
    assert (run_once / "c11" / "community.html").stat().st_mtime_ns == before


def test_resume_makes_the_page_again_in_another_language(my_round):
    assert command("run", "--round", my_round, "--community", "c04", "--lang", "zh").returncode == 0
    assert command("run", "--round", my_round, "--community", "c04", "--lang", "en", "--resume").returncode == 0
    assert 'lang="en"' in (my_round / "results" / "c04" / "community.html").read_text(encoding="utf-8")[:200]


def test_edited_scores_are_not_believed(my_round):
    assert command("score", "--round", my_round, "--community", "c05").returncode == 0
    file = my_round / "results" / "scores.parquet"
    before = (my_round / "results" / "c05" / "score.json").read_bytes()
    table = pq.read_table(file)
    raised = pa.array([99.0] * len(table))
    pq.write_table(table.set_column(table.schema.get_field_index("value"), "value", raised), file)
    assert command("score", "--round", my_round, "--community", "c05").returncode == 0
    assert (my_round / "results" / "c05" / "score.json").read_bytes() == before


def test_nothing_but_results_is_left(run_once):
    assert {file.name for file in (run_once / "c11").iterdir()} == {"community.ipynb", "community.html", "score.json"}
    assert not [file for file in run_once.rglob(".*") if file.is_file()]


def test_notebooks_find_their_round_from_where_they_run(my_round, tmp_path):
    made = papermill.execute_notebook(my_round / "notebooks" / "district.ipynb", tmp_path / "out.ipynb", {"lang": "en"},
                                      cwd=my_round / "notebooks", progress_bar=False)
    assert "district.html" in made.cells[-1]["outputs"][0]["text"]


def test_a_notebook_shows_faults_without_a_traceback(my_round, tmp_path):
    with pytest.raises(papermill.PapermillExecutionError) as stopped:
        papermill.execute_notebook(my_round / "notebooks" / "community.ipynb", tmp_path / "out.ipynb", {"community": "../x"},
                                   cwd=my_round / "notebooks", progress_bar=False)
    assert "[U01]" in str(stopped.value)
    assert "Traceback" not in str(stopped.value)
