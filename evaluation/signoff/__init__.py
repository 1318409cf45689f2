"""Score sheets that cannot be changed quietly: drafted, signed, countersigned, given out, verified. See docs/signoff.md.

The names that programs use; imported when first used, for verifying needs no statistics and signing no typesetting.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluation.signoff.drafting import build_sheet
    from evaluation.signoff.signing import countersign, sign
    from evaluation.signoff.verifying import verify

__all__ = ["build_sheet", "countersign", "sign", "verify"]

HOMES = {"build_sheet": "drafting", "sign": "signing", "countersign": "signing", "verify": "verifying"}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'evaluation.signoff' has no name {name!r}")
    return getattr(import_module(f"evaluation.signoff.{HOMES[name]}"), name)
