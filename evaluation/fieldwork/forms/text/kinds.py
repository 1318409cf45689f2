"""What kind of question it is: the tag in brackets says so, `[单选题]`, `（多选）`; and what else stands in its first lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from evaluation.fieldwork.forms.text.scales import WORDS

KINDS = {tag: kind for kind, tags in WORDS["tags"].items() for tag in tags.split()}
TAG = re.compile(r"[\[【（(]\s?([^\[\]【】（）()]{1,16})[\]】）)]")
ANSWER_BRACKET = re.compile(r"[（(]\s{0,9}[）)]")
LIMIT = re.compile(r"[（(]?最([小大])值\D{0,3}(-?\d{1,9})[^，,；;\s]{0,4}[，,；;]?\s?")
ELSEWHERE = re.compile(r"[Qq]\d|第\s?\d+\s?题")      # speaks of another question
LOOKED_AT = 2000          # characters of a line that may hold a tag which decides what the line is


@dataclass
class Kind:
    """Blank while nothing says it. tag: the word that said it; limits: 小 and 大, the ends of a slider."""

    name: str = ""
    tag: str = ""
    required: bool = False
    limits: dict[str, int] = field(default_factory=dict)

    def take(self, text: str) -> str:
        """Take tags, required marks and a slider's ends out of a question's text."""
        text = TAG.sub(self._tag, text)
        text = ANSWER_BRACKET.sub("", text).strip()
        if text[-1:] in ("*", "＊") and text:
            self.required = True
            text = text.rstrip("*＊ ")
        if "最小值" in text or "最大值" in text:
            self.limits |= {found[1]: int(found[2]) for found in LIMIT.finditer(text)}
            text = LIMIT.sub("", text) if self.name == "slider" else text
        return text.strip()

    def _tag(self, found: re.Match[str]) -> str:
        words = re.split(r"[,，、;；\s]+", found[1].strip())
        says_so = found[0][0] in "[【" or words[0].endswith("题")         # （地理位置） may be part of a question's text
        if words[0] not in KINDS or (KINDS[words[0]] == "left out" and not says_so):
            return "" if found[0][0] in "[【" and words[0].endswith("题") else found[0]
        for word in words:
            kind = KINDS.get(word, "")
            if kind == "required":
                self.required = True
            elif kind and not self.name:
                self.name, self.tag = kind, word
        left = [word for word in words if ELSEWHERE.search(word)]                  # 【多选，Q1选1时问】
        return f"（{'，'.join(left)}）" if left else ""


def has_tag(text: str, kind: str = "") -> bool:
    """Whether a line has the tag of a kind; of any kind without."""
    return any(KINDS[tag] == kind if kind else True for tag in TAG.findall(text[:LOOKED_AT]) if tag in KINDS)
