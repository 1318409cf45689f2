"""The office copy: sheet.pdf with the signatures of evaluator and reviewer inside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from evaluation.signoff.envelope import Signer
from evaluation.signoff.keys import KeySigner
from evaluation.signoff.office import sign_pdf, with_fields
from evaluation.signoff.pdf import signature_places
from evaluation.signoff.signing import OFFICE, PDF
from evaluation.signoff.states import Role

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
