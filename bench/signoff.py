"""Score sheets against making each PDF by a compiler of its own, verification against validating the same signatures in a PDF.

`python -m bench.signoff`: a thousand communities of the sample round's kind. `--more`: five thousand.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from bench.copies import write_copies
from bench.measure import tell
from evaluation import open_round, verbs
from evaluation.reporting.results import gated_scores, score_files
from evaluation.signoff import build_sheet, verify
from evaluation.signoff.pdf import sheet_pdf
from evaluation.signoff.typesetting import _compiler
from evaluation.signoff.xlsx import sheet_xlsx

MANY, MORE, FEW = 1_000, 5_000, 20
PEOPLE = {"li": ("Li Wei", "evaluator"), "wang": ("Wang Fang", "reviewer")}
PASSPHRASE = b"a long passphrase\n"


def command(*words: object, passphrase: bool = False) -> float:
    """Run a command of ours; seconds that it took."""
    options = {}
    read = None
    if passphrase:
        read, write = os.pipe()
        os.write(write, PASSPHRASE)
        os.close(write)
        options = {"pass_fds": [read]}
        words = (*words, "--passphrase-fd", read)
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "evaluation", *map(str, words)], check=True, capture_output=True, **options)
    if read is not None:
        os.close(read)
    return time.perf_counter() - begun


def each(call: Callable[[], object], times: int = FEW) -> float:
    """Seconds of one call, the best of three rows."""
    rows = []
    for _ in range(3):
        begun = time.perf_counter()
        for _ in range(times):
            call()
        rows.append((time.perf_counter() - begun) / times)
    return min(rows)


def alone(folder: Path) -> None:
    """One sheet: our forms, and the same page by a compiler that is made anew, as calling typst each time does."""
    opened = open_round(folder)
    scores = [score for score, _ in zip(score_files(opened, gated_scores(opened)), range(FEW), strict=False)]
    begun = time.perf_counter()
    sheets = [build_sheet(opened, score.community, score=score) for score in scores]
    sizes = [len(sheet.content()) for sheet in sheets]
    ours = 0.0
    told = [f"JSON {(time.perf_counter() - begun) / FEW * 1000:.1f} ms, {max(sizes) / 1000:.0f} KB"]
    for name, make in (("PDF", sheet_pdf), ("XLSX", sheet_xlsx)):
        make(sheets[0])
        begun = time.perf_counter()
        sizes = [len(make(sheet)) for sheet in sheets]       # every one another sheet: typst remembers what it has set
        seconds = (time.perf_counter() - begun) / FEW
        told.append(f"{name} {seconds * 1000:.1f} ms, {max(sizes) / 1000:.0f} KB")
        ours = seconds if name == "PDF" else ours
    print("  one sheet: " + "; ".join(told))
    with patch("evaluation.signoff.typesetting._compiler", _compiler.__wrapped__):
        begun = time.perf_counter()
        for score in scores[:5]:
            sheet_pdf(build_sheet(opened, score.community, score=score, version=2))      # none that typst remembers
        afresh = (time.perf_counter() - begun) / 5
    tell("a sheet's PDF by a compiler of its own / by one for all", f"{afresh / ours:.1f}x", "-")


def validated(pdf: bytes) -> None:
    """Both signatures of an office copy by pyHanko."""
    for one in PdfFileReader(io.BytesIO(pdf)).embedded_signatures:
        assert validate_pdf_signature(one, ValidationContext(trust_roots=[one.signer_cert], allow_fetching=False)).valid


def main() -> None:
    """Print what was measured."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--more", action="store_true")
    count = MORE if arguments.parse_args().more else MANY
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_copies(Path(scratch) / "round", count)
        alone(folder)
        keys = Path(scratch) / "keys"
        for short, (name, role) in PEOPLE.items():
            command("keys", "new", keys / short, "--name", name, passphrase=True)
            verbs.trust_key(folder, keys / f"{short}.pub", role, "2020-01-01", "2099-12-31")
        score = command("score", "--round", folder)
        made = command("sheet", "--round", folder, "--all", "--lang", "zh")
        again = command("sheet", "--round", folder, "--all", "--lang", "zh")
        tell(f"{count} sheets, JSON + PDF + XLSX, on {os.cpu_count()} cores", f"{made:.0f} s, {made / count:.3f} s each",
             "<= 0.12 s each", made / count <= 0.12)
        print(f"  (scoring alone {score:.0f} s; again with nothing to do {again:.0f} s)")
        first = ("--round", folder, "--community", "x000-c20")
        for action, key in (("sign", "li"), ("countersign", "wang")):
            command(action, *first, "--key", keys / key, passphrase=True)
            took = command(action, "--round", folder, "--all", "--no-office", "--key", keys / key, passphrase=True)
            print(f"  {action}: {took / count * 1000:.1f} ms a sheet, each on disk before the next")
        office = (folder / "results" / "x000-c20" / "sheet.signed.pdf").read_bytes()
        (folder / "results" / "x000-c20" / "sheet.signed.pdf").unlink()
        assert verify(folder, recompute=False).ok
        took = each(lambda: verify(folder, recompute=False), 1) / count
        tell("verify: sheet, forms, both signatures, ledger", f"{1 / took:.0f} sheets/s", ">= 500 sheets/s", 1 / took >= 500)
        peer = each(lambda: validated(office), 5)
        tell("pyHanko on both signatures in a PDF / verify of a sheet", f"{peer / took:.0f}x", "-")


if __name__ == "__main__":
    main()
