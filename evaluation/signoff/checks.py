"""One sheet verified from its files alone: what holds, and every fault with a message of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from evaluation.core.errors import SignoffError, problem
from evaluation.signoff.canonical import sha256
from evaluation.signoff.envelope import Envelope, key_text
from evaluation.signoff.inclusion import read_inclusion, sheet_leaf
from evaluation.signoff.office_check import check_office
from evaluation.signoff.sheet import Sheet
from evaluation.signoff.signing import (
    COUNTERSIGNATURE,
    INCLUSION,
    OFFICE,
    PDF,
    PUBLICATION,
    SHEET,
    SIGNATURE,
    XLSX,
    known,
    known_countersignature,
    known_sheet,
    known_signature,
    replayed,
)
from evaluation.signoff.statements import Published, Signed, Statement
from evaluation.signoff.states import STATES, State
from evaluation.signoff.trust import Trust
from evaluation.signoff.verification import About, Checked

FILES = (SHEET, PDF, XLSX, SIGNATURE, COUNTERSIGNATURE, OFFICE, INCLUSION)
OFFICE_FAULTS = {"unreadable": "V40", "other_original": "V41", "field_missing": "V42", "broken": "V43", "not_covered": "V44",
                 "changed": "V45", "weak": "V46"}
ASKED: tuple[State, ...] = STATES[:4]


def check_sheet(folder: str, files: Mapping[str, bytes], trust: Trust, at_least: State = "countersigned") -> Checked:
    """Verify a sheet by its files, name -> bytes; those that are not there are left out. at_least: the state that is asked."""
    found = Checked(folder)
    with found.trying("sheet"):
        sheet = known_sheet(files[SHEET], f"{folder}/{SHEET}")
        found.about = About(sheet.round, sheet.community, sheet.version, sheet.total.earned, sheet.ledger)
        found.content = files[SHEET]
    if found.about is None:
        return found
    signed = _signature(found, sheet, files, trust)
    if signed is not None:
        _countersignature(found, sheet, signed, files, trust)
    asked = ASKED.index(at_least)
    if SIGNATURE not in files and asked >= ASKED.index("signed"):
        found.faults.append(problem("V16", f"{folder}/{SHEET}"))
    elif COUNTERSIGNATURE not in files and (asked >= ASKED.index("countersigned") or INCLUSION in files):
        found.faults.append(problem("V15", f"{folder}/{SHEET}"))
    if INCLUSION in files:
        _inclusion(found, sheet, files, trust)
    elif asked >= ASKED.index("published"):
        found.faults.append(problem("V32", f"{folder}/{SHEET}"))
    if OFFICE in files:
        _office(found, files)
    return found


def _signature(found: Checked, sheet: Sheet, files: Mapping[str, bytes], trust: Trust) -> Signed | None:
    if SIGNATURE not in files:
        return None
    said: Signed | None = None
    with found.trying("evaluator"):
        found.signature, statement, said = known_signature(sheet, files[SIGNATURE], trust, f"{found.folder}/{SIGNATURE}")
        found.state = "signed"
        found.signers[said.key] = said.name
    if said is not None:
        with found.trying("forms"):
            _forms(found, statement, files)
    return said


def _forms(found: Checked, statement: Statement, files: Mapping[str, bytes]) -> None:
    """PDF and XLSX are those that were signed; one that was signed and is not here is nothing to worry about."""
    signed = {subject.name: subject.digest.sha256 for subject in statement.subject}
    wrong = [name for name in (PDF, XLSX) if name in files and sha256(files[name]) != signed.get(name)]
    if wrong:
        raise SignoffError([problem("V17", f"{found.folder}/{name}") for name in wrong])


def _countersignature(found: Checked, sheet: Sheet, signed: Signed, files: Mapping[str, bytes], trust: Trust) -> None:
    if COUNTERSIGNATURE not in files:
        return
    with found.trying("reviewer"):
        assert found.signature is not None
        where = f"{found.folder}/{COUNTERSIGNATURE}"
        content = files[COUNTERSIGNATURE]
        found.countersignature, said = known_countersignature(sheet, found.signature, signed, content, trust, where)
        found.state = "countersigned"
        found.signers[said.key] = said.name


def _inclusion(found: Checked, sheet: Sheet, files: Mapping[str, bytes], trust: Trust) -> None:
    where = f"{found.folder}/{INCLUSION}"
    with found.trying("publication"):
        proof = read_inclusion(files[INCLUSION])
        said = known_publication(proof.envelope, trust)
        given = (said.round, proof.community, proof.version)
        if given != (sheet.round, sheet.community, sheet.version):
            raise SignoffError(replayed(given, sheet, where))
        if found.signature is None or found.countersignature is None:
            return
        leaf = sheet_leaf(sheet, found.signature, found.countersignature)
        if proof.size != said.sheets or not proof.leads(said.root, leaf):
            raise SignoffError(problem("V23", where))
        found.state, found.publication = "published", proof.envelope.sha256


@lru_cache(maxsize=8)
def known_publication(envelope: Envelope, trust: Trust) -> Published:
    """What the chief says. SignoffError: see `signing.known`. Kept, for every sheet of a publication carries it."""
    return known(envelope, Published, trust, PUBLICATION)[2]


def _office(found: Checked, files: Mapping[str, bytes]) -> None:
    where = f"{found.folder}/{OFFICE}"
    with found.trying("office"):
        if PDF not in files:
            raise SignoffError(problem("H12", where, missing=PDF))
        signers, wrong = check_office(files[OFFICE], files[PDF])
        waiting = ["field_missing"] if COUNTERSIGNATURE not in files and len(signers) == 1 else []
        if any(fault not in waiting for fault in wrong):
            raise SignoffError([problem(OFFICE_FAULTS[fault], where) for fault in wrong])
        by = {key_text(signer.public_key): signer.name for signer in signers}
        if list(by) != list(found.signers):
            raise SignoffError(problem("V30", where, given=list(by.values()), expected=list(found.signers.values())))
