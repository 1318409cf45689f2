"""A publication: the sheets that passed, given out together under one root, for people and for other offices' systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from pydantic import Field

from evaluation.core.csvout import csv_text
from evaluation.core.files import json_text
from evaluation.signoff.envelope import Envelope
from evaluation.signoff.inclusion import Inclusion, sheet_leaf
from evaluation.signoff.merkle import proof_of, root_of, tree
from evaluation.signoff.sheet import Anchor, Labels, Sheet, Strict

RESULTS, TABLE, SCHEMA, PACKAGE = "results.json", "results.csv", "results.schema.json", "datapackage.json"


class Result(Strict):
    """What a published sheet says, for machines. Points with two decimals; total of 100."""

    community: str
    names: Labels
    version: int
    total: float
    se: float | None
    ci_low: float | None
    ci_high: float | None
    declared: float | None
    verdict: Literal["pass"]
    level: str
    dimensions: dict[str, float | None]
    sheet_sha256: str


class Results(Strict):
    """results.json: all sheets of a publication. root: of the Merkle tree over them; ledger: as it stood before."""

    schema_: Literal["evaluation/results/1"] = Field(alias="schema", default="evaluation/results/1")
    round: str
    title: Labels
    rubric: str
    rubric_version: str
    publication: int
    root: str
    ledger: Anchor
    results: list[Result]


@dataclass(frozen=True)
class Reviewed:
    """What is told of a sheet with both its envelopes. result: None if it did not pass; leaf: in the tree; subject: SHA-256 of
    the reviewer's envelope. The sheet itself is not kept: there may be a hundred thousand.
    """

    community: str
    version: int
    verdict: str
    level: str
    title: Labels
    rubric: tuple[str, str]
    result: Result | None
    leaf: bytes
    subject: str

    @classmethod
    def of(cls, sheet: Sheet, signature: Envelope, countersignature: Envelope) -> Reviewed:
        """Of a sheet and both its envelopes."""
        decision = sheet.decision
        return cls(sheet.community, sheet.version, decision.verdict, decision.level, sheet.title,
                   (sheet.rubric, sheet.rubric_version), _result(sheet) if decision.verdict == "pass" else None,
                   sheet_leaf(sheet, signature, countersignature), countersignature.sha256)


@dataclass(frozen=True)
class Tree:
    """The Merkle tree over sheets, in the order of their communities."""

    sheets: tuple[Reviewed, ...]
    levels: list[list[bytes]]

    @classmethod
    def of(cls, sheets: Sequence[Reviewed]) -> Tree:
        """Of one sheet or more."""
        ordered = tuple(sorted(sheets, key=lambda one: one.community))
        return cls(ordered, tree([one.leaf for one in ordered]))

    @property
    def root(self) -> bytes:
        """Of all of them."""
        return root_of(self.levels)

    def inclusion(self, index: int, publication: dict[str, Any]) -> Inclusion:
        """The proof that goes with a sheet. publication: the chief's envelope as JSON."""
        own = self.sheets[index]
        path = [step.hex() for step in proof_of(self.levels, index)]
        return Inclusion(community=own.community, version=own.version, index=index, size=len(self.sheets), path=path,
                         publication=publication)


def results_of(made: Tree, round_: str, number: int, ledger: Anchor) -> Results:
    """What the sheets of a publication say."""
    first = made.sheets[0]
    results = [one.result for one in made.sheets if one.result is not None]
    return Results(round=round_, title=first.title, rubric=first.rubric[0], rubric_version=first.rubric[1], publication=number,
                   root=made.root.hex(), ledger=ledger, results=results)


def result_files(results: Results) -> dict[str, bytes]:
    """results.json and .csv, their JSON Schema, and the data package (Frictionless) that describes the table."""
    table = pd.DataFrame([_row(result) for result in results.results])
    schema = Results.model_json_schema(by_alias=True) | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {RESULTS: json_text(results.model_dump(by_alias=True)).encode(), TABLE: csv_text(table).encode(),
            SCHEMA: json_text(schema).encode(), PACKAGE: json_text(_package(results, table)).encode()}


def _result(sheet: Sheet) -> Result:
    points = {name: _points(getattr(sheet.total, name)) for name in ("se", "low", "high", "declared")}
    total = _points(sheet.total.earned)
    assert total is not None
    return Result(community=sheet.community, names=sheet.names, version=sheet.version, total=total, se=points["se"],
                  ci_low=points["low"], ci_high=points["high"], declared=points["declared"], verdict="pass",
                  level=sheet.decision.level, dimensions={part.id: _points(part.earned) for part in sheet.dimensions},
                  sheet_sha256=sheet.sha256)


def _points(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100


def _row(result: Result) -> dict[str, Any]:
    told = result.model_dump()
    names = {f"name_{lang}": name for lang, name in told.pop("names").items()}
    parts = {f"dimension_{name}": value for name, value in told.pop("dimensions").items()}
    return {"community": told.pop("community"), **names, **told, **parts}


def _package(results: Results, table: pd.DataFrame) -> dict[str, Any]:
    kinds = {name: "integer" if name == "version" else "number" if pd.api.types.is_numeric_dtype(table[name]) else "string"
             for name in table.columns}
    fields = [{"name": str(name), "type": kind} for name, kind in kinds.items()]
    return {"name": f"{results.round}-{results.publication}".lower(), "profile": "tabular-data-package",
            "title": next(iter(results.title.values())), "homepage": "", "version": str(results.publication),
            "resources": [{"name": "results", "path": TABLE, "profile": "tabular-data-resource", "encoding": "utf-8",
                           "mediatype": "text/csv", "schema": {"fields": fields, "primaryKey": ["community"]}}]}
