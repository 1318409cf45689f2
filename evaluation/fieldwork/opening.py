"""A round opened: every declared file and every data file read and checked, all faults told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from evaluation.core.csvfile import read_table, rows_where, tidy
from evaluation.core.errors import DataError, Problem, UsageError, near_miss, problem
from evaluation.core.files import digest, is_safe_id
from evaluation.core.parquetfile import parquet_files
from evaluation.declare.model import RESPONDENT_METHODS
from evaluation.declare.programme import Programme, load_round_file
from evaluation.declare.round import CallsFile, RoundFile
from evaluation.declare.signoff import without_signoff
from evaluation.fieldwork.answers import Answers, read_answers
from evaluation.fieldwork.columns import refused_columns
from evaluation.fieldwork.communities import communities_from_answers, read_communities
from evaluation.fieldwork.dispositions import Disposition
from evaluation.fieldwork.followup import FINDINGS, PRACTICE, STARS, read_findings, read_practice, read_stars
from evaluation.fieldwork.margins import missing_cells, read_margins
from evaluation.fieldwork.quality.kept import flags_file, left_out


@dataclass(frozen=True)
class Round:
    """One evaluation of one or many communities, in memory.

    communities: indexed by id (see read_communities). answers: by method. calls: community and disposition of each
    phone case, or None. inputs: SHA-256 over every file read. warnings: what was counted rather than refused. findings,
    practice: what inspectors wrote down to be followed up. stars: held from rounds before.
    """

    folder: Path
    declared: RoundFile
    programme: Programme
    communities: pd.DataFrame
    answers: Mapping[str, Answers]
    calls: pd.DataFrame | None
    inputs: str
    warnings: tuple[Problem, ...]
    findings: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(FINDINGS), dtype="str"))
    stars: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(STARS), dtype="str"))
    practice: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PRACTICE), dtype="str"))

    @property
    def pass_mark(self) -> float:
        """The total, 0-100, that is asked for: the round's own threshold, else the rubric's pass mark."""
        threshold = self.declared.decision.threshold
        return self.programme.rubric.pass_mark if threshold is None else threshold

    def population(self, method: str) -> pd.Series | None:
        """N of each community for a method's finite population correction; None where the round declares none."""
        column = self.declared.answers_of(method).population
        return None if column is None else self.communities[column].astype(float)

    def only(self, community: str) -> Round:
        """The round as far as a report on one community needs it: its answers, its calls, what was written about it. Known
        totals, which scores alone take, are left out.
        """
        answers = {method: replace(given.of(community), margins=None) for method, given in self.answers.items()}
        calls, findings, stars, practice = (None if table is None else table[table["community"] == community]
                                            for table in (self.calls, self.findings, self.stars, self.practice))
        assert findings is not None
        assert stars is not None
        assert practice is not None
        return replace(self, communities=self.communities.loc[[community]], answers=answers, calls=calls, findings=findings,
                       stars=stars, practice=practice)

    def require(self, community: str) -> str:
        """The community's id if the round has it. Raises UsageError before anything touches a path."""
        if not is_safe_id(community):
            raise UsageError(problem("U01", path="community", id=community))
        if community not in self.communities.index:
            known = [str(name) for name in self.communities.index]
            raise UsageError(problem("U02", path="community", id=community, hint=near_miss(community, known)))
        return community


@dataclass
class Head:
    """What a round is without its answers; faults and warnings as they are found. communities: None where they come from the
    answers, or could not be read. left_out: by method, respondents that flags of the quality checks leave out.
    """

    declared: RoundFile
    programme: Programme
    communities: pd.DataFrame | None
    calls: pd.DataFrame | None
    faults: list[Problem]
    warnings: list[Problem]
    written: dict[str, pd.DataFrame] = field(default_factory=dict)
    left_out: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def round(self, folder: Path, answers: Mapping[str, Answers]) -> Round:
        """The round. Raises DataError with every fault."""
        if self.faults or self.communities is None:
            raise DataError(self.faults)
        return Round(folder, self.declared, self.programme, self.communities, answers, self.calls,
                     inputs_digest(folder, self.declared, self.programme), tuple(sorted(set(self.warnings))),
                     **self.written)


def open_round(folder: str | Path) -> Round:
    """Open a round's folder. Raises DeclarationError or DataError with every fault of every file."""
    folder = Path(folder)
    head = read_head(folder)
    declared = head.declared
    answers: dict[str, Answers] = {}
    for method, file in declared.answers.items():
        try:
            out = head.left_out.get(method, frozenset())
            answers[method], told = read_answers(folder, file, head.programme.instruments[method], out)
            head.warnings += told
        except DataError as error:
            head.faults += error.problems
    if declared.communities.source == "answers" and len(answers) == len(declared.answers):
        ids = pd.concat([given.design["community"].astype("str") for given in answers.values()])
        head.communities = communities_from_answers(ids, declared.communities.minimum_answers)
        answers, told = _only(answers, folder, declared, head.communities)
        head.warnings += told
    if head.communities is not None:
        head.faults += unknown_communities(folder, declared, answers, head.calls, head.communities)
        head.faults += more_answers_than_population(folder, declared, answers, head.communities)
        answers = {name: with_margins(folder, name, given, head) for name, given in answers.items()}
    return head.round(folder, answers)


def with_margins(folder: Path, method: str, answers: Answers, head: Head) -> Answers:
    """Answers with the known totals that the round states for them; faults and warnings go to the head."""
    name = head.declared.answers_of(method).margins
    if name is None or head.communities is None:
        return answers
    try:
        margins = read_margins(folder / name, answers.instrument, head.communities.index)
    except DataError as error:
        head.faults += error.problems
        return answers
    head.warnings += missing_cells(folder / name, margins, answers.codes, answers.design["community"])
    return replace(answers, margins=margins)


