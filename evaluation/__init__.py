"""Evaluate community programmes: from questionnaire text to a scored notebook.

The names that a notebook uses. They are imported when first used, so that the command line starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluation.estimation.reliability import cronbach_alpha
    from evaluation.fieldwork.opening import Round, open_round
    from evaluation.reporting.community import CommunityReport
    from evaluation.reporting.district import DistrictReport
    from evaluation.reporting.lab import SamplingLab
    from evaluation.reporting.quality.report import Fieldwork
    from evaluation.scoring import decide, rule_of, score_round

__all__ = ["CommunityReport", "DistrictReport", "Fieldwork", "Round", "SamplingLab", "cronbach_alpha", "decide", "open_round",
           "rule_of", "score_round"]

HOMES = {
    "CommunityReport": "reporting.community", "DistrictReport": "reporting.district", "Round": "fieldwork.opening",
    "SamplingLab": "reporting.lab", "Fieldwork": "reporting.quality.report",
    "open_round": "fieldwork.opening", "score_round": "scoring", "decide": "scoring", "rule_of": "scoring",
    "cronbach_alpha": "estimation.reliability",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'evaluation' has no name {name!r}")
    return getattr(import_module(f"evaluation.{HOMES[name]}"), name)
