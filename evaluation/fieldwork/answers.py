"""One method's answers: read, matched to the codes of its instrument, checked row by row; inputs are never changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.core.csvfile import distinct, plain, read_table, recoded, rows_where, tidy
from evaluation.core.errors import DataError, Problem, near_miss, problem
from evaluation.declare.instrument import Choice, Instrument, Item
from evaluation.declare.round import AnswersFile, CommunityColumn
from evaluation.fieldwork.columns import refused_columns
from evaluation.fieldwork.logic import asked_of, breaking

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
OTHER = re.compile(r"other\b|其他|其它|另外", re.IGNORECASE)
DESIGN = ("stratum", "psu", "weight", "rater")


@dataclass(frozen=True)
class Answers:
    """Rows = respondents (or rating sheets) of one method.

    `design`: one row a respondent: community, and stratum, psu (text) and weight (float > 0) where the file has them.
    `codes`: a column an item, the value of the choice (or the number) as a category, blank where there is no answer.
    `asked`: True where `relevant` held. `margins`: known totals that the weights are brought to, see `read_margins`.
    """

    instrument: Instrument
    design: pd.DataFrame
    codes: pd.DataFrame
    asked: pd.DataFrame
    margins: pd.DataFrame | None = None

    def of(self, community: str) -> Answers:
        """The rows of one community."""
        return self.where(self.design["community"] == community)

    def where(self, rows: pd.Series) -> Answers:
        """The rows where it is True."""
        return replace(self, design=self.design[rows], codes=self.codes[rows], asked=self.asked[rows])


def read_answers(folder: Path, declared: AnswersFile, instrument: Instrument,
                 leave_out: frozenset[str] = frozenset()) -> tuple[Answers, list[Problem]]:
    """Read one method's file. Raises DataError with every fault; returns the answers and warnings with row numbers."""
    file = folder / declared.file
    table = read_table(file, declared.encoding, declared.delimiter)
    return answers_of_table(file, table, declared, instrument, leave_out=leave_out)


def answers_of_table(file: Path, table: pd.DataFrame, declared: AnswersFile, instrument: Instrument,
                     only: set[str] | None = None,
                     leave_out: frozenset[str] = frozenset()) -> tuple[Answers, list[Problem]]:
    """The answers in a table that was read from a file; of some communities alone with `only`, without the respondents that
    flags of the quality checks leave out.
    """
    headers = {item.id: " ".join(declared.columns.get(item.id, item.id).split())
               for item in instrument.items if item.is_answered}
    columns = _design_columns(declared, table)
    faults, warnings = _columns_there(file, table, declared, {**columns, **headers})
    if faults:
        raise DataError(faults)
    community, left_out = community_of(table[columns["community"]], declared.community)
    if left_out:
        row = left_out[0]
        warnings.append(problem("A03", file, row, columns["community"], rows=left_out, count=len(left_out), warning=True))
    kept = ~table.index.isin(left_out) & (community.isin(only) if only is not None else True)
    if leave_out:
        kept &= ~tidy(table[columns["respondent"]])[0].astype("str").isin(leave_out).to_numpy()
        if not kept.any() and only is None:
            raise DataError(problem("J13", file, path="quality.exclude"))
    table, community = table[kept], community[kept]
    if table.empty and only is None:
        raise DataError(problem("A04", file, 1, columns["community"]))
    faults += _respondents(file, table[columns["respondent"]], columns["respondent"])
    design, problems = _design(file, table, columns, community)
    faults += problems
    codes = pd.DataFrame(index=table.index)
    for item in instrument.items:
        if item.id in headers:
            codes[item.id], wrong, told = codes_of(file, table[headers[item.id]], item, instrument)
            faults += wrong
            warnings += told
    if faults:
        raise DataError(faults)
    asked, codes = asked_of(instrument, codes)
    for name in codes:
        given = (codes[name] != "") & ~asked[name]
        if given.any():
            rows = rows_where(given, codes.index)
            warnings.append(problem("A08", file, rows[0], name, rows=rows, count=len(rows), warning=True))
            codes[name] = codes[name].where(asked[name], "")
    for name, rows in breaking(instrument, codes).items():
        constraint = next(item.constraint for item in instrument.items if item.id == name)
        warnings.append(problem("A15", file, rows[0], name, rows=rows, count=len(rows), what=constraint, warning=True))
    return Answers(instrument, design, codes, asked), warnings


def _design_columns(declared: AnswersFile, table: pd.DataFrame) -> dict[str, str]:
    """Column of each design variable: as declared, or by its own name where the file has it."""
    columns = {"respondent": declared.respondent, "community": declared.community.column}
    for name in DESIGN:
        given = getattr(declared, name)
        if given or name in table:
            columns[name] = given or name
    return {name: " ".join(column.split()) for name, column in columns.items()}


