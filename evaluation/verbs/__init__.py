"""What the commands do: one function a verb. They read, call the stations and write; the stations do the arithmetic."""

from evaluation.verbs.calls import next_case, record_call, release_cases, show_progress
from evaluation.verbs.notebooks import run_batch
from evaluation.verbs.plan import plan, show_looks
from evaluation.verbs.rounds import check, init, schema
from evaluation.verbs.sampling import sample
from evaluation.verbs.scoring import score
from evaluation.verbs.sensitivity import show_sensitivity

__all__ = ["check", "init", "next_case", "plan", "record_call", "release_cases", "run_batch", "sample", "schema", "score",
           "show_looks", "show_progress", "show_sensitivity"]
