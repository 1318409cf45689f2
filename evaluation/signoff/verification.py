"""What a verification looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.core.errors import Problem, SignoffError, problem
from evaluation.signoff.canonical import NotCanonicalError
from evaluation.signoff.envelope import Envelope
from evaluation.signoff.sheet import Anchor, Sheet, read_sheet
from evaluation.signoff.signing import FAULTS
from evaluation.signoff.states import State


@dataclass(frozen=True)
class About:
    """What a sheet is of, its total in hundredths of a point, and the ledger's head that it prints."""

    round: str
    community: str
    version: int
    earned: int | None
    ledger: Anchor


@dataclass
class Checked:
    """A sheet under verification. folder: where its files are. state: the highest that its files show. holds: words for what
    was found right: sheet, evaluator, forms, reviewer, office, publication, ledger, figures. signers: names by key. content:
    the sheet's bytes, kept rather than the sheet, so that a hundred thousand can be held.
    """

    folder: str
    about: About | None = None
    content: bytes = b""
    state: State = "draft"
    holds: list[str] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)
    signature: Envelope | None = None
    countersignature: Envelope | None = None
    signers: dict[str, str] = field(default_factory=dict)
    publication: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing fails."""
        return not self.faults

    @property
    def sheet(self) -> Sheet | None:
        """The sheet, read from its bytes anew; None where they are none."""
        return read_sheet(self.content) if self.about is not None else None

    @contextmanager
    def trying(self, word: str) -> Iterator[None]:
        """Note what a check finds: its word, or its faults."""
        before = len(self.faults)
        try:
            yield
        except SignoffError as error:
            self.faults += error.problems
        except NotCanonicalError as error:
            self.faults.append(problem(FAULTS[error.kind], f"{self.folder}/{word}", detail=error.detail))
        else:
            self.holds += [word] if word and len(self.faults) == before else []


@dataclass
class Verification:
    """sheets: one a community, by folder. faults: of the ledger and the publication, which are of no single sheet. notes: why
    something could not be checked.
    """

    sheets: list[Checked]
    faults: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing fails."""
        return not self.faults and all(sheet.ok for sheet in self.sheets)


@dataclass
class Place:
    """What is at hand: folders of sheets, the results they lie in, the round. whole: not one sheet is asked for, but all."""

    folders: list[Path]
    results: Path | None
    round: Path | None
    whole: bool