def read_head(folder: Path) -> Head:
    """Read everything but the answers. Raises DeclarationError; faults of data files are kept."""
    declared, programme = load_round_file(folder)
    head = Head(declared, programme, None, None, [], list(programme.warnings))
    try:
        head.left_out, told = left_out(folder, declared, programme)
        head.warnings += told
    except DataError as error:
        head.faults += error.problems
    if declared.communities.source == "file":
        try:
            head.communities, told = read_communities(folder, declared, programme.rubric)
            head.warnings += told
        except DataError as error:
            head.faults += error.problems
    if declared.calls is not None:
        try:
            head.calls = read_calls(folder / declared.calls.file, declared.calls)
        except DataError as error:
            head.faults += error.problems
    wanted = {"findings": (declared.follow_up.findings, read_findings),
              "practice": (declared.follow_up.good_practice, read_practice),
              "stars": (None if declared.stars is None else declared.stars.held, read_stars)}
    for name, (file, read) in wanted.items():
        if file is not None and head.communities is not None:
            try:
                head.written[name] = read(folder / file, programme.rubric, head.communities.index)
            except DataError as error:
                head.faults += error.problems
    return head


def read_calls(file: Path, declared: CallsFile) -> pd.DataFrame:
    """Case, community and final disposition of each phone case. Raises DataError with every fault."""
    table = read_table(file)
    wanted = [declared.case, "community", declared.disposition]
    faults = [problem("A01", file, 1, name, name=name, hint=near_miss(name, table.columns))
              for name in wanted if name not in table]
    faults += refused_columns(file, table.columns)
    if faults:
        raise DataError(faults)
    calls = pd.DataFrame({name: tidy(table[column])[0] for name, column in
                          zip(("case", "community", "disposition"), wanted, strict=True)})
    for row in rows_where(calls["case"].duplicated(), calls.index):
        faults.append(problem("A06", file, row, declared.case, id=calls.at[row, "case"], rows=[row]))
    for code in calls["disposition"].unique():
        try:
            Disposition(code)
        except ValueError:
            rows = rows_where(calls["disposition"] == code, calls.index)
            faults.append(problem("A11", file, rows[0], declared.disposition, value=code, rows=rows))
    if faults:
        raise DataError(faults)
    return calls


def _only(answers: Mapping[str, Answers], folder: Path, declared: RoundFile,
          communities: pd.DataFrame) -> tuple[dict[str, Answers], list[Problem]]:
    """Answers of the communities that are large enough to be one, and how many rows that leaves out."""
    kept, warnings = {}, []
    for method, given in answers.items():
        inside = given.design["community"].isin(communities.index)
        kept[method] = given.where(inside)
        if not inside.all():
            left = given.design.loc[~inside, "community"]
            file = folder / declared.answers_of(method).file
            warnings.append(problem("C07", file, path="community", count=len(left), communities=left.nunique(),
                                    minimum=declared.communities.minimum_answers, warning=True))
    return kept, warnings


def unknown_communities(folder: Path, declared: RoundFile, answers: Mapping[str, Answers], calls: pd.DataFrame | None,
                         communities: pd.DataFrame) -> list[Problem]:
    """Faults: communities of answers and calls that the round does not have."""
    tables = [(declared.answers_of(method).file, given.design["community"])
              for method, given in answers.items()]
    if calls is not None and declared.calls is not None:
        tables.append((declared.calls.file, calls["community"]))
    faults = []
    for file, column in tables:
        unknown = column[~column.isin(communities.index)].astype("str")
        for name, rows in unknown.groupby(unknown):
            hint = near_miss(str(name), [str(known) for known in communities.index])
            found = [int(row) for row in rows.index]
            faults.append(problem("A12", folder / file, found[0], "community", id=name, hint=hint, rows=found,
                                  count=len(found)))
    return faults


def more_answers_than_population(folder: Path, declared: RoundFile, answers: Mapping[str, Answers],
                                  communities: pd.DataFrame) -> list[Problem]:
    """Faults: communities with more answers than residents."""
    faults = []
    for method, given in answers.items():
        file = declared.answers_of(method)
        if file.population is None or file.population not in communities:
            continue
        one_each = method in RESPONDENT_METHODS or "psu" not in given.design
        rated = given.design if one_each else given.design.drop_duplicates(["community", "psu"])
        rows = rated["community"].astype("str").value_counts()
        sizes = communities[file.population].reindex(rows.index)
        for name in rows.index[rows > sizes]:
            faults.append(problem("C08", folder / declared.communities.file, path=file.population, id=name,
                                  size=f"{sizes[name]:g}", rows=rows[name], answers=file.file))
    return faults


def inputs_digest(folder: Path, declared: RoundFile, programme: Programme) -> str:
    """SHA-256 over every file that a round is read from; who may sign, which round.yaml says too, is not of them."""
    return digest(inputs_of(folder, declared, programme), without_signoff)


def inputs_of(folder: Path, declared: RoundFile, programme: Programme) -> list[Path]:
    """Every file that a round is read from."""
    files = [folder / "round.yaml", *programme.files]
    for answers in declared.answers.values():
        files += parquet_files(folder / answers.file)
        files += [folder / answers.margins] if answers.margins is not None else []
    if declared.communities.source == "file":
        files.append(folder / declared.communities.file)
    if declared.calls is not None:
        files.append(folder / declared.calls.file)
    written = (declared.follow_up.findings, declared.follow_up.good_practice,
               None if declared.stars is None else declared.stars.held)
    files += [flags_file(folder)] if declared.quality.exclude else []
    return files + [folder / name for name in written if name is not None]
