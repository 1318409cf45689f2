"""Notebooks as they are kept: clean, with parameters, and without code of their own that could go wrong unseen."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))


def faults(notebook: dict[str, Any]) -> list[str]:
    """What may not be in a notebook that is kept."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    found = ["outputs" for cell in code if cell["outputs"]]
    found += ["execution count" for cell in code if cell["execution_count"] is not None]
    found += ["execution time" for cell in notebook["cells"] if {"execution", "papermill"} & cell["metadata"].keys()]
    found += ["papermill's mark"] if "papermill" in notebook["metadata"] else []
    sources = ["".join(cell["source"]) for cell in code]
    found += ["def" for source in sources if "def " in source or "lambda" in source or "class " in source]
    tagged = [source for cell, source in zip(code, sources, strict=True) if "parameters" in cell["metadata"].get("tags", [])]
    found += [] if len(tagged) == 1 else [f"{len(tagged)} parameters cells"]
    for source in tagged:
        statements = ast.parse(source).body
        plain = all(isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant) for line in statements)
        found += [] if plain and statements else ["parameters that are not plain values"]
    return found


def test_there_are_notebooks() -> None:
    assert {file.stem for file in NOTEBOOKS} >= {"community", "district"}


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.name)
def test_a_notebook_is_kept_clean(file: Path) -> None:
    notebook = json.loads(file.read_text(encoding="utf-8"))
    assert faults(notebook) == []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            ast.parse("".join(cell["source"]))


def _cell(source: str, *, tags: list[str] | None = None, outputs: list[str] | None = None, count: int | None = None) -> Any:
    return {"cell_type": "code", "source": source, "metadata": {"tags": tags or []}, "outputs": outputs or [],
            "execution_count": count}


@pytest.mark.parametrize(("cells", "word"), [
    ([], "parameters cells"),
    ([_cell("x = 1", tags=["parameters"]), _cell("x", outputs=["1"])], "outputs"),
    ([_cell("x = 1", tags=["parameters"]), _cell("x", count=3)], "execution count"),
    ([_cell("x = 1", tags=["parameters"]), _cell("def f():\n    pass")], "def"),
    ([_cell("x = 1 + 1", tags=["parameters"])], "not plain"),
    ([_cell("x = 1", tags=["parameters"]), _cell("y = 2", tags=["parameters"])], "2 parameters"),
])
def test_the_check_itself_finds_a_made_up_fault(cells: list[Any], word: str) -> None:
    assert any(word in fault for fault in faults({"cells": cells, "metadata": {}}))
