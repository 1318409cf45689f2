# ruff: noqa: E501  (a row of a table is a line)
"""The straight line of stations, read from the source: nothing imports to its right, the arithmetic touches no file.

Imports inside functions, under TYPE_CHECKING, relative ones and import_module("…") count like any other.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "evaluation"
ORDER = ["core", "declare", "sampling", "fieldwork", "estimation", "scoring", "reporting", "signoff", "verbs", "cli", "__main__"]
FACADE = "__init__"  # evaluation/__init__.py names what notebooks use, each imported when first used
ARITHMETIC = ("sampling", "estimation", "scoring")
NO_IMPORT = {"pathlib", "os", "io", "time", "datetime", "random", "shutil", "tempfile", "socket", "locale", "secrets"}
FILE_CALL = re.compile(r"read_\w+|to_(csv|parquet|excel|json|pickle|feather|hdf|sql|stata|html|clipboard|markdown|xml|orc|latex)"
                       r"|(save|load)(txt|z)?|fromfile|tofile|genfromtxt|write_\w+|set_option|seterr|seed")
SOURCES = {file.relative_to(PACKAGE).as_posix(): file.read_text(encoding="utf-8") for file in sorted(PACKAGE.rglob("*.py"))}


def station(path: str) -> str:
    return path.split("/")[0].removesuffix(".py")


def imported(path: str, source: str) -> Iterator[str]:
    """Dotted names of all modules that a file imports, wherever in it."""
    package = ["evaluation", *path.split("/")[:-1]]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("import_module", "__import__"):
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def wrong_imports(path: str, source: str) -> list[str]:
    """Imports of a station to the right; and of what the arithmetic may not have."""
    here = station(path)
    wrong = []
    for name in imported(path, source):
        parts = name.split(".")
        if here != FACADE and parts[0] == "evaluation":
            there = parts[1] if len(parts) > 1 and parts[1] in ORDER else FACADE
            if there == FACADE or ORDER.index(there) > ORDER.index(here):
                wrong.append(name)
        if here in ARITHMETIC and (parts[0] in NO_IMPORT or name.startswith("numpy.random")):
            wrong.append(name)
    return wrong


def file_or_state(path: str, source: str) -> list[str]:
    """Calls by which the arithmetic would open a file, read the clock or change a global."""
    if station(path) not in ARITHMETIC:
        return []
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Global):
            found.append(f"global {node.names}")
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            unseeded = ".random." in ast.unparse(node.func) and (name != "default_rng" or not node.args)
            if name in ("open", "print", "input") or FILE_CALL.fullmatch(name) or unseeded:
                found.append(ast.unparse(node.func))
    return found


def around_the_gate(path: str, source: str) -> list[str]:
    """Uses of raw scores and raw answers on the reporting side, outside the files that hold the gate."""
    if ORDER.index(station(path)) < ORDER.index("reporting") if station(path) != FACADE else True:
        return []
    answers = {f"reporting/{name}.py" for name in ("answers", "disclosure", "opened", "packed")}
    raw = {"score_round": {"reporting/results.py", "reporting/rehearsal.py"}, "codes": answers,
           "bayesian_bootstrap": {"reporting/results.py"}, "scored_of": {"reporting/many.py"}, "score_table": {"reporting/many.py"},
           "scored": set(), "sensitivity": {"reporting/sensitivity.py"}}
    found = []
    for node in ast.walk(ast.parse(source)):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else [name]
        if isinstance(node, ast.Name) and name == "codes":  # a local variable
            continue
        found += [f"{path}:{node.lineno}: {name}" for name in names if path not in raw.get(name, {path})]
    return found


CHECKS = {"imports": wrong_imports, "files and state": file_or_state, "the gate": around_the_gate}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("path", SOURCES)
def test_the_package_keeps_to_the_line(path: str, check: str) -> None:
    assert CHECKS[check](path, SOURCES[path]) == []


def test_every_file_belongs_to_a_station() -> None:
    assert {station(path) for path in SOURCES} <= {*ORDER, FACADE}
    assert len(SOURCES) > 20


@pytest.mark.parametrize(("path", "source", "check"), [
    ("declare/x.py", "from evaluation.fieldwork import open_round", "imports"),
    ("core/x.py", "from evaluation.declare import model", "imports"),
    ("core/x.py", "from evaluation import declare", "imports"),
    ("fieldwork/x.py", "import evaluation.scoring.score", "imports"),
    ("fieldwork/x.py", "from evaluation import open_round", "imports"),
    ("sampling/x.py", "from ..fieldwork import answers", "imports"),
    ("estimation/x.py", "def f():\n    from evaluation.reporting import charts", "imports"),
    ("estimation/x.py", "if TYPE_CHECKING:\n    from evaluation.scoring import decide", "imports"),
    ("scoring/x.py", "from importlib import import_module\nimport_module('evaluation.reporting.results')", "imports"),
    ("verbs.py", "from evaluation.cli import app", "imports"),
    ("sampling/x.py", "from pathlib import Path", "imports"),
    ("scoring/x.py", "import datetime as clock", "imports"),
    ("estimation/x.py", "from numpy.random import normal", "imports"),
    ("scoring/x.py", "import pandas as pd\npd.read_csv('x')", "files and state"),
    ("scoring/x.py", "table.to_parquet('x')", "files and state"),
    ("sampling/x.py", "open('x')", "files and state"),
    ("sampling/x.py", "np.random.normal()", "files and state"),
    ("sampling/x.py", "np.random.default_rng()", "files and state"),
    ("estimation/x.py", "def f():\n    global seen\n    seen = 1", "files and state"),
    ("reporting/community.py", "from evaluation.scoring import score_round", "the gate"),
    ("verbs/scoring.py", "from evaluation.scoring.bootstrap import bayesian_bootstrap", "the gate"),
    ("reporting/district.py", "from evaluation.scoring.score import scored", "the gate"),
    ("reporting/district.py", "from evaluation.scoring.sensitivity import sensitivity", "the gate"),
    ("reporting/community.py", "scoring.score_round(round_)", "the gate"),
    ("reporting/community.py", "answers.codes['q1'].value_counts()", "the gate"),
    ("verbs.py", "opened.answers['phone'].codes", "the gate"),
])
def test_the_checker_itself_fails_on_a_made_up_fault(path: str, source: str, check: str) -> None:
    assert CHECKS[check](path, source)


@pytest.mark.parametrize(("path", "source"), [
    ("scoring/x.py", "from evaluation.core.errors import problem\nfrom evaluation.fieldwork import Round\nx.to_numpy()"),
    ("sampling/x.py", "np.random.default_rng([seed, number])"),
    ("reporting/results.py", "from evaluation.scoring import score_round"),
    ("reporting/answers.py", "answers.codes"),
    ("fieldwork/x.py", "from pathlib import Path\nfrom . import columns"),
    ("cli.py", "def f():\n    import evaluation.verbs"),
])
def test_the_checker_lets_pass_what_is_right(path: str, source: str) -> None:
    assert [fault for check in CHECKS.values() for fault in check(path, source)] == []
