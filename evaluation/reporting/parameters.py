"""The parameters of a notebook: what its cell tagged `parameters` assigns, and values of the right type for them.

A value is text as it comes from a command line. A name that the notebook does not have, or text that is not of the type of
the parameter, is a fault before anything runs.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillException

from evaluation.core.errors import Problem, UsageError, near_miss, problem

TAG = "parameters"
READ: Callable[..., NotebookNode] = nbformat.reads
YES, NO = ("true", "yes", "1"), ("false", "no", "0")


def read_notebook(file: Path) -> NotebookNode:
    """The notebook. Raises UsageError for a file that is none."""
    try:
        text = file.read_text(encoding="utf-8")
        notebook = READ(text, as_version=4)
        whole = all("source" in cell and "cell_type" in cell for cell in notebook["cells"])
    except (OSError, ValueError, AttributeError, TypeError, KeyError, nbformat.ValidationError) as error:
        raise UsageError(problem("U08", file, reason=getattr(error, "strerror", None) or type(error).__name__)) from None
    if not whole:
        raise UsageError(problem("U08", file, reason="cells"))
    return notebook


def kinds_of(notebook: NotebookNode) -> dict[str, str]:
    """Parameters and their types by name: int, float, bool, str, list, dict, or "" where the notebook does not tell."""
    source = "\n".join(cell.source for cell in notebook.cells if TAG in cell.metadata.get("tags", []))
    if notebook.metadata.get("kernelspec", {}).get("language", "python") != "python":
        try:
            return dict.fromkeys(papermill.inspect_notebook(notebook), "")
        except PapermillException:
            return {}
    try:
        lines = ast.parse(source).body
    except SyntaxError:
        return {}
    kinds = {}
    for line in lines:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            noted = ast.unparse(line.annotation).split("[")[0]
            kinds[line.target.id] = noted if noted in READERS else _kind(line.value)
        elif isinstance(line, ast.Assign):
            kinds |= {target.id: _kind(line.value) for target in line.targets if isinstance(target, ast.Name)}
    return kinds


def _kind(value: ast.expr | None) -> str:
    try:
        name = type(ast.literal_eval(value)).__name__ if value is not None else ""
    except ValueError:
        return ""
    return name if name in READERS else ""


def check_names(file: Path, notebook: NotebookNode, names: Iterable[str]) -> None:
    """Raise UsageError for names that the notebook does not have."""
    known = kinds_of(notebook)
    unknown = [_unknown(file, name, known) for name in names if name not in known]
    if unknown:
        raise UsageError(unknown)


def typed(file: Path, notebook: NotebookNode, given: Mapping[str, str]) -> dict[str, Any]:
    """The values by name, each of its parameter's type. Raises UsageError with every name and value that is not one."""
    kinds = kinds_of(notebook)
    faults: list[Problem] = []
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name not in kinds:
            faults.append(_unknown(file, name, kinds))
            continue
        try:
            values[name] = READERS[kinds[name]](text)
        except (ValueError, SyntaxError):
            faults.append(problem("U09", file, path=name, value=text, kind=kinds[name], example=EXAMPLES[kinds[name]]))
    if faults:
        raise UsageError(faults)
    return values


def _unknown(file: Path, name: str, known: Iterable[str]) -> Problem:
    return problem("U03", file, path=name, name=name, hint=near_miss(name, known))


def _truth(text: str) -> bool:
    if text.lower() not in (*YES, *NO):
        raise ValueError(text)
    return text.lower() in YES


def _finite(text: str) -> float:
    if not math.isfinite(float(text)):
        raise ValueError(text)
    return float(text)


def _holds(kind: type) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = json.loads(text)
        if not isinstance(value, kind):
            raise ValueError(text)
        return value
    return read


def _untold(text: str) -> Any:
    """A literal of Python, or else the text itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


READERS: dict[str, Callable[[str], Any]] = {"str": str, "int": int, "float": _finite, "bool": _truth, "list": _holds(list),
                                            "dict": _holds(dict), "": _untold}
EXAMPLES = {"str": "text", "int": "12", "float": "0.95", "bool": "true", "list": '["a", "b"]', "dict": '{"a": 1}', "": ""}
