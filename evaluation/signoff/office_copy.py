"""The office copy: sheet.pdf with the signatures of evaluator and reviewer inside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from evaluation.signoff.envelope import Signer, key_text, read_envelope
from evaluation.signoff.keys import KeySigner
from evaluation.signoff.office import sign_pdf, with_fields
from evaluation.signoff.office_check import check_office
from evaluation.signoff.pdf import signature_places
from evaluation.signoff.signing import OFFICE, PDF
from evaluation.signoff.statements import Countersigned, Signed, read_statement, time_of
from evaluation.signoff.states import Role, State

REASONS = {"evaluator": "评审人签署 signed by the evaluator", "reviewer": "复核人签署 countersigned by the reviewer"}


def office_copy(folder: Path, role: Role, signer: Signer, name: str, at: datetime) -> bytes | None:
    """The office copy with one more signature; None where this signer cannot sign a PDF, or the evaluator has not."""
    if not isinstance(signer, KeySigner):
        return None
    file = folder / OFFICE
    if role == "evaluator":
        pdf = with_fields((folder / PDF).read_bytes(), signature_places())
    elif file.is_file():
        pdf = file.read_bytes()
    else:
        return None
    return sign_pdf(pdf, role, signer.private, name, at, REASONS[role])


def office_again(folder: Path, role: Role, signer: Signer, envelopes: Mapping[str, bytes]) -> bytes | None:
    """The office copy of a sheet that is signed already, where it is lost or broken: with the signature of this signer as of
    then, so that when both have done it the copy is to the byte what it was. None where there is nothing to do for this one.

    envelopes: of the sheet, by state, as the ledger has them.
    """
    asked: tuple[State, ...] = ("signed", "countersigned")
    keys = [read_envelope(envelopes[state]).key_id for state in asked if state in envelopes]
    own = asked[0] if role == "evaluator" else asked[1]
    if own not in envelopes or key_text(signer.public_key) != keys[asked.index(own)] or not (folder / PDF).is_file():
        return None
    given, wrong = [], ["field_missing"]
    if (folder / OFFICE).is_file():
        signers, wrong = check_office((folder / OFFICE).read_bytes(), (folder / PDF).read_bytes())
        given = [key_text(one.public_key) for one in signers]
    good = given == keys[:len(given)] and (not wrong or (len(given) == 1 and wrong == ["field_missing"]))
    if (good if role == "evaluator" else not good or len(given) != 1):
        return None
    envelope = read_envelope(envelopes[own])
    said = (read_statement(envelope, Signed) if role == "evaluator" else read_statement(envelope, Countersigned))[1]
    return office_copy(folder, role, signer, said.name, time_of(said.at))
