"""`sample`: from the frame and the design into sample/, with a record of what it was drawn from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.core.csvfile import read_table, rows_where
from evaluation.core.errors import DataError, DeclarationError, DesignError, Problem, near_miss, problem
from evaluation.core.files import write_json, write_text
from evaluation.declare.model import Method
from evaluation.declare.programme import load_round_file
from evaluation.declare.round import FrameFile, RoundFile, SampleDesign, Sequential
from evaluation.declare.rubric import Rubric
from evaluation.fieldwork.columns import refused_columns
from evaluation.fieldwork.communities import read_communities
from evaluation.sampling import Design, Frame, SequentialPlan, draw, frame_report, kish_tables, sequential_plan
from evaluation.verbs.telling import tell


def sample(folder: Path) -> None:
    """Draw each method's sample from the frame; contact columns stay in the frame.

    A sample that is there already is drawn again, the same, or topped up where `n` has grown; if the frame, the seed or the
    rest of the design has changed since, that is told and nothing is written.
    """
    declared, programme = load_round_file(folder)
    if declared.frame is None or not declared.design:
        name = "frame" if declared.frame is None else "design"
        raise DeclarationError([problem("G03", folder / "round.yaml", name=name)])
    frame = read_frame(folder, declared.frame)
    known = None
    if declared.frame.population is not None:
        communities, _ = read_communities(folder, declared, programme.rubric)
        known = pd.to_numeric(communities[declared.frame.population])
    tell(frame_report(frame.table, declared.frame.unit, phone=declared.frame.phone, known=known).problems)
    drawn: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {}
    faults: list[Problem] = [problem("G03", folder / "round.yaml", name=f"design.{method}.n")
                             for method, design in declared.design.items() if design.n is None and design.fixed is None]
    if faults:
        raise DeclarationError(faults)
    for method, design in sorted(declared.design.items(), key=lambda pair: pair[1].apart_from is not None):
        record = _record(frame, declared, method, design)
        faults += _changed(folder, method, record)
        if faults:
            continue
        other = drawn.get(str(design.apart_from), (None, None))[0] if design.apart_from else None
        drawn[method] = draw(frame, _design(design), declared.seed_of(method), _earlier(folder, method, record), other), record
    if faults:
        raise DesignError(faults)
    plans = {method: _plan(folder, method, design.sequential, programme.rubric, declared)
             for method, design in declared.design.items() if design.sequential is not None}
    for name, (table, record) in drawn.items():
        if record["design"].get("adult") == "kish":
            table["kish"] = kish_tables(table["unit"], record["seed"])
        file = folder / "sample" / f"{name}.csv"
        write_text(file, table.to_csv(index=False, lineterminator="\n"))
        write_json(file.with_suffix(".json"), record)
        print(f"{file}: {len(table)} units in {table['stratum'].str.split('/').str[0].nunique()} communities")
        if name in plans:
            write_json(folder / "sample" / f"{name}.sequential.json", plans[name].to_dict())


def _plan(folder: Path, method: str, asked: Sequential, rubric: Rubric, declared: RoundFile) -> SequentialPlan:
    """The plan frozen before the first call: the one that is there, if it is what is asked for."""
    file = folder / "sample" / f"{method}.sequential.json"
    mark = declared.decision.threshold if declared.decision.threshold is not None else rubric.pass_mark
    numbers = {**asked.model_dump(exclude={"every"}), "threshold": mark}
    if file.is_file():
        plan = SequentialPlan.from_dict(json.loads(file.read_text(encoding="utf-8")))
        if any(getattr(plan, name) != value for name, value in numbers.items()) or plan.looks[0] != asked.every:
            raise DesignError(problem("G25", file, path="sequential", method=method))
        return plan
    return sequential_plan(**numbers, every=asked.every, seed=declared.seed)


def changed_frames(folder: Path, declared: RoundFile, frame: Frame) -> list[Problem]:
    """Faults of samples whose frame, seed or design is no longer what they were drawn from."""
    return [told for method, design in declared.design.items()
            for told in _changed(folder, method, _record(frame, declared, method, design))]


def read_frame(folder: Path, declared: FrameFile) -> Frame:
    """The contact frame of a round. DataError: columns that are missing or not allowed, units without an id."""
    file = folder / declared.file
    table = read_table(file, declared.encoding)
    faults = [problem("A01", file, 1, name, name=name, hint=near_miss(name, table.columns))
              for name in (declared.unit, "community") if name not in table]
    faults += refused_columns(file, table.columns, contact_allowed=True)
    if not faults:
        blank = rows_where(table[declared.unit].str.strip() == "", table.index)
        faults = [problem("A05", file, blank[0], declared.unit, rows=blank)] if blank else []
    if faults:
        raise DataError(faults)
    return Frame(table, declared.unit)


def _design(declared: SampleDesign) -> Design:
    given = declared.model_dump(exclude={"apart_from", "sequential", "adult", "fixed"})
    if declared.fixed is not None:
        given |= {"n": declared.fixed, "allocation": "fixed"}
    return Design(**given, by="community", whole_if_fewer=True)


def _record(frame: Frame, declared: RoundFile, method: Method, design: SampleDesign) -> dict[str, Any]:
    """What a sample comes from: seed, design, and a digest of the frame's ids, strata and sizes, in whatever order."""
    used = [frame.unit, "community", *design.strata, *design.order_by,
            *(name for name in (design.size, design.clusters) if name is not None)]
    table = pd.DataFrame({name: frame.column(name, "design").astype(str) for name in dict.fromkeys(used)})
    text = table.sort_values(frame.unit).to_csv(index=False, lineterminator="\n")
    kept = design.model_dump(exclude_defaults=True, exclude={"sequential"})
    return {"method": method, "seed": declared.seed_of(method), "design": kept,
            "frame_sha256": hashlib.sha256(text.encode()).hexdigest()}


def _before(folder: Path, method: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / "sample" / f"{method}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _changed(folder: Path, method: str, record: dict[str, Any]) -> list[Problem]:
    before, file = _before(folder, method), folder / "sample" / f"{method}.json"
    if before is None:
        return []
    edited = before["frame_sha256"] != record["frame_sha256"]
    faults = [problem("G24", file, path="frame_sha256", method=method)] if edited else []
    rest = [{key: value for key, value in design.items() if key != "n"} for design in (before["design"], record["design"])]
    fewer = record["design"].get("n", 0) < before["design"].get("n", 0)
    if before["seed"] != record["seed"] or rest[0] != rest[1] or fewer:
        faults.append(problem("G25", file, path="design", method=method))
    return faults


def _earlier(folder: Path, method: str, record: dict[str, Any]) -> pd.DataFrame | None:
    """The sample to top up: one of the same design with a smaller n."""
    before = _before(folder, method)
    if before is None or record["design"].get("n") == before["design"].get("n") or "method" in record["design"]:
        return None
    return pd.read_csv(folder / "sample" / f"{method}.csv", dtype={"unit": str, "stratum": str})
