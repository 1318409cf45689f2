"""What the commands do: one function a verb. They read, call the stations and write; the stations do the arithmetic."""

from evaluation.verbs.notebooks import run
from evaluation.verbs.rounds import check, init, schema
from evaluation.verbs.sampling import sample
from evaluation.verbs.scoring import score

__all__ = ["check", "init", "run", "sample", "schema", "score"]
