"""A round too large to be held in memory, opened part by part: so many communities at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from evaluation.core.csvfile import distinct, named_plainly, plain_header
from evaluation.core.errors import DataError, Problem, near_miss, problem
from evaluation.core.parquetfile import Piece, header_of, is_parquet, pieces_of, read_pieces
from evaluation.declare.round import AnswersFile
from evaluation.fieldwork.answers import Answers, answers_of_table, community_of, read_answers
from evaluation.fieldwork.margins import read_margins
from evaluation.fieldwork.opening import Head, Round, more_answers_than_population, read_head, unknown_communities

PART = 5_000


@dataclass(frozen=True)
class Parts:
    """whole: the round without the answers of large files. plan: the communities of each part, together all of the round.
    pieces: by method, the pieces of its file, each with its communities. small: answers of the files that are read whole.
    margins: by method, known totals that weights are brought to. left_out: by method, respondents that flags leave out.
    """

    whole: Round
    plan: tuple[tuple[str, ...], ...]
    pieces: Mapping[str, tuple[tuple[Piece, frozenset[str]], ...]]
    small: Mapping[str, Answers]
    margins: Mapping[str, pd.DataFrame]
    left_out: Mapping[str, frozenset[str]]

    def open(self, number: int) -> Round:
        """One part of the round, with its warnings alone. Raises DataError with every fault of its answers."""
        whole, only = self.whole, set(self.plan[number])
        communities = whole.communities.loc[list(self.plan[number])]
        answers: dict[str, Answers] = {}
        faults: list[Problem] = []
        warnings: list[Problem] = []
        for method, file in whole.declared.answers.items():
            if method in self.small:
                given = self.small[method]
                inside = given.design["community"].isin(only)
                answers[method] = given.where(inside)
                continue
            path = whole.folder / file.file
            wanted = [piece for piece, inside in self.pieces[method] if only & inside] or [self.pieces[method][0][0]]
            try:
                table = named_plainly(path, read_pieces(path, wanted))
                answers[method], told = answers_of_table(path, table, file, whole.programme.instruments[method], only,
                                                         self.left_out.get(method, frozenset()))
                warnings += told
                if method in self.margins:
                    answers[method] = replace(answers[method], margins=self.margins[method])
            except DataError as error:
                faults += error.problems
        faults += more_answers_than_population(whole.folder, whole.declared, answers, communities)
        if faults:
            raise DataError(faults)
        calls = whole.calls if whole.calls is None else whole.calls[whole.calls["community"].isin(only)]
        return replace(whole, communities=communities, answers=answers, calls=calls, warnings=tuple(sorted(set(warnings))))


def open_parts(folder: str | Path, size: int = PART) -> Parts | None:
    """A round's parts of about `size` communities; None where no answers lie in Parquet, or communities come from answers.

    Communities go into parts in the order in which the largest file has them, so that a part reads few pieces. That no
    respondent is there twice is checked within parts. Raises DeclarationError or DataError with every fault.
    """
    folder = Path(folder)
    head = read_head(folder)
    large = [method for method, file in head.declared.answers.items() if is_parquet(folder / file.file)]
    if not large or head.declared.communities.source == "answers" or head.communities is None:
        return None
    pieces: dict[str, tuple[tuple[Piece, frozenset[str]], ...]] = {}
    small: dict[str, Answers] = {}
    for method, file in head.declared.answers.items():
        try:
            if method in large:
                pieces[method] = _with_communities(folder, file, head)
            else:
                small[method], told = read_answers(folder, file, head.programme.instruments[method],
                                                   head.left_out.get(method, frozenset()))
                head.warnings += told
        except DataError as error:
            head.faults += error.problems
    head.faults += unknown_communities(folder, head.declared, small, head.calls, head.communities)
    margins: dict[str, pd.DataFrame] = {}
    for method, file in head.declared.answers.items():
        if file.margins is not None:
            try:
                known = read_margins(folder / file.margins, head.programme.instruments[method], head.communities.index)
                margins[method] = known
            except DataError as error:
                head.faults += error.problems
    small = {method: replace(given, margins=margins.get(method)) for method, given in small.items()}
    whole = head.round(folder, {})
    most = max(pieces, key=lambda method: sum(piece.rows for piece, _ in pieces[method]))
    place = {name: number for number, name in enumerate(whole.communities.index)}
    first: dict[str, None] = {}
    for _, inside in pieces[most]:
        first |= dict.fromkeys(sorted(inside, key=place.__getitem__))
    names = [*first, *(str(name) for name in whole.communities.index if name not in first)]
    plan = tuple(tuple(names[start: start + size]) for start in range(0, len(names), size))
    return Parts(whole, plan, pieces, small, margins, head.left_out)


def _with_communities(folder: Path, file: AnswersFile, head: Head) -> tuple[tuple[Piece, frozenset[str]], ...]:
    """The pieces of a file with their communities. Those that the round does not have are a fault."""
    path = folder / file.file
    pieces = pieces_of(path)
    raw = header_of(pieces)
    header = plain_header(path, raw)
    column = " ".join(file.community.column.split())
    if column not in header:
        raise DataError(problem("A01", path, 1, column, name="community", hint=near_miss(column, header)))
    known = set() if head.communities is None else {str(name) for name in head.communities.index}
    found, faults = [], []
    for piece in pieces:
        own = read_pieces(path, [piece], [raw[header.index(column)]]).iloc[:, 0]
        _, values = distinct(own)
        made, left_out = community_of(pd.Series(values, dtype="str"), file.community)
        inside = frozenset(made[~made.index.isin(left_out) & (made != "")])
        for name in sorted(inside - known):
            rows = [int(row) for row in own.index[own.isin([values[at] for at in made.index[made == name]])]]
            faults.append(problem("A12", path, rows[0], column, id=name, hint=near_miss(name, known), rows=rows,
                                  count=len(rows)))
        found.append((piece, inside & known))
    if faults:
        raise DataError(faults)
    return tuple(found)
