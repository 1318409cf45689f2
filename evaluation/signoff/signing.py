"""Signing: the evaluator the sheet and its forms, the reviewer the evaluator's envelope, the chief a publication."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from evaluation.core.errors import Problem, SignoffError, problem
from evaluation.signoff.canonical import NotCanonicalError, sha256
from evaluation.signoff.envelope import Envelope, Signer, key_text, read_envelope
from evaluation.signoff.sheet import Anchor, Sheet, read_sheet
from evaluation.signoff.statements import Countersigned, Published, S, Signed, Statement, read_statement, seal, time_text
from evaluation.signoff.trust import Trust

FAULTS = {"json": "V01", "duplicate": "V02", "number": "V03", "form": "V04", "type": "V05", "confused": "V06"}
SHEET, PDF, XLSX = "sheet.json", "sheet.pdf", "sheet.xlsx"
SIGNATURE, COUNTERSIGNATURE, OFFICE = "signature.json", "countersignature.json", "sheet.signed.pdf"
INCLUSION, PUBLICATION, CHAIN = "inclusion.json", "publication.json", "ledger.jsonl"
GIVEN_OUT = ("bulletin.html", "bulletin.pdf", "results.json", "results.csv", "results.schema.json", "datapackage.json",
             "register.csv", "stars.csv")


def sign(sheet: Sheet | bytes, signer: Signer, at: datetime, trust: Trust,
         forms: Mapping[str, bytes] | None = None) -> Envelope:
    """The evaluator's envelope: on the sheet's canonical bytes, and on its forms for people by name of file.

    at: now, UTC. SignoffError: the sheet's bytes are not canonical [V01-V05]; the key is not an evaluator's now [V09-V11].
    """
    told = known_sheet(sheet)
    key, when = key_text(signer.public_key), time_text(at)
    said = Signed(round=told.round, name=trust.holder(key, "evaluator", when), key=key, at=when, community=told.community,
                  version=told.version)
    return seal(said, {SHEET: told.sha256, **{name: sha256(form) for name, form in (forms or {}).items()}}, signer)


def countersign(sheet: Sheet | bytes, envelope: Envelope | bytes, signer: Signer, at: datetime, trust: Trust) -> Envelope:
    """The reviewer's envelope: on the evaluator's, which is verified first.

    SignoffError: what is wrong with the sheet or the evaluator's envelope, see `verify`; the key is not a reviewer's now
    [V09-V11]; evaluator and reviewer are one [V12]; the signature is of a later time [V27].
    """
    told = known_sheet(sheet)
    sealed, _, signed = known_signature(told, envelope, trust)
    key, when = key_text(signer.public_key), time_text(at)
    said = Countersigned(round=told.round, name=trust.holder(key, "reviewer", when), key=key, at=when, community=told.community,
                         version=told.version, sheet=told.sha256)
    check_pair(signed, said, told.community)
    return seal(said, {SIGNATURE: sealed.sha256}, signer)


def publish(round_: str, number: int, root: bytes, sheets: int, previous: str, ledger: Anchor, signer: Signer, at: datetime,
            trust: Trust, files: Mapping[str, str]) -> Envelope:
    """The chief's envelope: on the root of the tree over the sheets of a publication, and on SHA-256 of the files given out.

    SignoffError [V09-V11].
    """
    key, when = key_text(signer.public_key), time_text(at)
    said = Published(round=round_, name=trust.holder(key, "chief", when), key=key, at=when, number=number, sheets=sheets,
                     root=root.hex(), previous=previous, ledger=ledger)
    return seal(said, {"tree": root.hex(), **files}, signer)


def known_sheet(sheet: Sheet | bytes, where: object = SHEET) -> Sheet:
    """A sheet, of its canonical bytes if need be. SignoffError [V01-V05]."""
    if isinstance(sheet, Sheet):
        return sheet
    try:
        return read_sheet(sheet)
    except NotCanonicalError as error:
        raise SignoffError(problem(FAULTS[error.kind], where, detail=error.detail)) from None


def known(envelope: Envelope | bytes, kind: type[S], trust: Trust, where: object) -> tuple[Envelope, Statement, S]:
    """An envelope that is what it should be, whose signature holds and whose signer counted in that role then.

    SignoffError: bytes that are none [V01-V05], a statement of another kind [V06], a signature that does not hold [V08], a key
    that does not count [V09-V11], or under another name than the trust list's [V09].
    """
    try:
        sealed = envelope if isinstance(envelope, Envelope) else read_envelope(envelope)
        statement, said = read_statement(sealed, kind)
    except NotCanonicalError as error:
        raise SignoffError(problem(FAULTS[error.kind], where, detail=error.detail)) from None
    if not sealed.holds():
        raise SignoffError(problem("V08", where, name=said.name))
    if trust.holder(said.key, said.role, said.at, where) != said.name:
        raise SignoffError(problem("V09", where, key=said.key, role=said.role))
    return sealed, statement, said


def known_signature(sheet: Sheet, envelope: Envelope | bytes, trust: Trust,
                    where: object = SIGNATURE) -> tuple[Envelope, Statement, Signed]:
    """The evaluator's envelope on this sheet. SignoffError: see `known`; of another community, round or version [V14]; on other
    bytes [V07].
    """
    sealed, statement, said = known(envelope, Signed, trust, where)
    if (said.round, said.community, said.version) != (sheet.round, sheet.community, sheet.version):
        raise SignoffError(replayed((said.round, said.community, said.version), sheet, where))
    if statement.digest_of(SHEET) != sheet.sha256:
        raise SignoffError(problem("V07", where, name=said.name))
    return sealed, statement, said


def known_countersignature(sheet: Sheet, signature: Envelope, signed: Signed, envelope: Envelope | bytes, trust: Trust,
                           where: object = COUNTERSIGNATURE) -> tuple[Envelope, Countersigned]:
    """The reviewer's envelope on this evaluator's envelope. SignoffError: see `known`; of another community, round or version
    [V14]; on another envelope or sheet [V13]; by the evaluator [V12]; before the signature [V27].
    """
    sealed, statement, said = known(envelope, Countersigned, trust, where)
    if (said.round, said.community, said.version) != (sheet.round, sheet.community, sheet.version):
        raise SignoffError(replayed((said.round, said.community, said.version), sheet, where))
    if statement.digest_of(SIGNATURE) != signature.sha256 or said.sheet != sheet.sha256:
        raise SignoffError(problem("V13", where, name=said.name))
    check_pair(signed, said, where)
    return sealed, said


def check_pair(signed: Signed, said: Countersigned, where: object) -> None:
    """Two people, one after the other. SignoffError [V12], [V27]."""
    if signed.key == said.key or signed.name == said.name:
        raise SignoffError(problem("V12", where, name=said.name))
    if said.at < signed.at:
        raise SignoffError(problem("V27", where, at=said.at, before=signed.at))


def replayed(given: tuple[str, str, int], sheet: Sheet, where: object) -> Problem:
    """The problem of a signature that is of another round, community or version."""
    expected = (sheet.round, sheet.community, sheet.version)
    return problem("V14", where, given="/".join(map(str, given)), expected="/".join(map(str, expected)))
