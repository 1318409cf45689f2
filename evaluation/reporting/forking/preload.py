"""What is made ready before notebooks are forked: what they import, and what libraries do once; no data."""

from __future__ import annotations

import ast
import gc
import importlib
import io
import sys
from contextlib import suppress
from typing import Any

from evaluation.reporting.forking.messages import Request


def load(request: Request, kernel: Any) -> list[str]:
    """Import what the cells import, and rehearse what is asked; then put all that is there out of the collector's way.

    The kernel is there already, so that modules find themselves in a notebook when they are imported, as they would.
    """
    with kernel.shell.builtin_trap:
        loaded = [name for source in request["sources"] for name in _imports(kernel.shell, source) if _imported(name)]
    for library, first in FIRST.items():
        if library in sys.modules:
            with suppress(Exception):
                first()
    for module, function, arguments in request["rehearse"]:
        with suppress(Exception):   # what fails here costs time only
            getattr(importlib.import_module(module), function)(**arguments)
    gc.collect()
    gc.freeze()
    return loaded


def _first_picture() -> None:
    """What matplotlib does once: fonts, ticks, a PNG; without pyplot, which keeps what it draws."""
    figure = importlib.import_module("matplotlib.figure").Figure()
    canvas = importlib.import_module("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    plot = figure.add_subplot()
    plot.hist([1.0, 2.0, 2.5], label="a")
    plot.plot([1.0, 2.0], [0.5, -1.0], label="b")
    plot.set(title="First", xlabel="x", ylabel="y")
    plot.legend()
    canvas.print_png(io.BytesIO())


def _first_table() -> None:
    """What pandas does once: a table as HTML, with and without style, sums and groups."""
    table = sys.modules["pandas"].DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]})
    table.groupby("b")["a"].mean().to_frame().merge(table, on="b")._repr_html_()
    table.describe().style.format("{:.1f}")._repr_html_()
    repr(table)


FIRST = {"matplotlib": _first_picture, "pandas": _first_table}


def _imports(shell: Any, source: str) -> list[str]:
    """What a cell imports at its top, as dotted names: `from a import b` is a.b."""
    try:
        lines = ast.parse(shell.transform_cell(source)).body
    except SyntaxError:
        return []
    found = [alias.name for line in lines if isinstance(line, ast.Import) for alias in line.names]
    for line in lines:
        if isinstance(line, ast.ImportFrom) and line.module and not line.level:
            found += [f"{line.module}.{alias.name}" for alias in line.names]
    return found


def _imported(name: str) -> bool:
    """Import a dotted name, or as much of it as is a module. What fails here fails in the notebook, where it is seen."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        try:
            getattr(importlib.import_module(module), attribute, None)
        except BaseException:
            return False
    except BaseException:
        return False
    return True
