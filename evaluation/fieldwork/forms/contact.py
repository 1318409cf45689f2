"""Questions that ask for contact data have no place in an instrument: left out with what refers to them, and told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evaluation.core.errors import problem
from evaluation.core.yamlfile import Path_
from evaluation.declare.scope import folded
from evaluation.fieldwork.columns import asks_for_contact
from evaluation.fieldwork.forms.drafts import Draft, Place, told_file

WRITTEN = ("text", "integer", "decimal")               # what contact data is written into; a list of choices holds none
WORD = ("(?:(?:真实)?姓名|名字|尊姓大名|联系(?:电话|方式|地址|人)|(?:手机|电话)(?:号码?)?|固定电话|电子邮[箱件]|邮箱"
        "|(?:家庭|居住|通讯|详细)?(?:住址|地址)|门牌号?|楼栋号|房号|身份证(?:件)?(?:号码?)?|证件号码?|微信号?|qq(?:号码?)?)")
PERSON = "(?:您|你|本人|受访者|被访者|受访人|被访人|填表人|填写人|访问员|调查员|户主|家长|家人|孩子|老人|联系人)"
ASKED = re.compile(
    rf"{PERSON}(?:本人|家里?|家庭|们|和|的|常用|现在|目前|是){{0,3}}{WORD}"
    rf"|(?:填写|填上|留下|留|输入|提供|写下|告诉我们?|登记)(?:一下)?{PERSON}?(?:本人|家里?|家庭|的|常用)?{WORD}"
    rf"|{PERSON}.{{0,4}}(?:贵姓|怎么称呼|如何称呼|叫什么|住在(?:哪|几))"
    rf"|^{PERSON}?的?{WORD}(?: ?{WORD}|[0-9]|是|为|是什么|是多少|必填|选填)*$")
MORE_ENGLISH = re.compile(
    r"\b(?:national id|id no|id card no|identity number|whats ?app|we ?chat|contact number|contact details|mobile no|phone no)"
    r"\b")
THING = re.compile(
    r"\b(?:village|community|town|city|county|district|province|state|region|street|school|facility|clinic|hospital|"
    r"organi[sz]ation|project|programme|program|service|shop|market|product|item|file|group|activity|event|"
    r"parish|ward|zone|settlement|hamlet|camp|site|station|building|bridge|road|river|park|library|cent(?:re|er)|office|"
    r"water ?(?:point|source|body)|well|pump|crop|tree|plant|animal|bird|fish|species|variety|brand|committee|association|"
    r"company|business|agency|bus stop|disease|drug|medicine|vaccine|newspaper|channel|website|device|form|festival|"
    r"dish|song|book|course|route)s?\b")
#: somebody's name or number, though a thing stands beside it: that of the facility's in-charge
REACH = "(?:name|phone|telephone|mobile|contact|e ?mail)"
SOMEBODY = (
    "(?:respondent|person|head|chief|leader|chair(?:man|woman|person)?|secretary|teacher|principal|in ?charge|owner|manager|"
    "director|officer|worker|nurse|doctor|staff|member|child|mother|father|spouse|interviewee|informant)s?(?! office)")
OF_SOMEBODY = re.compile(
    rf"\b{REACH}(?: (?:and|or|numbers?|details|title|{REACH})){{0,6}} (?:of|for) (?:\w+ ){{0,3}}?{SOMEBODY}\b"
    rf"|\b{SOMEBODY} (?:s )?(?:full )?{REACH}(?: (?:numbers?|details|address))?$")
ROMANCE = re.compile(
    r"\b(?:votre (?:nom|telephone|numero|adresse)|nom (?:et prenoms?|complet|de famille)|prenoms?|"
    r"nom d[ue]s? (?:repondant|chef|menage|enquete)e?|"
    r"numero de (?:telephone|telefono|celular)|apellidos?|"
    r"(?:su|seu) nom(?:br)?e|nom(?:br)?e (?:y apellidos?|completo)|"
    r"nom(?:br)?e (?:d(?:e la|el?|[oa]) (?:encuestad|entrevistad|jef|informante|responde)\w*))\b"
    r"|^(?:su |seu |votre )?(?:courriel|telefono|celular|telefone|correo electronico)(?: \w+)?$")
REFERENCE = re.compile(r"\$\{\s*([^{}\s]+)\s*\}")
EXPRESSIONS = ("relevant", "constraint", "calculation")


def asks_contact_data(item: Mapping[str, Any]) -> bool:
    """True for an item that somebody writes a name, a number or an address into by which a person can be reached."""
    if item.get("type") not in WRITTEN:
        return False
    label = item.get("label", "")
    texts = [folded(str(text)) for text in (label.values() if isinstance(label, Mapping) else [label])]
    if any(ASKED.search(text) for text in texts):
        return True
    texts = [text for text in [*texts, folded(str(item.get("id", "")))] if text.isascii()]
    if any(ROMANCE.search(text) or OF_SOMEBODY.search(text) for text in texts):
        return True
    return any(asks_for_contact(text) or MORE_ENGLISH.search(text) for text in texts if not THING.search(text))


def without_contact(draft: Draft) -> Draft:
    """The draft without items that ask for contact data, those that refer to them, and lists that nothing else uses."""
    items = draft.data.get("items", [])
    gone: set[str] = set()
    kept, doubts = [], []
    for index, item in enumerate(items):
        sheet, line = draft.places.get(("items", index), ("", 0))
        file, id_ = told_file(draft.file, sheet), str(item.get("id", ""))
        referred = [name for key in EXPRESSIONS for name in REFERENCE.findall(str(item.get(key, "")))]
        if others := [name for name in dict.fromkeys(referred) if name in gone]:
            doubts.append(problem("X23", file, line, id_, warning=True, name=id_, others=others))
        elif asks_contact_data(item):
            doubts.append(problem("X20", file, line, id_, warning=True, label=_label(item)))
        else:
            kept.append(index)
            continue
        gone.add(id_)
    if not gone:
        return draft
    lists = [str(item.get("type", "")).split(" ")[-1] for item in items]
    idle = set(lists) - {lists[index] for index in kept}
    choices = {name: choices for name, choices in draft.data.get("choices", {}).items() if name not in idle}
    data = {**draft.data, "choices": choices, "items": [items[index] for index in kept]}
    return replace(draft, data=data, places=_moved(draft.places, kept), doubts=(*draft.doubts, *doubts))


def _moved(places: Mapping[Path_, Place], kept: list[int]) -> dict[Path_, Place]:
    """Places with the items counted anew."""
    now = {before: after for after, before in enumerate(kept)}
    moved: dict[Path_, Place] = {}
    for path, place in places.items():
        if path[:1] != ("items",) or len(path) == 1:
            moved[path] = place
        elif isinstance(path[1], int) and path[1] in now:
            moved["items", now[path[1]], *path[2:]] = place
    return moved


def _label(item: Mapping[str, Any]) -> str:
    label = item.get("label", "")
    return str(next(iter(label.values()), "") if isinstance(label, Mapping) else label)[:60]
