"""Forms for the field and from elsewhere, and what comes back by them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evaluation.cli.words import Lang, RoundDir, spoken, verbs

commands = typer.Typer()

form = typer.Typer(help="Forms for the field, and forms from elsewhere.", no_args_is_help=True)
commands.add_typer(form, name="form")


@form.command("export")
def form_export(instrument: Annotated[str, typer.Option("--instrument", help="Its method, its name, or its file.")],
                to: Annotated[str, typer.Option("--to", help="xlsform, xform, docx or html.")] = "xlsform",
                out: Annotated[Path | None, typer.Option("--out", help="File or folder; else forms/ of the round.")] = None,
                round_: RoundDir = Path(),
                lang: Annotated[str | None, typer.Option("--lang", help="On paper: this one of its languages.")] = None,
                ) -> None:
    """Write an instrument for ODK, Kobo, SurveyCTO, or for paper: in every language, or in --lang alone."""
    spoken(None if to in ("html", "docx") and lang not in ("zh", "en") else lang)          # paper may be in any language
    verbs().export_form(round_, instrument, to, out, lang)


@form.command("import")
def form_import(files: Annotated[list[Path], typer.Argument(help="XLSForms (.xlsx, .xls), or text (.txt, .md, .docx).")],
                out: Annotated[Path | None, typer.Option("--out", help="File or folder; else the current folder.")] = None,
                method: Annotated[str | None, typer.Option("--method", help="What it is for, else questionnaire.")] = None,
                name: Annotated[str | None, typer.Option("--name", help="The instrument's name.")] = None,
                overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an instrument that is there.")] = False,
                lang: Lang = None) -> None:
    """Read a form from elsewhere into an instrument in YAML, with every doubt listed."""
    spoken(lang)
    verbs().import_form(files, out, method, name, overwrite)


@commands.command("import")
def import_(files: Annotated[list[Path], typer.Argument(help="Exports of ODK, Kobo or LimeSurvey; CSV, XLSX, JSON, SAV, zip.")],
            method: Annotated[str, typer.Option("--method", help="questionnaire, phone, meeting, activity or records.")],
            mapping: Annotated[Path | None, typer.Option("--map", help="YAML that says which column is what.")] = None,
            round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Bring collected answers into the round: again as often as you like, each form counts once."""
    verbs().import_answers(round_, method, files, mapping, spoken(lang))


@commands.command()
def quality(round_: RoundDir = Path(), method: Annotated[str | None, typer.Option("--method", help="This one alone.")] = None,
            back_check: Annotated[Path | None, typer.Option("--back-check", help="Interviews that were made again.")] = None,
            reviewed: Annotated[list[str] | None, typer.Option("--reviewed", help="A flag's id that was looked at.")] = None,
            note: Annotated[str | None, typer.Option("--note", help="What was found, for the flags reviewed.")] = None,
            lang: Lang = None) -> None:
    """Check what came back from the field: flags, and figures by interviewer and day; changes no answer."""
    verbs().check_quality(round_, method, spoken(lang), back_check, reviewed or [], note)
