"""`verify`: sheets in files and folders, held against the trust list, the ledger, the publication and the inputs at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from evaluation.core.errors import EvaluationError, SignoffError, problem
from evaluation.signoff.canonical import NotCanonicalError, sha256
from evaluation.signoff.checks import FILES, check_sheet, known_publication
from evaluation.signoff.envelope import read_envelope
from evaluation.signoff.ledger_checks import check_ledger
from evaluation.signoff.recomputing import figures_of
from evaluation.signoff.sheet import Anchor
from evaluation.signoff.signing import CHAIN, FAULTS, GIVEN_OUT, PUBLICATION, SHEET
from evaluation.signoff.statements import Published, Statement, read_statement
from evaluation.signoff.states import State
from evaluation.signoff.trust import Trust, read_trust
from evaluation.signoff.verification import Place, Verification

Advance = Callable[[int], None]

def verify(path: str | Path, trust: Trust | str | Path | None = None, *, at_least: State = "countersigned",
           recompute: bool = True, advance: Advance = lambda count: None) -> Verification:
    """Verify a sheet's file, the folder of a community, of results, or of a round. Needs no database; where the round's ledger
    and inputs are at hand, they are held against the sheets, and the scores are computed anew.

    trust: who may sign, or the round.yaml that says it; without it that of the round the files lie in. at_least: the state
    that every sheet must have reached. advance: told how many more are done.

    SignoffError: there is no sheet [V37], no trust list [V36], a file that is none of those that are checked [V49]. All that is
    wrong with sheets is in the result.
    """
    place = _place(Path(path))
    known = trust if isinstance(trust, Trust) else read_trust(_trust_file(trust, place))
    found = Verification([])
    for folder in place.folders:
        files = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
        checked = check_sheet(str(folder), files, known, at_least)
        if checked.about is not None and _is_elsewhere(folder, checked.about.community, place):
            checked.faults.append(problem("V29", folder / SHEET, given=checked.about.community, expected=folder.name))
        found.sheets.append(checked)
        advance(1)
    heads = [(f"{sheet.folder}/{SHEET}", sheet.about.ledger) for sheet in found.sheets if sheet.about is not None]
    if place.results is not None:
        heads += _publication(found, place.results, place.whole, known)
        check_ledger(found, place, heads)
    if recompute and place.round is not None:
        _figures(found, place.round)
    return found


def count_sheets(path: str | Path) -> int:
    """How many sheets `verify` would look at. SignoffError [V37]: none."""
    return len(_place(Path(path)).folders)


def _place(path: Path) -> Place:
    if not path.exists():
        raise SignoffError(problem("V37", path))
    if path.is_file() and path.name not in (*FILES, PUBLICATION, CHAIN, *GIVEN_OUT, "round.yaml"):
        raise SignoffError(problem("V49", path))
    start = path.parent if path.is_file() else path
    whole = not (start / SHEET).is_file()
    if not whole:
        folders, results = [start], None
    else:
        results = start / "results" if (start / "results").is_dir() else start
        folders = sorted(file.parent for file in results.glob(f"*/{SHEET}"))
    if not folders:
        raise SignoffError(problem("V37", path))
    above = [start, *(Path(parent) for parent in start.absolute().parents)][:4]
    round_ = next((folder for folder in above if (folder / "round.yaml").is_file()), None)
    if results is None and round_ is not None:
        results = round_ / "results"
    return Place(folders, results, round_, whole)


def _is_elsewhere(folder: Path, community: str, place: Place) -> bool:
    """Whether a sheet, all in order by itself, lies among results where that of another community belongs."""
    if place.results is None:
        return False
    folder = folder.resolve()
    return folder.parent == place.results.resolve() and folder.name != community


def _trust_file(given: str | Path | None, place: Place) -> Path:
    if given is None and place.round is None:
        raise SignoffError(problem("V36"))
    file = Path(given) if given is not None else (place.round or Path()) / "round.yaml"
    file = file / "round.yaml" if file.is_dir() else file
    if not file.is_file():
        raise SignoffError(problem("V36", file))
    return file


def _publication(found: Verification, results: Path, whole: bool, trust: Trust) -> Iterator[tuple[str, Anchor]]:
    """Check what was given out; the head of the ledger that it printed."""
    file = results / PUBLICATION
    if not file.is_file():
        if any((results / name).is_file() for name in GIVEN_OUT):
            found.faults.append(problem("V48", file))
        return
    try:
        envelope = read_envelope(file.read_bytes())
        said = known_publication(envelope, trust)
        statement: Statement = read_statement(envelope, Published)[0]
    except NotCanonicalError as error:
        found.faults.append(problem(FAULTS[error.kind], file, detail=error.detail))
        return
    except SignoffError as error:
        found.faults += error.problems
        return
    given = {subject.name: subject.digest.sha256 for subject in statement.subject if subject.name != "tree"}
    for name, digest in given.items():
        there = results / name
        if not there.is_file() or sha256(there.read_bytes()) != digest:
            found.faults.append(problem("V31", there))
    here = [sheet for sheet in found.sheets if sheet.publication == envelope.sha256]
    if whole and len(here) != said.sheets:
        found.faults.append(problem("V24", file, given=said.sheets, found=len(here)))
    yield str(file), said.ledger


def _figures(found: Verification, round_: Path) -> None:
    """Compute the scores anew, if the inputs are at hand."""
    try:
        figures = figures_of(round_)
    except (EvaluationError, OSError) as error:
        faults = error.problems if isinstance(error, EvaluationError) else [problem("N02", round_, reason=error)]
        found.notes += [replace(told, warning=True) for told in faults] + [problem("V38", round_, warning=True)]
        return
    for checked in found.sheets:
        if (sheet := checked.sheet) is not None:
            with checked.trying("figures"):
                figures.compare(sheet, f"{checked.folder}/{SHEET}")
