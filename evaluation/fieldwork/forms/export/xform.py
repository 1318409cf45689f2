"""The XForm, as pyxform makes it of the workbook that is given out: one form, whichever way it travels."""

from __future__ import annotations

from pathlib import Path

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from evaluation.core.errors import DeclarationError, Problem, problem


def xform(book: bytes, file: Path) -> tuple[str, list[Problem]]:
    """The XForm's XML, and pyxform's warnings. file: the instrument, to be named. ODK Validate is not run: it wants Java.

    Raises DeclarationError if pyxform takes it for no form.
    """
    told: list[str] = []
    try:
        made = convert(book, warnings=told, file_type=".xlsx", pretty_print=True)
    except PyXFormError as error:
        raise DeclarationError(problem("X37", file, reason=error)) from None
    return str(made.xform), [problem("X38", file, reason=" ".join(text.split()), warning=True) for text in told]