def _columns_there(file: Path, table: pd.DataFrame, declared: AnswersFile,
                   wanted: Mapping[str, str]) -> tuple[list[Problem], list[Problem]]:
    faults = [problem("A01", file, 1, column, name=name, hint=near_miss(column, table.columns))
              for name, column in wanted.items() if column not in table]
    design = {wanted[name] for name in ("respondent", "community", *DESIGN) if name in wanted}
    faults += refused_columns(file, [column for column in table.columns if column in design])
    faults += refused_columns(file, set(wanted.values()) - design, contact_allowed=True)
    extra = [column for column in table.columns if column and column not in wanted.values()]
    if not extra:
        return faults, []
    outside = refused_columns(file, extra)
    if not declared.columns:
        return faults + outside, [problem("A02", file, 1, columns=extra, count=len(extra), warning=True)]
    names = [told.path for told in outside]   # somebody else's file: told, and never read
    return faults, [problem("S05", file, 1, columns=names, count=len(names), warning=True)] if names else []


def community_of(column: pd.Series, rule: CommunityColumn) -> tuple[pd.Series, list[int]]:
    """Ids of communities made tidy by the rule, and the rows that do not match its pattern."""
    tidied, _ = tidy(column)
    if rule.case != "keep":
        tidied = tidied.str.upper() if rule.case == "upper" else tidied.str.lower()
    if rule.first:
        tidied = tidied.str[: rule.first]
    if rule.pattern is None:
        return tidied, []
    return tidied, rows_where(~tidied.str.fullmatch(rule.pattern), column.index)


def _respondents(file: Path, column: pd.Series, name: str) -> list[Problem]:
    column, _ = tidy(column)
    blank = rows_where(column == "", column.index)
    faults = [problem("A05", file, blank[0], name, rows=blank)] if blank else []
    doubled = column[column.duplicated(keep=False) & (column != "")]
    for value, rows in doubled.groupby(doubled.astype("str")):
        faults.append(problem("A06", file, int(rows.index[1]), name, id=value, rows=[int(row) for row in rows.index]))
    return faults


def _design(file: Path, table: pd.DataFrame, columns: Mapping[str, str],
            community: pd.Series) -> tuple[pd.DataFrame, list[Problem]]:
    design = pd.DataFrame({"community": community.astype("category")}, index=table.index)
    for name in ("stratum", "psu", "rater"):
        if name in columns:
            design[name] = tidy(table[columns[name]])[0].astype("category")
    faults = []
    if "weight" in columns:
        text = tidy(table[columns["weight"]])[0]
        weight = pd.to_numeric(text.astype("str"), errors="coerce").astype(float)
        for row in rows_where(~np.isfinite(weight) | (weight <= 0), table.index):
            faults.append(problem("A09", file, row, columns["weight"], value=text.at[row]))
        design["weight"] = weight
    return design, faults


def codes_of(file: Path, column: pd.Series, item: Item,
             instrument: Instrument) -> tuple[pd.Series, list[Problem], list[Problem]]:
    """A column of answers turned into codes of the item's list; what is on no list is a fault."""
    tidied, wide = tidy(column)
    told = [problem("A07", file, wide[0], item.id, rows=wide, count=len(wide), warning=True)] if wide else []
    known = code_of(item, instrument)
    made = {value: code_for(value, item, known) for value in distinct(tidied)[1]}
    faults = []
    for value in [value for value, code in made.items() if code is None]:
        if rows := rows_where(tidied == value, column.index):    # a category may be of rows that are not of this part
            faults.append(problem("A10", file, rows[0], item.id, value=value, rows=rows, count=len(rows),
                                  hint=near_miss(value, set(known.values()) or numbers_of(item))))
    return recoded(tidied, {value: code or "" for value, code in made.items()}), faults, told


def numbers_of(item: Item) -> list[str]:
    """What a message names as answers to an item without choices."""
    return ["0", "1", "2"] if item.range is None else [f"{item.range.low:g} – {item.range.high:g}"]


def code_of(item: Item, instrument: Instrument) -> dict[str, str]:
    """Every way a choice may be written in a file - value, label, alias; case and spaces aside - and its value."""
    known: dict[str, str] = {}
    for choice in instrument.item_choices(item):
        for written in (*choice.label.values(), *choice.aliases):
            known.setdefault(folded_choice(written), choice.value)
    for choice in instrument.item_choices(item):
        known[folded_choice(choice.value)] = choice.value
    return known


def is_other(choice: Choice) -> bool:
    """Whether a choice is "other", by its value or a label."""
    return any(OTHER.match(text.strip()) for text in (choice.value, *choice.label.values()))


def folded_choice(text: str) -> str:
    """Text of a choice with case, width and spaces made the same."""
    return " ".join(plain(text).casefold().replace("’", "'").split())


def code_for(value: str, item: Item, known: Mapping[str, str]) -> str | None:
    """The code of an answer, `known` being `code_of` its item: blank for a blank and for text, None for what is no answer."""
    if value == "" or item.kind == "text":
        return ""
    if item.kind == "select_multiple":
        parts = [known.get(folded_choice(part)) for part in value.replace(";", " ").split()]
        return None if None in parts else " ".join(sorted({part for part in parts if part}))
    if item.kind == "select_one":
        whole = value[:-2] if value.endswith(".0") else value
        return known.get(folded_choice(value), known.get(folded_choice(whole)))
    if not NUMBER.fullmatch(value):
        return None
    number = float(value)
    within = item.range is None or item.range.low <= number <= item.range.high
    whole_number = item.kind == "decimal" or number % 1 == 0
    return f"{number:.12g}" if np.isfinite(number) and within and whole_number else None
