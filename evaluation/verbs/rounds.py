"""`init`, `check`, `schema`: a round begun, and looked through."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from pydantic import BaseModel

from evaluation.core.errors import DataError, DeclarationError, DesignError, UsageError, problem
from evaluation.core.files import write_text
from evaluation.core.resources import shipped
from evaluation.declare.instrument import Instrument
from evaluation.declare.mapping import Mapping
from evaluation.declare.model import RESPONDENT_METHODS
from evaluation.declare.programme import check_file
from evaluation.declare.round import RoundFile
from evaluation.declare.rubric import Rubric
from evaluation.fieldwork.opening import Round, open_round
from evaluation.reporting.results import ScoreFile
from evaluation.signoff.publication import Results
from evaluation.signoff.sheet import Sheet
from evaluation.verbs.sampling import changed_frames, read_frame
from evaluation.verbs.telling import tell

SCHEMAS: dict[str, type[BaseModel]] = {"rubric": Rubric, "instrument": Instrument, "round": RoundFile, "mapping": Mapping,
                                       "score": ScoreFile, "sheet": Sheet, "results": Results}


def init(folder: Path) -> None:
    """Copy the sample round, its programme and the notebooks to a new folder; whole or not at all."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(problem("U05", folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
        made = Path(temporary) / folder.name
        leave = shutil.ignore_patterns("results", ".*", "__pycache__", "SOURCES.md")
        shutil.copytree(shipped("data_samples") / "autumn-2026", made, ignore=leave)
        shutil.copytree(shipped("questionnaires") / "neighbourly", made / "neighbourly", ignore=leave)
        (made / "notebooks").mkdir()
        for notebook in shipped("notebooks").glob("*.ipynb"):
            text = notebook.read_text(encoding="utf-8").replace('\\"data_samples/autumn-2026\\"', '\\"..\\"')
            (made / "notebooks" / notebook.name).write_text(text, encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    print(f"{folder}\nevaluation run --round {folder} --community c01")


def check(folder: Path, files: list[Path]) -> None:
    """Check a round with its data, or declared files alone. Raises with every fault; prints warnings."""
    if files:
        found = [told for file in files for told in check_file(file)]
        if any(not told.warning for told in found):
            raise DeclarationError(found)
        tell(found)
    else:
        opened = open_round(folder)
        _check_frame(opened)
        tell(opened.warnings)
        print(f"{opened.declared.round}: {len(opened.communities)} communities, "
              + ", ".join(f"{method} {len(answers.design)}" for method, answers in opened.answers.items()))
    print("ok")


def _check_frame(opened: Round) -> None:
    """Raise DataError where the frame has fewer units of a community than answers or calls came from it."""
    declared = opened.declared
    if declared.frame is None:
        return
    frame = read_frame(opened.folder, declared.frame)
    sizes = frame.table["community"].value_counts()
    tables = {declared.answers_of(method).file: given.design["community"]
              for method, given in opened.answers.items() if method in RESPONDENT_METHODS}
    if opened.calls is not None and declared.calls is not None:
        tables[declared.calls.file] = opened.calls["community"]
    faults = []
    for file, column in tables.items():
        rows = column.value_counts()
        units = sizes.reindex(rows.index, fill_value=0)
        faults += [problem("G04", opened.folder / declared.frame.file, path="community", id=name, size=units[name],
                           rows=rows[name], table=file) for name in rows.index[rows > units]]
    if faults:
        raise DataError(faults)
    changed = changed_frames(opened.folder, declared, frame)
    if changed:
        raise DesignError(changed)


def schema(out: Path | None) -> None:
    """Write the JSON Schemas to a folder, or print them as one object."""
    schemas = {name: model.model_json_schema(by_alias=True) for name, model in SCHEMAS.items()}
    if out is None:
        print(json.dumps(schemas, ensure_ascii=False, indent=1, sort_keys=True))
        return
    for name, made in schemas.items():
        write_text(out / f"{name}.schema.json", json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        print(out / f"{name}.schema.json")
