"""Choices that say why there is no answer, known by their label; a number alone, such as 99, is no evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType

from evaluation.fieldwork.forms.xlsform.headers import tidy

PHRASES = MappingProxyType({
    "dont_know": (
        "don't know", "i don't know", "dont know", "do not know", "i do not know", "doesn't know", "does not know", "dk",
        "don't know / no opinion", "can't say", "cannot say", "don't remember", "do not remember", "can't remember",
        "不知道", "不清楚", "不了解", "说不清", "说不清楚", "不确定", "记不清", "不记得",
        "weiß nicht", "weiss nicht", "weiß ich nicht", "ich weiß es nicht", "ich weiß nicht", "nsp",
        "ne sait pas", "je ne sais pas",
        "no sabe", "no sé", "no lo sé", "não sabe", "não sei", "не знаю", "затрудняюсь ответить", "sijui"),
    "prefer_not_to_say": (
        "refused", "refuse", "refuses", "refusal", "refuse to answer", "refused to answer", "refuses to answer", "declined",
        "declined to answer", "decline to answer", "prefer not to say", "prefer not to answer", "i prefer not to say",
        "i'd rather not say", "rather not say", "do not want to answer", "don't want to answer", "no response", "not disclosed",
        "拒答", "拒绝", "拒绝回答", "不愿回答", "不愿意回答", "不想回答", "不便回答", "不方便回答", "不愿透露", "不想说",
        "keine angabe", "k.a.", "keine antwort", "möchte ich nicht sagen", "das möchte ich nicht angeben",
        "möchte ich nicht angeben",
        "antwort verweigert", "verweigert", "refus", "refuse de répondre", "ne souhaite pas répondre", "se niega a responder",
        "prefiero no decir", "prefiero no responder", "no contesta", "no responde", "não quer responder", "recusou",
        "отказ", "отказ от ответа"),
    "not_applicable": (
        "not applicable", "n/a", "not relevant", "不适用", "不涉及", "无此情况", "nicht zutreffend", "entfällt",
        "non applicable",
        "sans objet", "no aplica", "não se aplica", "не применимо"),
})  # fmt: skip
KNOWN = MappingProxyType({phrase: status for status, phrases in PHRASES.items() for phrase in phrases})
ASIDE = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]")
PARTS = re.compile(r"\s*[/,;、，；|]\s*|\s+(?:or|oder|ou|或|或者)\s+")
MARKS = re.compile(r"^[\s\d.):、-]+(?=\D)|[\s.!。…]+$")


def status_of(labels: Iterable[str]) -> str | None:
    """`dont_know`, `prefer_not_to_say` or `not_applicable`, if the label in any language says nothing else; else None."""
    found = [status for label in labels if (status := _status(label))]
    return found[0] if found else None


def _status(label: str) -> str | None:
    plain = tidy(ASIDE.sub(" ", label.replace("’", "'").replace("‘", "'"))).lower()
    plain = MARKS.sub("", MARKS.sub("", plain))
    if plain in KNOWN:
        return KNOWN[plain]
    said = [KNOWN.get(part) for part in PARTS.split(plain) if part]
    return said[0] if said and all(said) else None
