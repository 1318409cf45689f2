"""A round opened once for a batch, kept by community: a notebook reads its own part in milliseconds, not the whole round.

The parts lie in a folder of the batch, as JSON, and go with it. They are taken only while every file of the round is as it
was when they were made, so a notebook shows the same whether it reads its part or opens the round itself.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil

from evaluation.core.errors import DataError, Problem, problem
from evaluation.core.files import write_text
from evaluation.declare.instrument import Instrument
from evaluation.declare.programme import Programme
from evaluation.declare.round import RoundFile
from evaluation.declare.rubric import Rubric
from evaluation.fieldwork.answers import Answers
from evaluation.fieldwork.opening import Round, inputs_digest, inputs_of
from evaluation.reporting.packed import packed, unpacked

VARIABLE = "EVALUATION_OPENED"   # names the folder; set by a batch for its notebooks
HEAD = "head.json"
FOLDER = ".opened."
WRITTEN = ("findings", "stars", "practice")


@contextmanager
def opened_for_batch(round_: Round, scores: pd.DataFrame, communities: Iterable[str]) -> Iterator[Path]:
    """A folder with the parts of some communities (see `keep_opened`), in the round's folder, or where temporary files go if
    that cannot be written to; gone at the end. What a batch that was killed has left there goes too.
    """
    place = round_.folder if os.access(round_.folder, os.W_OK) else None
    for old in round_.folder.glob(f"{FOLDER}*"):
        if not psutil.pid_exists(int(old.name.removeprefix(FOLDER).partition(".")[0] or 0)):
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}.", dir=place, ignore_cleanup_errors=True) as name:
        keep_opened(round_, scores, communities, Path(name))
        yield Path(name)


def keep_opened(round_: Round, scores: pd.DataFrame, communities: Iterable[str], into: Path) -> None:
    """Keep the parts of some communities, with their scores, in the folder `into`.

    scores: behind the gate. Raises DataError if a file of the round has changed since it was opened.
    """
    files = inputs_of(round_.folder, round_.declared, round_.programme)
    stamp = _stamp(round_, files)
    if inputs_digest(round_.folder, round_.declared, round_.programme) != round_.inputs:
        raise DataError(problem("N05", round_.folder))
    tables = {name: packed(table) for name, table in _tables(round_, scores).items()}
    kinds = {name: table.kinds for name, table in tables.items()}
    head = {
        "software": version("evaluation"), "stamp": stamp, "inputs": round_.inputs,
        "declared": round_.declared.model_dump(mode="json", by_alias=True),
        "rubric": round_.programme.rubric.model_dump(mode="json", by_alias=True),
        "instruments": {method: instrument.model_dump(mode="json", by_alias=True)
                        for method, instrument in round_.programme.instruments.items()},
        "files": [str(file) for file in round_.programme.files], "calls": round_.calls is not None,
        "noticed": [_told(warning) for warning in round_.programme.warnings],
        "warnings": [_told(warning) for warning in round_.warnings], "methods": list(round_.answers), "kinds": kinds,
    }  # fmt: skip
    into.mkdir(parents=True, exist_ok=True)
    write_text(into / HEAD, json.dumps(head, ensure_ascii=False))
    places = {name: _places(table) for name, table in _communities_of(round_, scores).items()}
    none = np.zeros(0, dtype=np.intp)
    for community in communities:
        parts = {name: table.part(places[name.partition(" ")[0]].get(community, none)) for name, table in tables.items()}
        (into / f"{community}.json").write_text(json.dumps(parts, ensure_ascii=False), encoding="utf-8")


def _tables(round_: Round, scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table of a round by name; those of a method are called by the method and what they hold."""
    tables = {"communities": round_.communities, "scores": scores}
    tables |= {} if round_.calls is None else {"calls": round_.calls}
    tables |= {name: getattr(round_, name) for name in WRITTEN}
    for method, given in round_.answers.items():
        tables |= {f"{method} design": given.design, f"{method} codes": given.codes, f"{method} asked": given.asked}
    return tables


def _communities_of(round_: Round, scores: pd.DataFrame) -> dict[str, pd.Series]:
    """The community of each row of every table."""
    whole = {"communities": pd.Series(round_.communities.index), "scores": scores["community"]}
    whole |= {} if round_.calls is None else {"calls": round_.calls["community"]}
    whole |= {name: getattr(round_, name)["community"] for name in WRITTEN}
    return whole | {method: given.design["community"] for method, given in round_.answers.items()}


def _places(communities: pd.Series) -> dict[str, Any]:
    found = communities.astype("str").reset_index(drop=True)
    return {str(name): np.asarray(places) for name, places in found.groupby(found, sort=False).indices.items()}


def _told(warning: Problem) -> list[Any]:
    return [warning.file, warning.line, warning.path, warning.code, [list(pair) for pair in warning.values], warning.warning]


def _problem(told: list[Any]) -> Problem:
    file, line, path, code, values, warning = told
    return Problem(file, line, path, code, tuple((name, value) for name, value in values), warning)


def opened_community(folder: Path, community: str) -> tuple[Round, pd.DataFrame] | None:
    """A community's part of the round in `folder` and its scores; None where no batch keeps it, or the round has changed."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    try:
        head = json.loads((Path(named) / HEAD).read_text(encoding="utf-8"))
        parts = json.loads((Path(named) / f"{community}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    stamp = head["stamp"]
    if head["software"] != version("evaluation") or stamp["round"] != str(folder.resolve()) or not _holds(stamp):
        return None
    tables = {name: unpacked(part, head["kinds"][name]) for name, part in parts.items()}
    instruments = {method: Instrument.model_validate(told) for method, told in head["instruments"].items()}
    programme = Programme(Rubric.model_validate(head["rubric"]), instruments, tuple(Path(file) for file in head["files"]),
                          tuple(map(_problem, head["noticed"])))
    answers = {method: Answers(instruments[method], *(tables[f"{method} {part}"] for part in ("design", "codes", "asked")))
               for method in head["methods"]}
    written = {name: tables[name] for name in WRITTEN}
    opened = Round(folder, RoundFile.model_validate(head["declared"]), programme, tables["communities"], answers,
                   tables.get("calls"), head["inputs"], tuple(map(_problem, head["warnings"])), **written)
    return opened, tables["scores"]


def _stamp(round_: Round, files: Iterable[Path]) -> dict[str, Any]:
    """What tells that no file of the round was changed, added or taken away: sizes and times of files and of their folders;
    and that no programme lies in the round that would come before the one that was read.
    """
    own = round_.folder / round_.declared.programme / "rubric.yaml"
    known = {path.resolve() for path in files}
    known |= {file.parent for file in known if round_.folder.resolve() != file.parent}
    paths = sorted({*known, own.resolve()})
    return {"round": str(round_.folder.resolve()), "paths": {str(path): _state(path) for path in paths}}


def _state(path: Path) -> list[int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size if path.is_file() else 0, found.st_mtime_ns, found.st_ctime_ns]


def _holds(stamp: Mapping[str, Any]) -> bool:
    return all(_state(Path(path)) == state for path, state in stamp["paths"].items())
