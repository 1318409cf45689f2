"""All forms of a round checked, with the flags that were reviewed told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from evaluation.core.alone import alone
from evaluation.core.errors import DataError, Problem, UsageError, near_miss, problem
from evaluation.core.files import digest
from evaluation.declare.programme import Programme, load_round_file
from evaluation.declare.round import RoundFile
from evaluation.declare.scope import offending
from evaluation.fieldwork.followup import CONTACT
from evaluation.fieldwork.quality.checks import flags_of
from evaluation.fieldwork.quality.forms import Forms
from evaluation.fieldwork.quality.kept import FOLDER, made_of, read_reviewed, reviewed_file, write_reviewed
from evaluation.fieldwork.quality.reading import read_forms


@dataclass(frozen=True)
class Checked:
    """forms: by method that has some. flags: as `flags_of` gives them, and reviewed (true or false). inputs: what they were
    made of.
    """

    folder: Path
    declared: RoundFile
    programme: Programme
    forms: Mapping[str, Forms]
    flags: pd.DataFrame
    inputs: Mapping[str, str]
    warnings: tuple[Problem, ...]


def check_round(folder: Path) -> Checked:
    """Read and check the forms of every method that has some; a warning tells which have none yet [J27].

    Raises DeclarationError, or DataError with every fault; no file is changed.
    """
    declared, programme = load_round_file(folder)
    inputs = made_of(folder, declared, programme)
    faults: list[Problem] = []
    warnings: list[Problem] = []
    forms: dict[str, Forms] = {}
    none_yet: list[Problem] = []
    for method, answers in declared.answers.items():
        try:
            forms[method], told = read_forms(folder, declared, method, programme.instruments[method])
            warnings += told
        except DataError as error:
            if _none_yet(folder / answers.file, error):
                none_yet += error.problems
                warnings.append(_no_forms(folder, declared, method, warning=True))
            else:
                faults += error.problems
    if not forms:
        faults += none_yet
    known = pd.DataFrame()
    try:
        known = read_reviewed(folder)
    except DataError as error:
        faults += error.problems
    if faults:
        raise DataError(faults)
    flags = flags_of(forms.values(), declared.quality)
    flags["reviewed"] = flags["id"].isin(known["id"])
    return Checked(folder, declared, programme, forms, flags, inputs, tuple(warnings))


def forms_of(checked: Checked, method: str, path: str) -> Forms:
    """A method's forms. path: where the method was named. Raises UsageError for one that the round does not have [J26],
    DataError for one without forms yet [J27].
    """
    declared = checked.declared
    if method not in declared.answers:
        raise UsageError(problem("J26", path=path, method=method, hint=near_miss(method, declared.answers)))
    if method not in checked.forms:
        raise DataError(_no_forms(checked.folder, declared, method))
    return checked.forms[method]


def _none_yet(file: Path, error: DataError) -> bool:
    """Whether nothing is wrong but that the field has sent nothing: no file, or a header alone."""
    return not file.exists() or [(told.code, told.file) for told in error.problems] == [("F09", str(file))]


def _no_forms(folder: Path, declared: RoundFile, method: str, warning: bool = False) -> Problem:
    file = folder / declared.answers_of(method).file
    return problem("J27", file, path=f"answers.{method}.file", method=method, warning=warning)


def reviewed_as(checked: Checked, ids: list[str], note: str | None) -> Checked:
    """The same with these flags reviewed, which quality/reviewed.csv keeps with the note; of two notes on a flag, the later.

    Raises UsageError for ids without a note or a note without ids [J15], and ids that no flag has [J14]; DataError for a note
    by which somebody could be reached, or that is outside the scope [J16]. Nothing is written then.
    """
    if not ids or note is None or not note.strip():
        raise UsageError(problem("J15", path="--reviewed" if ids else "--note"))
    if CONTACT.search(note) or offending(note):
        raise DataError(problem("J16", path="--note"))
    known = list(checked.flags["id"])
    wrong = [problem("J14", path="--reviewed", id=name, hint=near_miss(name, known) if len(known) <= 1000 else "…")
             for name in ids if name not in known]
    if wrong:
        raise UsageError(wrong)
    these = checked.flags[checked.flags["id"].isin(ids)]
    new = these[["id", "method", "respondent", "check"]].assign(note=" ".join(note.split()))
    with alone(reviewed_file(checked.folder)):
        earlier = read_reviewed(checked.folder)
        reviewed = pd.concat([earlier[~earlier["id"].isin(ids)], new])
        file = write_reviewed(checked.folder, reviewed)
        inputs = {**checked.inputs, f"{FOLDER}/{file.name}": digest([file])}
    flags = checked.flags.assign(reviewed=checked.flags["id"].isin(reviewed["id"]))
    return replace(checked, flags=flags, inputs=inputs)
