"""A programme: one rubric and its instruments, loaded together so that every fault of both is told in one go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evaluation.core.errors import DeclarationError, Problem, near_miss, problem
from evaluation.core.resources import shipped
from evaluation.core.yamlfile import YamlFile, read_yaml
from evaluation.declare.instrument import Instrument
from evaluation.declare.lint import lint_between, lint_instrument, lint_rubric
from evaluation.declare.loading import load
from evaluation.declare.mapping import Mapping, lint_mapping
from evaluation.declare.quality import lint_quality
from evaluation.declare.round import RoundFile
from evaluation.declare.rubric import Rubric
from evaluation.declare.scope import scope_problems
from evaluation.declare.signoff import lint_trust

RUBRIC = "rubric.yaml"


@dataclass(frozen=True)
class Programme:
    """A rubric, its instruments by method, the files they came from, and what lint warned of."""

    rubric: Rubric
    instruments: dict[str, Instrument]
    files: tuple[Path, ...]
    warnings: tuple[Problem, ...]


def load_rubric(file: Path) -> Rubric:
    """Load one rubric. Raises DeclarationError with every fault, those of scope among them."""
    _, rubric, problems = _load_rubric(file)
    _raise_if_faulty(problems)
    assert rubric is not None
    return rubric


def load_instrument(file: Path) -> Instrument:
    """Load one instrument. Raises DeclarationError with every fault, those of scope among them."""
    _, instrument, problems = _load_instrument(file)
    _raise_if_faulty(problems)
    assert instrument is not None
    return instrument


def load_programme(folder: Path) -> Programme:
    """Load rubric.yaml and the instruments beside it. Raises DeclarationError with every fault of every file."""
    files = sorted(file for file in folder.glob("*.yaml") if file.name != RUBRIC)
    rubric_file, rubric, problems = _load_rubric(folder / RUBRIC)
    instruments: dict[str, tuple[Instrument, YamlFile]] = {}
    for file in files:
        loaded, instrument, faults = _load_instrument(file)
        problems += faults
        if instrument is None or loaded is None:
            continue
        if instrument.method in instruments:
            other = instruments[instrument.method][1].file.name
            problems.append(loaded.fault("L15", ("method",), method=instrument.method, other=other))
            continue
        instruments[instrument.method] = (instrument, loaded)
    if not files:
        problems.append(problem("L16", folder))
    whole = len(instruments) == len(files)
    if rubric is not None and rubric_file is not None and whole:
        problems += lint_between(rubric, rubric_file, instruments)
    _raise_if_faulty(problems)
    assert rubric is not None
    by_method = {method: instrument for method, (instrument, _) in instruments.items()}
    return Programme(rubric, by_method, (folder / RUBRIC, *files), tuple(p for p in problems if p.warning))


def find_programme(name: str, round_folder: Path, line: int = 0) -> Path:
    """Folder of a programme: beside or under the round, else one that is shipped. Raises DeclarationError."""
    for folder in (round_folder / name, shipped("questionnaires") / name):
        if (folder / RUBRIC).is_file():
            return folder
    beside = [*round_folder.glob(f"*/{RUBRIC}"), *shipped("questionnaires").glob(f"*/{RUBRIC}")]
    hint = near_miss(name, [file.parent.name for file in beside])
    raise DeclarationError(problem("L17", round_folder / "round.yaml", line, "programme", name=name, hint=hint))


def load_round_file(folder: Path) -> tuple[RoundFile, Programme]:
    """round.yaml and the programme that it names. Raises DeclarationError with every fault of every file."""
    file = folder / "round.yaml"
    if not file.is_file():
        raise DeclarationError(problem("Y10", file))
    declared, loaded, problems = load(file, RoundFile)
    problems = [*problems, *scope_problems(loaded)]
    name = declared.programme if declared else loaded.data.get("programme") if isinstance(loaded.data, dict) else None
    programme = None
    if isinstance(name, str):
        try:
            programme = load_programme(find_programme(name, folder, loaded.line(("programme",))))
        except DeclarationError as error:
            problems += error.problems
    if declared is not None and programme is not None:
        problems += _lint_round(declared, loaded, programme)
    _raise_if_faulty(problems)
    assert declared is not None
    assert programme is not None
    return declared, programme


def _lint_round(declared: RoundFile, loaded: YamlFile, programme: Programme) -> list[Problem]:
    faults = list(lint_trust(declared.signoff, loaded))
    known = (item.id for instrument in programme.instruments.values() for item in instrument.items)
    faults += lint_quality(declared.quality, loaded, known)
    for method, answers in declared.answers.items():
        here = ("answers", method)
        instrument = programme.instruments.get(method)
        if instrument is None:
            faults.append(loaded.fault("L18", here, method=method, known=sorted(programme.instruments)))
            continue
        if answers.instrument not in (None, instrument.instrument):
            hint = near_miss(str(answers.instrument), [instrument.instrument])
            faults.append(loaded.fault("L19", (*here, "instrument"), name=answers.instrument, hint=hint))
        if answers.population is not None and declared.communities.source == "answers":
            faults.append(loaded.fault("L24", (*here, "population"), name=answers.population))
        items = [item.id for item in instrument.items]
        for name in answers.columns.keys() - set(items):
            faults.append(loaded.fault("L22", (*here, "columns", name), name=name, hint=near_miss(name, items)))
    return faults


def _load_rubric(file: Path) -> tuple[YamlFile | None, Rubric | None, list[Problem]]:
    try:
        rubric, loaded, problems = load(file, Rubric)
    except DeclarationError as error:
        return None, None, list(error.problems)
    problems = [*problems, *scope_problems(loaded)]
    return loaded, rubric, problems + (lint_rubric(rubric, loaded) if rubric else [])


def _load_instrument(file: Path) -> tuple[YamlFile | None, Instrument | None, list[Problem]]:
    try:
        instrument, loaded, problems = load(file, Instrument)
    except DeclarationError as error:
        return None, None, list(error.problems)
    problems = [*problems, *scope_problems(loaded)]
    return loaded, instrument, problems + (lint_instrument(instrument, loaded) if instrument else [])


def load_mapping(file: Path, instrument: Instrument | None = None) -> tuple[Mapping | None, list[Problem]]:
    """A mapping of another program's columns, and its faults, those that only an instrument shows among them.

    Raises DeclarationError if the file cannot be read as YAML at all.
    """
    mapping, loaded, problems = load(file, Mapping)
    problems = [*problems, *scope_problems(loaded)]
    return mapping, problems + (lint_mapping(mapping, loaded, instrument) if mapping and instrument else [])


def check_file(file: Path) -> list[Problem]:
    """Faults and warnings of one declared file, whichever kind it is by its first key."""
    try:
        loaded = read_yaml(file)
    except DeclarationError as error:
        return error.problems
    kind = loaded.data if isinstance(loaded.data, dict) else {}
    if "rubric" in kind:
        return _load_rubric(file)[2]
    if "round" in kind:
        _, loaded, problems = load(file, RoundFile)
        return [*problems, *scope_problems(loaded)]
    if "mapping" in kind:
        return load_mapping(file)[1]
    return _load_instrument(file)[2]


def _raise_if_faulty(problems: list[Problem]) -> None:
    if any(not told.warning for told in problems):
        raise DeclarationError(problems)
