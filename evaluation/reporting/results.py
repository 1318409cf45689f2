"""Results of a round: scores behind the gate, decisions, score.json of one community."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from evaluation.core.files import is_safe_id, write_json, written_whole
from evaluation.fieldwork.communities import NAMES
from evaluation.fieldwork.opening import Round, open_round
from evaluation.reporting.disclosure import gate_scores
from evaluation.reporting.followup import register
from evaluation.reporting.opened import opened_community
from evaluation.reporting.report import words
from evaluation.scoring import Rule, decide, rule_of, score_round
from evaluation.scoring.bootstrap import bayesian_bootstrap

SCHEMA = "evaluation/score/1"
DIGITS = 9
TEXT = ["community", "level", "id", "evidence", "state", "absent", "cap"]
Value = float | None


class Score(BaseModel):
    """One score. value, ci_low, ci_high and declared on 0-100, se in the same points; null where there is none."""

    model_config = ConfigDict(extra="forbid")
    level: Literal["total", "dimension", "aim", "method", "indicator", "evidence"]
    id: str
    evidence: str = Field(description="methods that it rests on, joined by +")
    points: Value = Field(description="points at stake, of 100")
    weight: Value = Field(description="weight of evidence in its indicator, of a method in the total, 0-1")
    value: Value
    se: Value
    df: Value = Field(description="degrees of freedom; null where the standard error is 0 or not known")
    ci_low: Value
    ci_high: Value
    n: int = Field(description="answers or sheets; 0 where withheld")
    units: int = Field(description="respondents, meetings or activities of a method; 0 for other levels, and where withheld")
    declared: Value
    state: Literal["scored", "incomplete", "not_applicable", "not_assessed"]
    absent: str = Field(description="methods that the rubric asks and that are not there, joined by +")
    cap: str = Field(description="limits that hold, joined by +")
    withheld: bool


class DecisionRecord(BaseModel):
    """The verdict, how sure it is, and the rule that it follows."""

    model_config = ConfigDict(extra="forbid")
    verdict: Literal["pass", "fail", "more_evidence", "not_reviewed"]
    level: str = Field(description="star awarded, empty if none")
    p_pass: Value
    p_level: Value = Field(description="probability of the star awarded")
    settle: str = Field(description="method that would settle an open verdict with the least effort, empty if none")
    more: int = Field(description="how many more of its units that takes")
    p_levels: dict[str, Value]
    rule: Literal["simple", "guarded"]
    threshold: float
    confidence: float
    declared_at_least: Value


class Finding(BaseModel):
    """Something to follow up: found by an inspector, or an indicator that is surely below the target."""

    model_config = ConfigDict(extra="forbid")
    indicator: str
    source: Literal["inspector", "score"]
    problem: str = Field(description="in an inspector's words; empty where the score says it")
    who: str
    due: str = Field(description="a date, or empty")
    state: Literal["open", "in_progress", "resolved"]
    value: Value
    p_below: Value = Field(description="probability that the true score is below the target")


class Practice(BaseModel):
    """Good practice that others may learn from."""

    model_config = ConfigDict(extra="forbid")
    indicator: str
    practice: str


class ScoreFile(BaseModel):
    """score.json: everything that is signed for one community."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    schema_: str = Field(alias="schema")
    software: str
    round: str
    rubric: str
    rubric_version: str
    community: str
    names: dict[str, str]
    inputs_sha256: str
    disclosure_minimum: int
    decision: DecisionRecord
    scores: list[Score]
    findings: list[Finding]
    good_practice: list[Practice]


def software() -> str:
    """Name and version of this software, as results carry it."""
    return f"evaluation {version('evaluation')}"


def open_for_report(folder: str | Path, lang: str) -> Round:
    """Open the round that a notebook names: seen from where it runs, or from the folder above (JupyterLab runs it
    inside notebooks/, papermill where it is called). Raises UsageError for a language without words.
    """
    words(lang)
    return open_round(found_folder(folder))


