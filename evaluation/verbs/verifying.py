"""`verify`: one line a sheet, what holds and what fails."""

from __future__ import annotations

from pathlib import Path

from evaluation.core.errors import SignoffError, UsageError, near_miss, problem
from evaluation.core.files import is_safe_id
from evaluation.reporting.report import number, words
from evaluation.signoff.checks import ASKED
from evaluation.signoff.verification import Checked
from evaluation.signoff.verifying import count_sheets, verify
from evaluation.verbs.bars import bar
from evaluation.verbs.telling import tell


def verify_sheets(path: Path | None, folder: Path | None, community: str | None, every: bool, trust: Path | None, at_least: str,
                  recompute: bool, lang: str) -> None:
    """Print what holds; SignoffError with all that fails."""
    state = next((known for known in ASKED if known == at_least), None)
    if state is None:
        raise UsageError(problem("U10", path="--at-least", given=at_least, hint=near_miss(at_least, ASKED)))
    if path is not None and (folder is not None or community is not None or every):
        raise UsageError(problem("U13", path="verify"))
    if community is not None and not is_safe_id(community):
        raise UsageError(problem("U01", path="community", id=community))
    start = path if path is not None else (folder or Path())
    start = start if community is None else start / "results" / community
    word = words(lang)
    with bar(word["verify"], count_sheets(start)) as advance:
        found = verify(start, trust, at_least=state, recompute=recompute, advance=advance)
    for sheet in found.sheets:
        print(_line(sheet, lang))
    bad = sum(not sheet.ok for sheet in found.sheets)
    print(word["verified_count"].format(n=len(found.sheets), bad=bad))
    tell(found.notes)
    if not found.ok:
        raise SignoffError([*found.faults, *(fault for sheet in found.sheets for fault in sheet.faults)])


def _line(found: Checked, lang: str) -> str:
    word = words(lang)
    sheet = found.about
    comma = "、" if lang == "zh" else ", "
    holds = f"{word['holds']} {comma.join(word[f'holds_{part}'] for part in found.holds)}" if found.holds else ""
    fails = f"{word['not_holding']} {comma.join(sorted({fault.code for fault in found.faults}))}" if found.faults else ""
    told = Path(found.folder).name
    if sheet is not None:
        total = "–" if sheet.earned is None else number(sheet.earned / 100, 2)
        told = f"{sheet.community}  v{sheet.version}  {total}  {word[f'state_{found.state}']}"
    return "  ".join(part for part in (told, holds, fails) if part)
