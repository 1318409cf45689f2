# ruff: noqa: E501  (a row of a table is a line)
"""A small instrument with one of everything that a form has to say more of, and how to change it."""

from __future__ import annotations

from typing import Any

from evaluation.declare.instrument import Instrument

ZH, EN = "中文 (zh)", "English (en)"
FORM: dict[str, Any] = {
    "instrument": "visit", "method": "phone", "version": "012", "title": {"zh": "回访", "en": "Visit"}, "languages": ["zh", "en"], "minutes": 5,
    "consent": {"zh": "可以吗？", "en": "May I?"},
    "choices": {"grade": [{"value": "1", "score": 0, "label": {"zh": "差", "en": "Bad"}},
                          {"value": "5", "score": 100, "label": {"zh": "好", "en": "Good"}, "aliases": ["fine", "great"]},
                          {"value": "dk", "status": "dont_know", "label": {"zh": "不知道", "en": "Don't know"}}]},
    "items": [{"id": "1.1", "type": "select_one grade", "label": {"zh": "如何？", "en": "How?"}, "indicator": "2.1", "required": True, "reverse": True},
              {"id": "n", "type": "integer", "label": {"zh": "几次？", "en": "How often? ${1.1} ${zz}"}, "range": {"low": 0, "high": 60}, "relevant": "${1.1} != 'dk'",
               "constraint": ". != 13", "constraint_message": {"zh": "不能是13", "en": "Not 13"}, "weight": 0.5},
              {"id": "several", "type": "select_multiple grade", "label": {"zh": "哪些？", "en": "Which?"}, "hint": {"zh": "提示", "en": "Hint"}, "topics": ["a", "b"]},
              {"id": "double", "type": "calculate", "label": {"zh": "倍", "en": "Double"}, "calculation": "${1.1} * 2"}]}  # fmt: skip


def form(**changes: Any) -> Instrument:
    return Instrument.model_validate(FORM | changes)
