"""Exports of 100,000 forms with 60 columns, imported and checked, against pandas reading and writing the same CSV as text.

`python -m bench.imports`; `--forms N` for other sizes. The exports are written row by row, the same at each run.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from bench.measure import tell

FORMS, ITEMS, COMMUNITIES = 100_000, 48, 200
FIRST = """\
instrument: long
method: questionnaire
version: "1"
title: Long
languages: [en]
choices:
  grade:
    - {value: 1, score: 0, label: Bad}
    - {value: 2, score: 50, label: Fair}
    - {value: 3, score: 100, label: Good}
    - {value: dk, status: dont_know, label: Don't know}
  places:
    - {value: a, score: 50, label: Square}
    - {value: b, score: 50, label: Library}
items:
"""
RUBRIC = """\
rubric: long
version: "1"
title: Long
languages: [en]
pass_mark: 60
dimensions:
  - id: "1"
    label: Service
    indicators:
      - {id: "1.1", label: All, points: 100, evidence: {questionnaire: 1}}
"""
ROUND = """\
round: long
title: Long
programme: long
answers:
  questionnaire: {file: answers.csv}
"""


def write_round(folder: Path) -> Path:
    """A round with an instrument of as many items."""
    (folder / "long").mkdir(parents=True)
    items = [f"  - {{id: q{n}, type: select_one grade, indicator: '1.1', label: Question {n}}}\n" for n in range(ITEMS - 2)]
    items.append("  - {id: m, type: select_multiple places, indicator: '1.1', label: Places, relevant: \"${q0} = '3'\"}\n")
    items.append("  - {id: t, type: text, label: What else}\n")
    (folder / "long" / "long.yaml").write_text(FIRST + "".join(items))
    (folder / "long" / "rubric.yaml").write_text(RUBRIC)
    (folder / "round.yaml").write_text(ROUND)
    (folder / "communities.csv").write_text("id,name\n" + "".join(f"c{n},c{n}\n" for n in range(COMMUNITIES)))
    return folder


def rows(forms: int, central: bool) -> Iterator[list[str]]:
    """Rows of an export, made one by one."""
    between = "g-" if central else "g/"
    names = ["community", *(f"q{n}" for n in range(ITEMS - 2)), "m", "m/a", "m/b", "t"]
    head = ["start", "end", *(f"{between}{name}" for name in names)]
    last = ["KEY", "SubmissionDate", "SubmitterID", "ReviewState", "Edits", "FormVersion"] if central else \
        ["_id", "_uuid", "_submission_time", "__version__", "_submitted_by", "_validation_status"]
    yield [*head, *last]
    chance = random.Random(8)
    words = ("1", "2", "3", "3", "dk", "")
    for number in range(forms):
        picked = chance.choices(words, k=ITEMS - 2)
        first, second = chance.choices("01", k=2)
        if picked[0] != "3":
            first = second = "0" if central else ""
        whole = " ".join(name for name, tick in (("a", first), ("b", second)) if tick == "1")
        minute, second_ = number % 60, number // 60 % 60
        row = [f"2026-05-01T08:{minute:02}:{second_:02}.000+08:00", f"2026-05-01T09:{minute:02}:{second_:02}.000+08:00",
               f"c{number % COMMUNITIES}", *picked, whole, first, second, f"more benches, please {number}"]
        key = f"{number:08x}-1111-4222-8333-444455556666"
        yield [*row, *([f"uuid:{key}", "2026-05-01T10:00:00.000Z", str(number % 40), "", "0", "1"] if central else
                       [str(number + 1), key, "2026-05-01T10:00:00", "v1", f"u{number % 40}", ""])]


def write_export(file: Path, forms: int, central: bool) -> Path:
    """An export as CSV."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter="," if central else ";").writerows(rows(forms, central))
    return file


def child(*words: str) -> None:
    """Run a command of ours, and print seconds and megabytes."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "evaluation", *words], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    took = time.perf_counter() - begun
    print(json.dumps({"seconds": took, "mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}))


def by_command(*words: str) -> dict[str, float]:
    """Seconds and megabytes of a command, its start among them."""
    command = [sys.executable, "-m", "bench.imports", "--child", *words]
    return dict(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


def imported(folder: Path, file: Path) -> dict[str, float]:
    """Seconds and megabytes of an import."""
    return by_command("import", str(file), "--round", str(folder), "--method", "questionnaire")


def main() -> None:
    """Print what was measured."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--forms", type=int, default=FORMS)
    arguments.add_argument("--child", nargs=argparse.REMAINDER)
    given = arguments.parse_args()
    if given.child:
        child(*given.child)
        return
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        central = write_export(place / "central.csv", given.forms, True)
        kobo = write_export(place / "kobo.csv", given.forms, False)
        zipped = place / "central.zip"
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(central, "long.csv")
        begun = time.perf_counter()
        pd.read_csv(central, dtype=str).to_csv(place / "peer.csv", index=False)
        peer = time.perf_counter() - begun
        size = central.stat().st_size / 1e6
        print(f"  {given.forms:,} forms, {size:.0f} MB; pandas reads and writes them as text in {peer:.1f} s")
        for name, file, limit in (("Central CSV", central, 12), ("Kobo CSV", kobo, 12), ("Central zip", zipped, 20)):
            folder = write_round(place / name.replace(" ", "-"))
            for when in ("first", "again"):
                took = imported(folder, file)
                what = f"{name}, imported {when}: {took['mb']:.0f} MB, {took['seconds'] / peer:.1f} × pandas"
                tell(what, f"{took['seconds']:.1f} s", f"<= {limit} s", took["seconds"] <= limit)
            checked = by_command("quality", "--round", str(folder))["seconds"]
            tell(f"{name}, imported again and checked", f"{took['seconds'] + checked:.1f} s", "<= 30 s",
                 took["seconds"] + checked <= 30)


if __name__ == "__main__":
    main()
