"""The decision: how sure it is that the total reaches the pass mark and each star, and the verdict by the round's rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.estimation.grouped import Floats
from evaluation.fieldwork.dispositions import outcome_rates
from evaluation.fieldwork.opening import Round
from evaluation.scoring.settling import settling

VERDICTS = ("pass", "fail", "more_evidence", "not_reviewed")
ROUNDING = 1e-9


@dataclass(frozen=True)
class Rule:
    """When a community passes. threshold and levels (id -> mark) on 0-100; confidence in (0.5, 1) for `guarded`;
    declared_at_least: communities that declare less are not reviewed, None asks nothing. below_gate: communities whose
    response rate is too low for a verdict.
    """

    kind: str
    threshold: float
    confidence: float = 0.95
    levels: Mapping[str, float] = field(default_factory=dict)
    declared_at_least: float | None = None
    below_gate: frozenset[str] = frozenset()


def rule_of(round_: Round) -> Rule:
    """The rule that round.yaml and the rubric state."""
    decision = round_.declared.decision
    levels = {level.id: level.at for level in round_.programme.rubric.levels}
    return Rule(decision.rule, round_.pass_mark, decision.confidence, levels, round_.declared.declared_at_least,
                below_gate(round_))


def below_gate(round_: Round) -> frozenset[str]:
    """Communities whose response rate is below the gate of round.yaml, or not known: nobody was called there."""
    gate = round_.declared.calls.gate if round_.declared.calls is not None else None
    if gate is None:
        return frozenset()
    calls = round_.calls if round_.calls is not None else pd.DataFrame({"community": [], "disposition": []})
    rates = {str(community): outcome_rates(Counter(cases["disposition"].astype(str)))[gate.rate]
             for community, cases in calls.groupby("community")}
    return frozenset(str(name) for name in round_.communities.index if not rates.get(name, 0.0) >= gate.at_least - ROUNDING)


def probability_at_least(value: Floats, se: Floats, df: Floats, mark: float) -> Floats:
    """P(true score >= mark), Student's t around the estimate; 0 or 1 where se is 0, NaN where it is not known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = (value - mark) / se
        sure = np.where(value >= mark - ROUNDING, 1.0, 0.0)
        return np.where(se == 0, np.where(np.isnan(value), np.nan, sure), stats.t.cdf(distance, df))


def decide(scores: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """One row a community: value, se, declared, p_pass, p_<level> for each level, verdict, level (awarded; "" if none).

    simple: pass if value >= threshold. guarded: pass if p_pass >= confidence, fail if p_pass <= 1 - confidence, else
    more_evidence. A total without a value, without a standard error (guarded), or over fewer than all its points is
    more_evidence, and so is a community below the gate. A level is awarded to those that pass, as far as the same rule
    carries it; p_level is its probability, NaN without one. settle, more: the method that would settle a community that needs
    more evidence with the least effort, and how many more of its units that takes (see `settling`); "" and 0 where nothing is
    open, or no number does.
    """
    total = scores[scores["level"] == "total"].reset_index(drop=True)
    value, se, df = (total[name].to_numpy(dtype=float) for name in ("value", "se", "df"))
    p_pass = probability_at_least(value, se, df, rule.threshold)
    decided = total[["community", "value", "se", "df", "ci_low", "ci_high", "n", "declared", "state"]].assign(p_pass=p_pass)
    reached = {"": np.ones(len(total), dtype=bool)}
    for name, mark in rule.levels.items():
        decided[f"p_{name}"] = probability_at_least(value, se, df, mark)
        reached[name] = _reaches(value, decided[f"p_{name}"].to_numpy(dtype=float), mark, rule)
    verdict = np.where(_reaches(value, p_pass, rule.threshold, rule), "pass", "fail").astype(object)
    if rule.kind == "guarded":
        verdict[(p_pass < rule.confidence) & (p_pass > 1 - rule.confidence)] = "more_evidence"
        verdict[np.isnan(p_pass)] = "more_evidence"
    verdict[np.isnan(value) | (total["state"] != "scored").to_numpy()] = "more_evidence"
    verdict[total["community"].isin(rule.below_gate).to_numpy()] = "more_evidence"
    if rule.declared_at_least is not None:
        verdict[(total["declared"] < rule.declared_at_least - ROUNDING).to_numpy()] = "not_reviewed"
    level = np.full(len(total), "", dtype=object)
    for name in sorted(rule.levels, key=lambda name: rule.levels[name]):
        level[reached[name] & (verdict == "pass")] = name
    p_level = np.full(len(total), np.nan)
    for name in rule.levels:
        p_level = np.where(level == name, decided[f"p_{name}"], p_level)
    decided = decided.assign(verdict=verdict, level=level, p_level=p_level)
    open_ = decided["community"][(decided["verdict"] == "more_evidence") & (rule.kind == "guarded")
                                 & ~decided["community"].isin(rule.below_gate) & (decided["state"] == "scored")]
    ways = settling(scores, rule, open_).drop_duplicates("community")
    methods = dict(zip(ways["community"], ways["method"], strict=True))
    more = dict(zip(ways["community"], ways["more"].astype(int), strict=True))
    return decided.assign(settle=[methods.get(name, "") for name in decided["community"]],
                          more=[more.get(name, 0) for name in decided["community"]])


def _reaches(value: Floats, probability: Floats, mark: float, rule: Rule) -> np.ndarray:
    if rule.kind == "simple":
        return np.asarray(value >= mark - ROUNDING)
    return np.asarray(probability >= rule.confidence)
