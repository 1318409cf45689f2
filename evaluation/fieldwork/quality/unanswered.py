"""What was asked and not answered: blanks, don't know, refusals, consent that was not given, "other" without words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.core.csvfile import plain
from evaluation.declare.expression import read_expression
from evaluation.declare.instrument import Item
from evaluation.declare.quality import Quality
from evaluation.fieldwork.answers import code_of, is_other
from evaluation.fieldwork.followup import REACHED
from evaluation.fieldwork.logic import breaking
from evaluation.fieldwork.quality.forms import Forms, Mask, one_of, places
from evaluation.fieldwork.quality.found import Found, found, said

COUNTED = ("select_one", "select_multiple", "integer", "decimal")
STATUS = {"dont_know": "dont_know", "refused": "prefer_not_to_say"}
Told = dict[int, list[tuple[str, str]]]                # by place of a form: item, and the answer


def agreed(forms: Forms, limits: Quality) -> Mask:
    """True where the respondent agreed, or the instrument does not ask."""
    item = next((item for item in forms.items("select_one") if item.id == limits.consent.item), None)
    if item is None:
        return np.ones(len(forms.index), dtype=bool)
    return one_of(forms, item, frozenset(limits.consent.values))


def no_consent(forms: Forms, limits: Quality) -> Found:
    """The item of consent is not answered with yes; blank is no yes."""
    at = places(~agreed(forms, limits))
    return found(forms, at, [limits.consent.item] * len(at), said(forms, at, [limits.consent.item]))


def shares(forms: Forms, limits: Quality) -> pd.DataFrame:
    """asked, unanswered, dont_know and refused: numbers of items of each form, consent and texts aside."""
    made = {name: np.zeros(len(forms.index), dtype=np.int64) for name in ("asked", "unanswered", *STATUS)}
    for item in _counted(forms, limits):
        asked = forms.asked[item.id].to_numpy(dtype=bool)
        made["asked"] += asked
        made["unanswered"] += asked & one_of(forms, item, frozenset({""}))
        for name, status in STATUS.items():
            values = frozenset(choice.value for choice in forms.instrument.item_choices(item) if choice.status == status)
            made[name] += asked & one_of(forms, item, values) if values else 0
    return pd.DataFrame(made, index=forms.index)


def unanswered(forms: Forms, limits: Quality) -> Found:
    """Many items that were asked are blank."""
    return _many(forms, limits, "unanswered", limits.unanswered)


def dont_know(forms: Forms, limits: Quality) -> Found:
    """Many items that were asked are answered with don't know."""
    return _many(forms, limits, "dont_know", limits.dont_know)


def refused(forms: Forms, limits: Quality) -> Found:
    """Many items that were asked are declined."""
    return _many(forms, limits, "refused", limits.refused)


def constraint(forms: Forms, limits: Quality) -> Found:
    """An answer that the instrument's `constraint` does not allow."""
    broken: Told = {}
    seen = forms.codes.assign(**{str(name): forms.texts[name] for name in forms.texts})
    for name, rows in breaking(forms.instrument, seen).items():
        for place in forms.index.get_indexer(pd.Index(rows)):
            broken.setdefault(int(place), []).append((name, str(seen[name].iloc[place])))
    return _told(forms, broken)


def other_unsaid(forms: Forms, limits: Quality) -> Found:
    """"Other" was chosen without saying what, or the words are those of a choice that was there."""
    wrong: Told = {}
    for item, source in others(forms):
        known = set(code_of(source, forms.instrument))
        words = forms.texts[item.id]
        folded = words.map({text: " ".join(plain(text).casefold().split()) for text in words.unique()})
        for place in places(forms.asked[item.id] & folded.isin({"", *known})):
            wrong.setdefault(int(place), []).append((item.id, str(words.iloc[place])))
    return _told(forms, wrong)


def contact(forms: Forms, limits: Quality) -> Found:
    """Words in a text by which somebody can be reached: they have to come out of the file, whatever else they say."""
    reached: Told = {}
    for name in forms.texts:
        words = [str(text) for text in forms.texts[name]]
        for place in places([REACHED.search(text) is not None for text in words]):
            reached.setdefault(int(place), []).append((str(name), words[place]))
    return _told(forms, reached)


def others(forms: Forms) -> list[tuple[Item, Item]]:
    """Items of text that are asked where "other" was chosen, each with the item that it was chosen in."""
    items = {item.id: item for item in forms.items("select_one", "select_multiple")}
    made = []
    for item in forms.instrument.items:
        if item.kind == "text" and item.relevant and item.id in forms.texts:
            for compared in read_expression(item.relevant).comparisons:
                source = items.get(compared.item)
                if source is not None and compared.op in ("=", "selected") and any(
                        choice.value == compared.value and is_other(choice)
                        for choice in forms.instrument.item_choices(source)):
                    made.append((item, source))
                    break
    return made


def _counted(forms: Forms, limits: Quality) -> list[Item]:
    return [item for item in forms.items(*COUNTED) if item.id != limits.consent.item]


def _many(forms: Forms, limits: Quality, name: str, limit: float) -> Found:
    made = shares(forms, limits)
    asked, part = made["asked"].to_numpy(), made[name].to_numpy()
    at = places(part / np.maximum(asked, 1) > limit)
    which = [item.id for item in _counted(forms, limits)]
    return found(forms, at, [f"{part[place]} / {asked[place]}" for place in at], said(forms, at, which))


def _told(forms: Forms, wrong: Told) -> Found:
    """A flag for each form at these places: the items are the detail, what was answered to them the basis."""
    at = np.array(sorted(wrong), dtype=np.int64)
    return found(forms, at, [" ".join(name for name, _ in wrong[place]) for place in at], [repr(wrong[place]) for place in at])
