"""Eight charts of a review, each a pure function of one table: the same input gives the same bytes.

Scores are on 0-100, shares and probabilities on 0-1. NaN is drawn as "withheld", unless a score's row has `withheld`
false or a `state` of not_assessed or not_applicable, which is then named. An empty table gives a picture that says so.
Every function takes the language "zh" or "en" and returns a `Picture` with its alt text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from evaluation.reporting import style
from evaluation.reporting.style import Key, Marks, Picture, Rows, Sheet, drawn, rows, text_width

LIMIT_95, LIMIT_998 = 1.959964, 3.090232  # standard normal quantiles of the funnel's two-sided limits
LABELLED_ROWS = 60  # a caterpillar with more rows names none of them
WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "nothing": "没有可显示的数据", "unassessed": "未评", "withheld": "不公布", "not_applicable": "不适用",
        "undeclared": "未申报", "none": "无", "comma": "、",
        "threshold": "达标线", "score": "得分（0–100）", "points": "分值", "declared": "自评申报",
        "verified": "核验得分", "interval": "区间", "earned": "得分", "possible": "满分", "cases": "样本数",
        "probability": "达到的概率", "share": "回答占比", "precision": "精确度（1/标准误）",
        "difference": "核验减申报（分）", "above": "整个区间高于达标线", "below": "整个区间低于达标线",
        "across": "区间跨过达标线", "unmeasured": "未估计区间", "point_above": "达到达标线",
        "point_below": "低于达标线", "inside": "各社区", "outside": "超出 99.8% 界限", "limit": "界限",
        "exact": "无抽样误差", "unnamed": "图上另有 {n} 个超限社区未标名", "pass": "通过", "fail": "未通过",
        "more_evidence": "需补充证据", "not_reviewed": "未评审",
        "alt_strip": "核验得分 {value}，{interval}，达标线 {threshold}：{where}。{levels}。",
        "alt_none": "核验得分不公布；达标线 {threshold}。", "alt_pair": "{label}申报 {declared}、核验 {value}",
        "alt_pairs": "各维度申报与核验得分对照：{parts}。", "alt_part": "{label} {earned}/{points} 分",
        "alt_parts": "各维度得分：{parts}。", "alt_count": "{label} {cases}",
        "alt_counts": "调查结果（所示共 {total} 例）：{parts}。",
        "alt_likert": "{n} 个题目的回答分布，从“{worst}”到“{best}”。较好一侧占比最高的是“{top}”（{high}），"
                      "最低的是“{bottom}”（{low}）。",
        "alt_likert_one": "“{top}”的回答分布，从“{worst}”到“{best}”；较好一侧占 {high}。",
        "alt_likert_none": "{n} 个题目的回答分布。", "alt_withheld": "其中 {n} 项不公布。",
        "alt_levels": "达到各等级的概率：{parts}。",
        "alt_rank": "{n} 个社区的核验得分：最高为{top}（{high}），最低为{bottom}（{low}），达标线 {threshold}；"
                    "{verdicts}。",
        "alt_rank_one": "{top}的核验得分为 {high}，达标线 {threshold}；{verdicts}。",
        "alt_rank_none": "{n} 个社区均无得分可显示，达标线 {threshold}；{verdicts}。",
        "alt_funnel": "{n} 个社区核验与申报得分之差的漏斗图，差值从 {low} 到 {high} 分；超出 99.8% 界限的有 {out} "
                      "个{names}。{missing}",
        "alt_missing": "另有 {n} 个无数据可显示。",
    },
    "en": {
        "nothing": "Nothing to show", "unassessed": "not assessed", "withheld": "withheld",
        "not_applicable": "not applicable", "undeclared": "not declared", "none": "none", "comma": ", ",
        "threshold": "threshold", "score": "score (0–100)", "points": "points",
        "declared": "declared", "verified": "verified", "interval": "interval", "earned": "earned",
        "possible": "possible", "cases": "cases", "probability": "probability of reaching it",
        "share": "share of answers", "precision": "precision (1/standard error)",
        "difference": "verified minus declared (points)", "above": "the whole interval lies above the threshold",
        "below": "the whole interval lies below the threshold", "across": "the interval includes the threshold",
        "unmeasured": "no interval", "point_above": "the score reaches it", "point_below": "the score lies below it",
        "inside": "communities", "outside": "outside the 99.8% limits", "limit": "limits", "exact": "no error",
        "unnamed": "{n} more outside the limits are not named here", "pass": "pass", "fail": "fail",
        "more_evidence": "more evidence needed", "not_reviewed": "not reviewed",
        "alt_strip": "Verified score {value}, {interval}, threshold {threshold}: {where}. {levels}.",
        "alt_none": "The verified score is withheld; the threshold is {threshold}.",
        "alt_pair": "{label}: declared {declared}, verified {value}",
        "alt_pairs": "Declared and verified scores of each dimension. {parts}.",
        "alt_part": "{label} {earned} of {points}", "alt_parts": "Points earned in each dimension: {parts}.",
        "alt_count": "{label} {cases}", "alt_counts": "Outcomes of fieldwork ({total} cases shown): {parts}.",
        "alt_likert": "Answers to the items shown ({n}) on a scale from “{worst}” to “{best}”. The share on the "
                      "better side is highest for “{top}” ({high}) and lowest for “{bottom}” ({low}).",
        "alt_likert_one": "Answers to “{top}” on a scale from “{worst}” to “{best}”: {high} are on the better side.",
        "alt_likert_none": "Answers to the items shown ({n}).", "alt_withheld": " Withheld: {n}.",
        "alt_levels": "Probability of reaching each level: {parts}.",
        "alt_rank": "Verified scores of communities (n = {n}): highest {top} ({high}), lowest {bottom} ({low}), "
                    "threshold {threshold}; {verdicts}.",
        "alt_rank_one": "Verified score of {top}: {high}, threshold {threshold}; {verdicts}.",
        "alt_rank_none": "Communities (n = {n}), no score to show, threshold {threshold}; {verdicts}.",
        "alt_funnel": "Funnel plot of verified minus declared scores of communities (n = {n}), from {low} to "
                      "{high} points; outside the 99.8% limits: {out}{names}. {missing}",
        "alt_missing": "Without data to show: {n}.",
    },
}


def _words(lang: str) -> dict[str, str]:
    if lang not in WORDS:
        raise ValueError(f"lang: charts are not written in {lang!r}; use 'zh' or 'en'")
    return WORDS[lang]


def _floats(table: pd.DataFrame, column: str) -> list[float]:
    return [float(value) for value in pd.to_numeric(table[column]).to_numpy(dtype=float, na_value=np.nan)]


def _labels(table: pd.DataFrame, column: str = "label") -> list[str]:
    return [" ".join(str(label).split()) for label in table[column]]


def _absent(table: pd.DataFrame, word: dict[str, str]) -> list[str]:
    """What each row says in place of a score that it lacks: withheld, unless its `withheld` or `state` denies it."""
    states = [str(state) for state in table["state"]] if "state" in table else [""] * len(table)
    reason = {"not_assessed": word["unassessed"], "not_applicable": word["not_applicable"]}
    if "withheld" not in table:
        return [reason.get(state, word["withheld"]) for state in states]
    return [word["withheld"] if held else reason.get(state, word["unassessed"])
            for held, state in zip(table["withheld"], states, strict=True)]


def _score(value: float, absent: str, threshold: float = math.nan) -> str:
    """One decimal; two where one would put the score on the other side of the threshold."""
    if math.isnan(value):
        return absent
    crosses = (value < threshold) != (round(value, 1) < threshold)
    return (f"{math.floor(value * 100) / 100:.2f}" if crosses else f"{value:.1f}").replace("-", "−")


def _signed(difference: float) -> str:
    """One decimal with its sign; none for what rounds to nought."""
    text = f"{difference:+.1f}"
    return "0.0" if float(text) == 0 else text.replace("-", "−")


def _percent(share: float) -> str:
    """Whole percent; never 0% or 100% for what is not quite so."""
    return "<1%" if 0 < share < 0.005 else ">99%" if 0.995 < share < 1 else f"{share:.0%}"


def _zoom(values: Sequence[float]) -> tuple[float, float]:
    """Limits on 0-100 in steps of 5 around the values, at least 20 apart."""
    known = [min(max(value, 0), 100) for value in values if not math.isnan(value)]
    if not known:
        return 0.0, 100.0
    low, high = max(0, 5 * math.floor((min(known) - 2) / 5)), min(100, 5 * math.ceil((max(known) + 2) / 5))
    while high - low < 20:
        low, high = max(0, low - 5), min(100, high + 5)
    return float(low), float(high)


def _score_rows(labels: list[str], values: Sequence[float], word: dict[str, str], **layout: Any) -> Rows:
    low, high = _zoom(values)
    laid = rows(labels, (low, high), axis=word["score"], **layout)
    laid.plot.set_xticks(np.arange(low, high + 1, 5 if high - low <= 50 else 10))
    return laid


def _marks(threshold: float, levels: Sequence[tuple[str, float]], word: dict[str, str]) -> Marks:
    named = [(f"{name} {cut:g}", float(cut), False) for name, cut in levels]
    return [*named, (f"{word['threshold']} {threshold:g}", float(threshold), True)]


def _nothing(lang: str, note: str = "") -> Picture:
    text = WORDS[lang]["nothing"] + ("。" if lang == "zh" else ". ") + note
    sheet = Sheet(0.7)
    sheet.write(style.WIDTH / 2, 0.35, text.strip(), style.BODY, "center", style.QUIET)
    return sheet.picture(text.strip())


def _whisker(laid: Rows, y: float, low: float, high: float, **look: Any) -> None:
    if not (math.isnan(low) or math.isnan(high)):
        full: dict[str, Any] = {"color": style.INK, "lw": 1.4, "solid_capstyle": "butt"} | look
        laid.plot.plot([low, high], [y, y], **full)


def _point(laid: Rows, y: float, value: float, **look: Any) -> None:
    """A marker on a row, whole even where it lies on the edge of the plot, as a score of 100 does."""
    laid.plot.plot([value], [y], **({"clip_on": not 0 <= value <= 100, "zorder": 4} | look))


def _dot(colour: str, marker: str, hollow: bool = False, size: float = 6.0) -> dict[str, Any]:
    return {"marker": marker, "markersize": size, "color": colour, "linestyle": "none", "markeredgewidth": 1.2,
            "markeredgecolor": colour, "markerfacecolor": "white" if hollow else colour}


def _verdict_look(verdict: str, size: float = 6.0) -> dict[str, Any]:
    return _dot(style.VERDICT_COLOURS[verdict], style.VERDICT_MARKERS[verdict], verdict == "not_reviewed", size)


@drawn
def result_strip(value: float, ci_low: float, ci_high: float, threshold: float, levels: list[tuple[str, float]],
                 lang: str) -> Picture:
    """The total of one community with its interval, against the threshold and the levels (name, cut-off)."""
    word = _words(lang)
    shown = _score(value, word["withheld"], threshold)
    laid = _score_rows([""], [value, ci_low, ci_high, threshold, *(cut for _, cut in levels)], word,
                       marks=_marks(threshold, levels, word), pitch=0.62, column=1.25, right_width=0.1)
    y = laid.middles[0]
    laid.plot.plot([cut for _, cut in levels], [laid.plot.get_ylim()[0]] * len(levels), clip_on=False, zorder=3,
                   **_dot(style.AMBER, "*", size=9))
    if math.isnan(value):
        laid.sheet.write(style.MARGIN, y, shown, style.BODY * 1.2, colour=style.QUIET)
        return laid.sheet.picture(word["alt_none"].format(threshold=f"{threshold:g}"))
    if math.isnan(ci_low) or math.isnan(ci_high):
        interval, where = word["unmeasured"], "point_above" if value >= threshold else "point_below"
    else:
        ends = "–".join(_score(end, "", threshold) for end in (ci_low, ci_high))
        interval = f"{word['interval']} {ends}"
        where = "above" if ci_low >= threshold else "below" if ci_high < threshold else "across"
    laid.sheet.write(style.MARGIN, y - 0.1, shown, style.LARGE, colour=style.BLUE)
    laid.sheet.write(style.MARGIN, y + 0.17, interval, style.SMALL, colour=style.QUIET)
    _whisker(laid, y, ci_low, ci_high, color=style.BLUE, lw=7, alpha=0.35)
    _point(laid, y, value, **_dot(style.BLUE, "o", size=9))
    named = word["comma"].join(f"{name} {cut:g}" for name, cut in levels)
    alt = word["alt_strip"].format(value=shown, interval=interval, threshold=f"{threshold:g}", where=word[where],
                                   levels=named or word["nothing"])
    return laid.sheet.picture(alt)


@drawn
def declared_and_verified(table: pd.DataFrame, lang: str) -> Picture:
    """What was declared and what was found, a dumbbell each dimension: label, declared, value, ci_low, ci_high."""
    word = _words(lang)
    if table.empty:
        return _nothing(lang)
    labels, parts = _labels(table), []
    columns = [_floats(table, name) for name in ("declared", "value", "ci_low", "ci_high")]
    key: Key = [(word["declared"], _dot(style.RUST, "s", hollow=True, size=8)),
                (word["verified"], _dot(style.BLUE, "o", size=5)),
                (word["interval"], {"color": style.BLUE, "lw": 5, "alpha": 0.35, "linestyle": "-"})]
    laid = _score_rows(labels, [value for column in columns for value in column], word, key=key, right_width=0.75)
    for label, y, absent, declared, value, low, high in zip(
            labels, laid.middles, _absent(table, word), *columns, strict=True):
        _whisker(laid, y, declared, value, color=style.GREY, lw=1)
        _whisker(laid, y, low, high, color=style.BLUE, lw=5, alpha=0.35)
        _point(laid, y, declared, **_dot(style.RUST, "s", hollow=True, size=8))
        _point(laid, y, value, **_dot(style.BLUE, "o", size=5))
        known = not (math.isnan(value) or math.isnan(declared))
        change = _signed(value - declared) if known else absent if math.isnan(value) else word["undeclared"]
        laid.note(y, change, quiet=not known)
        parts.append(word["alt_pair"].format(label=label, declared=_score(declared, word["none"]),
                                             value=_score(value, absent)))
    return laid.sheet.picture(word["alt_pairs"].format(parts="；".join(parts) if lang == "zh" else "; ".join(parts)))


@drawn
def dimensions(table: pd.DataFrame, lang: str) -> Picture:
    """Points earned out of points possible: label, points, and value, ci_low, ci_high on 0-100 of the points."""
    word = _words(lang)
    if table.empty:
        return _nothing(lang)
    labels, parts = _labels(table), []
    columns = [_floats(table, name) for name in ("points", "value", "ci_low", "ci_high")]
    key: Key = [(word["earned"], _dot(style.BLUE, "s", size=8)), (word["possible"], _dot(style.PALE, "s", size=8)),
                (word["interval"], {"color": style.INK, "lw": 1.4, "linestyle": "-"})]
    laid = rows(labels, (0.0, float(np.nanmax([*columns[0], 1.0])) * 1.02), key=key, axis=word["points"],
                right_width=0.85, pitch=0.32)
    for label, y, absent, points, value, low, high in zip(
            labels, laid.middles, _absent(table, word), *columns, strict=True):
        earned = value * points / 100
        laid.plot.barh([y], [points], height=0.2, color=style.PALE)
        laid.plot.barh([y], [0 if math.isnan(earned) else earned], height=0.2, color=style.BLUE)
        _whisker(laid, y, low * points / 100, high * points / 100, lw=3, color="white")
        _whisker(laid, y, low * points / 100, high * points / 100)
        text = absent if math.isnan(earned) else f"{earned:.1f} / {points:g}"
        laid.note(y, text, quiet=math.isnan(earned))
        alt = word["alt_count"] if math.isnan(earned) else word["alt_part"]
        parts.append(alt.format(label=label, cases=text, earned=_score(earned, absent), points=f"{points:g}"))
    return laid.sheet.picture(word["alt_parts"].format(parts=word["comma"].join(parts)))


@drawn
def likert(table: pd.DataFrame, levels: list[str], lang: str) -> Picture:
    """Shares of answers to each item (item, n, one column a level from worst to best), centred on the middle level.

    A row with a share missing is withheld whole, its n too.
    """
    word = _words(lang)
    if table.empty:
        return _nothing(lang)
    items, counts = _labels(table, "item"), _floats(table, "n")
    shares = np.array([_floats(table, level) for level in levels]).T
    colours, half = style.likert_colours(len(levels)), len(levels) // 2
    middle = shares[:, half] / 2 if len(levels) % 2 else np.zeros(len(items))
    start = -(shares[:, :half].sum(axis=1) + middle)
    low, high = -np.nanmax([0.25, *-start]) * 1.02, np.nanmax([0.5, *(start + shares.sum(axis=1))]) * 1.02
    key: Key = [(level, _dot(colour, "s", size=8)) for level, colour in zip(levels, colours, strict=True)]
    laid = rows(items, (low, high), key=key, axis=word["share"], label_width=2.5, pitch=0.3, right_width=0.48)
    laid.plot.set_xticks([tick for tick in (-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1) if low <= tick <= high])
    laid.plot.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0%}")
    laid.plot.axvline(0, color=style.GREY, lw=0.8, zorder=0.9)
    inch = (laid.right - (laid.plot.get_position().x0 * style.WIDTH)) / (high - low)
    for y, n, row, left in zip(laid.middles, counts, shares, start, strict=True):
        if np.isnan(row).any():
            laid.plot.text((low + high) / 2, y, f" {word['withheld']} ", size=style.SMALL, ha="center", va="center",
                           color=style.QUIET, zorder=4, backgroundcolor="white")
            continue
        for share, colour in zip(row, colours, strict=True):
            laid.plot.barh([y], [share], left=left, height=0.21, color=colour, edgecolor="white", lw=0.6)
            if share * inch > text_width(_percent(share), style.SMALL) + 0.06:
                x = laid.right - (high - left - share / 2) * inch
                laid.sheet.write(x, y, _percent(share), style.SMALL, "center", style.ink_on(colour))
            left += share
        laid.note(y, "" if math.isnan(n) else f"n={n:.0f}", quiet=True)
    better = shares[:, half + len(levels) % 2:].sum(axis=1)
    hidden = int(np.isnan(shares).any(axis=1).sum())
    alt = word["alt_likert_none"].format(n=len(items))
    if hidden < len(items):
        top, bottom = int(np.nanargmax(better)), int(np.nanargmin(better))
        alt = word["alt_likert" if len(items) > 1 else "alt_likert_one"].format(
            n=len(items), worst=levels[0], best=levels[-1], top=items[top], bottom=items[bottom],
            high=_percent(better[top]), low=_percent(better[bottom]))
    return laid.sheet.picture(alt + (word["alt_withheld"].format(n=hidden) if hidden else ""))


def _bars(labels: list[str], values: list[float], texts: list[str], limit: float, axis: str, lang: str) -> Rows:
    laid = rows(labels, (0.0, limit), axis=axis, right_width=max(text_width(text, style.SMALL) for text in texts) + 0.1)
    for y, value, text in zip(laid.middles, values, texts, strict=True):
        missing = math.isnan(value)
        laid.plot.barh([y], [0 if missing else value], height=0.17, color=style.BLUE)
        laid.note(y, text, quiet=missing)
    return laid


@drawn
def field_outcome(table: pd.DataFrame, lang: str) -> Picture:
    """How many cases ended how: outcome, cases. Percentages are left out where a count is withheld."""
    word = _words(lang)
    if table.empty:
        return _nothing(lang)
    labels, cases = _labels(table, "outcome"), _floats(table, "cases")
    total, whole = float(np.nansum(cases)), not np.isnan(cases).any()
    texts = [word["withheld"] if math.isnan(count)
             else f"{count:,.0f}" + (f" ({_percent(count / total)})" if whole and total else "") for count in cases]
    laid = _bars(labels, cases, texts, max(np.nanmax([*cases, 1.0]) * 1.02, 1.0), word["cases"], lang)
    laid.plot.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    laid.plot.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    parts = [word["alt_count"].format(label=label, cases=text) for label, text in zip(labels, texts, strict=True)]
    return laid.sheet.picture(word["alt_counts"].format(total=f"{total:,.0f}", parts=word["comma"].join(parts)))


@drawn
def level_probabilities(table: pd.DataFrame, lang: str) -> Picture:
    """The probability of reaching each level: label, probability in [0, 1]."""
    word = _words(lang)
    if table.empty:
        return _nothing(lang)
    labels, chances = _labels(table), _floats(table, "probability")
    if any(chance < 0 or chance > 1 for chance in chances):
        raise ValueError("probability: values lie outside [0, 1]; give shares, not percentages")
    texts = [word["withheld"] if math.isnan(chance) else _percent(chance) for chance in chances]
    laid = _bars(labels, chances, texts, 1.0, word["probability"], lang)
    laid.plot.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    parts = [word["alt_count"].format(label=label, cases=text) for label, text in zip(labels, texts, strict=True)]
    return laid.sheet.picture(word["alt_levels"].format(parts=word["comma"].join(parts)))


@drawn
def caterpillar(table: pd.DataFrame, threshold: float, levels: list[tuple[str, float]], lang: str) -> Picture:
    """All communities from highest to lowest with intervals: label, value, ci_low, ci_high, verdict."""
    word = _words(lang)
    if table.empty:
        return _nothing(lang)
    ranked = table.sort_values(["value", "label"], ascending=[False, True], na_position="last", kind="stable")
    labels, columns = _labels(ranked), [_floats(ranked, name) for name in ("value", "ci_low", "ci_high")]
    verdicts = [verdict if verdict in style.VERDICT_COLOURS else "not_reviewed" for verdict in ranked["verdict"]]
    tally = {verdict: verdicts.count(verdict) for verdict in style.VERDICT_COLOURS if verdict in verdicts}
    key: Key = [(f"{word[verdict]} {count}", _verdict_look(verdict)) for verdict, count in tally.items()]
    many = len(labels) > LABELLED_ROWS
    absent = _absent(ranked, word)
    texts = ["" if many else _score(value, why, threshold) for value, why in zip(columns[0], absent, strict=True)]
    lacking = [why for value, why in zip(columns[0], absent, strict=True) if math.isnan(value)]
    if many:
        blank = {"marker": "", "linestyle": "none"}
        key = [*key, *((f"{why} {lacking.count(why)}", blank) for why in sorted(set(lacking)))]
    laid = _score_rows(
        [""] * len(labels) if many else labels, [threshold, *(value for column in columns for value in column)], word,
        key=key, marks=_marks(threshold, levels, word), lines=3, label_width=2.1,
        pitch=min(0.05, 11 / len(labels)) if many else 0.21,
        right_width=0.1 + max(text_width(text, style.SMALL) for text in texts))
    for y, verdict, text, value, low, high in zip(laid.middles, verdicts, texts, *columns, strict=True):
        _whisker(laid, y, low, high, color=style.VERDICT_COLOURS[verdict], lw=0.8 if many else 1.6)
        _point(laid, y, value, **_verdict_look(verdict, 2.2 if many else 5.5))
        laid.note(y, text, quiet=math.isnan(value))
    told = word["comma"].join(f"{word[verdict]} {count}" for verdict, count in tally.items())
    known = [number for number, value in enumerate(columns[0]) if not math.isnan(value)]
    alt = word["alt_rank_none"].format(n=len(labels), threshold=f"{threshold:g}", verdicts=told)
    if known:
        high, low = (_score(columns[0][number], "", threshold) for number in (0, known[-1]))
        alt = word["alt_rank" if len(labels) > 1 else "alt_rank_one"].format(
            n=len(labels), threshold=f"{threshold:g}", verdicts=told, top=labels[0], bottom=labels[known[-1]],
            high=high, low=low)
    return laid.sheet.picture(alt)


@drawn
def funnel(table: pd.DataFrame, lang: str, x_label: str | None = None) -> Picture:
    """Verified minus declared against precision, with 95% and 99.8% limits around 0: label, difference, se.

    A difference without error (se 0) is drawn at the right edge; any such difference but 0 lies outside the limits.
    """
    word = _words(lang)
    if table.empty:
        return _nothing(lang)
    ordered = table.sort_values("label", kind="stable")
    labels, difference, se = _labels(ordered), _floats(ordered, "difference"), _floats(ordered, "se")
    known = [n for n in range(len(labels)) if not (math.isnan(difference[n]) or math.isnan(se[n]))]
    missing = len(labels) - len(known)
    if not known:
        return _nothing(lang, word["alt_missing"].format(n=missing))
    edge = max([1 / se[n] for n in known if se[n] > 0], default=1.0) * 1.12
    precision = [1 / se[n] if se[n] > 0 else edge for n in known]
    gap = [difference[n] for n in known]
    out = sorted((i for i, n in enumerate(known) if abs(gap[i]) > LIMIT_998 * se[n]), key=lambda i: -abs(gap[i]))
    key: Key = [(word["inside"], _dot(style.BLUE, "o", size=5)), (word["outside"], _dot(style.RUST, "D", size=5)),
                (f"95% {word['limit']}", {"color": style.QUIET, "lw": 1, "linestyle": "--"}),
                (f"99.8% {word['limit']}", {"color": style.INK, "lw": 1, "linestyle": "-"})]
    if any(se[n] <= 0 for n in known):
        key = [*key, (word["exact"], _dot(style.QUIET, ">", size=5))]
    left, right, top, bottom, start = 0.62, style.WIDTH - 0.2, 0.4, 4.1, min([*precision, edge / 1.12]) * 0.75
    sheet = Sheet(4.6)
    sheet.key(key, left, 0.08)
    plot = sheet.plot(left, right, top, bottom, (start, edge * 1.04))
    reach = max([5.0, *(abs(value) * 1.15 for value in gap), LIMIT_998 / (start + edge) * 2 * 1.15])
    plot.set(ylim=(-reach, reach))
    plot.yaxis.set_major_locator(MaxNLocator(7))
    plot.axhline(0, color=style.GREY, lw=0.8)
    curve = np.linspace(start, edge * 1.04, 200)
    for limit, look in ((LIMIT_95, "--"), (LIMIT_998, "-")):
        for side in (-1, 1):
            plot.plot(curve, side * limit / curve, ls=look, lw=1, color=style.QUIET if look == "--" else style.INK)
    for i in range(len(known)):
        colour, marker = (style.RUST, "D") if i in out else (style.BLUE, "o")
        plot.plot([precision[i]], [gap[i]], zorder=3, **_dot(colour, marker if se[known[i]] > 0 else ">", size=5))

    def on_paper(x: float, y: float) -> tuple[float, float]:
        return (left + (x - start) / (edge * 1.04 - start) * (right - left),
                top + (reach - y) / (2 * reach) * (bottom - top))

    lines = [on_paper(x, side * limit / x) for x in curve for limit in (0, LIMIT_95, LIMIT_998) for side in (-1, 1)]
    dots = [on_paper(x, y) for x, y in zip(precision, gap, strict=True)]
    unnamed = sheet.name_dots((left, right, top, bottom), dots, lines, [(labels[known[i]], i) for i in out])
    across = style.wrapped(x_label or word["precision"], right - left, style.SMALL, 1)
    sheet.write((left + right) / 2, 4.43, across, style.SMALL, "center", style.QUIET)
    sheet.paper.text(0.16, (top + bottom) / 2, word["difference"], size=style.SMALL, rotation=90, ha="center",
                     va="center", color=style.QUIET)
    notes = {word["unnamed"].format(n=unnamed): unnamed, word["alt_missing"].format(n=missing): missing}
    told = "  ".join(note for note, count in notes.items() if count)
    sheet.write(right, 0.32, told, style.SMALL, "right", style.QUIET)
    low, high = _signed(min(gap)), _signed(max(gap))
    names = ("（{}）" if lang == "zh" else " ({})").format(word["comma"].join(labels[known[i]] for i in out[:10]))
    return sheet.picture(word["alt_funnel"].format(
        n=len(known), low=low, high=high, out=len(out), names=names if out else "",
        missing=word["alt_missing"].format(n=missing) if missing else "").strip())
