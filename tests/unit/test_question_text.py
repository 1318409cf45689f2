# ruff: noqa: E501  (a row of a table is a line)
"""Questionnaire text: a small text for each doubt, with its line; then what each part of a text is read as, worked out by hand."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from evaluation.core.errors import catalogue
from evaluation.fieldwork.forms.drafts import checked
from evaluation.fieldwork.forms.text import read_questions
from evaluation.fieldwork.forms.text.lines import lines_of
from evaluation.fieldwork.forms.text.scales import answer_list

YES = "A. 好\nB. 坏\nC. 快"
FIVE = "A. 非常满意\nB. 满意\nC. 一般\nD. 不满意\nE. 非常不满意"


def read(text, title="问卷\n"):
    return read_questions(lines_of(title + text), Path("a.txt"))


def items(text, title="问卷\n"):
    return {item["id"]: item for item in read(text, title).data["items"]}


def scores(draft, name):
    return [(choice["label"]["zh"], choice.get("score", choice.get("status"))) for choice in draft.data["choices"][name]]


#: code -> text below the title, line of the doubt, item, words that the message must have in both languages
DOUBTS = {
    "X61": ("请认真填写。\n1. 题？[填空题]", 2, "", "请认真填写。"),
    "X62": ("1. 甲？[填空题]\n3. 乙？[填空题]", 3, "q03", "3"),
    "X64": (f"1. 甲？\n{YES}", 0, "", "q01"),
    "X65": ("1. 甲？[单选题]\nA. 有____\nB. 很快\nC. 慢", 3, "q01", "有"),
    "X66": ("1. 甲？[排序题]\nA. 一\nB. 二", 2, "q01", "排序题"),
    "X67": ("1. 甲？[单选题]\nA. 一", 2, "q01", "1"),
    "X68": ("1. 甲？[单选题]\nA. 是\nB. 否", 2, "q01", "否"),
    "X69": ("1. 甲？[量表题]\nA. 红\nB. 黄\nC. 蓝", 2, "q01", "红"),
    "X70": (f"1. [单选题]\n{YES}", 2, "q01", "第1题"),
    "X71": ("1. 甲？[单选题]\nA. 好（跳至第9题）\nB. 坏\n2. 乙？[填空题]", 3, "q01", "好"),
    "X72": ("1. 甲？[填空题]\n2. 乙？[填空题] 依赖于第1题第1个选项", 3, "q02", "依赖于第1题第1个选项"),
    "X73": ("1. 甲？[滑动条]", 2, "q01", ""),
    "X74": ("1. 一年几次？[填空题]", 2, "q01", ""),
    "X75": (f"1. 甲？[单选题]\n{YES}\n谢谢合作", 6, "q01", "谢谢合作"),
    "X76": ("1. 甲？[单选题]\nA. 一\nB. 二\nD. 四", 5, "q01", "D. 四"),
    "X77": ("1. 甲？[单选题]\nA. 红\nB. 蓝\nC. 不清楚", 2, "q01", "不清楚"),
    "X78": ("1. 甲？[单选题]\nA. 非常满意\nB. 满意\nC. 比较满意", 2, "q01", "非常满意"),
    "X79": ("1. 甲？[单选题]\n红\n蓝", 3, "q01", "红"),
}
ALONE = {"X60": "test_a_text_without_a_title", "X63": "test_a_number_that_does_not_follow_is_told_and_takes_nothing_with_it"}


@pytest.mark.parametrize("code", DOUBTS)
def test_each_doubt_is_told_where_the_text_says_it(code):
    text, line, path, word = DOUBTS[code]
    draft = read(text)
    told = [doubt for doubt in draft.doubts if doubt.code == code]
    assert [(doubt.file, doubt.line, doubt.path, doubt.warning) for doubt in told] == [("a.txt", line, path, True)]
    assert all(word in told[0].text(lang) and "…" not in told[0].text(lang).replace("……", "").replace("' … '", "") for lang in ("zh", "en"))
    assert told[0].text("zh") != told[0].text("en")
    assert {name for part in catalogue()[code]["zh"] for _, name, _, _ in Formatter().parse(part) if name} <= dict(told[0].values).keys()


@pytest.mark.parametrize("code", DOUBTS)
def test_a_doubt_does_not_stop_the_form(code):
    draft = read(DOUBTS[code][0] + "\n8. 末题 [填空题]").named("form")
    checked(draft)


def test_every_doubt_has_a_row():
    assert {code for code in catalogue() if code[0] == "X" and 60 <= int(code[1:]) <= 79} == DOUBTS.keys() | ALONE.keys()
    assert all(name in globals() for name in ALONE.values())


def test_a_text_without_a_title():
    draft = read("1. 甲？[填空题]", title="")
    assert draft.data["title"] == {"zh": "未命名问卷"}
    assert [(doubt.code, doubt.line) for doubt in draft.doubts] == [("X60", 1)]
    assert "未命名问卷" in draft.doubts[0].text("zh")


def test_a_number_that_does_not_follow_is_told_and_takes_nothing_with_it():
    draft = read(f"1. 甲？[单选题]\n{YES}\n2. 乙？[填空题]\n1. 丙？\nA. 多\nB. 少")
    assert [(doubt.code, doubt.line) for doubt in draft.doubts] == [("X63", 7), ("X75", 8), ("X75", 9)]
    assert "1. 丙？" in draft.doubts[0].text("en")
    assert [item["label"]["zh"] for item in draft.data["items"]] == ["甲？", "乙？"]
    assert len(draft.data["choices"]["q01"]) == 3


def test_a_clear_text_raises_no_doubt():
    assert read(f"1. 甲？[单选题] *\n{FIVE}\n2. 乙？[多选题]\nA. 一\nB. 二\n3. 丙？[填空题]").doubts == ()


# --- numbers, sections, opening

@pytest.mark.parametrize("form", ["{n}. ", "{n}、", "{n}．", "（{n}）", "({n}) ", "第{n}题：", "Q{n}：", "Q{n}. ", "* {n}. ", "**{n}.** ", "{n}\\. ", "## {n}. "])
def test_ways_of_numbering(form):
    text = "\n".join(f"{form.format(n=n)}第几？[单选题]\n{FIVE}" for n in range(1, 13))
    assert list(items(text)) == [f"q{n:02}" for n in range(1, 13)]
    assert {item["label"]["zh"] for item in items(text).values()} == {"第几？"}


def test_full_width_numbers_and_letters():
    assert list(items("１、甲？\nＡ．好\nＢ．差\n１２、乙？")) == ["q01", "q12"]
    assert items("１、甲？\nＡ．很好\nＢ．好\nＣ．差")["q01"]["type"] == "select_one q01"


def test_chinese_numerals_number_questions_only_where_nothing_else_does():
    found = items(f"一、甲？\n{FIVE}\n二、乙？\n{FIVE}\n十一、丙？\n{FIVE}")
    assert list(found) == ["q01", "q02", "q11"]
    assert list(items(f"一、基本情况\n1. 甲？\n{FIVE}\n二、服务\n2. 乙？\n{FIVE}")) == ["q01", "q02"]


def test_numbers_that_begin_again_in_a_section_are_a_part_of_their_own():
    draft = read(f"一、甲部分\n1. 甲？[单选题]\n{FIVE}\n2. 乙？[填空题]\n二、乙部分\n1. 丙？[单选题]\nA. 红（跳至第3题）\nB. 蓝\n2. 丁？[填空题]\n3. 戊？[填空题]")
    found = {item["id"]: item for item in draft.data["items"]}
    assert list(found) == ["q01", "q02", "s2q01", "s2q02", "s2q03"]
    assert found["s2q02"]["relevant"] == "${s2q01} != 'a'"
    assert "relevant" not in found["s2q03"]
    assert [(doubt.code, doubt.line) for doubt in draft.doubts if doubt.code == "X62"] == [("X62", 11)]


def test_numbered_instructions_are_no_questions():
    draft = read(f"一、填写说明\n1. 请在选项上打勾。\n2. 每题只选一项。\n二、问题\n1. 甲？\n{FIVE}")
    assert [item["id"] for item in draft.data["items"]] == ["q01"]
    assert draft.data["items"][0]["label"]["zh"] == "甲？"
    assert "请在选项上打勾" in next(doubt for doubt in draft.doubts if doubt.code == "X61").text("zh")


def test_numbered_choices_below_a_question():
    draft = read("1. 甲？[填空题]\n2. 乙？[单选题]\n3. 丙？[单选题]\n1、红\n2、黄\n3、蓝\n4. 丁？[填空题]")
    assert [choice["label"]["zh"] for choice in draft.data["choices"]["q03"]] == ["红", "黄", "蓝"]
    assert [item["id"] for item in draft.data["items"]] == ["q01", "q02", "q03", "q04"]


def test_numbers_below_a_question_that_do_not_begin_with_one_are_no_choices():
    draft = read("1. 甲？[填空题]\n2. 乙？[填空题]\n3. 丙？[单选题]\n2、黄\n3、蓝")
    assert [(doubt.code, doubt.line) for doubt in draft.doubts] == [("X67", 4), ("X63", 5), ("X63", 6)]
    assert draft.data["choices"] == {}


def test_the_words_of_consent_and_the_title():
    draft = read("您好！\n本问卷匿名，自愿填写。\n1. 甲？[填空题]", title="# 社区问卷\n")
    assert draft.data["title"] == {"zh": "社区问卷"}
    assert draft.data["consent"] == {"zh": "您好！本问卷匿名，自愿填写。"}
    assert draft.places["consent",] == ("", 2)
    assert draft.doubts == ()


def test_a_question_numbered_in_another_way_is_told_and_no_part_of_the_consent():
    draft = read("本问卷匿名。\nS1. 您住这里吗？[单选题]\n1. 是\n2. 否\nQ1. 甲？[填空题]\nQ2. 乙？[填空题]")
    assert draft.data["consent"] == {"zh": "本问卷匿名。"}
    assert [(doubt.code, doubt.line) for doubt in draft.doubts] == [("X75", 3), ("X75", 4), ("X75", 5)]


@pytest.mark.parametrize("footer", ["第 1 页 共 2 页", "第1页", "- 3 -", "1/5", "-----", "____", "| --- | --- |", "问卷星提供技术支持"])
def test_footers_are_passed_over(footer):
    assert read(f"1. 甲？[单选题]\nA. 红\n{footer}\nB. 蓝").doubts == ()


# --- choices

@pytest.mark.parametrize("choices", [
    "A. 红\nB. 黄\nC. 蓝", "A、红\nB、黄\nC、蓝", "A．红\nB．黄\nC．蓝", "A)红\nB)黄\nC)蓝", "（A）红\n（B）黄\n（C）蓝", "①红\n②黄\n③蓝",
    "○红\n○黄\n○蓝", "□ 红\n□ 黄\n□ 蓝", "○ A. 红\n○ B. 黄\n○ C. 蓝", "[ ] 红\n[ ] 黄\n[ ] 蓝", "- A. 红\n- B. 黄\n- C. 蓝",
    "A. 红 B. 黄 C. 蓝", "A、红　　B、黄　　C、蓝", "A.红\tB.黄\tC.蓝", "A.红\tB.黄\nC.蓝", "○红 ○黄 ○蓝", "（1）红（2）黄（3）蓝", "1）红\n2）黄\n3）蓝",
    "A\\. 红\nB\\. 黄\nC\\. 蓝", "A. 红；\r\nB. 黄；\r\nC. 蓝", "A. 红\n\n\nB. 黄\n\u200b\nC. 蓝",
    "a. 红\nb. 黄\nc. 蓝", "a)红 b)黄 c)蓝", "（a）红\n（b）黄\n（c）蓝", "ａ．红\nｂ．黄\nｃ．蓝"])
def test_marks_of_choices(choices):
    draft = read(f"1. 甲？[单选题]\n{choices}\n2. 乙？[填空题]")
    assert [(choice["value"], choice["label"]["zh"]) for choice in draft.data["choices"]["q01"]] == [("a", "红"), ("b", "黄"), ("c", "蓝")]
    assert draft.doubts == ()


@pytest.mark.parametrize("bullet", ["• ", "·", "■ ", "◆", "- "])
def test_bullets_of_a_list_are_no_part_of_the_choices(bullet):
    draft = read("1. 甲？[单选题]\n" + "\n".join(f"{bullet}{word}" for word in ("满意", "一般", "不满意")))
    assert scores(draft, "q01") == [("满意", 100), ("一般", 50), ("不满意", 0)]
    assert [doubt.code for doubt in draft.doubts] == ["X79"]


@pytest.mark.parametrize("line", ["1. 甲？ A、红 B、黄 C、蓝", "1. 甲？（　　）A.红 B.黄 C.蓝", "1. 甲？[单选题] ○红 ○黄 ○蓝", "1. 甲？（单选） ①红 ②黄 ③蓝"])
def test_choices_in_the_line_of_the_question(line):
    draft = read(line)
    assert draft.data["items"][0]["label"] == {"zh": "甲？"}
    assert [choice["label"]["zh"] for choice in draft.data["choices"]["q01"]] == ["红", "黄", "蓝"]


def test_letters_within_words_are_no_marks():
    draft = read("1. 您用哪种？[单选题]\nA. 网线\nB. USBC. 线\nC. APPD. 二")
    assert [choice["label"]["zh"] for choice in draft.data["choices"]["q01"]] == ["网线", "USBC. 线", "APPD. 二"]


def test_the_same_choices_are_one_list():
    draft = read(f"1. 甲？[单选题]\n{FIVE}\n2. 乙？[单选题]\n{FIVE}")
    assert list(draft.data["choices"]) == ["q01"]
    assert [item["type"] for item in draft.data["items"]] == ["select_one q01", "select_one q01"]


def test_other_asks_for_words():
    found = items("1. 哪些？[多选题]\nA. 一\nB. 其他____\n2. 哪个？[单选题]\nA. 一\nB. 其它（请注明）：")
    assert found["q01_other"] == {"id": "q01_other", "type": "text", "label": {"zh": "哪些？其他"}, "relevant": "selected(${q01}, 'other')"}
    assert found["q02_other"]["relevant"] == "${q02} = 'other'"
    assert "q01_other" not in items("1. 哪些？[多选题]\nA. 一\nB. 其他服务很好\nC. 三")


# --- scales: what stands first changes nothing

@pytest.mark.parametrize(("labels", "expected"), [
    ("非常满意 满意 一般 不满意 非常不满意", [100, 75, 50, 25, 0]), ("非常不满意 不满意 一般 满意 非常满意", [0, 25, 50, 75, 100]),
    ("很满意 比较满意 一般 不太满意 很不满意", [100, 75, 50, 25, 0]), ("很好 较好 一般 较差 很差", [100, 75, 50, 25, 0]), ("优 良 中 差", [100, 66.67, 33.33, 0]),
    ("总是 经常 有时 很少 从不", [100, 75, 50, 25, 0]), ("从不 偶尔 经常", [0, 50, 100]), ("非常同意 同意 中立 不同意 非常不同意", [100, 75, 50, 25, 0]),
    ("非常严重 比较严重 一般 不严重", [0, 33.33, 66.67, 100]), ("非常了解 比较了解 一般 不太了解 完全不了解", [100, 75, 50, 25, 0]),
    ("没听说过 听说过 非常了解", [0, 50, 100]), ("满意 不满意", [100, 0]), ("非常满意（5分） 满意（4分） 一般（3分） 不满意（2分） 非常不满意（1分）", [100, 75, 50, 25, 0]),
    ("很满意 满意 基本满意 不满意", [100, 66.67, 33.33, 0]), ("红 黄 蓝", [None, None, None]), ("非常满意 一般 满意", [None] * 3), ("满意 非常同意 一般", [None] * 3),
    ("是 否", [None, None]), ("满意 满意 一般", [None] * 3)])
def test_scores_of_scales(labels, expected):
    found = answer_list(labels.split())
    assert [choice.get("score") for choice in found.choices] == expected
    if None not in expected:
        assert sorted(choice["value"] for choice in found.choices) == list(range(1, len(expected) + 1))
        turned = answer_list(labels.split()[::-1])
        assert [choice.get("score") for choice in turned.choices] == expected[::-1]


@pytest.mark.parametrize(("labels", "kind"), [
    ("非常满意 满意 一般 不满意 非常不满意", "scale"), ("很满意 满意 基本满意 不满意", "leaning"), ("很合适 合适 不合适", "leaning"), ("非常满意 满意 比较满意", "leaning"),
    ("优 良 中 差", "leaning"), ("从不 偶尔 经常 总是", "scale"), ("有时 经常 总是", "leaning"), ("满意 不满意", "scale"), ("是 否", "yes_no"), ("红 黄", "other")])
def test_a_scale_that_leans_is_told(labels, kind):
    assert answer_list(labels.split()).kind == kind


@pytest.mark.parametrize(("word", "value", "status"), [
    ("不清楚", "dk", "dont_know"), ("说不清", "dk", "dont_know"), ("不知道", "dk", "dont_know"), ("拒答", "pns", "prefer_not_to_say"),
    ("不愿回答", "pns", "prefer_not_to_say"), ("不适用", "na", "not_applicable"), ("没用过", "na", "not_applicable")])
@pytest.mark.parametrize("first", [False, True])
def test_no_answer_beside_a_scale_has_a_status(word, value, status, first):
    scale = ["非常满意", "满意", "一般", "不满意", "非常不满意"]
    found = answer_list([word, *scale] if first else [*scale, word])
    assert found.kind == "scale"
    assert {"value": value, "label": {"zh": word}, "status": status} in found.choices
    assert [choice["score"] for choice in found.choices if "score" in choice] == [100, 75, 50, 25, 0]


def test_a_scale_may_end_in_what_elsewhere_is_no_answer():
    assert [choice.get("score") for choice in answer_list(["很清楚", "清楚", "一般", "不清楚"]).choices] == [100, 66.67, 33.33, 0]


@pytest.mark.parametrize(("tag", "left"), [("[排序]", True), ("（排序题）", True), ("【地理位置】", True), ("（地理位置）", False), ("[新题型题]", False)])
def test_kinds_that_are_left_out(tag, left):
    draft = read(f"1. 您对社区{tag}满意吗？\n{FIVE}\n2. 乙？[填空题]")
    assert [item["id"] for item in draft.data["items"]] == (["q02"] if left else ["q01", "q02"])
    assert left or draft.data["items"][0]["label"]["zh"] == f"您对社区{tag if tag[0] == '（' else ''}满意吗？"


@pytest.mark.parametrize(("tag", "type_"), [
    ("多项选择题", "select_multiple q01"), ("评分多选题", "select_multiple q01"), ("投票单选题", "select_one q01"), ("NPS量表题", "select_one q01"),
    ("多行文本题", "text"), ("上传文件题", None), ("级联题", None)])
def test_tags_of_the_survey_sites_say_the_kind(tag, type_):
    draft = read(f"1. 甲？[{tag}]\nA. 一\nB. 二\nC. 三\n2. 乙？[填空题]")
    assert {item["id"]: item["type"] for item in draft.data["items"]}.get("q01") == type_
    assert "X64" not in {doubt.code for doubt in draft.doubts}


def test_a_row_of_numbers_with_the_tag_nps_is_a_scale():
    draft = read("1. 您会推荐吗？[NPS量表]\n很不满意 ○0 ○1 ○2 ○3 ○4 很满意")
    assert scores(draft, "q01") == [("0（很不满意）", 0), ("1", 25), ("2", 50), ("3", 75), ("4（很满意）", 100)]


@pytest.mark.parametrize(("said", "expected"), [
    ("（最多选3项）[多选题]", "count-selected(.) <= 3"), ("[多选题] [最多选择两项]", "count-selected(.) <= 2"), ("（限选十项）[多选题]", "count-selected(.) <= 10"),
    ("（至少选1项，最多选3项）[多选题]", "count-selected(.) >= 1 and count-selected(.) <= 3"), ("[多选题]", None)])
def test_how_many_choices_may_be_taken(said, expected):
    draft = read(f"1. 甲？{said}\nA. 一\nB. 二\nC. 三\nD. 四")
    assert draft.data["items"][0].get("constraint") == expected
    assert draft.data["items"][0]["type"] == "select_multiple q01"
    checked(draft.named("form"))


def test_several_answers_have_no_scores():
    draft = read(f"1. 甲？[多选题]\n{FIVE}")
    assert all("score" not in choice for choice in draft.data["choices"]["q01"])


@pytest.mark.parametrize(("line", "best"), [
    ("非常不满意 ○1 ○2 ○3 ○4 ○5 非常满意", 5), ("非常满意 ○1 ○2 ○3 ○4 ○5 非常不满意", 1), ("很不满意 1 2 3 4 5 很满意", 5),
    ("很不满意\t○5\t○4\t○3\t○2\t○1\t很满意", 1)])
def test_rows_of_numbers_between_two_ends(line, best):
    draft = read(f"1. 甲？[量表题]\n{line}")
    by_value = {choice["value"]: choice["score"] for choice in draft.data["choices"]["q01"]}
    assert by_value == {value: 100 - 25 * abs(best - value) for value in range(1, 6)}
    assert draft.doubts == ()


# --- tables

TABLES = [
    "\t非常不满意\t不满意\t一般\t满意\t非常满意\n卫生\t○\t○\t○\t○\t○\n绿化\t○\t○\t○\t○\t○",
    "项目 非常不满意 不满意 一般 满意 非常满意\n卫生 ○ ○ ○ ○ ○\n绿化 ○ ○ ○ ○ ○",
    "| 项目 | 非常不满意 | 不满意 | 一般 | 满意 | 非常满意 |\n|---|---|---|---|---|---|\n| 卫生 | □ | □ | □ | □ | □ |\n| 绿化 | □ | □ | □ | □ | □ |",
    "| | 非常不满意 | 不满意 | 一般 | 满意 | 非常满意 |\n| 卫生 | 1 | 2 | 3 | 4 | 5 |\n| 绿化 | 1 | 2 | 3 | 4 | 5 |",
    "| 项目 | 非常不满意 | 不满意 | 一般 | 满意 | 非常满意 |\n| 1. 卫生 | | | | | |\n| 2. 绿化 | | | | | |",
    "A. 非常不满意 B. 不满意 C. 一般 D. 满意 E. 非常满意\n（1）卫生 ○ ○ ○ ○ ○\n（2）绿化 ○ ○ ○ ○ ○"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("tag", ["[矩阵量表题]", "[矩阵单选题] *", ""])
def test_a_table_is_an_item_for_each_row(table, tag):
    draft = read(f"1. 请评价：{tag}\n{table}\n2. 乙？[填空题]")
    assert [(item["id"], item["type"].split(" ")[0], item["label"]["zh"]) for item in draft.data["items"]] == [
        ("q01_1", "select_one", "请评价：卫生"), ("q01_2", "select_one", "请评价：绿化"), ("q02", "text", "乙？")]
    assert scores(draft, "q01") == [("非常不满意", 0), ("不满意", 25), ("一般", 50), ("满意", 75), ("非常满意", 100)]
    assert [doubt.code for doubt in draft.doubts] == ([] if tag else ["X64"])
    assert draft.data["items"][0].get("required", False) == tag.endswith("*")


def test_a_table_of_several_answers_and_one_of_texts():
    found = items("1. 何处？[矩阵多选题]\n\t网上\t窗口\n办证\t□\t□\n缴费\t□\t□\n2. 各几次？[矩阵填空题]\n大门 ___\n后门 ___")
    assert [(id_, item["type"], item["label"]["zh"]) for id_, item in found.items()] == [
        ("q01_1", "select_multiple q01", "何处？办证"), ("q01_2", "select_multiple q01", "何处？缴费"),
        ("q02_1", "text", "各几次？大门"), ("q02_2", "text", "各几次？后门")]


# --- sliders, notes, required

def test_a_slider_is_a_number_with_its_ends():
    found = items("1. 打几分？[滑动条] *\n最小值：0，最大值：100")
    assert found["q01"] == {"id": "q01", "type": "integer", "label": {"zh": "打几分？"}, "required": True, "range": {"low": 0, "high": 100}}


def test_what_is_read_out_is_a_note():
    found = items(f"1. 甲？[填空题]\n以下问服务。[段落说明]\n2. 乙？[单选题]\n{FIVE}")
    assert found["note1"] == {"id": "note1", "type": "note", "label": {"zh": "以下问服务。"}}
    assert list(found) == ["q01", "note1", "q02"]


@pytest.mark.parametrize("mark", ["[单选题] *", "[单选题]*", "（必答）[单选题]", "[单选题，必答]", "[单选题] ＊"])
def test_required(mark):
    assert items(f"1. 甲？{mark}\n{FIVE}")["q01"] == {"id": "q01", "type": "select_one q01", "label": {"zh": "甲？"}, "required": True}


# --- who is asked

THREE = "1. 甲？[单选题]\nA. 红{a}\nB. 黄{b}\nC. 蓝\n2. 乙？[填空题]\n3. 丙？[填空题]\n4. 丁？[填空题]"


@pytest.mark.parametrize("jump", ["（请跳至第4题）", "(跳转到第4题)", "[跳到4题]", " 跳至第4题", "（跳答第4题）", "→第4题", "——跳至Q4", "（请直接回答第4题）", "\n跳至第4题"])
def test_a_jump_passes_over_what_lies_between(jump):
    draft = read(THREE.format(a="", b=jump))
    found = {item["id"]: item.get("relevant") for item in draft.data["items"]}
    assert found == {"q01": None, "q02": "${q01} != 'b'", "q03": "${q01} != 'b'", "q04": None}
    assert [choice["label"]["zh"] for choice in draft.data["choices"]["q01"]] == ["红", "黄", "蓝"]
    assert draft.doubts == ()


@pytest.mark.parametrize("label", ["跳3次绳", "跳到3米远", "转到3号楼", "学跳舞", "会回答3"])
def test_what_is_no_jump(label):
    draft = read(THREE.format(a="", b="").replace("黄", label))
    assert draft.data["choices"]["q01"][1]["label"] == {"zh": label}
    assert all("relevant" not in item for item in draft.data["items"])


@pytest.mark.parametrize("end", ["（结束答题）", " (请跳至问卷末尾，提交答卷)", "（跳到问卷结束）", "（请直接跳转至末尾）"])
def test_two_jumps_and_an_end(end):
    draft = read(THREE.format(a=end, b="（跳至第3题）"))
    assert draft.data["choices"]["q01"][0]["label"] == {"zh": "红"}
    found = {item["id"]: item for item in draft.data["items"]}
    assert found["q02"]["relevant"] == "${q01} != 'a' and ${q01} != 'b'"
    assert found["q03"]["relevant"] == found["q04"]["relevant"] == "${q01} != 'a'"


def test_a_jump_from_several_answers():
    found = items("1. 甲？[多选题]\nA. 红\nB. 无（跳至第3题）\n2. 乙？[填空题]\n3. 丙？[填空题]")
    assert found["q02"]["relevant"] == "not(selected(${q01}, 'b'))"


@pytest.mark.parametrize("jump", ["（跳至第1题）", "（跳至第9题）", "（跳过第2题）", "（跳至下一页）"])
def test_a_jump_that_leads_nowhere_is_told(jump):
    draft = read(THREE.format(a=jump, b=""))
    assert all("relevant" not in item for item in draft.data["items"])
    assert [(doubt.code, doubt.line) for doubt in draft.doubts] == [("X71", 3)]


@pytest.mark.parametrize(("condition", "expected"), [
    ("依赖于第1题第1个选项", "${q01} = 'a'"), ("（依赖于第1题第1;3个选项）", "(${q01} = 'a' or ${q01} = 'c')"), ("依赖于(第1题)第2、3个选项时显示", "(${q01} = 'b' or ${q01} = 'c')"),
    ("（第1题选A的回答）", "${q01} = 'a'"), ("（如果第1题选择了B或C，请回答本题）", "(${q01} = 'b' or ${q01} = 'c')"), ("[当第1题选“B”时显示]", "${q01} = 'b'")])
@pytest.mark.parametrize("below", [False, True])
def test_conditions_that_stand_at_a_question(condition, expected, below):
    text = f"3. 丙？[填空题]\n{condition}" if below else f"3. {condition}丙？[填空题]"
    draft = read(THREE.format(a="", b="").replace("3. 丙？[填空题]", text))
    found = {item["id"]: item for item in draft.data["items"]}
    assert found["q03"] == {"id": "q03", "type": "text", "label": {"zh": "丙？"}, "relevant": expected}
    assert draft.doubts == ()


def test_a_condition_and_a_jump_hold_together():
    draft = read("1. 甲？[单选题]\nA. 是\nB. 否（跳至第4题）\n2. 乙？[单选题]\nA. 红\nB. 蓝（跳至第4题）\n3. 丙？[填空题] 依赖于第1题第1个选项\n4. 丁？[填空题]")
    assert {item["id"]: item.get("relevant") for item in draft.data["items"]} == {
        "q01": None, "q02": "${q01} != 'no'", "q03": "${q01} = 'yes' and ${q02} != 'b'", "q04": None}


def test_a_condition_that_a_jump_contradicts_is_kept_as_it_stands():
    draft = read("1. 甲？[单选题]\nA. 红\nB. 蓝（跳至第3题）\n2. 乙？[填空题] 依赖于第1题第2个选项\n3. 丙？[填空题]")
    assert draft.data["items"][1]["relevant"] == "${q01} = 'b' and ${q01} != 'b'"


@pytest.mark.parametrize("condition", ["依赖于第1题第4个选项", "依赖于第1题第0个选项", "依赖于第3题第1个选项", "依赖于第8题第1个选项", "依赖于某题", "（第1题选“红”者回答）"])
def test_a_condition_that_cannot_be_taken_over_is_told(condition):
    draft = read(THREE.format(a="", b="").replace("3. 丙？", f"3. {condition}丙？"))
    assert all("relevant" not in item for item in draft.data["items"])
    assert [(doubt.code, doubt.path) for doubt in draft.doubts] == [("X72", "q03")]


@pytest.mark.parametrize(("count", "taken"), [(20, True), (21, False)])
def test_conditions_and_jumps_are_never_longer_than_an_expression_may_be(count, taken):
    letters = [chr(65 + at) for at in range(26)]
    several = "\n".join(f"{letter}. 项{letter}（跳至第5题）" for letter in letters)
    draft = read("1. 甲？[多选题]\n" + "\n".join(f"{letter}. 项{letter}" for letter in letters) + f"\n2. 乙？[多选题]\n{several}\n3. 丙？[填空题]\n"
                 f"依赖于第1题第{';'.join(str(place) for place in range(1, count + 1))}个选项\n5. 丁？[填空题]")
    asked = draft.data["items"][2]["relevant"]
    assert (asked.count("${q01}"), asked.count("${q02}")) == (20 if taken else 0, 20)
    assert [doubt.code for doubt in draft.doubts if doubt.code in ("X71", "X72")] == ["X71"] * 6 + ["X72"] * (not taken)
    checked(draft.named("form"))


# --- as real questionnaires write them

def test_numbers_of_two_digits_without_a_mark():
    found = items("01 多久去一次？ *\n[单选题]\n每周\n每月\n02 原因是？\n[多选题]\n太远\n20 户以上\n03 建议？\n[填空题]")
    assert [(id_, item["type"].split(" ")[0]) for id_, item in found.items()] == [("q01", "select_one"), ("q02", "select_multiple"), ("q03", "text")]


def test_numbers_with_half_a_bracket():
    draft = read("1）态度如何？\n①好 ②差\n2）等了多久？____分钟")
    assert [item["label"]["zh"] for item in draft.data["items"]] == ["态度如何？", "等了多久？___分钟"]
    assert [choice["label"]["zh"] for choice in draft.data["choices"]["q01"]] == ["好", "差"]


@pytest.mark.parametrize("numbers", [("1.", "2."), ("Q1.", "Q2."), ("1、", "2、")])
def test_many_numbered_choices_are_no_questions(numbers):
    first, second = (f"{number} 次数如何（单选）\n" + "\n".join(f"({at}){at}次" for at in range(1, 8)) for number in numbers)
    draft = read(f"{first}\n{second}")
    assert [(item["id"], item["label"]["zh"]) for item in draft.data["items"]] == [("q01", "次数如何"), ("q02", "次数如何")]
    assert len(draft.data["choices"]["q01"]) == 7


def test_letters_with_a_colon():
    draft = read("1. 甲？\nA：非常满意\nB：满意\nC：不满意\n2. 乙？ A:多 B:少")
    assert scores(draft, "q01") == [("非常满意", 100), ("满意", 50), ("不满意", 0)]
    assert [choice["label"]["zh"] for choice in draft.data["choices"]["q02"]] == ["多", "少"]


@pytest.mark.parametrize("box", "□☑☒❏⬜\uf0a8\uf06f\uf0a3")
def test_boxes_of_all_kinds_mark_choices(box):
    found = read(f"1. 甲？\n{box}红 {box}蓝 {box}绿").data
    assert [choice["label"]["zh"] for choice in found["choices"]["q01"]] == ["红", "蓝", "绿"]
    assert found["items"][0]["label"] == {"zh": "甲？"}


@pytest.mark.parametrize(("label", "type_", "constraint"), [
    ("最需要的（限选三项）", "select_multiple", "count-selected(.) <= 3"), ("最需要的（限选一项）", "select_one", None),
    ("最需要的【请选择1-3项】", "select_multiple", "count-selected(.) >= 1 and count-selected(.) <= 3"),
    ("最需要的（选两至三项）", "select_multiple", "count-selected(.) >= 2 and count-selected(.) <= 3")])
def test_how_many_may_be_chosen(label, type_, constraint):
    item = items(f"1. {label}\n{YES}")["q01"]
    assert (item["type"], item.get("constraint")) == (f"{type_} q01", constraint)


@pytest.mark.parametrize("words", ["没参加过", "未办理过", "没遇到过"])
def test_no_experience_is_no_answer_beside_a_scale_alone(words):
    assert answer_list(["非常满意", "满意", "不满意", words]).choices[-1]["status"] == "not_applicable"
    assert "status" not in answer_list(["每周", "每月", words]).choices[-1]


@pytest.mark.parametrize(("labels", "expected"), [
    ("十分了解 了解 了解一些 不了解", [100, 66.67, 33.33, 0]), ("非常了解 比较了解 不太了解 不了解", [100, 66.67, 33.33, 0]),
    ("非常清楚 知道一些 不知道", [100, 50, 0]), ("5=非常满意 4=满意 3=一般 2=不满意 1=非常不满意", [100, 75, 50, 25, 0])])
def test_more_scales(labels, expected):
    assert [choice.get("score") for choice in answer_list(labels.split()).choices] == expected


def test_scores_before_words():
    found = answer_list(["5 非常满意", "4 满意", "3 一般", "2 不满意", "1 非常不满意"])
    assert [(choice["value"], choice["score"], choice["label"]["zh"][:1]) for choice in found.choices] == [
        (5, 100, "5"), (4, 75, "4"), (3, 50, "3"), (2, 25, "2"), (1, 0, "1")]


def test_yes_and_no_are_told_by_their_own_words():
    for text in ("A. 发生过\nB. 没发生过\nC. 不知道", "A. 没发生过\nB. 发生过"):
        told = [doubt for doubt in read(f"1. 甲？\n{text}").doubts if doubt.code == "X68"]
        assert "'发生过' and '没发生过'" in told[0].text("en")
    told = [doubt for doubt in read("1. 甲？\nA. 满意\nB. 基本满意\nC. 不满意\nD. 不了解").doubts if doubt.code == "X78"]
    assert "'满意' … '不满意'" in told[0].text("en")


def test_an_arrow_before_a_jump_goes_with_it():
    draft = read(f"1. 甲？\nA. 有\nB. 没有 → 跳至Q3\n2. 乙？\n{YES}\n3. 丙？\n{YES}")
    assert draft.data["choices"]["q01"][1]["label"] == {"zh": "没有"}
    assert draft.data["items"][1]["relevant"] == "${q01} != 'no'"


def test_an_order_to_answer_that_is_no_jump_is_told():
    draft = read(f"1. 甲？\nA. 有\nB. 没有（请回答Q2）\n2. 乙？\n{YES}")
    assert [(doubt.code, doubt.line) for doubt in draft.doubts if doubt.code == "X71"] == [("X71", 4)]


def test_a_quotation_mark_of_markdown_is_no_text():
    assert items("> 说明：本调查采取自愿原则。\n1. 甲？[填空题]")["q01"]["label"] == {"zh": "甲？"}
    assert read("> 说明：本调查采取自愿原则。\n1. 甲？[填空题]").data["consent"] == {"zh": "说明：本调查采取自愿原则。"}


SCRIPT = """Q1. 总体满意吗？【单选】
5. 非常满意
4. 比较满意
3. 一般
2. 不太满意
1. 非常不满意
9. 不清楚/拒答
Q2. 不满意哪些？【多选，Q1选1或2时问】
1. 卫生
2. 停车
97. 其他（请注明）____
Q3. 建议？【开放题】"""


@pytest.mark.parametrize("before", ["", "S1. 您是本社区居民吗？\n1. 是\n2. 不是【终止访问】\n"])
def test_a_telephone_script_with_coded_choices(before):
    draft = read(before + SCRIPT)
    assert [(item["id"], item["type"].split(" ")[0], item["label"]["zh"]) for item in draft.data["items"]] == [
        ("q01", "select_one", "总体满意吗？"), ("q02", "select_multiple", "不满意哪些？（Q1选1或2时问）"),
        ("q02_other", "text", "不满意哪些？（Q1选1或2时问）：其他（请注明）"), ("q03", "text", "建议？")]
    assert scores(draft, "q01") == [("非常满意", 100), ("比较满意", 75), ("一般", 50), ("不太满意", 25), ("非常不满意", 0), ("不清楚/拒答", "dont_know")]
    assert {doubt.code for doubt in draft.doubts} == ({"X75", "X72"} if before else {"X72"})


def test_codes_that_neither_rise_nor_fall_are_told():
    assert [(doubt.code, doubt.line) for doubt in read("Q1. 甲？[单选]\n1. 好\n2. 中\n4. 差\nQ2. 乙？[填空题]").doubts if doubt.code == "X76"] == [("X76", 5)]


def test_numerals_in_brackets_and_letters_without_a_mark():
    draft = read("（一）环境怎样？\nA 很好\nB 一般\nC 很差\n（二）建议？")
    assert [(item["id"], item["type"]) for item in draft.data["items"]] == [("q01", "select_one q01"), ("q02", "text")]
    assert scores(draft, "q01") == [("很好", 100), ("一般", 50), ("很差", 0)]


def test_what_a_site_adds_around_choices_is_no_text():
    draft = read("第1题 甲？[多选题]\n选项\nA.红\nB.蓝\nC.其他 [填空]\n第2题 乙？[填空题]")
    assert draft.data["items"][0]["label"] == {"zh": "甲？"}
    assert [(choice["value"], choice["label"]["zh"]) for choice in draft.data["choices"]["q01"]] == [("a", "红"), ("b", "蓝"), ("other", "其他")]
    assert [item["id"] for item in draft.data["items"]] == ["q01", "q01_other", "q02"]


def test_marks_to_be_written_are_a_number():
    assert [doubt.code for doubt in read("1.保洁服务（20分）：_____分").doubts] == ["X74"]


TABLE = "| 序号 | 内容 | 满意 | 一般 | 不满意 |\n|---|---|---|---|---|\n| {a} | 口味 | | | |\n| {b} | 环境 | ○ | ○ | ○ |"


def test_numbered_rows_of_a_table_are_questions_of_their_own():
    draft = read("1. 甲？[填空题]\n" + TABLE.format(a=2, b="3、") + "\n4. 乙？[填空题]")
    assert [(item["id"], item["type"], item["label"]["zh"]) for item in draft.data["items"]] == [
        ("q01", "text", "甲？"), ("q02", "select_one q02", "口味"), ("q03", "select_one q02", "环境"), ("q04", "text", "乙？")]
    assert scores(draft, "q02") == [("满意", 100), ("一般", 50), ("不满意", 0)]
    assert draft.places["items", 2] == ("", 6)


def test_a_form_that_is_one_table():
    draft = read(TABLE.format(a=1, b=2))
    assert [(item["id"], item["label"]["zh"]) for item in draft.data["items"]] == [("q01", "口味"), ("q02", "环境")]


def test_numbers_of_a_table_below_a_question_are_taken_off():
    draft = read("1. 请评价\n" + TABLE.format(a=1, b=2) + "\n2. 乙？[填空题]")
    assert [(item["id"], item["type"], item["label"]["zh"]) for item in draft.data["items"]] == [
        ("q01_1", "select_one q01", "请评价：口味"), ("q01_2", "select_one q01", "请评价：环境"), ("q02", "text", "乙？")]


def test_a_table_whose_first_cells_are_no_numbers_stays():
    draft = read("1. 请评价\n| 内容 | 好 | 中 | 差 |\n| 口味 | 1 | 2 | 3 |\n| 环境 | 1 | 2 | 3 |")
    assert [(item["id"], item["label"]["zh"]) for item in draft.data["items"]] == [("q01_1", "请评价：口味"), ("q01_2", "请评价：环境")]
    assert scores(draft, "q01") == [("好", 100), ("中", 50), ("差", 0)]
