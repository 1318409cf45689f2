"""`sheet`: the score sheets of a round, drafted anew where nothing is signed, corrected where it is asked for."""

from __future__ import annotations

import os
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

from evaluation.core.errors import SignoffError, UsageError, problem
from evaluation.core.files import json_text, write_text
from evaluation.fieldwork.opening import Round
from evaluation.reporting.processes import local_executor
from evaluation.reporting.report import words
from evaluation.reporting.results import ScoreFile, score_files
from evaluation.signoff.canonical import NotCanonicalError
from evaluation.signoff.drafting import build_sheet
from evaluation.signoff.recomputing import differences
from evaluation.signoff.sheet import Sheet, read_sheet
from evaluation.signoff.signing import SHEET
from evaluation.signoff.states import State
from evaluation.signoff.writing import is_written, put_back, set_aside, write_forms, write_sheet
from evaluation.verbs.bars import bar
from evaluation.verbs.ledgers import Standing, standing_of
from evaluation.verbs.portions import asked_for, portions

SHOWN = 5
FEW = 4              # sheets that are written here rather than in processes of their own
CHUNK = 16


@dataclass(frozen=True)
class Drafting:
    """What is asked for: languages of the forms, None as they are; why signed sheets are corrected, "" if they are not."""

    languages: tuple[str, ...] | None
    default: tuple[str, ...]
    correction: str
    standing: Standing


def sheet(folder: Path, community: str | None, every: bool, lang: str, languages: str | None, correction: str | None,
          jobs: int | None = None) -> None:
    """Write sheet.json, sheet.pdf and sheet.xlsx into results/<community>/. What is there of the same scores is left as it is.

    SignoffError: signed sheets that would say something else now [H06], all of them told at once; the others are written.
    """
    asked_for("sheet", community, every)
    if correction is not None and not correction.strip():
        raise UsageError(problem("H16", path="--correct", given=correction))
    chosen = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en"), None: None}[languages]
    cores = jobs or os.cpu_count() or 1
    faults = []
    written: list[Path] = []
    size, found = portions(folder, community, every, cores)
    with bar(words(lang)["score_sheets"], size) as advance, local_executor(cores) as workers:
        for opened, scores, names in found:
            drafting = Drafting(chosen, (lang,), correction or "", standing_of(folder, opened.declared))
            waiting = []
            for score in score_files(opened, scores[scores["community"].isin(names)]):
                own = opened.folder / "results" / score.community
                try:
                    content = _drafted(opened, own, score, drafting)
                except SignoffError as error:
                    faults += error.problems
                    content = None
                if content is None:
                    advance(1)
                elif size <= FEW:
                    write_sheet(own, content)
                    advance(1)
                else:
                    waiting.append((own, content))
                written.append(own / SHEET)
            tasks = [workers.submit(_write, waiting[at:at + CHUNK]) for at in range(0, len(waiting), CHUNK)]
            for task in as_completed(tasks):
                advance(task.result())
    for file in sorted(written)[:SHOWN]:
        print(file.with_suffix(".pdf"))
    if faults:
        raise SignoffError(faults)


def _write(sheets: list[tuple[Path, bytes]]) -> int:
    for folder, content in sheets:
        write_sheet(folder, content)
    return len(sheets)


def _drafted(opened: Round, own: Path, score: ScoreFile, drafting: Drafting) -> bytes | None:
    """The content of the sheet that is to be written; None where it stays as it is. score.json is written too."""
    text = json_text(score.model_dump(by_alias=True))
    file = own / "score.json"
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        write_text(file, text)
    here = _read(own / SHEET)
    version, state = drafting.standing.versions.get(score.community, (1, "draft"))
    begun = here if here is not None and here.version > version else None     # a correction that is not yet signed
    if state != "draft" and begun is None and put_back(own, version):
        here = _read(own / SHEET)
    if state == "draft" or begun is not None:
        return _draft(opened, own, score, drafting, begun or (here if state == "draft" else None))
    if here is None:
        raise SignoffError(problem("V21", own / SHEET, version=version, state=state))
    return _signed(opened, own, score, drafting, here, state)


def _draft(opened: Round, own: Path, score: ScoreFile, drafting: Drafting, here: Sheet | None) -> bytes | None:
    """A draft, as far as possible the one that is there."""
    if here is None:
        return build_sheet(opened, score.community, score=score, ledger=drafting.standing.anchor,
                           languages=drafting.languages or drafting.default).content()
    correction = drafting.correction if here.supersedes and drafting.correction else here.correction
    made = build_sheet(opened, score.community, score=score, version=here.version, supersedes=here.supersedes,
                       correction=correction, ledger=here.ledger, languages=drafting.languages or here.languages)
    if is_written(own, made.content()):
        return None
    return made.content() if made == here else made.model_copy(update={"ledger": drafting.standing.anchor}).content()


def _signed(opened: Round, own: Path, score: ScoreFile, drafting: Drafting, here: Sheet, state: State) -> bytes | None:
    """The next version of a sheet that is signed, if it is to be corrected."""
    made = build_sheet(opened, score.community, score=score, version=here.version + 1, supersedes=here.sha256,
                       correction=drafting.correction, ledger=drafting.standing.anchor,
                       languages=drafting.languages or here.languages)
    differing = list(differences(made.says(), here.says()))
    if drafting.correction and (differing or made.languages != here.languages):
        set_aside(own, here.version)
        return made.content()
    if differing:
        raise SignoffError(problem("H06", own / SHEET, version=here.version, state=state, what=differing))
    if drafting.languages is not None and made.languages != here.languages:
        raise SignoffError(problem("H15", own / SHEET, given=", ".join(here.languages)))
    write_forms(own, here.content())
    return None


def _read(file: Path) -> Sheet | None:
    try:
        return read_sheet(file.read_bytes())
    except (OSError, NotCanonicalError):
        return None
