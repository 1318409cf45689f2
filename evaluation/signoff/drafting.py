"""A score sheet made from a community's score.json and the round's texts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Literal, cast

from evaluation.core.files import json_text
from evaluation.declare.rubric import Rubric
from evaluation.fieldwork.opening import Round, open_round
from evaluation.reporting.results import Score, ScoreFile, gated_scores, score_file
from evaluation.signoff.canonical import sha256
from evaluation.signoff.sheet import (
    Amount,
    Anchor,
    Evidence,
    Finding,
    IndicatorPart,
    Inputs,
    Part,
    Practice,
    Sheet,
    Verdict,
)

SURE = 10_000    # ten-thousandths of a certainty


def build_sheet(round: Round | str | Path, community: str, *, score: ScoreFile | None = None,  # noqa: A002  # the field's word
                version: int = 1, supersedes: str = "", correction: str = "", ledger: Anchor | None = None,
                languages: Sequence[str] = ("zh",)) -> Sheet:
    """The score sheet of a community; the same round and arguments give the same bytes.

    round: a round that is open, or its folder. score: the content of its score.json; computed from the round without it.
    supersedes: SHA-256 of the version that this one corrects, correction: why. ledger: how it stands now.
    languages: of the PDF and XLSX.

    Raises UsageError for a community that the round does not have, DeclarationError and DataError as `open_round` does.
    """
    opened = round if isinstance(round, Round) else open_round(round)
    opened.require(community)
    told = score if score is not None else score_file(opened, community, gated_scores(opened))
    rubric = opened.programme.rubric
    by_level: dict[str, list[Score]] = {}
    for part in told.scores:
        by_level.setdefault(part.level, []).append(part)
    levels = {level.id: dict(level.label) for level in rubric.levels}
    decided, total = told.decision, by_level["total"][0]
    return Sheet(
        software=told.software, round=told.round, title=dict(opened.declared.title), rubric=told.rubric,
        rubric_version=told.rubric_version, rubric_title=dict(rubric.title), community=community, names=told.names,
        version=version, supersedes=supersedes, correction=correction,
        languages=[cast(Literal["zh", "en"], lang) for lang in languages],
        inputs=Inputs(round_sha256=told.inputs_sha256, score_sha256=sha256(json_text(told.model_dump(by_alias=True)).encode())),
        ledger=ledger or Anchor(), disclosure_minimum=told.disclosure_minimum,
        decision=Verdict(
            verdict=decided.verdict, level=decided.level, level_label=levels.get(decided.level, {}),
            p_pass=certainty(decided.p_pass, total.se), p_level=certainty(decided.p_level, total.se), rule=decided.rule,
            threshold=whole(decided.threshold), confidence=whole(decided.confidence, SURE),
            declared_at_least=hundredths(decided.declared_at_least)),
        total=_amount(total),
        dimensions=[_part(part, rubric) for part in by_level.get("dimension", [])],
        indicators=[_indicator(part, by_level.get("evidence", []), rubric) for part in by_level.get("indicator", [])],
        caps=sorted({cap for part in told.scores for cap in part.cap.split("+") if cap}),
        findings=[Finding(indicator=found.indicator, source=found.source, problem=found.problem, who=found.who, due=found.due,
                          state=found.state, p_below=certainty(found.p_below)) for found in told.findings],
        good_practice=[Practice(indicator=found.indicator, practice=found.practice) for found in told.good_practice],
    )  # fmt: skip


def whole(value: float, unit: int = 100) -> int:
    """A number in whole parts of a unit; halves away from zero, as decimal text reads."""
    return int((Decimal(repr(value)) * unit).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def hundredths(value: float | None, points: float = 100.0) -> int | None:
    """A score on 0-100 in hundredths of its points; None for none."""
    if value is None:
        return None
    return int((Decimal(repr(value)) * Decimal(repr(points))).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def certainty(probability: float | None, se: float | None = None) -> int | None:
    """A probability in ten-thousandths; neither 0 nor 1 unless there is no sampling error (se is 0)."""
    if probability is None:
        return None
    return whole(probability, SURE) if se == 0 else min(max(whole(probability, SURE), 1), SURE - 1)


def _amount(part: Score) -> Amount:
    return Amount(**_points(part))


def _points(part: Score) -> dict[str, Any]:
    told = {"earned": part.value, "se": part.se, "low": part.ci_low, "high": part.ci_high, "declared": part.declared}
    earned = {name: hundredths(value, part.points or 0.0) for name, value in told.items()}
    return {"points": hundredths(part.points), **earned, "state": part.state, "withheld": part.withheld}


def _part(part: Score, rubric: Rubric) -> Part:
    labels = {dimension.id: dict(dimension.label) for dimension in rubric.dimensions}
    return Part(id=part.id, label=labels[part.id], **_points(part))


def _indicator(part: Score, evidence: list[Score], rubric: Rubric) -> IndicatorPart:
    home, label = next((dimension.id, dict(indicator.label)) for dimension in rubric.dimensions
                       for indicator in dimension.indicators if indicator.id == part.id)
    told = [Evidence(method=own.evidence, weight=None if own.weight is None else whole(own.weight, SURE),
                     score=hundredths(own.value), se=hundredths(own.se), n=own.n, state=own.state, withheld=own.withheld)
            for own in evidence if own.id == part.id]
    return IndicatorPart(id=part.id, label=label, dimension=home, absent=[name for name in part.absent.split("+") if name],
                         evidence=told, **_points(part))
