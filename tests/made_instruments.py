# ruff: noqa: E501  (a row of a table is a line)
"""Instruments made by hypothesis: free of faults, and as awkward as declared text may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from evaluation.core.yamlfile import YamlFile
from evaluation.declare.instrument import Instrument
from evaluation.declare.lint import lint_instrument
from evaluation.declare.scope import scope_problems
from evaluation.fieldwork.forms.export.checks import export_problems

AWKWARD = ["${x}", "a < b & c > d", "<b>bold</b>", "two\nlines", "😀 smile", "\"quoted\" 'twice'", "“弯引号”", "=1+1", "012", "http://a.b/c",
           "_x0041_", "# heading", "*star*", "$ {x}", "1e5", "TRUE", "中文 标点，。", "a\ttab", "A; B", "]]>", "&amp;", "%s {0}", "-"]
LETTERS = st.characters(min_codepoint=32, max_codepoint=0x10FFFF, exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co", "Zl", "Zp", "Zs"))
TEXTS = st.one_of(st.sampled_from(AWKWARD), st.text(LETTERS, min_size=1, max_size=12))
IDS = st.one_of(st.sampled_from(["1.1", "3-a", "q1", "Q1", "meta", "start", "community", "instanceID", "or", "div", "xml", "a.", "a-", "data", "0"]),
                st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True))
VALUES = st.one_of(st.sampled_from(["1", "dk", "-1", "0.5", "012", "a'b", 'a"b', "a'b\"c", "é", "是", "<", "&", "a/b", "a;b", "two words", "true", "''"]),
                   st.from_regex(r"[A-Za-z0-9_]{1,6}", fullmatch=True))
STATUSES = ["dont_know", "prefer_not_to_say", "not_applicable", "not_assessed"]


def quoted(value: str) -> str | None:
    """The value as a text of an expression; None where it has both kinds of quotes."""
    return f"'{value}'" if "'" not in value else f'"{value}"' if '"' not in value else None


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    """An instrument without faults that a form can carry."""
    languages = draw(st.sampled_from([("zh", "en"), ("en",), ("zh",), ("en", "zh"), ("fr", "en"), ("fr",)]))

    def labels() -> dict[str, str]:
        if len(languages) == 1 and draw(st.integers(0, 3)) == 0:
            return {"*": draw(TEXTS)}
        return {lang: draw(TEXTS) for lang in languages}

    choices: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(["1", "a.b", "list", "List", "x-y", "communities", "yes_no"]), min_size=1, max_size=3, unique=True)):
        values = draw(st.lists(VALUES, min_size=2, max_size=5, unique_by=str.casefold))
        choices[name] = [{"value": value, "label": labels(), **draw(st.sampled_from([
            {}, {"score": draw(st.sampled_from([0, 12.5, 100]))}, {"status": draw(st.sampled_from(STATUSES))}, {"aliases": ["x y", "z"]}]))}
            for value in values]
    items: list[dict[str, Any]] = []
    for name in draw(st.lists(IDS, min_size=1, max_size=7, unique=True)):
        items.append(draw(_items(name, items, choices, labels)))
    made = {"instrument": draw(st.sampled_from(["form", "1st", "a.b-c"])), "version": draw(st.sampled_from(["1", "2026.1", "012", "v 2"])),
            "method": draw(st.sampled_from(["phone", "questionnaire", "meeting", "activity", "records"])), "title": labels(),
            "languages": languages, "choices": choices, "items": items,
            **draw(st.sampled_from([{}, {"consent": labels(), "minutes": 8}, {"minutes": 7.5}]))}
    return Instrument.model_validate(made)


def is_sound(instrument: Instrument) -> bool:
    """Whether it is free of faults, and a form can carry it."""
    loaded = YamlFile(Path("made.yaml"), instrument.model_dump(mode="json", exclude_none=True))
    faults = [*lint_instrument(instrument, loaded), *scope_problems(loaded)]
    return not [one for one in faults if not one.warning] and not export_problems(instrument, loaded.file)


@st.composite
def _items(draw: st.DrawFn, name: str, before: list[dict[str, Any]], choices: dict[str, Any], labels: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["select_one", "select_one", "select_multiple", "integer", "decimal", "text", "note", "calculate"]))
    known = [item for item in before if item["type"] != "note"]
    if kind == "calculate" and not known:
        kind = "integer"
    item: dict[str, Any] = {"id": name, "type": kind, "label": labels()}
    if draw(st.booleans()):
        item["hint"] = labels()
    if kind.startswith("select"):
        fit = [listed for listed, rows in choices.items()
               if kind == "select_one" or not any(" " in choice["value"] for choice in rows)]
        item["type"] = f"{kind} {draw(st.sampled_from(fit))}" if fit else "text"
        if fit and any("score" in choice for choice in choices[item["type"].split(" ")[1]]) and draw(st.booleans()):
            item |= {"indicator": "2.1", "reverse": draw(st.booleans())}
    if kind in ("integer", "decimal") and draw(st.booleans()):
        low = draw(st.sampled_from([-5, 0, 0.25, 1e-7]))
        item["range"] = {"low": low, "high": low + draw(st.sampled_from([1, 60.5, 1e6]))}
    if kind not in ("note", "calculate"):
        item["required"] = draw(st.booleans())
        if draw(st.booleans()):
            item |= {"constraint": draw(st.sampled_from([". != ''", ". > 0 and . < 99", "not(. = 'x') or true()", "string-length(.) <= 9"])),
                     **draw(st.sampled_from([{}, {"constraint_message": labels()}]))}
    if kind == "calculate":
        names = [f"${{{draw(st.sampled_from(known))['id']}}}" for _ in range(2)]
        item["calculation"] = draw(st.sampled_from([
            "{0} + {1}", "number({0}) * 2", "if({0} = '', 0, {1})", "coalesce({0}, {1})", "round({0} div 3, 1)", "concat({0}, ' < ', {1})",
            "count-selected({0})", "selected-at({0}, 0)", "max({0}, 1)", "string-length({0}) - 1", "int({0}) mod 2", "abs(-{0})", "round({0})",
            "ends-with({0}, 'k')", "substr({0}, 0, 1)", "normalize-space({1})", "pow({0}, 2)", "min({0}, {1}, 3)",
        ])).format(*names)
    if known and draw(st.booleans()):
        item["relevant"] = draw(_conditions(known, choices))
    if draw(st.booleans()):
        item |= {"weight": draw(st.sampled_from([0.5, 2, 1])), "topics": draw(st.sampled_from([[], ["service"], ["a", "b c"]]))}
    return item


@st.composite
def _conditions(draw: st.DrawFn, known: list[dict[str, Any]], choices: dict[str, Any]) -> str:
    parts = []
    for other in draw(st.lists(st.sampled_from(known), min_size=1, max_size=2)):
        here = f"${{{other['id']}}}"
        if other["type"].startswith("select"):
            value = quoted(draw(st.sampled_from(choices[other["type"].split(" ")[1]]))["value"])
            shapes = [f"{here} = {value}", f"not(selected({here}, {value}))", f"{here} != {value}"] if value else [f"{here} != ''"]
            if value and " " in value:
                shapes = [f"{here} = {value}"]
        else:
            shapes = [f"{here} > 3", f"{here} != ''", f"selected( {here}, 'x')", f"({here} + 1) * 2 <= 10"]
        parts.append(draw(st.sampled_from(shapes)))
    return draw(st.sampled_from([" and ", " or "])).join(parts)
