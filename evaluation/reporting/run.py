"""Run a notebook with papermill, strictly: unknown parameters are errors, outputs are whole files, failures are kept."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from contextlib import redirect_stderr
from pathlib import Path

import papermill
from papermill.exceptions import PapermillExecutionError

from evaluation.core.errors import EvaluationError, UsageError, near_miss, problem
from evaluation.core.files import write_text, written_whole


def run_notebook(notebook: Path, out: Path, parameters: Mapping[str, str], folder: Path | None = None) -> Path:
    """Execute `notebook` with the parameters and write it to `out`; the kernel runs in `folder`.

    Raises UsageError for a parameter that the notebook does not have, before anything runs; EvaluationError if a cell
    stops: the notebook is then kept, with the error in it, as `out` with the ending .failed.ipynb.
    """
    known = papermill.inspect_notebook(notebook)
    unknown = sorted(set(parameters) - set(known))
    faults = [problem("U03", notebook, path=name, name=name, hint=near_miss(name, known)) for name in unknown]
    if faults:
        raise UsageError(faults)
    failed = out.with_suffix(".failed.ipynb")
    logging.getLogger("papermill").setLevel(logging.ERROR)
    with written_whole(out) as temporary:
        try:
            with redirect_stderr(io.StringIO()):
                papermill.execute_notebook(notebook, temporary, dict(parameters), progress_bar=False, log_output=False,
                                           request_save_on_cell_execute=False, cwd=folder or Path.cwd(),
                                           extra_arguments=["--log-level=ERROR"])
        except PapermillExecutionError as error:
            write_text(failed, temporary.read_text(encoding="utf-8"))
            reason = f"{error.ename}: {error.evalue}"
            raise EvaluationError(problem("U07", notebook, reason=reason, kept=failed)) from None
    failed.unlink(missing_ok=True)
    return out
