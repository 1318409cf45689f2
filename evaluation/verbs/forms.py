"""Forms that travel: instruments written for other tools, and read from them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from evaluation.core.errors import DeclarationError, EvaluationError, Problem, UsageError, message_language, near_miss, problem
from evaluation.core.files import write_text
from evaluation.core.yamlfile import MOST_BYTES
from evaluation.declare.model import Method
from evaluation.fieldwork.forms.contact import without_contact
from evaluation.fieldwork.forms.drafts import Draft, checked
from evaluation.fieldwork.forms.text import read_text
from evaluation.fieldwork.forms.xlsform import read_xlsform
from evaluation.fieldwork.forms.yamlout import instrument_yaml
from evaluation.verbs.telling import tell

#: ending -> what reads it
READERS: MappingProxyType[str, Callable[[Path], Draft]] = MappingProxyType(
    {".txt": read_text, ".md": read_text, ".docx": read_text,
     ".xlsx": read_xlsform, ".xlsm": read_xlsform, ".xls": read_xlsform})
WRITTEN = MappingProxyType({"zh": "{file}：{items} 个题目，{doubts} 条存疑", "en": "{file}: {items} items, {doubts} doubts"})
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def import_form(files: list[Path], out: Path | None, method: str | None, name: str | None, overwrite: bool) -> None:
    """Read forms of other tools into instruments in YAML; print where, and every doubt. Nothing is written if one is refused.

    out: a file for one form, or a folder. Raises UsageError, DataError (a file that cannot be read) or DeclarationError.
    """
    _usage(files, method, name)
    read, errors = [], []
    for file in files:
        try:
            read.append(_imported(file, method, name))
        except EvaluationError as error:
            errors.append(error)
    if errors:
        raise type(errors[0])([fault for error in errors for fault in error.problems])
    targets = [_target(file, out, len(files)) for file in files]
    _free(targets, [text for text, _, _ in read], overwrite)
    for target, (text, items, doubts) in zip(targets, read, strict=True):
        write_text(target, text)
        tell(doubts)
        print(WRITTEN[message_language()].format(file=target, items=items, doubts=len(doubts)))


def _usage(files: list[Path], method: str | None, name: str | None) -> None:
    known = get_args(Method)
    faults = [problem("X01", file, ending=file.suffix, known=sorted(READERS))
              for file in files if file.suffix.lower() not in READERS]
    if method is not None and method not in known:
        faults.append(problem("U31", path="--method", given=method, hint=near_miss(method, known)))
    if name is not None and (not NAME.fullmatch(name) or len(files) > 1):
        faults.append(problem("U32", path="--name", given=name))
    if faults:
        raise UsageError(faults)


def _imported(file: Path, method: str | None, name: str | None) -> tuple[str, int, list[Problem]]:
    """The instrument's text, how many items it has, and the doubts about it."""
    draft = READERS[file.suffix.lower()](file)
    draft = draft.named(file.stem if NAME.fullmatch(file.stem) else method or "questionnaire", method)
    draft = without_contact(draft if name is None else draft.renamed(name))
    instrument, warnings = checked(draft)
    doubts = sorted({*draft.doubts, *warnings})
    text = instrument_yaml(instrument.model_dump(exclude_defaults=True), doubts, draft.places)
    if (size := len(text.encode())) > MOST_BYTES:
        raise DeclarationError(problem("Y02", file, size=size, most=MOST_BYTES))
    return text, len(instrument.items), doubts


def _target(file: Path, out: Path | None, count: int) -> Path:
    """Where the instrument of a form goes: a file that is named, else <stem>.yaml in the folder."""
    if out is not None and count == 1 and out.suffix.lower() in (".yaml", ".yml") and not out.is_dir():
        return out
    return (out or Path()) / f"{file.stem}.yaml"


def _free(targets: list[Path], texts: list[str], overwrite: bool) -> None:
    """Raise UsageError where a file would be written twice, or would replace one that says something else."""
    faults = []
    for at, (target, text) in enumerate(zip(targets, texts, strict=True)):
        if target in targets[:at]:
            faults.append(problem("U34", target))
        elif target.exists() and not overwrite and (not target.is_file() or target.read_bytes() != text.encode()):
            faults.append(problem("U33", target))
    if faults:
        raise UsageError(faults)
