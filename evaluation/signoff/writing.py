"""A sheet's files in the folder of its community: none is ever beside a sheet.json that it does not belong to."""

from __future__ import annotations

import shutil
from pathlib import Path

from evaluation.core.files import written_whole
from evaluation.signoff.checks import FILES
from evaluation.signoff.pdf import sheet_pdf
from evaluation.signoff.sheet import read_sheet
from evaluation.signoff.signing import PDF, SHEET, XLSX
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
    """Write those forms of a sheet that are missing."""
    sheet = read_sheet(content)
    for name, make in ((PDF, sheet_pdf), (XLSX, sheet_xlsx)):
        if not (folder / name).is_file():
            write_bytes(folder / name, make(sheet, tuple(sheet.languages)))


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


def write_bytes(file: Path, content: bytes) -> None:
    """Write bytes, whole or not at all."""
    with written_whole(file) as temporary:
        temporary.write_bytes(content)
