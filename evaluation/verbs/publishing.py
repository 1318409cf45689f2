"""`publish`: all is prepared beside the results, the ledger says it, then it is put in its place; a rerun finishes that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

from evaluation.core.csvout import csv_text
from evaluation.core.errors import SignoffError, problem
from evaluation.declare.model import label
from evaluation.declare.programme import Programme, load_round_file
from evaluation.declare.round import RoundFile
from evaluation.fieldwork.followup import read_stars
from evaluation.reporting.report import words
from evaluation.scoring.standing import standing
from evaluation.signoff.bulletin import bulletin_page, bulletin_pdf
from evaluation.signoff.canonical import loads, sha256
from evaluation.signoff.chain import Event, exported
from evaluation.signoff.checks import FILES, check_sheet
from evaluation.signoff.envelope import Envelope, key_text
from evaluation.signoff.keys import open_key
from evaluation.signoff.ledger import Done, Ledger
from evaluation.signoff.publication import Reviewed, Tree, result_files, results_of
from evaluation.signoff.signing import CHAIN, INCLUSION, PUBLICATION, SHEET, publish
from evaluation.signoff.statements import time_text
from evaluation.signoff.states import MAY
from evaluation.signoff.trust import Trust
from evaluation.signoff.writing import write_bytes
from evaluation.verbs.bars import bar
from evaluation.verbs.ledgers import ledger_of
from evaluation.verbs.passphrases import passphrase

STAGED = ".publication."      # and the process that prepares it: two at once do not take it from one another
REGISTER, STARS = "register.csv", "stars.csv"
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Reading:
    """The countersigned sheets of a round: all of them, and the communities whose sheets are not yet published."""

    sheets: list[Reviewed]
    new: set[str]


def publish_round(folder: Path, key: Path, descriptor: int | None, lang: str,
                  clock: Clock = lambda: datetime.now(UTC)) -> None:
    """Give out all countersigned sheets that passed, those of former publications again: every bulletin is complete.

    SignoffError: a sheet that does not hold stops it all; nothing new [H08]; the key is not a chief's now.
    """
    declared, programme = load_round_file(folder)
    trust, results = Trust(declared.signoff.trust), folder / "results"
    signer = open_key(key, passphrase(descriptor, lang))
    trust.holder(key_text(signer.public_key), MAY["publish"], time_text(clock()), key)
    with ledger_of(folder, declared) as ledger:
        _finish(results, ledger, declared.round)
        read = _reading(results, ledger, declared, trust, lang)
        passed = [one for one in read.sheets if one.verdict == "pass"]
        new = [one for one in passed if one.community in read.new]
        if not new:
            raise SignoffError(problem("H08", results))
        made, anchor, at = Tree.of(passed), ledger.anchor(), clock()
        number = ledger.versions(declared.round).get("", (0, "draft"))[0] + 1
        previous = ledger.held(declared.round, "", number - 1).envelopes.get("published", b"")
        register = _register(folder, declared, programme, read.sheets)
        files = {**_files(made, number, declared, programme, register, lang, anchor), **_register_files(register)}
        digests = {name: sha256(content) for name, content in files.items()}
        envelope = publish(declared.round, number, made.root, len(passed), sha256(previous) if previous else "", anchor, signer,
                           at, trust, digests)
        _stage(results / f"{STAGED}{os.getpid()}", made, envelope, files)
        done: list[Done] = [("publish", Event(time_text(at), "", declared.round, one.community, one.version,
                                              one.subject), b"") for one in new]
        done.append(("publish", Event(time_text(at), "", declared.round, "", number, envelope.sha256), envelope.content()))
        ledger.act(done)
        _finish(results, ledger, declared.round)
    print(words(lang)["published_count"].format(n=len(passed), new=len(new)))
    for name in ("bulletin.html", "bulletin.pdf", "results.json"):
        print(results / name)


def _reading(results: Path, ledger: Ledger, declared: RoundFile, trust: Trust, lang: str) -> Reading:
    """Every countersigned sheet, verified. SignoffError with the faults of all."""
    versions = {name: told for name, told in ledger.versions(declared.round).items() if name}
    ready = {name: told for name, told in sorted(versions.items()) if told[1] in ("countersigned", "published")}
    sheets, faults = [], []
    with bar(words(lang)["verify"], len(ready)) as advance:
        for name, (version, state) in ready.items():
            own = results / name
            files = {part: (own / part).read_bytes() for part in FILES if part != INCLUSION and (own / part).is_file()}
            advance(1)
            if SHEET not in files:
                faults.append(problem("V21", own / SHEET, version=version, state=state))
                continue
            found = check_sheet(str(own), files, trust)
            if found.about is not None and found.about.version > version and found.signature is None:
                continue                  # a correction is being drafted: the sheet waits for it
            faults += found.faults
            sheet = found.sheet
            if sheet is None or found.signature is None or found.countersignature is None:
                continue
            kept = ledger.held(declared.round, name, sheet.version).envelopes
            if kept.get("countersigned") != found.countersignature.content():
                faults.append(problem("V21", own / SHEET, version=version, state=state))
            sheets.append(Reviewed.of(sheet, found.signature, found.countersignature))
    if faults:
        raise SignoffError(faults)
    return Reading(sheets, {name for name, (_, state) in ready.items() if state == "countersigned"})


def _register(folder: Path, declared: RoundFile, programme: Programme, sheets: list[Reviewed]) -> pd.DataFrame | None:
    """What becomes of the stars (see scoring.standing); None for a round that keeps none."""
    if declared.stars is None:
        return None
    decided = pd.DataFrame([(one.community, one.verdict, one.level) for one in sheets],
                           columns=["community", "verdict", "level"], dtype="str")
    held = pd.DataFrame(columns=["community", "level", "until"], dtype="str")
    if declared.stars.held is not None:
        held = read_stars(folder / declared.stars.held, programme.rubric, None)
    levels = {level.id: level.at for level in programme.rubric.levels}
    return standing(decided, held, levels, declared.stars.on, declared.stars.years)


def _files(made: Tree, number: int, declared: RoundFile, programme: Programme, register: pd.DataFrame | None, lang: str,
           anchor: Any) -> dict[str, bytes]:
    """What is given out, by name."""
    results = results_of(made, declared.round, number, anchor)
    levels = {level.id: label(level.label, lang) for level in programme.rubric.levels}
    stars: Mapping[str, tuple[str, str]] = {}
    if register is not None:
        told = register[["community", "event", "until"]].astype("str").to_numpy()
        stars = {name: (event, until) for name, event, until in told}
    return {"bulletin.html": bulletin_page(results, lang, levels, stars),
            "bulletin.pdf": bulletin_pdf(results, lang, levels, stars), **result_files(results)}


def _register_files(register: pd.DataFrame | None) -> dict[str, bytes]:
    """The register of stars, and those that last, by name; nothing for a round that keeps none."""
    if register is None:
        return {}
    lasting = register.loc[register["level"] != "", ["community", "level", "until"]]
    return {REGISTER: csv_text(register).encode(), STARS: csv_text(lasting).encode()}


def _stage(staged: Path, made: Tree, envelope: Envelope, files: Mapping[str, bytes]) -> None:
    """Write all of it beside the results."""
    shutil.rmtree(staged, ignore_errors=True)
    told = loads(envelope.content())
    for name, content in files.items():
        write_bytes(staged / name, content)
    for index, one in enumerate(made.sheets):
        write_bytes(staged / one.community / INCLUSION, made.inclusion(index, told).content())
    write_bytes(staged / PUBLICATION, envelope.content())


def _finish(results: Path, ledger: Ledger, round_: str) -> None:
    """Put in its place what is prepared and stands in the ledger; take away what does not and nobody is at."""
    number = ledger.versions(round_).get("", (0, "draft"))[0]
    kept = ledger.held(round_, "", number).envelopes.get("published")
    for staged in results.glob(f"{STAGED}*"):
        file, process = staged / PUBLICATION, int(staged.name.removeprefix(STAGED))
        if kept is not None and file.is_file() and file.read_bytes() == kept:
            write_bytes(results / CHAIN, exported(ledger.entries()))      # before what it is to know
            for prepared in sorted(staged.rglob("*"), key=lambda path: path.name == PUBLICATION):
                if prepared.is_file():
                    prepared.replace(results / prepared.relative_to(staged))
        elif process != os.getpid() and psutil.pid_exists(process):
            continue
        shutil.rmtree(staged)
