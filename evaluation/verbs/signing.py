"""`sign` and `countersign`: into the ledger first, then into the folder of the community, then it is said to be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evaluation.core.errors import SignoffError, UsageError, problem
from evaluation.core.files import is_safe_id
from evaluation.declare.programme import load_round_file
from evaluation.reporting.report import words
from evaluation.signoff.chain import Event
from evaluation.signoff.checks import FILES, check_sheet
from evaluation.signoff.envelope import Envelope, key_text
from evaluation.signoff.keys import KeySigner, open_key
from evaluation.signoff.ledger import Done, Ledger
from evaluation.signoff.office_copy import office_again, office_copy
from evaluation.signoff.pdf import sheet_pdf
from evaluation.signoff.sheet import Sheet
from evaluation.signoff.signing import (
    COUNTERSIGNATURE,
    OFFICE,
    PDF,
    SHEET,
    SIGNATURE,
    XLSX,
    countersign,
    known_sheet,
    replayed,
    sign,
)
from evaluation.signoff.statements import time_text
from evaluation.signoff.states import MAY, Action, State
from evaluation.signoff.trust import Trust
from evaluation.signoff.writing import write_bytes
from evaluation.signoff.xlsx import sheet_xlsx
from evaluation.verbs.bars import bar
from evaluation.verbs.ledgers import ledger_of
from evaluation.verbs.passphrases import passphrase
from evaluation.verbs.portions import asked_for

BEFORE: dict[Action, State] = {"sign": "draft", "countersign": "signed"}
AFTER = {"signed": SIGNATURE, "countersigned": COUNTERSIGNATURE}
Clock = Callable[[], datetime]


@dataclass
class Desk:
    """What signing needs: who signs, who is trusted, the ledger, the clock, whether office copies are made."""

    action: Action
    signer: KeySigner
    trust: Trust
    ledger: Ledger
    clock: Clock
    office: bool


def sign_sheets(action: Action, folder: Path, community: str | None, every: bool, key: Path, descriptor: int | None, lang: str,
                office: bool, clock: Clock = lambda: datetime.now(UTC)) -> None:
    """Sign or countersign one sheet, or all that wait for it. SignoffError with the faults of all that could not be signed."""
    asked_for(action, community, every)
    declared, _ = load_round_file(folder)
    if community is not None and not is_safe_id(community):
        raise UsageError(problem("U01", path="community", id=community))
    results = folder / "results"
    folders = sorted(file.parent for file in results.glob(f"*/{SHEET}")) if every else [results / str(community)]
    missing = [problem("H12", own, missing=SHEET) for own in folders or [results] if not (own / SHEET).is_file()]
    if missing:
        raise SignoffError(missing)
    signer = open_key(key, passphrase(descriptor, lang))
    trust, faults, done = Trust(declared.signoff.trust), [], 0
    trust.holder(key_text(signer.public_key), MAY[action], time_text(clock()), key)
    with ledger_of(folder, declared) as ledger, bar(words(lang)[action], len(folders)) as advance:
        desk = Desk(action, signer, trust, ledger, clock, office)
        for own in folders:
            try:
                done += _act(desk, declared.round, own, every)
            except SignoffError as error:
                faults += error.problems
            advance(1)
    print(words(lang)["signed_count"].format(n=done))
    if faults:
        raise SignoffError(faults)


def _act(desk: Desk, round_: str, own: Path, every: bool) -> bool:
    """Sign one sheet, if it waits for it. Whether it is signed now that was not before."""
    sheet = known_sheet((own / SHEET).read_bytes(), own / SHEET)
    if (sheet.round, sheet.community) != (round_, own.name):
        raise SignoffError(replayed((round_, own.name, sheet.version), sheet, own / SHEET))
    held = desk.ledger.held(sheet.round, sheet.community, sheet.version)
    for state, file in AFTER.items():
        if state in held.envelopes and not (own / file).is_file():
            write_bytes(own / file, held.envelopes[state])     # acknowledged before, and stopped before it was written
    if held.state != BEFORE[desk.action]:
        if every:
            return False
        if desk.office and (again := office_again(own, MAY[desk.action], desk.signer, held.envelopes)) is not None:
            write_bytes(own / OFFICE, again)
            print(own / OFFICE)
            return False
        raise SignoffError(problem("H01", own / SHEET, state=held.state, version=sheet.version, action=desk.action))
    at = desk.clock()
    envelope = _evaluator(desk, own, sheet, at) if desk.action == "sign" else _reviewer(desk, own, sheet, at, held.envelopes)
    event = Event(time_text(at), "", sheet.round, sheet.community, sheet.version, envelope.sha256)
    done: list[Done] = [(desk.action, event, envelope.content())]
    if desk.action == "sign" and sheet.version > 1:
        former = Event(event.at, "", sheet.round, sheet.community, sheet.version - 1, envelope.sha256)
        done.insert(0, ("supersede", former, b""))
    name = desk.trust.holder(envelope.key_id, MAY[desk.action], event.at)
    copy = office_copy(own, MAY[desk.action], desk.signer, name, at) if desk.office else None
    desk.ledger.act(done)
    write_bytes(own / (SIGNATURE if desk.action == "sign" else COUNTERSIGNATURE), envelope.content())
    if copy is not None:
        write_bytes(own / OFFICE, copy)
    return True


def _evaluator(desk: Desk, own: Path, sheet: Sheet, at: datetime) -> Envelope:
    """The evaluator's envelope; the forms that go with it are made of the sheet anew, whatever lies there."""
    languages = tuple(sheet.languages)
    forms = {PDF: sheet_pdf(sheet, languages), XLSX: sheet_xlsx(sheet, languages)}
    for name, form in forms.items():
        if not (own / name).is_file() or (own / name).read_bytes() != form:
            write_bytes(own / name, form)
    (own / OFFICE).unlink(missing_ok=True)
    return sign(sheet, desk.signer, at, desk.trust, forms)


def _reviewer(desk: Desk, own: Path, sheet: Sheet, at: datetime, kept: dict[str, bytes]) -> Envelope:
    """The reviewer's envelope, if all that is there holds, and is what the ledger has."""
    files = {name: (own / name).read_bytes() for name in FILES if (own / name).is_file()}
    found = check_sheet(str(own), files, desk.trust, "signed")
    if not found.ok:
        raise SignoffError(found.faults)
    if files[SIGNATURE] != kept["signed"]:
        raise SignoffError(problem("V21", own / SIGNATURE, version=sheet.version, state="signed"))
    return countersign(sheet, files[SIGNATURE], desk.signer, at, desk.trust)