def open_for_community(folder: str | Path, community: str, lang: str) -> tuple[Round, pd.DataFrame]:
    """The same for the report on one community: its part of the round, and its scores behind the gate."""
    words(lang)
    found = found_folder(folder)
    kept = opened_community(found, community) if is_safe_id(community) else None
    if kept is not None:
        return kept
    opened = open_round(found)
    opened.require(community)
    scores = gated_scores(opened)
    return opened.only(community), scores[scores["community"] == community]


def found_folder(folder: str | Path) -> Path:
    """A round's folder, seen from where a notebook runs or from the folder above."""
    above = Path("..") / folder
    here = (Path(folder) / "round.yaml").is_file() or not (above / "round.yaml").is_file()
    return Path(folder) if here else above


def footer_of(round_: Round, lang: str) -> tuple[str, ...]:
    """What stands below every page: scope, that it is unsigned, and what it was computed from."""
    word, rubric = words(lang), round_.programme.rubric
    source = word["source_text"].format(round=round_.declared.round, rubric=rubric.rubric, version=rubric.version,
                                        inputs=round_.inputs, software=version("evaluation"))
    return word["scope"], word["unsigned"], f"{word['source']}: {source}"


def gated_scores(round_: Round) -> pd.DataFrame:
    """The round's scores behind the gate: from results/scores.parquet if it is of the same inputs and as it was written,
    else computed.
    """
    file = round_.folder / "results" / "scores.parquet"
    if file.is_file():
        try:
            kept = pq.read_table(file)
        except (OSError, pa.ArrowException):
            kept = None
        if kept is not None:
            scores = pd.DataFrame(kept.to_pandas())
            if (kept.schema.metadata or {}).get(b"key") == key_of(round_, list(scores.columns), row_hashes(scores)):
                return scores
    return fresh_scores(round_)


def fresh_scores(round_: Round) -> pd.DataFrame:
    """The same, computed now, whatever results/scores.parquet says."""
    return gated(round_, score_round(round_))


def gated(round_: Round, scores: pd.DataFrame) -> pd.DataFrame:
    """Scores behind the round's gate."""
    return gate_scores(scores, round_.programme.rubric, round_.declared.disclosure.minimum)


def write_scores(round_: Round, scores: pd.DataFrame) -> Path:
    """Write results/scores.parquet, marked with the inputs that it was computed from."""
    file = round_.folder / "results" / "scores.parquet"
    table = pa.Table.from_pandas(scores, preserve_index=False)
    key = {**(table.schema.metadata or {}), b"key": key_of(round_, list(scores.columns), row_hashes(scores))}
    with written_whole(file) as temporary:
        pq.write_table(table.replace_schema_metadata(key), temporary, use_dictionary=TEXT)
    return file


def row_hashes(scores: pd.DataFrame) -> NDArray[np.uint64]:
    """A number for the content of each row."""
    return np.asarray(pd.util.hash_pandas_object(scores, index=False))


def key_of(round_: Round, columns: list[str], hashes: NDArray[np.uint64]) -> bytes:
    """What a table of scores must be marked with to be taken as it is: schema, software, inputs, and its own digest."""
    told = f"{columns}{hashlib.sha256(hashes.tobytes()).hexdigest()}"
    return f"{SCHEMA} {version('evaluation')} {round_.inputs} {hashlib.sha256(told.encode()).hexdigest()}".encode()


def bootstrap_beside(round_: Round, table: pd.DataFrame, draws: int,
                     progress: Callable[[Iterable[int]], Iterable[int]]) -> pd.DataFrame:
    """The decisions in `table`, behind the gate, with se_bootstrap and p_bootstrap beside se and p_pass."""
    found = bayesian_bootstrap(round_, rule_of(round_).threshold, draws, round_.declared.seed, progress).set_index("community")
    shown = table[table["value"].notna()]
    return shown.assign(se_bootstrap=found["se"].reindex(shown["community"]).to_numpy(),
                        p_bootstrap=found["p_pass"].reindex(shown["community"]).to_numpy())


