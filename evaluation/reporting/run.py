"""Run a notebook with papermill, strictly: unknown parameters are errors, outputs are whole files, failures are kept."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillException, PapermillExecutionError

from evaluation.core.errors import EvaluationError, UsageError, near_miss, problem
from evaluation.core.files import write_text, written_whole


def check_parameters(notebook: Path, names: Iterable[str]) -> None:
    """Raise UsageError for a file that is no notebook, and for parameters that it does not have; before anything runs."""
    try:
        nbformat.reads(notebook.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]  # it has no types
        known = papermill.inspect_notebook(notebook)
    except (OSError, ValueError, AttributeError, nbformat.ValidationError, PapermillException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError(problem("U08", notebook, reason=reason)) from None
    unknown = sorted(set(names) - set(known))
    faults = [problem("U03", notebook, path=name, name=name, hint=near_miss(name, known)) for name in unknown]
    if faults:
        raise UsageError(faults)


def run_notebook(notebook: Path, out: Path, parameters: Mapping[str, str]) -> Path:
    """Execute `notebook` with the parameters and write it to `out`.

    Raises UsageError for a parameter that the notebook does not have, before anything runs; EvaluationError if a cell
    stops: the notebook is then kept, with the error in it, as `out` with the ending .failed.ipynb.
    """
    check_parameters(notebook, parameters)
    failed = out.with_suffix(".failed.ipynb")
    logging.getLogger("papermill").setLevel(logging.ERROR)
    with written_whole(out) as temporary:
        try:
            papermill.execute_notebook(notebook, temporary, dict(parameters), progress_bar=False, log_output=False,
                                       request_save_on_cell_execute=False, extra_arguments=["--log-level=CRITICAL"])
        except PapermillExecutionError as error:
            write_text(failed, temporary.read_text(encoding="utf-8"))
            raise EvaluationError(problem("N01", notebook, reason=f"{error.ename}: {error.evalue}", kept=failed)) from None
    failed.unlink(missing_ok=True)
    return out
