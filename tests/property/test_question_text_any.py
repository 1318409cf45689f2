# ruff: noqa: E501  (a row of a table is a line)
"""Any text at all is read, or doubted, and never raises; what comes of it is refused with reasons, or is an instrument that reads back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evaluation.core.errors import DeclarationError, Problem
from evaluation.declare.programme import load_instrument
from evaluation.fieldwork.forms.contact import without_contact
from evaluation.fieldwork.forms.drafts import checked
from evaluation.fieldwork.forms.text import read_questions
from evaluation.fieldwork.forms.text.lines import lines_of
from evaluation.fieldwork.forms.yamlout import instrument_yaml

MANY = settings(max_examples=400, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
PIECES = ["问卷", "1. ", "2、", "3．", "（4）", "第5题：", "Q6. ", "７、", "一、", "## ", "您满意吗？", "姓名", "[单选题]", "【多选题】", "（填空）", "[矩阵量表题]", "[量表题]", "[滑动条]", "[排序题]",
          "[段落说明]", " *", "A. ", "B、", "（C）", "①", "○", "□ ", "[ ] ", "非常满意", "满意", "一般", "不满意", "不清楚", "拒答", "是", "否", "其他____", "其他（请注明）", "（跳至第3题）", "跳过第2题",
          "结束答题", "依赖于第1题第1;2个选项", "（第1题选A或B的回答）", "最小值：0，最大值：10", "1 2 3 4 5", "| ", "\t", "  ", "\n", "\n", "\n", "\r\n", "\u3000", "\\.", "**", "“", "'", '"', "${q01}", "匿名", "\x00", "😀"]
structured = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
texts = st.one_of(structured, st.text(max_size=60), structured.map(lambda text: "标题\n1. 甲？\n" + text))


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "any.yaml"


@MANY
@given(text=texts)
@example("")
@example("1.")
@example("1. [矩阵填空题]\n\t")
@example("1. [矩阵单选题]\n| | |\n| a |")
@example("一、\n十十、")
@example("1. 甲\n①\n⑳")
@example("1. 甲？\nA. 是\nB. 否\n" * 3)
def test_any_text_ends_in_an_instrument_or_in_reasons(file: Path, text: str) -> None:
    draft = without_contact(read_questions(lines_of(text), Path("a.txt")).named("any"))
    last = text.count("\n") + text.count("\r") + 1
    assert all(doubt.warning and 0 <= doubt.line <= last for doubt in draft.doubts)
    assert all(1 <= line <= last for _, line in draft.places.values())
    refused: list[Problem] = []
    try:
        instrument, warnings = checked(draft)
    except DeclarationError as error:
        refused = error.problems
    if refused:
        assert {fault.code for fault in refused} <= {"X21", "S02"}
        return
    file.write_bytes(instrument_yaml(instrument.model_dump(exclude_defaults=True), [*draft.doubts, *warnings], draft.places).encode())
    assert load_instrument(file) == instrument


@MANY
@given(count=st.integers(1, 30), options=st.lists(st.sampled_from(["红", "黄", "满意", "很好", "不清楚", "其他___", "是"]), min_size=2, max_size=8), blank=st.sampled_from(["", "\n", " \u3000"]), inline=st.booleans())
def test_every_question_that_is_asked_is_an_item_in_its_order(count: int, options: list[str], blank: str, inline: bool) -> None:
    choices = ("  " if inline else "\n").join(f"{chr(65 + at)}. {option}" for at, option in enumerate(options))
    text = f"\n{blank}".join(f"{number}. 第几？[单选题]\n{choices}" for number in range(1, count + 1))
    draft = read_questions(lines_of("问卷\n" + text), Path("a.txt"))
    asked = [item for item in draft.data["items"] if item["type"] != "text"]
    assert [item["id"] for item in asked] == [f"q{number:02}" for number in range(1, count + 1)]
    assert all([choice["label"]["zh"] for choice in draft.data["choices"][item["type"].split(" ")[1]]] == [option.rstrip("_") for option in options] for item in asked)


LONG = 350_000                                           # characters: a line of 1 MB of Chinese
HOSTILE = ["社" * LONG, "A. " * (LONG // 3), "○" * LONG, "○ x " * (LONG // 4), "|" * LONG, "(" * LONG, "[" * LONG, "(a" * (LONG // 2), "跳至 第 " * (LONG // 6), "请" * LONG, "依赖于第1题第" + "1;" * (LONG // 2),
           "依赖于第1题第1" * (LONG // 8), "第1题选" + "A," * (LONG // 2), "1 " * (LONG // 2), "1" * LONG, " " * LONG + "x", "\t" * LONG + "x", "_" * LONG, "其他_" * (LONG // 3), "最小值" * (LONG // 3), "* " * (LONG // 2), "1/" * (LONG // 2), "\\." * (LONG // 2)]


@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: line[:8].strip() or "blank")
@pytest.mark.parametrize("before", ["1. ", "1. 甲？[单选题]\nA. ", "1. 甲 [量表题]\n", "1. 甲 [矩阵单选题]\na b\n"], ids=["question", "choice", "scale", "table"])
def test_a_line_of_a_megabyte_is_read(before: str, line: str) -> None:
    draft = read_questions(lines_of(f"问卷\n{before}{line}"), Path("a.txt"))
    assert len(draft.data["items"]) >= 1


@pytest.mark.parametrize("text", [
    "\n".join(f"一、部分\n1. 您满意吗？\nA. 满意{n}\nB. 不满意" for n in range(5000)), "1. 甲 [单选题]\n" + "\n".join(f"○ 选项{n}" for n in range(30_000)) + "\n○ 其他__" * 30_000,
    "1. 甲？\n| a | 好 | 差 |\n" + "| b | ○ | ○ |\n" * 20_000, "题\n" + "一、x\n" * 30_000, "[段落说明] x\n" * 20_000, "\n" * LONG,
    "\n".join(f"{n}. 甲？[单选题]\nA. 满意（跳至第{n + 15}题）\nB. 不满意（结束答题）" for n in range(1, 990))], ids=["parts", "choices", "rows", "headings", "notes", "blank", "jumps"])
def test_thousands_of_lines_are_read(text: str) -> None:
    read_questions(lines_of(text), Path("a.txt"))
