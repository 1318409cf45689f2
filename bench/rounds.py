"""Synthetic rounds of any size, in constant memory: `python -m bench.rounds --communities N --out FOLDER`.

A round in Parquet, partitioned by district of 1,000 communities: questionnaire and phone answers to 30 five-step items, with
don't know, in a folder that `evaluation score --round FOLDER` reads.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bench.measure import seconds

ITEMS, RESPONDENTS, DISTRICT = 30, 100, 1_000
METHODS = {"questionnaire": 0.6, "phone": 0.4}
ANSWERS = pa.array(["1", "2", "3", "4", "5", "dk"])


def write_round(folder: Path, communities: int, respondents: int = RESPONDENTS, seed: int = 1) -> Path:
    """Write a round of so many communities, with so many respondents by each of two methods."""
    write_programme(folder / "synthetic")
    names = [f"c{number:07d}" for number in range(communities)]
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame({"id": names, "name": names}).to_csv(folder / "communities.csv", index=False)
    files = "".join(f"  {method}: {{file: answers/{method}}}\n" for method in METHODS)
    head = "round: synthetic\ntitle: Synthetic\nprogramme: synthetic\nanswers:\n"
    (folder / "round.yaml").write_text(head + files, encoding="utf-8")
    for start in range(0, communities, DISTRICT):
        part = names[start: start + DISTRICT]
        for number, method in enumerate(METHODS):
            rng = np.random.default_rng([seed, number, start])
            district = folder / "answers" / method / f"district=d{start // DISTRICT:04d}"
            district.mkdir(parents=True, exist_ok=True)
            pq.write_table(_answers(rng, part, respondents, f"{method[0]}{start // DISTRICT}-"), district / "part.parquet")
    return folder


def _answers(rng: np.random.Generator, names: list[str], respondents: int, prefix: str) -> pa.Table:
    """The answers of some communities: each has a quality, each respondent a mood, each item its noise."""
    rows = len(names) * respondents
    mood = np.repeat(rng.normal(3.4, 0.3, len(names)), respondents) + rng.normal(0, 0.6, rows)
    community = np.repeat(np.arange(len(names), dtype=np.int32), respondents)
    columns = {"respondent": pa.array([f"{prefix}{row:x}" for row in range(rows)]),
               "community": pa.DictionaryArray.from_arrays(pa.array(community), pa.array(names))}
    for item in range(ITEMS):
        answer = np.clip(np.round(mood + rng.normal(0, 0.8, rows)), 1, 5).astype(np.int8) - 1
        answer[rng.random(rows) < 0.03] = 5
        columns[f"q{item}"] = pa.DictionaryArray.from_arrays(pa.array(answer), ANSWERS)
    return pa.table(columns)


def write_programme(folder: Path) -> None:
    """A rubric of 30 indicators in five dimensions, an item of each instrument to each."""
    folder.mkdir(parents=True, exist_ok=True)
    points = [3.3] * (ITEMS - 1) + [round(100 - 3.3 * (ITEMS - 1), 4)]
    evidence = ", ".join(f"{method}: {weight}" for method, weight in METHODS.items())
    lines = ["rubric: synthetic", 'version: "1"', "title: Synthetic", "languages: [en]", "pass_mark: 60", "dimensions:"]
    for part in range(5):
        lines += [f"  - id: d{part}", f"    label: Part {part}", "    indicators:"]
        lines += [f"      - {{id: i{item}, label: Item {item}, points: {points[item]}, evidence: {{{evidence}}}}}"
                  for item in range(part * ITEMS // 5, (part + 1) * ITEMS // 5)]
    (folder / "rubric.yaml").write_text("\n".join([*lines, ""]), encoding="utf-8")
    for method in METHODS:
        lines = [f"instrument: {method}", f"method: {method}", 'version: "1"', "title: Form", "languages: [en]"]
        lines += ["choices:", "  five:"]
        lines += [f"    - {{value: {value}, score: {(value - 1) * 25}, label: {value} of 5}}" for value in range(1, 6)]
        lines += ["    - {value: dk, status: dont_know, label: Don't know}", "items:"]
        lines += [f"  - {{id: q{item}, type: select_one five, indicator: i{item}, label: Item {item}}}"
                  for item in range(ITEMS)]
        (folder / f"{method}.yaml").write_text("\n".join([*lines, ""]), encoding="utf-8")


def main() -> None:
    """Write the round that the command line asks for."""
    asked = argparse.ArgumentParser(description="Write a synthetic round in Parquet.")
    asked.add_argument("--communities", type=int, required=True)
    asked.add_argument("--out", type=Path, default=Path("build/synthetic"))
    given = asked.parse_args()
    took = seconds(write_round, given.out, given.communities, runs=1)
    print(f"{given.out}: {given.communities} communities, {took:.1f} s")


if __name__ == "__main__":
    main()
