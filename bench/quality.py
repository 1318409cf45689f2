"""Checks of 100,000 forms with 60 items, and near duplicates against comparing every pair.

`python -m bench.quality`: 200 communities, 400 interviewers, answers that residents of a community share in part. Peer for near
duplicates: every pair of a community compared, as Stata's percentmatch does (Kuriakose and Robbins, 2016), in numpy.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measure import seconds, tell
from evaluation.fieldwork.quality.alike import near_duplicate
from evaluation.fieldwork.quality.checks import flags_of
from evaluation.fieldwork.quality.forms import Forms, numbered
from evaluation.fieldwork.quality.rounds import check_round

FORMS, ITEMS, COMMUNITIES, INTERVIEWERS = 100_000, 60, 200, 400
RUBRIC = """rubric: bench
version: "1"
title: Bench
languages: [en]
pass_mark: 60
dimensions:
  - id: "1"
    label: One
    indicators: [{id: "1.1", label: One, points: 100, evidence: {questionnaire: 1}}]
"""
ROUND = """round: bench
title: Bench
programme: programme
communities: {from: answers}
answers: {questionnaire: {file: answers.csv, paradata: paradata.csv}}
"""


def write_round(folder: Path, rng: np.random.Generator) -> None:
    """A round of the size asked for."""
    choices = "".join(f"    - {{value: {n}, score: {25 * n - 25}, label: A{n}}}\n" for n in range(1, 6))
    items = "".join(f"  - {{id: q{n:02d}, type: select_one scale, label: Q{n}, indicator: '1.1'}}\n" for n in range(ITEMS))
    form = ("instrument: form\nmethod: questionnaire\nversion: '1'\ntitle: Form\nlanguages: [en]\nchoices:\n  scale:\n"
            + choices + "    - {value: dk, status: dont_know, label: Don't know}\nitems:\n" + items)
    (folder / "programme").mkdir()
    for name, text in (("programme/rubric.yaml", RUBRIC), ("programme/form.yaml", form), ("round.yaml", ROUND)):
        (folder / name).write_text(text, encoding="utf-8")
    community = np.repeat(np.arange(COMMUNITIES), FORMS // COMMUNITIES)
    latent = rng.normal(0, 0.5, (COMMUNITIES, ITEMS))[community] + rng.normal(0.5, 0.7, (FORMS, 1))
    answer = np.clip(np.round(3 + latent + rng.normal(0, 0.7, (FORMS, ITEMS))), 1, 5).astype(int).astype(str).astype(object)
    answer[rng.random(answer.shape) < 0.04] = "dk"
    answer[rng.random(answer.shape) < 0.02] = ""
    ids = [f"r{n:06d}" for n in range(FORMS)]
    table = pd.DataFrame(answer, columns=[f"q{n:02d}" for n in range(ITEMS)])
    table.insert(0, "community", [f"c{n:03d}" for n in community])
    table.insert(0, "respondent", ids)
    table.to_csv(folder / "answers.csv", index=False)
    start = pd.Timestamp("2026-10-12T01:00Z") + pd.to_timedelta(rng.integers(0, 20 * 86_400, FORMS), unit="s")
    end = start + pd.to_timedelta(np.exp(rng.normal(3, 0.3, FORMS)) * 60, unit="s").round("s")
    written = {name: [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in times]
               for name, times in (("started", start), ("ended", end), ("submitted", end + pd.Timedelta(hours=1)))}
    interviewer = community * 2 + rng.integers(0, 2, FORMS)
    pd.DataFrame({"respondent": ids, "instance": ids, "version": "1", **written,
                  "interviewer": [f"i{n:03d}" for n in interviewer]}).to_csv(folder / "paradata.csv", index=False)


def every_pair(forms: Forms, communities: int) -> int:
    """Forms with a near duplicate in the first communities, by comparing every pair."""
    codes, given = numbered(forms, forms.items("select_one"))
    place = pd.factorize(forms.community)[0]
    count = 0
    for number in range(communities):
        own, there = codes[place == number], given[place == number]
        near = np.zeros(len(own), dtype=bool)
        for row in range(len(own)):
            equal = ((own == own[row]) & there & there[row]).sum(axis=1) / np.maximum((there | there[row]).sum(axis=1), 1)
            equal[row] = 0
            near[row] = equal.max() >= 0.95
        count += int(near.sum())
    return count


def main() -> None:
    """Print the seconds of reading, of the checks, and of near duplicates beside the peer's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_round(folder, np.random.default_rng(1))
        print(f"{FORMS:,} forms with {ITEMS} items, {COMMUNITIES} communities, {INTERVIEWERS} interviewers")
        start = time.perf_counter()
        checked = check_round(folder)
        whole = time.perf_counter() - start
        forms, limits = checked.forms["questionnaire"], checked.declared.quality
        checks = seconds(flags_of, [forms], limits, runs=2)
        tell("all checks of forms in memory", f"{checks:.1f} s", "<= 10 s", checks <= 10)
        tell("read and checked", f"{whole:.1f} s", "<= 30 s", whole <= 30)
        print(f"  flags: {checked.flags['check'].value_counts().to_dict()}")
        ours = seconds(near_duplicate, forms, limits, runs=2)
        some = 20
        theirs = seconds(every_pair, forms, some, runs=1) * COMMUNITIES / some
        tell("near duplicates: every pair (percentmatch) to ours", f"{theirs / ours:.0f}x ({theirs:.0f} s, {ours:.2f} s)",
             ">= 5x", theirs >= 5 * ours)


if __name__ == "__main__":
    main()
