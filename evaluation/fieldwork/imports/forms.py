"""The forms in one table: whose they are, of which community, with which answers; what may not be taken is refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.core.errors import DataError, Problem, near_miss, problem
from evaluation.declare.instrument import Instrument
from evaluation.declare.mapping import Mapping as MappingFile
from evaluation.declare.model import RESPONDENT_METHODS
from evaluation.declare.round import AnswersFile, CommunityColumn
from evaluation.fieldwork.answers import community_of, folded_choice
from evaluation.fieldwork.imports.coding import coded
from evaluation.fieldwork.imports.columns import Names, Places, places_of, refused
from evaluation.fieldwork.imports.dialects import PLAIN, REJECTED, Dialect, left_out
from evaluation.fieldwork.imports.repeats import parent_text
from evaluation.fieldwork.imports.spss import said
from evaluation.fieldwork.imports.submissions import (
    DESIGN,
    Submissions,
    codes_of_people,
    forms_ids,
    paradata_of,
    respondent_of,
    role_text,
)
from evaluation.fieldwork.imports.table import KEY, OWN, Table, Text


@dataclass(frozen=True)
class Wanted:
    """What is read: for which round and method, with which instrument and mapping. communities: of the round, by id, or None
    where they come from the answers.
    """

    round: str
    method: str
    instrument: Instrument
    declared: AnswersFile
    communities: pd.DataFrame | None = None
    mapping: MappingFile | None = None

    @cached_property
    def names(self) -> Names:
        """The names by which columns are known."""
        return Names(self.instrument)


def submissions_of(table: Table, dialect: Dialect, wanted: Wanted) -> tuple[Submissions, list[Problem]]:
    """The forms of a table, and warnings. Raises DataError with every fault."""
    places = places_of(table, wanted.names, dialect, wanted.mapping)
    faults = _lacking(table, dialect, places, wanted)
    wrong, outside = refused(table, places, wanted.instrument)
    if faults or wrong:
        raise DataError([*faults, *wrong])
    warnings = [problem("I30", table.file, 1, columns=outside, count=len(outside), warning=True)] if outside else []
    kept, why = left_out(table, dialect)
    rejected = np.asarray(why == REJECTED)
    table = table.only(kept | rejected)
    rejected = rejected[kept | rejected]
    community, inside, told = _community(table, places, rejected, wanted)
    warnings += told
    table, community, rejected = table.only(inside), community[inside], rejected[inside]
    made = coded(table, places, wanted.instrument, dialect, wanted.mapping, ~rejected)
    faults += made.faults
    warnings += made.warnings
    absent = [item.id for item in wanted.instrument.items if item.is_answered and item.id not in made.codes]
    if KEY in table:                # of JSON, where a blank may have no key
        made.codes |= {name: np.full(len(table.frame), "", dtype=object) for name in absent}
    elif absent:
        warnings.append(problem("I37", table.file, 1, names=absent, count=len(absent), warning=True))
    paradata, told = paradata_of(table, places, dialect)
    forms, instances = forms_ids(table, places, dialect)
    faults += _ids(table, instances, forms)
    known = {one: respondent_of(wanted.round, wanted.method, one) for one in {*forms, *instances}}
    faults += _communities(table, community, rejected, wanted)
    design = {"community": community}
    for name in DESIGN[1:]:
        if name in places.roles:
            design[name], told_of = codes_of_people(table, name, (), places) if name == "rater" \
                else (role_text(table, name, (), places), [])
            warnings += told_of
        elif name == "psu" and parent_text(table) is not None:
            design[name] = np.array([known[form] for form in forms], dtype=object)
        elif name == "rater" and wanted.method not in RESPONDENT_METHODS and "interviewer" in places.roles:
            design[name] = paradata["interviewer"]      # whoever fills in a rating sheet rates
        elif getattr(wanted.declared, name) is not None:
            faults.append(problem("I26", table.file, 1, getattr(wanted.declared, name), name=name))
    faults += _weights(table, design.get("weight"), rejected)
    if faults:
        raise DataError(faults)
    counts = {str(reason): int((why == reason).sum()) for reason in sorted(set(why) - {""})}
    head = {"respondent": np.array([known[one] for one in instances], dtype=object), "instance": instances, **paradata}
    return Submissions(table.file, table.frame.index.to_numpy(), head, design, made.codes, rejected, counts), [*warnings, *told]


def _lacking(table: Table, dialect: Dialect, places: Places, wanted: Wanted) -> list[Problem]:
    """Faults: a file from a program that is not known, without ids, communities or items."""
    header = [name for name in table.header if not name.startswith(OWN)]
    if dialect is PLAIN and wanted.mapping is None:
        return [problem("I19", table.file, 1, columns=header)]
    faults = []
    if "instance" not in places.roles and not any(name in table for name in dialect.instance):
        faults.append(problem("I20", table.file, 1, "instance", hint=near_miss("instance", header)))
    if "community" not in places.roles:
        faults.append(problem("I21", table.file, 1, "community", hint=near_miss("community", header)))
    if not places.items:
        ids = [item.id for item in wanted.instrument.items if item.is_answered]
        faults.append(problem("I22", table.file, 1, instrument=wanted.instrument.instrument, known=ids, columns=header))
    return faults


def _community(table: Table, places: Places, rejected: NDArray[np.bool_],
               wanted: Wanted) -> tuple[Text, NDArray[np.bool_], list[Problem]]:
    """Ids of the communities, where the mapping's pattern lets them be, and a warning of how many it does not."""
    rule = None if wanted.mapping is None else wanted.mapping.community
    column = table.at(places.roles["community"])
    names = _names(wanted.communities)
    known = []
    for cell in column.cat.categories:
        value, label, _ = said(cell)
        known.append(next((names[folded_choice(part)] for part in (value, label) if folded_choice(part) in names), value))
    text = pd.Series(np.array(known, dtype=object)[column.cat.codes.to_numpy()], index=table.frame.index, dtype="str")
    tidied, outside = community_of(text, rule or CommunityColumn())
    again = tidied if rule is None else tidied.map(lambda value: names.get(folded_choice(value), value))
    inside = ~np.asarray(table.frame.index.isin(outside), dtype=bool)
    told = [problem("A03", table.file, outside[0], table.header[places.roles["community"]], rows=outside, count=len(outside),
                    warning=True)] if outside else []
    return again.to_numpy(dtype=object), inside, told


