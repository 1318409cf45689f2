"""Items of an instrument, made of questions: one, one for each row of a table, and one more for the words of `其他____`."""

from __future__ import annotations

import re
from typing import Any

from evaluation.fieldwork.forms.text.lines import joined
from evaluation.fieldwork.forms.text.notes import Asked, Notes
from evaluation.fieldwork.forms.text.questions import Question
from evaluation.fieldwork.forms.text.scales import AnswerList, answer_list
from evaluation.fieldwork.forms.text.tables import number_row

SEVERAL = re.compile("可多选|多选|最多选|不限选|可选多项")
COUNT = r"\s?(\d{1,2}|[一两二三四五六七八九十])\s?"
LIMIT = re.compile(rf"(最多|至多|不超过|限|最少|至少)(?:可以?|只能)?选择?{COUNT}[项个种]")
FROM_TO = re.compile(rf"选择?{COUNT}[-—–~～至到]{COUNT}[项个种]")
NUMERALS = " 一二三四五六七八九十"
COUNTED = re.compile(r"[（(]数字[）)]|(?:多少|几|__)\s?(?:个|次|人|口人|元|岁|年|分钟?|户|天|公里|米)")


def items_of(question: Question, notes: Notes) -> list[dict[str, Any]]:
    """Add the items of a question, with their list of choices; those that its conditions hold for."""
    block, kind = question.block, question.kind
    if kind.name == "left out":
        notes.doubt("X66", block.line, block.id, tag=kind.tag)
        return []
    label = joined(question.stem)
    if not label:
        label = f"第{int(block.id.rpartition('q')[2])}题" if "q" in block.id else block.id
        notes.doubt("X70", block.line, block.id, label=label)
    more: dict[str, Any] = {"required": True} if kind.required else {}
    if kind.name.startswith("matrix") or question.table.rows:
        return _of_table(question, label, more, notes)
    several = kind.name == "select_multiple" or (not kind.name and _asks_for_several(label))
    answers, lines = _answers(question, several)
    if kind.name in ("text", "note", "slider") or len(answers.choices) < 2:
        return [_plain(question, label, more, notes)]
    type_ = "select_multiple" if several else "select_one"
    if not kind.name:
        notes.guess(type_, block.id)
    name = notes.list_name(block.id, answers, lines or [block.line] * len(answers.choices))
    if name == block.id:
        _tell(answers, kind.name == "scale", block.line, block.id, notes)
    if several and (limits := _limits(label)):
        more["constraint"] = " and ".join(f"count-selected(.) {sign} {number}" for sign, number in limits)
    item = notes.item(block.line, block.id, f"{type_} {name}", label, **more)
    asked = notes.asked[block.number] = Asked(block.id, several, tuple(choice["value"] for choice in answers.choices))
    for at, option in enumerate(question.options.found):
        if option.other:
            notes.item(option.line, f"{block.id}_other", "text", _below(label, option.label), relevant=asked.holds(at))
        elif option.blank:
            notes.doubt("X65", option.line, block.id, label=option.label)
    return [item]


def _answers(question: Question, several: bool) -> tuple[AnswerList, list[int]]:
    """The list of choices of a question that is no table, and their lines."""
    if question.numbers:
        return question.numbers, []
    found = question.options.found
    labels = [option.label for option in found]
    lines = [option.line for option in found]
    if question.kind.name == "scale" and (row := number_row(" ".join(labels), True)) and len(row.choices) == len(labels):
        return row, lines
    other = next((at for at, option in enumerate(found) if option.other), None)
    return answer_list(labels, other, several), lines


def _asks_for_several(label: str) -> bool:
    """Whether a question that has no tag says that more than one choice may be taken."""
    return bool(SEVERAL.search(label)) or any(number > 1 for _, number in _limits(label))


def _limits(label: str) -> list[tuple[str, int]]:
    """How many choices may be taken: `<=` or `>=`, and the number."""
    one_sided = [(">=" if found[1] in ("最少", "至少") else "<=", _number(found[2])) for found in LIMIT.finditer(label)]
    return one_sided + [limit for found in FROM_TO.finditer(label)
                        for limit in ((">=", _number(found[1])), ("<=", _number(found[2])))]


def _number(given: str) -> int:
    return int(given) if given.isdecimal() else NUMERALS.index(given.replace("两", "二"))


def _plain(question: Question, label: str, more: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """Add a question without choices: text, a note, or a slider's number."""
    kind, line, id_ = question.kind, question.block.line, question.block.id
    if kind.name == "note":
        return notes.item(line, id_, "note", label)
    if kind.name == "slider":
        low, high = kind.limits.get("小"), kind.limits.get("大")
        if low is not None and high is not None and low < high:
            return notes.item(line, id_, "integer", label, **more, range={"low": low, "high": high})
        notes.doubt("X73", line, id_)
    elif kind.name not in ("", "text") or question.options.found:
        notes.doubt("X67", line, id_, count=len(question.options.found))
    elif not kind.name and "__" not in label:
        notes.guess("text", id_)
    if COUNTED.search(label):
        notes.doubt("X74", line, id_)
    return notes.item(line, id_, "text", label, **more)


def _of_table(question: Question, label: str, more: dict[str, Any], notes: Notes) -> list[dict[str, Any]]:
    """Add one item for each row of a table; they share its columns as choices."""
    kind, line, id_ = question.kind, question.block.line, question.block.id
    several = kind.name.endswith("select_multiple") or (not kind.name and _asks_for_several(label))
    type_ = "text" if kind.name in ("text", "matrix text") else "select_multiple" if several else "select_one"
    if not kind.name:
        notes.guess(type_, id_)
    rows, columns = question.table.rows, question.table.heads()
    if type_ == "text":
        rows = rows or columns
    elif len(columns) < 2 or not rows:
        notes.doubt("X67", line, id_, count=len(columns))
        type_ = "text"
    else:
        labels = [column for _, column in columns]
        answers = number_row(" ".join(labels), True) or answer_list(labels, None, several)
        name = notes.list_name(id_, answers, [at for at, _ in columns])
        if name == id_:
            _tell(answers, kind.name == "scale" or "量表" in kind.tag or "评分" in kind.tag, line, id_, notes)
        type_ = f"{type_} {name}"
    if not rows:
        return [notes.item(line, id_, "text", label, **more)]
    return [notes.item(at, f"{id_}_{number}", type_, _below(label, row), **more) for number, (at, row) in enumerate(rows, 1)]


def _below(label: str, part: str) -> str:
    """The label of what stands below a question: a row of its table, the words of its choice."""
    label = label.rstrip(":： ")
    return f"{label}{'' if label[-1:] in '?？!！。' else '：'}{part}"


def _tell(answers: AnswerList, is_scale: bool, line: int, id_: str, notes: Notes) -> None:
    """Tell what the methodologist has to look at in a list of choices."""
    graded = [choice["label"]["zh"] for choice in answers.choices if "status" not in choice and choice["value"] != "other"]
    first, last = (graded[0], graded[-1]) if graded else ("", "")
    if answers.kind == "yes_no":
        named = {choice["value"]: choice["label"]["zh"] for choice in answers.choices}
        notes.doubt("X68", line, id_, first=named["yes"], last=named["no"])
    elif answers.kind == "leaning":
        notes.doubt("X78", line, id_, first=first, last=last)
    elif answers.kind == "numbers" or (answers.kind == "other" and is_scale):
        notes.doubt("X69", line, id_, first=first, last=last)
    if answers.no_answer:
        notes.doubt("X77", line, id_, labels=answers.no_answer)
