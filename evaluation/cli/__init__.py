"""The command line: one command a verb. Faults are told without traceback, with the exit code of their kind.

Exit codes: 0 ok, 1 bug or a stopped notebook, 2 usage, 10 declared files, 11 data, 12 design, 13 signature.
"""

from __future__ import annotations

import signal
import sys

import typer

from evaluation.cli import calls, forms, results, rounds, signing
from evaluation.cli.words import app
from evaluation.core.errors import EvaluationError, problem

INTERRUPTED = 130
for part in (rounds, calls, forms, results, signing):   # in the order of --help
    app.add_typer(part.commands)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))   # so that nothing half-written is left
    try:
        app(arguments, standalone_mode=True)
    except EvaluationError as error:
        for told in error.problems:
            typer.echo(told.announced(), err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        typer.echo(str(problem("N02", error.filename or "", reason=error.strerror or error)), err=True)
        sys.exit(1)
    except (KeyboardInterrupt, SystemExit) as ended:
        code = ended.code if isinstance(ended, SystemExit) else INTERRUPTED      # typer makes an exit of the interrupt
        if code == INTERRUPTED:
            typer.echo(str(problem("N09")), err=True)
        sys.exit(code)
