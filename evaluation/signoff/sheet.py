"""The score sheet: what is signed for one community, as one canonical JSON. All other forms are made from it alone.

Points and scores are whole hundredths, shares and probabilities whole ten-thousandths; halves are rounded away from zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from evaluation.signoff.canonical import NotCanonicalError, dumps, loads, sha256

SCHEMA = "evaluation/sheet/1"
GENESIS = "0" * 64
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Hundredths = Annotated[int | None, Field(description="hundredths; null where there is none or it is withheld")]
Share = Annotated[int | None, Field(description="ten-thousandths, 0 to 10000; null where there is none")]
Labels = dict[str, str]
State = Literal["scored", "incomplete", "not_applicable", "not_assessed"]


class Strict(BaseModel):
    """No unknown keys, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Amount(Strict):
    """Points at stake, and those earned with their error and their 95% interval, in hundredths of a point."""

    points: Hundredths
    earned: Hundredths
    se: Hundredths
    low: Hundredths
    high: Hundredths
    declared: Hundredths
    state: State
    withheld: bool


class Part(Amount):
    """A dimension."""

    id: str
    label: Labels


class Evidence(Strict):
    """What one method says about an indicator. score, se: hundredths of 0-100; n: answers or sheets, 0 where withheld."""

    method: str
    weight: Share
    score: Hundredths
    se: Hundredths
    n: int
    state: State
    withheld: bool


class IndicatorPart(Part):
    """An indicator of a dimension, with its evidence. absent: methods that the rubric asks and that are not there."""

    dimension: str
    absent: list[str]
    evidence: list[Evidence]


class Verdict(Strict):
    """The verdict, how sure it is, and the rule that it follows."""

    verdict: Literal["pass", "fail", "more_evidence", "not_reviewed"]
    level: str
    level_label: Labels
    p_pass: Share
    p_level: Share
    rule: Literal["simple", "guarded"]
    threshold: int
    confidence: int
    declared_at_least: Hundredths


class Finding(Strict):
    """Something to be followed up. p_below: probability that the true score is below the target, where the score says it."""

    indicator: str
    source: Literal["inspector", "score"]
    problem: str
    who: str
    due: str
    state: Literal["open", "in_progress", "resolved"]
    p_below: Share


class Practice(Strict):
    """Good practice that others may learn from."""

    indicator: str
    practice: str


class Inputs(Strict):
    """What the figures were computed from: SHA-256 of all files of the round, and of the community's score.json."""

    round_sha256: Hash
    score_sha256: Hash


class Anchor(Strict):
    """The ledger as it stood when the sheet was drafted: how many entries, and the hash of the last one."""

    entries: int = 0
    head: Hash = GENESIS


class Sheet(Strict):
    """The score sheet of one community in one round. version: 1, 2, …; supersedes: SHA-256 of the version before, or empty;
    correction: why there is another version; languages: of the forms for people.
    """

    schema_: Literal["evaluation/sheet/1"] = Field(alias="schema", default="evaluation/sheet/1")
    software: str
    round: str
    title: Labels
    rubric: str
    rubric_version: str
    rubric_title: Labels
    community: str
    names: Labels
    version: Annotated[int, Field(ge=1)]
    supersedes: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
    correction: str
    languages: list[Literal["zh", "en"]] = ["zh"]
    inputs: Inputs
    ledger: Anchor
    disclosure_minimum: int
    decision: Verdict
    total: Amount
    dimensions: list[Part]
    indicators: list[IndicatorPart]
    caps: list[str]
    findings: list[Finding]
    good_practice: list[Practice]

    _content: bytes | None = PrivateAttr(default=None)     # made once: a sheet never changes

    def content(self) -> bytes:
        """The canonical bytes: sheet.json."""
        if self._content is None:
            self._content = dumps(self.model_dump(by_alias=True))
        return self._content

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Sheet:
        """A sheet with other values."""
        made = super().model_copy(update=update, deep=deep)
        made._content = None
        return made

    @property
    def sha256(self) -> str:
        """Of the canonical bytes; what signatures are on."""
        return sha256(self.content())

    def says(self) -> dict[str, Any]:
        """What the sheet says of the community: all but where it was computed, from which files, and as which version."""
        told = self.model_dump(by_alias=True)
        return {key: value for key, value in told.items()
                if key not in ("software", "inputs", "ledger", "version", "supersedes", "correction", "languages")}


def read_sheet(content: bytes) -> Sheet:
    """The sheet in canonical bytes. NotCanonicalError with kind "json", "duplicate", "number", "form" or "type"."""
    try:
        sheet = Sheet.model_validate(loads(content))
    except ValidationError as error:
        first = error.errors()[0]
        raise NotCanonicalError("type", f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    sheet._content = content
    return sheet
