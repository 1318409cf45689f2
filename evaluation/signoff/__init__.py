"""Last station: score sheets, signatures, the ledger and the bulletin."""

from evaluation.signoff.drafting import build_sheet
from evaluation.signoff.signing import countersign, sign
from evaluation.signoff.verifying import verify

__all__ = ["build_sheet", "countersign", "sign", "verify"]
