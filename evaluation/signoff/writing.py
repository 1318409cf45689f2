"""A sheet's files in the folder of its community: none is ever beside a sheet.json that it does not belong to."""

from __future__ import annotations

import shutil
from pathlib import Path

from evaluation.core.files import written_whole
from evaluation.signoff.canonical import NotCanonicalError, sha256
from evaluation.signoff.checks import FILES
from evaluation.signoff.envelope import read_envelope
from evaluation.signoff.pdf import sheet_pdf
from evaluation.signoff.sheet import read_sheet
from evaluation.signoff.signing import PDF, SHEET, SIGNATURE, XLSX
from evaluation.signoff.statements import Signed, read_statement
from evaluation.signoff.xlsx import sheet_xlsx

SUPERSEDED = "superseded"


def write_sheet(folder: Path, content: bytes) -> None:
    """Write sheet.json and the forms made of it. sheet.json goes first and comes back last: what is between is no sheet."""
    sheet = read_sheet(content)
    languages = tuple(sheet.languages)
    forms = {PDF: sheet_pdf(sheet, languages), XLSX: sheet_xlsx(sheet, languages)}
    (folder / SHEET).unlink(missing_ok=True)
    for name, form in {**forms, SHEET: content}.items():
        write_bytes(folder / name, form)


def write_forms(folder: Path, content: bytes) -> None:
    """Write those forms of a signed sheet that are missing, or were changed and can be made again as they were signed."""
    sheet = read_sheet(content)
    signed = _signed(folder / SIGNATURE)
    for name, make in ((PDF, sheet_pdf), (XLSX, sheet_xlsx)):
        file = folder / name
        lost = not file.is_file()
        if lost or (name in signed and sha256(file.read_bytes()) != signed[name]):
            made = make(sheet, tuple(sheet.languages))
            if lost or sha256(made) == signed[name]:
                write_bytes(file, made)


def _signed(file: Path) -> dict[str, str]:
    """SHA-256 by name of what the evaluator signed; nothing where that cannot be read."""
    try:
        statement, _ = read_statement(read_envelope(file.read_bytes()), Signed)
    except (OSError, NotCanonicalError):
        return {}
    return {subject.name: subject.digest.sha256 for subject in statement.subject}


def is_written(folder: Path, content: bytes) -> bool:
    """Whether the sheet and its forms are there already."""
    file = folder / SHEET
    return file.is_file() and file.read_bytes() == content and all((folder / name).is_file() for name in (PDF, XLSX))


def set_aside(folder: Path, version: int) -> None:
    """Copy the files of a version that is corrected to superseded/<version>/; then the next one takes their place."""
    kept = folder / SUPERSEDED / str(version)
    here = [folder / name for name in FILES if (folder / name).is_file()]
    for file in here:
        with written_whole(kept / file.name) as temporary:
            shutil.copyfile(file, temporary)
    for file in here:
        if file.name not in (SHEET, PDF, XLSX):
            file.unlink()


def put_back(folder: Path, version: int) -> bool:
    """Put back the files of a version that was set aside for a correction which was stopped before it was written. Whether
    there was one.
    """
    kept = folder / SUPERSEDED / str(version)
    there = [name for name in (*FILES[1:], SHEET) if (kept / name).is_file()]
    if SHEET not in there:
        return False
    for name in there:
        with written_whole(folder / name) as temporary:
            shutil.copyfile(kept / name, temporary)
    return True


def write_bytes(file: Path, content: bytes) -> None:
    """Write bytes, whole or not at all."""
    with written_whole(file) as temporary:
        temporary.write_bytes(content)
