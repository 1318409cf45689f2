# ruff: noqa: E501  (a row of a table is a line)
"""Six questionnaires as they come: what each item is, worked out by hand from the text; best answers first or last, the best is 100."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.fieldwork.forms.contact import without_contact
from evaluation.fieldwork.forms.drafts import checked
from evaluation.fieldwork.forms.text import read_text

TEXTS = Path(__file__).with_name("question_texts")
S5 = "非常不满意=0 不满意=25 一般=50 满意=75 非常满意=100"
#: file -> for each item its id, kind, choices (label=score or status), who is asked, whether it is required
EXPECTED = {
    "survey_site.txt": [
        ("q01", "select_one", "1年以下= 1-3年= 3-5年= 5年以上=", "", True), ("q02", "select_one", "是= 否=", "", True),
        ("q03", "select_multiple", "文艺演出= 健康讲座= 志愿服务= 其他=", "${q02} != 'no'", True), ("q03_other", "text", "", "selected(${q03}, 'other')", False),
        ("q04", "select_one", "非常满意=100 满意=75 一般=50 不满意=25 非常不满意=0 不清楚=dont_know", "${q02} = 'yes'", True),
        ("q05_1", "select_one", S5, "", True), ("q05_2", "select_one", S5, "", True), ("q05_3", "select_one", S5, "", True),
        ("q06", "select_one", " ".join(["0（完全不可能）=0", *(f"{n}={10 * n}" for n in range(1, 10)), "10（完全可能）=100"]), "", True),
        ("q07", "integer", "", "", True), ("q09", "text", "", "", False)],
    "paper.md": [
        ("q01", "select_one", "非常了解=100 了解=66.67 听说过但不了解=33.33 没听说过=0", "", False),
        ("q02", "select_one", "每天= 每周= 每月= 从未去过=", "", False),
        ("q03", "select_one", "很好=100 较好=75 一般=50 较差=25 很差=0 说不清=dont_know", "${q02} != 'd'", False),
        ("q04", "select_multiple", "送餐= 助浴= 陪诊= 其他（请注明）=", "", False), ("q04_other", "text", "", "selected(${q04}, 'other')", False), ("q05", "text", "", "", False),
        ("s2q01", "select_one", "很不满意=0 不太满意=25 一般=50 比较满意=75 很满意=100 拒答=prefer_not_to_say", "", False),
        ("s2q02", "text", "", "(${s2q01} = '1' or ${s2q01} = '2')", False),
        ("s2q03", "select_one", "愿意= 不愿意=", "", False), ("s2q04", "text", "", "${s2q03} != 'no'", False)],
    "library.txt": [
        ("q01", "select_one", "18岁以下= 18-35岁= 36-60岁= 60岁以上=", "", False), ("q02", "select_one", "经常=100 有时=75 偶尔=50 很少=25 从不=0", "", False),
        ("q03", "select_one", "知道= 不知道=", "", False), ("q04", "select_one", "很合适=100 合适=50 不合适=0", "${q03} = 'yes'", False),
        ("q05_1", "select_one", "1= 2= 3= 4= 5=", "", False), ("q05_2", "select_one", "1= 2= 3= 4= 5=", "", False)],
    "activities.txt": [
        ("q01", "select_one", "知道= 不知道=", "", False), ("q02_1", "select_one", "很差=0 较差=25 一般=50 较好=75 很好=100", "", False),
        ("q02_2", "select_one", "很差=0 较差=25 一般=50 较好=75 很好=100", "", False), ("q03", "select_one", "非常不同意=0 不同意=25 一般=50 同意=75 非常同意=100", "", False),
        ("q04", "text", "", "", True), ("q05", "text", "", "", False), ("q06", "select_one", "微信群= 公告= 其它= 邻居=", "", False), ("q06_other", "text", "", "${q06} = 'other'", False)],
    "estate.txt": [
        ("q01", "select_one", "非常满意=100 比较满意=75 一般=50 不太满意=25 非常不满意=0", "", False),
        ("q02", "select_one", "非常满意=100 比较满意=75 一般=50 不太满意=25 非常不满意=0", "", False),
        ("q04", "select_one", "当天= 三天内= 一周内= 更久= 不清楚=dont_know", "", False)],
    "clinic.md": [
        ("q01", "select_one", "一个月内= 半年内= 半年以前= 从没来过=", "", True),
        ("q02_1", "select_one", "很满意=100 比较满意=75 一般=50 不太满意=25 很不满意=0", "${q01} != 'd'", True),
        ("q02_2", "select_one", "很满意=100 比较满意=75 一般=50 不太满意=25 很不满意=0", "${q01} != 'd'", True),
        ("q03", "select_one", "非常合理=100 比较合理=75 一般=50 不太合理=25 非常不合理=0 不清楚=dont_know 拒绝回答=prefer_not_to_say", "${q01} != 'd'", False),
        ("q04", "select_multiple", "量血压= 打疫苗= 家庭医生= 其他（请注明）=", "${q01} != 'd'", False), ("q04_other", "text", "", "selected(${q04}, 'other')", False),
        ("q05", "select_one", "总是=100 经常=66.67 偶尔=33.33 从不=0", "selected(${q04}, 'c') and ${q01} != 'd'", False), ("q06", "text", "", "", False)],
}
#: file -> the doubts, by code and line
DOUBTS = {
    "survey_site.txt": [("X22", 0), ("X75", 5), ("X68", 13), ("X75", 32), ("X20", 46)],
    "paper.md": [("X22", 0), ("X64", 0), ("X75", 3), ("X61", 5), ("X75", 8), ("X74", 17), ("X75", 19), ("X62", 21), ("X68", 24), ("X74", 25)],
    "library.txt": [("X22", 0), ("X64", 0), ("X68", 6), ("X78", 7), ("X69", 9)],
    "activities.txt": [("X22", 0), ("X64", 0), ("X64", 0), ("X68", 2), ("X74", 11)],
    "estate.txt": [("X22", 0), ("X64", 0), ("X61", 2), ("X66", 11), ("X77", 13)],
    "clinic.md": [("X22", 0), ("X20", 41)],
}
TITLES = {"survey_site.txt": "幸福里社区服务满意度调查问卷", "paper.md": "社区养老服务问卷", "library.txt": "社区图书室读者问卷", "activities.txt": "社区活动中心问卷", "estate.txt": "物业服务调查", "clinic.md": "社区卫生服务站问卷"}


def drafted(name, folder=TEXTS):
    return without_contact(read_text(folder / name).named("form"))


def told(instrument, item):
    choices = " ".join(f"{one.label['zh']}={'' if one.score is None else f'{one.score:g}'}{one.status or ''}" for one in instrument.item_choices(item))
    return item.id, item.kind, choices, item.relevant or "", item.required


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_questionnaire_is_read_as(name):
    instrument, _ = checked(drafted(name))
    assert [told(instrument, item) for item in instrument.items] == EXPECTED[name]
    assert instrument.title == {"zh": TITLES[name]}


@pytest.mark.parametrize("name", EXPECTED)
def test_its_doubts(name):
    draft = drafted(name)
    found = [*draft.doubts, *checked(draft)[1]]
    assert sorted((doubt.line, doubt.code) for doubt in found) == sorted((line, code) for code, line in DOUBTS[name])


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("dialect", ["crlf", "gb18030", "wide", "escaped", "spaced"])
def test_it_is_the_same_in_another_dialect(name, dialect, tmp_path):
    text = (TEXTS / name).read_text(encoding="utf-8")
    wide = str.maketrans({char: chr(ord(char) + 0xFEE0) for char in "0123456789ABCDEFG"})
    other = {"crlf": lambda: text.replace("\n", "\r\n").encode(), "gb18030": lambda: text.encode("gb18030"), "wide": lambda: text.translate(wide).encode(),
             "escaped": lambda: text.replace("\\", "").replace(".", "\\.").replace("_", "\\_").encode(), "spaced": lambda: "\n".join(f"　{line}  " for line in text.split("\n")).encode()}
    (tmp_path / name).write_bytes(other[dialect]())
    one, same = drafted(name), drafted(name, tmp_path)
    assert same.data == one.data
    assert [(doubt.code, doubt.line) for doubt in same.doubts] == [(doubt.code, doubt.line) for doubt in one.doubts]


def test_what_stands_before_the_questions_is_the_consent_if_it_says_that_it_is_voluntary():
    assert drafted("clinic.md").data["consent"] == {"zh": "本次调查不记名，您可以随时停止。"}
    assert drafted("survey_site.txt").data["consent"]["zh"].startswith("您好！为了解")
    assert "consent" not in drafted("estate.txt").data


def test_every_place_is_the_line_that_says_it():
    lines = (TEXTS / "clinic.md").read_text(encoding="utf-8").split("\n")
    draft = drafted("clinic.md")
    for path, (_, line) in draft.places.items():
        if path[0] == "choices" and len(path) == 3:
            label = draft.data["choices"][path[1]][path[2]]["label"]["zh"]
            assert label in lines[line - 1]
    assert "第5题" in lines[draft.places["items", 6][1] - 1]