def _names(communities: pd.DataFrame | None) -> dict[str, str]:
    """What a community may be called, with its id; a name that two have is none."""
    if communities is None:
        return {}
    names: dict[str, set[str]] = {}
    for column in ("name_zh", "name_en"):
        for one, name in communities[column].items():
            names.setdefault(folded_choice(str(name)), set()).add(str(one))
    found = {name: next(iter(ids)) for name, ids in names.items() if len(ids) == 1}
    return found | {folded_choice(str(one)): str(one) for one in communities.index}


def _communities(table: Table, community: Text, rejected: NDArray[np.bool_], wanted: Wanted) -> list[Problem]:
    """Faults: communities that the round does not have, as the round will read them."""
    read, outside = community_of(pd.Series(community, index=table.frame.index, dtype="str"), wanted.declared.community)
    counts = ~rejected & ~np.asarray(table.frame.index.isin(outside), dtype=bool)
    unknown = read[counts & (read == "" if wanted.communities is None else ~read.isin(wanted.communities.index))]
    known = [] if wanted.communities is None else [str(name) for name in wanted.communities.index]
    faults = []
    for name, found in unknown.groupby(unknown):
        rows = [int(row) for row in found.index]
        faults.append(problem("I25", table.file, rows[0], "community", id=name, rows=rows, count=len(rows),
                              hint=near_miss(str(name), known)))
    return faults


def _ids(table: Table, instances: Text, forms: Text) -> list[Problem]:
    """Faults: forms without an id, and ids that stand twice."""
    blank = table.rows(forms == "")
    faults = [problem("I23", table.file, blank[0], "instance", rows=blank, count=len(blank))] if blank else []
    ids = pd.Series(instances, index=table.frame.index, dtype="str")
    doubled = ids[ids.duplicated(keep=False) & (forms != "")]
    if len(doubled):
        rows = [int(row) for row in doubled.index]
        faults.append(problem("I24", table.file, rows[1], "instance", id=doubled.iloc[0], rows=rows, count=doubled.nunique()))
    return faults


def _weights(table: Table, weights: Text | None, rejected: NDArray[np.bool_]) -> list[Problem]:
    if weights is None:
        return []
    numbers = pd.to_numeric(pd.Series(weights), errors="coerce").to_numpy(dtype=float)
    wrong = (~np.isfinite(numbers) | (numbers <= 0)) & ~rejected
    return [problem("A09", table.file, row, "weight", value=value)
            for row, value in zip(table.rows(wrong), weights[wrong], strict=True)]


