"""Final dispositions of phone cases in AAPOR's standard codes, and the outcome rates made of them.

Source: AAPOR (2023), Standard Definitions, 10th edition: final disposition codes for phone surveys of listed samples,
and the response, cooperation, refusal and contact rates. The rates are a table of flags, not code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

# disposition code -> AAPOR group. I complete, P partial, R refusal, NC non-contact, O other, UH and UO unknown
# eligibility (household; other), NE not eligible. A code stands for all longer codes that begin with it.
GROUPS = {
    "1.1": "I", "1.2": "P", "2.1": "R", "2.2": "NC", "2.3": "O", "3.1": "UH", "3.2": "UO", "3.3": "UO", "3.9": "UO", "4": "NE",
}  # fmt: skip
LABELS = {
    "I": {"zh": "完成访问", "en": "Complete interview"}, "P": {"zh": "部分完成", "en": "Partial interview"},
    "R": {"zh": "拒绝或中断", "en": "Refusal or break-off"}, "NC": {"zh": "未联系上", "en": "Non-contact"},
    "O": {"zh": "其他未访", "en": "Other non-interview"}, "UH": {"zh": "不知是否住户", "en": "Unknown if a household"},
    "UO": {"zh": "不知是否合格", "en": "Unknown, other"}, "NE": {"zh": "不合格", "en": "Not eligible"},
}  # fmt: skip
BASE = "I P R NC O"
# rate -> (numerator, denominator, share of the unknown cases that counts: 1, "e" or 0)
RATES: dict[str, tuple[str, str, float | str]] = {
    "RR1": ("I", BASE, 1), "RR2": ("I P", BASE, 1),
    "RR3": ("I", BASE, "e"), "RR4": ("I P", BASE, "e"),
    "RR5": ("I", BASE, 0), "RR6": ("I P", BASE, 0),
    "COOP1": ("I", "I P R O", 0), "COOP2": ("I P", "I P R O", 0),
    "COOP3": ("I", "I P R", 0), "COOP4": ("I P", "I P R", 0),
    "REF1": ("R", BASE, 1), "REF2": ("R", BASE, "e"), "REF3": ("R", BASE, 0),
    "CON1": ("I P R O", BASE, 1), "CON2": ("I P R O", BASE, "e"), "CON3": ("I P R O", BASE, 0),
}  # fmt: skip


@dataclass(frozen=True)
class Disposition:
    """A final disposition code and the AAPOR group that it counts in. Raises ValueError for an unknown code."""

    code: str

    def __post_init__(self) -> None:
        if not any(_within(self.code, known) for known in GROUPS):
            raise ValueError(f"{self.code!r} is not a final AAPOR disposition code; one of {', '.join(GROUPS)} or below")

    @property
    def group(self) -> str:
        """I, P, R, NC, O, UH, UO or NE."""
        return next(group for known, group in GROUPS.items() if _within(self.code, known))


def _within(code: str, known: str) -> bool:
    rest = code[len(known):] if code.startswith(known) else None
    if rest is None or not all(part.isascii() and part.isdigit() for part in code.split(".")) or code.count(".") > 1:
        return False
    return rest == "" or (rest[0] == "." and len(rest) > 1) or (len(known) > 1 and rest.isdigit())


def outcome_rates(counts: Mapping[str, int], e: float | None = None) -> dict[str, float]:
    """RR1-6, COOP1-4, REF1-3, CON1-3 and e, each in [0, 1], from numbers of cases.

    counts: cases by AAPOR group (I, P, R, NC, O, UH, UO, NE) or by final disposition code. e: share of the cases of
    unknown eligibility that are eligible; None estimates it from the known ones (proportional allocation).
    NaN where a denominator is empty. Raises ValueError for an unknown group or a negative count.
    Source: AAPOR (2023), Standard Definitions, 10th edition.
    """
    groups = dict.fromkeys(LABELS, 0)
    for name, cases in counts.items():
        if cases < 0:
            raise ValueError(f"{name}: {cases} cases; a count cannot be negative")
        groups[name if name in LABELS else Disposition(str(name)).group] += cases
    eligible = sum(groups[group] for group in BASE.split())
    known = eligible + groups["NE"]
    share = e if e is not None else (eligible / known if known else math.nan)
    if not (math.isnan(share) or 0 <= share <= 1):
        raise ValueError(f"e = {share}; it is a share between 0 and 1")
    unknown = groups["UH"] + groups["UO"]
    rates = {}
    for name, (numerator, denominator, of_unknown) in RATES.items():
        counted = 0.0 if of_unknown == 0 or not unknown else unknown * (share if of_unknown == "e" else 1)
        asked = counted + sum(groups[group] for group in denominator.split())
        rates[name] = sum(groups[group] for group in numerator.split()) / asked if asked else math.nan
    return rates | {"e": share}