def decisions(round_: Round, scores: pd.DataFrame) -> pd.DataFrame:
    """The decision on every community (see scoring.decide)."""
    return decide(scores, rule_of(round_))


def score_file(round_: Round, community: str, scores: pd.DataFrame) -> ScoreFile:
    """The content of one community's score.json. `scores`: those of the round, behind the gate."""
    own, rule = scores[scores["community"] == community], rule_of(round_)
    return score_file_of(round_, own, rule, decide(own, rule).iloc[0], register(round_, own))


def score_file_of(round_: Round, own: pd.DataFrame, rule: Rule, decided: pd.Series, findings: pd.DataFrame) -> ScoreFile:
    """The same, from the community's scores, its decision (a row of `decide`) and its findings."""
    community = str(decided["community"])
    names = {lang: str(round_.communities.at[community, column]) for lang, column in NAMES.items()}
    rubric = round_.programme.rubric
    return ScoreFile(
        schema_=SCHEMA, software=software(), round=round_.declared.round,
        rubric=rubric.rubric, rubric_version=rubric.version, community=community, names=names,
        inputs_sha256=round_.inputs, disclosure_minimum=round_.declared.disclosure.minimum,
        decision=DecisionRecord(
            verdict=decided["verdict"], level=decided["level"], p_pass=_value(decided["p_pass"]),
            p_level=_value(decided["p_level"]), settle=decided["settle"], more=int(decided["more"]),
            p_levels={name: _value(decided[f"p_{name}"]) for name in rule.levels},
            rule=round_.declared.decision.rule, threshold=rule.threshold, confidence=rule.confidence,
            declared_at_least=rule.declared_at_least,
        ),
        scores=[Score(**{str(name): _value(part) for name, part in row.items() if name != "community"})
                for row in own.to_dict("records")],
        findings=[Finding(**row) for row in _rows(findings, community)],
        good_practice=[Practice(**row) for row in _rows(round_.practice, community)],
    )  # fmt: skip


def write_score_file(round_: Round, community: str, scores: pd.DataFrame) -> Path:
    """Write results/<community>/score.json; the same inputs give the same bytes."""
    own = scores[scores["community"] == community]
    return write_score(round_, own, decide(own, rule_of(round_)).iloc[0], register(round_, own))


def write_score(round_: Round, own: pd.DataFrame, decided: pd.Series, findings: pd.DataFrame) -> Path:
    """The same where the decision and the findings are known."""
    file = round_.folder / "results" / str(decided["community"]) / "score.json"
    write_json(file, score_file_of(round_, own, rule_of(round_), decided, findings).model_dump(by_alias=True))
    return file


def score_files(round_: Round, scores: pd.DataFrame) -> Iterator[ScoreFile]:
    """The content of every community's score.json."""
    rule = rule_of(round_)
    decided = decide(scores, rule).set_index("community", drop=False)
    findings = dict(list(register(round_, scores).groupby("community")))
    none = register(round_, scores.iloc[:0])
    for name, own in scores.groupby("community", sort=False):
        yield score_file_of(round_, own, rule, pd.Series(decided.loc[name]), findings.get(name, none))


def write_score_files(round_: Round, scores: pd.DataFrame) -> None:
    """Write every community's score.json, as `write_score_file` does one."""
    for made in score_files(round_, scores):
        write_json(round_.folder / "results" / made.community / "score.json", made.model_dump(by_alias=True))


def _rows(table: pd.DataFrame, community: str) -> list[dict[str, Any]]:
    """A community's rows of a table of findings or practice."""
    own = table[table["community"] == community].drop(columns="community")
    return [{str(name): _value(part) for name, part in row.items()} for row in own.to_dict("records")]


def _value(value: Any) -> Any:
    """A number that JSON can hold: rounded to nine decimals, None for NaN and infinity."""
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0 if math.isfinite(value) else None
    return value
