"""Sheets held against the ledger: its text that was given out with a publication, and the ledger itself where it is at hand."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from evaluation.core.database import database_url
from evaluation.core.errors import EvaluationError, Problem, SignoffError, problem
from evaluation.declare.loading import load
from evaluation.declare.round import RoundFile
from evaluation.signoff.canonical import NotCanonicalError
from evaluation.signoff.chain import Entry, anchor_of, chain_faults, imported
from evaluation.signoff.ledger import ledger_at
from evaluation.signoff.sheet import Anchor
from evaluation.signoff.signing import CHAIN, FAULTS, PUBLICATION, SHEET
from evaluation.signoff.verification import Checked, Place, Verification


def check_ledger(found: Verification, place: Place, heads: list[tuple[str, Anchor]]) -> None:
    """Check the ledger's text that was given out, and the ledger itself where it is at hand."""
    told: list[Entry] | None = None
    text = (place.results or Path()) / CHAIN
    if text.is_file():
        try:
            told = imported(text.read_bytes())
        except NotCanonicalError as error:
            found.faults.append(problem(FAULTS[error.kind], text, detail=error.detail))
    own: list[Entry] | None = None
    try:
        own, where = _ledger(place)
    except EvaluationError as error:
        found.faults += error.problems
    if own is not None:
        printed = [*heads, (str(text), anchor_of(told))] if told else heads
        found.faults += chain_faults(own, where, printed) + _cut_off(found, own, where)
    if told is not None:
        found.faults += _cut_off(found, told, str(text))
    if told is not None and (own is None or told != own[:len(told)]):
        reached = [(by, anchor) for by, anchor in heads if by.endswith(PUBLICATION) or anchor.entries <= len(told)]
        found.faults += chain_faults(told, str(text), reached)
    elif told is None and own is None and any(sheet.signature is not None for sheet in found.sheets):
        found.notes.append(problem("V39", place.results or "", warning=True))
    if (entries := own if own is not None else told) is not None:
        about: dict[tuple[str, str], list[Entry]] = {}
        for entry in entries:
            about.setdefault((entry.round, entry.community), []).append(entry)
        for sheet in found.sheets:
            if sheet.about is not None:
                _in_ledger(sheet, about.get((sheet.about.round, sheet.about.community), []), complete=own is not None)
        if own is not None and place.whole:
            _missing(found, own, place)


def _ledger(place: Place) -> tuple[list[Entry] | None, str]:
    if place.round is None:
        return None, ""
    declared = load(place.round / "round.yaml", RoundFile)[0]
    if declared is None:
        return None, ""
    url = database_url(place.round, declared.signoff.database)
    if "://" not in declared.signoff.database and not (place.round / declared.signoff.database).is_file():
        return None, ""
    with tempfile.TemporaryDirectory() as scratch:
        if "://" not in declared.signoff.database and not _writable(place.round, declared.signoff.database):
            for part in place.round.glob(f"{declared.signoff.database}*"):
                shutil.copy(part, scratch)                  # where nothing may be written, SQLite reads a copy
            url = database_url(Path(scratch), declared.signoff.database)
        with ledger_at(url) as ledger:
            return ledger.entries(), ledger.where


def _writable(folder: Path, file: str) -> bool:
    return os.access(folder, os.W_OK) and os.access(folder / file, os.W_OK)


def _cut_off(found: Verification, entries: list[Entry], where: str) -> list[Problem]:
    """Publications that sheets carry, and that are after the last entry: no head was printed of those."""
    known = {entry.subject for entry in entries}
    unknown = {sheet.publication for sheet in found.sheets if sheet.publication} - known
    return [problem("V47", where, number=len(entries))] if unknown else []


def _in_ledger(found: Checked, own: list[Entry], complete: bool) -> None:
    """A sheet's signatures are those that the ledger has, and it has none that are not here. complete: the ledger itself, not
    the text of it that was given out at some time.
    """
    if found.about is None:
        return
    version, where = found.about.version, f"{found.folder}/{SHEET}"
    here = {"signed": found.signature, "countersigned": found.countersignature}
    with found.trying("ledger" if own else ""):
        states = {entry.event: entry for entry in own if entry.version == version}
        if "superseded" in states:
            raise SignoffError(problem("V28", where, version=version))
        for state, envelope in here.items():
            entry = states.get(state)
            if (entry is None and envelope is not None and complete) or \
                    (entry is not None and (envelope is None or envelope.sha256 != entry.subject)):
                raise SignoffError(problem("V21", where, version=version, state=next(reversed(states), "draft")))
        if "published" in states and not found.publication and complete:
            raise SignoffError(problem("V21", where, version=version, state="published"))


def _missing(found: Verification, own: list[Entry], place: Place) -> None:
    """Sheets that the ledger knows and that are not here."""
    here = {sheet.about.community for sheet in found.sheets if sheet.about is not None}
    rounds = {sheet.about.round for sheet in found.sheets if sheet.about is not None}
    known = [entry for entry in own if entry.round in rounds and entry.community]
    gone = {entry.community: entry for entry in known if entry.community not in here}
    for community, entry in gone.items():
        where = f"{place.results}/{community}/{SHEET}"
        found.faults.append(problem("V21", where, version=entry.version, state=entry.event))
