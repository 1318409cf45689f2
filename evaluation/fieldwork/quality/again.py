"""Back-checks: interviews made again, matched with the forms that they are about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.core.csvfile import plain, read_table, rows_where, tidy
from evaluation.core.errors import DataError, Problem, problem
from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.quality import BackCheck
from evaluation.fieldwork.answers import NUMBER, codes_of
from evaluation.fieldwork.columns import refused_columns
from evaluation.fieldwork.quality.forms import Forms

KEYS = ("respondent", "instance")
BEFORE_ID = "uuid:"              # of ODK's ids; an import leaves it out
BESIDE = (*KEYS, "interviewer", "community", "version", "started", "ended", "submitted")
#: method, respondent, interviewer, item, type, first, again (codes; blank is no answer), value_first, value_again (numbers)
Pairs = pd.DataFrame


def read_again(file: Path, methods: Mapping[str, Forms], asked: BackCheck) -> tuple[Pairs, list[Problem]]:
    """Pairs of answers, a row a form and item, from a CSV with respondent or instance and a column an item; and warnings.

    The method is the one that most rows are of. Raises DataError with every fault: no key [J24], no form that is known [J22],
    contact columns [S04], answers on no list [A10], no item with a type [J20], items of type 3 that are no numbers [J25].
    """
    table = read_table(file)
    faults = refused_columns(file, table.columns)
    key = next((name for name in KEYS if name in table), None)
    if key is None:
        faults.append(problem("J24", file, 1, "respondent"))
    if faults or key is None:
        raise DataError(faults)
    ids = tidy(table[key])[0].astype("str")
    forms, place = _matched(file, ids, key, methods)
    warnings = []
    if (place < 0).any():
        rows = rows_where(place < 0, table.index)
        warnings.append(problem("J23", file, rows[0], key, rows=rows, count=len(rows), warning=True))
    items = {item.id: item for item in forms.instrument.items if item.is_answered}
    types = {name: kind for name, kind in asked.types.items() if name in items and name in table}
    untyped = [name for name in table if name not in types and name not in BESIDE]
    if not types:
        raise DataError(problem("J20", file, 1, names=[name for name in untyped if name in items] or untyped))
    if untyped:
        warnings.append(problem("J21", file, 1, names=untyped, count=len(untyped), warning=True))
    kept, at = table[place >= 0], place[place >= 0]
    parts = []
    interviewer = np.array([""] * len(at)) if forms.paradata is None else forms.column("interviewer").to_numpy()[at]
    for name, kind in types.items():
        item = items[name]
        if item.kind == "text":
            again = kept[name].map(_folded)
            first = forms.texts[name].map(_folded).to_numpy()[at]
        else:
            again, wrong, _ = codes_of(file, kept[name], item, forms.instrument)
            faults += wrong
            first = forms.codes[name].astype("str").to_numpy()[at]
        known = _numbers(item, forms.instrument)
        made = pd.DataFrame({"method": forms.method, "respondent": forms.respondent.to_numpy()[at], "interviewer": interviewer,
                             "item": name, "type": kind, "first": first, "again": again.astype("str").to_numpy()})
        for column in ("first", "again"):
            made[f"value_{column}"] = [known.get(text, np.nan) if known else _number(text) for text in made[column]]
        if kind == 3 and (item.kind in ("text", "select_multiple") or (known and np.isnan(list(known.values())).all())):
            faults.append(problem("J25", file, 1, name, name=name))
        parts.append(made)
    if faults:
        raise DataError(faults)
    return pd.concat(parts, ignore_index=True), warnings


def _matched(file: Path, ids: pd.Series, key: str, methods: Mapping[str, Forms]) -> tuple[Forms, np.ndarray]:
    """The method that most rows are of, and the place of each row's form in it (-1: none)."""
    best: tuple[int, Forms, np.ndarray] | None = None
    for forms in methods.values():
        if key == "instance" and forms.paradata is None:
            continue
        names = forms.respondent if key == "respondent" else forms.column("instance")
        known = pd.Series(np.arange(len(names)), index=pd.Index(names.astype("str").str.removeprefix(BEFORE_ID)))
        known = known[~known.index.duplicated() & (known.index != "")]
        place = known.reindex(ids.str.removeprefix(BEFORE_ID).to_numpy()).fillna(-1).to_numpy(dtype=int)
        if best is None or (place >= 0).sum() > best[0]:
            best = int((place >= 0).sum()), forms, place
    if best is None or best[0] == 0:
        raise DataError(problem("J22", file, int(ids.index[0]), key))
    return best[1], best[2]


def _numbers(item: Item, instrument: Instrument) -> Mapping[str, float]:
    """Answers of an item that are numbers: values of its list where all are, else the scores."""
    answers = [choice for choice in instrument.item_choices(item) if choice.status is None]
    values = {choice.value: _number(choice.value) for choice in answers}
    if not np.isnan(list(values.values())).any():
        return values
    return {choice.value: np.nan if choice.score is None else choice.score for choice in answers}


def _folded(text: object) -> str:
    return " ".join(plain(str(text)).casefold().split())


def _number(text: str) -> float:
    return float(text) if NUMBER.fullmatch(text) else np.nan
