"""What the commands do: one function a verb. They read, call the stations and write; the stations do the arithmetic.

A verb is imported when it is first used: `evaluation keys list` waits for no statistics.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluation.verbs.calls import next_case, record_call, release_cases, show_progress
    from evaluation.verbs.form_export import export_form
    from evaluation.verbs.forms import import_form
    from evaluation.verbs.imports import import_answers
    from evaluation.verbs.keys import list_keys, make_key, trust_key
    from evaluation.verbs.notebooks import run_batch
    from evaluation.verbs.planning import plan, show_looks
    from evaluation.verbs.publishing import publish_round
    from evaluation.verbs.quality import check_quality
    from evaluation.verbs.rounds import check, init, schema
    from evaluation.verbs.sampling import sample
    from evaluation.verbs.scoring import score
    from evaluation.verbs.sensitivity import show_sensitivity
    from evaluation.verbs.sheets import sheet
    from evaluation.verbs.signing import sign_sheets
    from evaluation.verbs.verifying import verify_sheets

__all__ = ["check", "check_quality", "export_form", "import_answers", "import_form", "init", "list_keys", "make_key",
           "next_case", "plan", "publish_round", "record_call", "release_cases", "run_batch", "sample", "schema", "score",
           "sheet", "show_looks", "show_progress", "show_sensitivity", "sign_sheets", "trust_key", "verify_sheets"]

HOMES = {
    "calls": ("next_case", "record_call", "release_cases", "show_progress"),
    "form_export": ("export_form",), "forms": ("import_form",), "imports": ("import_answers",),
    "keys": ("list_keys", "make_key", "trust_key"),
    "notebooks": ("run_batch",), "planning": ("plan", "show_looks"), "publishing": ("publish_round",),
    "quality": ("check_quality",),
    "rounds": ("check", "init", "schema"), "sampling": ("sample",), "scoring": ("score",),
    "sensitivity": ("show_sensitivity",), "sheets": ("sheet",), "signing": ("sign_sheets",), "verifying": ("verify_sheets",),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    home = next((home for home, names in HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'evaluation.verbs' has no name {name!r}")
    return getattr(import_module(f"evaluation.verbs.{home}"), name)
