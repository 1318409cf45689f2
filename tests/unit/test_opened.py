"""A community's part of a round: the same as the round itself gives, and taken only while nothing has changed."""

import os
import stat

import pandas as pd
import pytest
from conftest import trusted_round

from evaluation import open_round
from evaluation.core.errors import DataError
from evaluation.reporting.community import CommunityReport
from evaluation.reporting.opened import VARIABLE, WRITTEN, keep_opened, opened_community, opened_for_batch
from evaluation.reporting.results import gated_scores


@pytest.fixture
def kept(folder, tmp_path, monkeypatch):
    opened = open_round(folder)
    scores = gated_scores(opened)
    keep_opened(opened, scores, map(str, opened.communities.index), tmp_path / "kept")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "kept"))
    return folder, opened, scores


@pytest.mark.parametrize("name", ["c01", "c08", "c11", "c17"])    # c17 has no meeting, c08 was not reviewed
def test_a_part_is_the_same_as_the_round_reduced_to_it(kept, name):
    folder, opened, scores = kept
    part, own = opened_community(folder, name)
    expected = opened.only(name)
    pd.testing.assert_frame_equal(own, scores[scores["community"] == name])
    pd.testing.assert_frame_equal(part.communities, expected.communities)
    pd.testing.assert_frame_equal(part.calls, expected.calls)
    for table in WRITTEN:
        pd.testing.assert_frame_equal(getattr(part, table), getattr(expected, table))
    assert part.answers.keys() == expected.answers.keys()
    for method, given in expected.answers.items():
        assert part.answers[method].instrument == given.instrument
        for table in ("design", "codes", "asked"):
            pd.testing.assert_frame_equal(getattr(part.answers[method], table), getattr(given, table))
    assert (part.declared, part.programme, part.inputs, part.warnings) == (
        expected.declared, expected.programme, expected.inputs, expected.warnings)


def test_a_round_that_says_who_may_sign_is_kept_like_any_other(folder, tmp_path):
    """The trust list is no input of a score; for a batch it is no change of the round either."""
    before = open_round(folder).inputs
    trusted_round(folder)
    opened = open_round(folder)
    assert opened.inputs == before
    keep_opened(opened, gated_scores(opened), ["c01"], tmp_path / "kept")
    assert (tmp_path / "kept" / "c01.json").is_file()


def test_the_report_is_the_same_either_way(kept, monkeypatch):
    folder, _, _ = kept
    pages = []
    for variable in (os.environ[VARIABLE], ""):
        monkeypatch.setenv(VARIABLE, variable)
        report = CommunityReport.open(folder, "c11", "en")
        report.result_card()
        report.answers()
        report.data_quality()
        pages.append(report.report.page())
        assert set(report.scores["community"]) == {"c11"}
        assert list(report.round.communities.index) == ["c11"]
    assert pages[0] == pages[1]


def test_only_the_asked_part_is_read(kept, monkeypatch):
    folder, _, _ = kept
    monkeypatch.setattr("evaluation.reporting.results.open_round", lambda *_: pytest.fail("the whole round was opened"))
    CommunityReport.open(folder, "c05", "zh")


def changed(folder, how):
    if how == "edited":
        file = folder / "answers" / "phone.csv"
        before = file.stat()
        text = file.read_text(encoding="utf-8")
        file.write_text(text[:-2] + text[-2:], encoding="utf-8")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))     # as if nothing had been
    elif how == "gone":
        (folder / "communities.csv").unlink()
    elif how == "added":
        (folder / "neighbourly" / "sixth.yaml").write_text("instrument: sixth\n", encoding="utf-8")
    elif how == "round":
        (folder / "round.yaml").write_text((folder / "round.yaml").read_text(encoding="utf-8") + "# \n", encoding="utf-8")


@pytest.mark.parametrize("how", ["edited", "gone", "added", "round"])
def test_a_part_of_changed_inputs_is_not_taken(kept, how):
    folder, _, _ = kept
    assert opened_community(folder, "c01") is not None
    changed(folder, how)
    assert opened_community(folder, "c01") is None


def test_parts_of_another_round_version_or_community_are_not_taken(kept, tmp_path, monkeypatch):
    folder, _, _ = kept
    assert opened_community(folder, "c99") is None
    assert opened_community(tmp_path, "c01") is None
    monkeypatch.setattr("evaluation.reporting.opened.version", lambda _: "9.9")
    assert opened_community(folder, "c01") is None


def test_inputs_changed_while_the_round_was_read_are_told(folder, tmp_path):
    opened = open_round(folder)
    scores = gated_scores(opened)
    changed(folder, "round")
    with pytest.raises(DataError, match="N05"):
        keep_opened(opened, scores, ["c01"], tmp_path / "kept")


def test_the_folder_is_private_and_goes(folder):
    opened = open_round(folder)
    with opened_for_batch(opened, gated_scores(opened), ["c01"]) as kept:
        assert stat.S_IMODE(kept.stat().st_mode) == 0o700
        assert {file.name for file in kept.iterdir()} == {"head.json", "c01.json"}
        ids = pd.read_csv(folder / "answers" / "phone.csv", dtype="str")["respondent"]
        text = (kept / "c01.json").read_text(encoding="utf-8")
        assert not any(name in text for name in ids)
    assert not list(folder.glob(".opened*"))
