"""What the commands do: one function a verb. They read, call the stations and write; the stations do the arithmetic."""

from evaluation.verbs.calls import next_case, record_call, release_cases, show_progress
from evaluation.verbs.keys import list_keys, make_key, trust_key
from evaluation.verbs.notebooks import run_batch
from evaluation.verbs.plan import plan, show_looks
from evaluation.verbs.publishing import publish_round
from evaluation.verbs.rounds import check, init, schema
from evaluation.verbs.sampling import sample
from evaluation.verbs.scoring import score
from evaluation.verbs.sensitivity import show_sensitivity
from evaluation.verbs.sheets import sheet
from evaluation.verbs.signing import sign_sheets
from evaluation.verbs.verifying import verify_sheets

__all__ = ["check", "init", "list_keys", "make_key", "next_case", "plan", "publish_round", "record_call", "release_cases",
           "run_batch", "sample", "schema", "score", "sheet", "show_looks", "show_progress", "show_sensitivity",
           "sign_sheets", "trust_key", "verify_sheets"]
