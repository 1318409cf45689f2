"""`form export`: an instrument for ODK, Kobo and SurveyCTO, or on paper."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evaluation.core.errors import DeclarationError, UsageError, near_miss, problem
from evaluation.core.files import write_text, written_whole
from evaluation.declare.instrument import Instrument
from evaluation.declare.model import Labels
from evaluation.declare.programme import load_instrument, load_round_file
from evaluation.fieldwork.communities import NAMES, read_communities
from evaluation.fieldwork.forms.export.checks import export_problems
from evaluation.fieldwork.forms.export.rows import survey_rows
from evaluation.fieldwork.forms.export.workbook import workbook
from evaluation.fieldwork.forms.export.xform import xform
from evaluation.reporting.paper.docx import paper_docx
from evaluation.reporting.paper.form import paper_form
from evaluation.reporting.paper.html import paper_html
from evaluation.verbs.telling import tell

ENDINGS = {"xlsform": ".xlsx", "xform": ".xml", "docx": ".docx", "html": ".html"}
PAPER = ("docx", "html")


def export_form(folder: Path, instrument: str, to: str, out: Path | None, lang: str | None) -> None:
    """Write an instrument as XLSForm, XForm, HTML or DOCX, and print where. On paper: a file for each language, or `lang`'s."""
    if to not in ENDINGS:
        raise UsageError(problem("X30", path="--to", given=to, hint=near_miss(to, ENDINGS)))
    found, file, communities = _found(folder, instrument)
    if lang is not None and to in PAPER and lang not in found.languages:
        raise UsageError(problem("X39", path="--lang", lang=lang, known=found.languages))
    if to in PAPER:
        chosen = (lang,) if lang is not None else found.languages
        for one in chosen:
            target = _target(folder, out, found.instrument, f".{one}", ENDINGS[to], several=len(chosen) > 1)
            form = paper_form(found, one)
            _write(target, paper_docx(form) if to == "docx" else paper_html(form))
        return
    if faults := export_problems(found, file):
        raise DeclarationError(faults)
    book = workbook(survey_rows(found, communities))
    made, warnings = xform(book, file)
    _write(_target(folder, out, found.instrument, "", ENDINGS[to]), book if to == "xlsform" else made)
    tell(warnings)


def _found(folder: Path, wanted: str) -> tuple[Instrument, Path, Mapping[str, Labels] | None]:
    """The instrument, its file, and the communities of the round, where there is one."""
    alone = Path(wanted)
    if not (folder / "round.yaml").is_file() and alone.suffix == ".yaml":
        return load_instrument(alone), alone, None
    declared, programme = load_round_file(folder)
    communities = None
    if declared.communities.source == "file":
        table, warnings = read_communities(folder, declared, programme.rubric)
        tell(warnings)
        names = {lang: table[column].astype(str) for lang, column in NAMES.items()}
        communities = {str(name): {lang: column[name] for lang, column in names.items()} for name in table.index}
    if alone.suffix == ".yaml":
        return load_instrument(alone), alone, communities
    files = programme.files[1:]                          # the first is the rubric's
    for file, (method, instrument) in zip(files, programme.instruments.items(), strict=True):
        if wanted in (method, instrument.instrument):
            return instrument, file, communities
    known = {*programme.instruments, *(one.instrument for one in programme.instruments.values())}
    raise UsageError(problem("X31", path="--instrument", name=wanted, hint=near_miss(wanted, known)))


def _target(folder: Path, out: Path | None, name: str, lang: str, ending: str, several: bool = False) -> Path:
    """The file to write: in forms/ of the round, in the folder `out`, or `out`, with the language if it is one of several."""
    if out is None or out.is_dir() or not out.suffix:
        return (folder / "forms" if out is None else out) / f"{name}{lang}{ending}"
    return out.with_name(f"{out.stem}{lang}{out.suffix}") if several else out


def _write(file: Path, made: str | bytes) -> None:
    if isinstance(made, str):
        write_text(file, made)
    else:
        with written_whole(file) as temporary:
            temporary.write_bytes(made)
    print(file)
