"""The checks as a table: what each is called, what it needs, and the function that finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from evaluation.declare.quality import Quality
from evaluation.fieldwork.quality.alike import duplicate_answers, duplicate_id, near_duplicate
from evaluation.fieldwork.quality.forms import Forms
from evaluation.fieldwork.quality.found import Found, flag_id
from evaluation.fieldwork.quality.lines import straight_line
from evaluation.fieldwork.quality.times import ends_early, odd_duration, stale_version, starts_late, too_short
from evaluation.fieldwork.quality.unanswered import (
    constraint,
    contact,
    dont_know,
    no_consent,
    other_unsaid,
    others,
    refused,
    unanswered,
)

COLUMNS = ("method", "respondent", "check", "id", "detail")


@dataclass(frozen=True)
class Check:
    """find: from forms and limits to what was found. needs: columns of paradata with a value. residents: of what residents
    answered alone, for raters' sheets are alike for good reasons.
    """

    find: Callable[[Forms, Quality], Found]
    zh: str
    en: str
    needs: tuple[str, ...] = ()
    residents: bool = False


CHECKS: dict[str, Check] = {
    "duplicate_id": Check(duplicate_id, "表单编号重复", "Form there twice", ("copies",)),
    "duplicate_answers": Check(duplicate_answers, "答案完全相同", "Same answers throughout", residents=True),
    "near_duplicate": Check(near_duplicate, "答案几乎相同", "Nearly the same answers", residents=True),
    "stale_version": Check(stale_version, "表单版本不符", "Other version of the form", ("version",)),
    "no_consent": Check(no_consent, "没有同意记录", "No consent"),
    "ends_early": Check(ends_early, "结束早于开始", "Ends before it starts", ("started", "ended")),
    "starts_late": Check(starts_late, "开始晚于提交", "Starts after it was submitted", ("started", "submitted")),
    "too_short": Check(too_short, "用时过短", "Too short", ("started", "ended")),
    "odd_duration": Check(odd_duration, "用时异常", "Odd duration", ("started", "ended")),
    "straight_line": Check(straight_line, "直线作答", "Straight-lining", residents=True),
    "unanswered": Check(unanswered, "漏答过多", "Many items left blank"),
    "dont_know": Check(dont_know, "“不知道”过多", "Many don't knows", residents=True),
    "refused": Check(refused, "拒答过多", "Many refusals", residents=True),
    "other_unsaid": Check(other_unsaid, "“其他”未说明", "\"Other\" not said"),
    "constraint": Check(constraint, "违反约束条件", "Constraint broken"),
    "contact": Check(contact, "文字中有联系方式", "Contact data in words"),
}  # fmt: skip


def flags_of(methods: Iterable[Forms], limits: Quality) -> pd.DataFrame:
    """method, respondent, check, id, detail of every flag, sorted; the order of the forms never matters."""
    parts = []
    for forms in methods:
        for name in runs_on(forms, limits):
            made = CHECKS[name].find(forms, limits)
            ids = [flag_id(forms.method, respondent, name, basis)
                   for respondent, basis in zip(made["respondent"], made["basis"], strict=True)]
            parts.append(made.assign(method=forms.method, check=name, id=pd.Series(ids, dtype="str"))[list(COLUMNS)])
    whole = pd.concat(parts) if parts else pd.DataFrame({name: pd.Series([], dtype="str") for name in COLUMNS})
    return whole.sort_values(list(COLUMNS), ignore_index=True)


def runs_on(forms: Forms, limits: Quality) -> list[str]:
    """The checks that there is something to look at for."""
    return [name for name, check in CHECKS.items()
            if (forms.of_residents or not check.residents) and _there(forms, name, limits)]


def _there(forms: Forms, name: str, limits: Quality) -> bool:
    items = {item.id for item in forms.instrument.items}
    if name == "no_consent":
        return limits.consent.item in items
    if name == "constraint":
        return any(item.constraint for item in forms.instrument.items)
    if name == "other_unsaid":
        return bool(others(forms))
    if name == "contact":
        return not forms.texts.empty
    needs = CHECKS[name].needs
    if not needs:
        return True
    return forms.paradata is not None and all(_known(forms.paradata[column]).any() for column in needs)


def _known(column: pd.Series) -> pd.Series:
    return column.notna() if pd.api.types.is_datetime64_any_dtype(column) else column.notna() & (column != "")
