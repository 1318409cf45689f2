"""The command line: one command a verb. Faults are told without traceback, with the exit code of their kind.

Exit codes: 0 ok, 1 bug or a stopped notebook, 2 usage, 10 declared files, 11 data, 12 design, 13 signature.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from evaluation.core.errors import EvaluationError, UsageError, message_language, near_miss, problem

app = typer.Typer(help="Evaluate community programmes: from questionnaire text to a scored notebook.",
                  no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

INTERRUPTED = 130
RoundDir = Annotated[Path, typer.Option("--round", help="Folder of the round.")]
Community = Annotated[str | None, typer.Option("--community", help="Id of one community.")]
Lang = Annotated[str | None, typer.Option("--lang", help="Language of reports and messages: zh or en.")]


def _verbs() -> Any:
    """The verbs, imported when one is used: pandas and matplotlib are not needed to show --help."""
    return import_module("evaluation.verbs")


def _language(lang: str | None) -> str:
    if lang not in (None, "zh", "en"):
        raise UsageError(problem("U04", path="--lang", lang=lang, hint=near_miss(str(lang), ("zh", "en"))))
    if lang:
        os.environ["EVALUATION_LANG"] = lang
    return lang or message_language()


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="A new folder.")] = Path("my-round"), lang: Lang = None) -> None:
    """Copy the sample round, its programme and the notebooks into a new folder, to begin from."""
    _language(lang)
    _verbs().init(folder)


@app.command()
def check(files: Annotated[list[Path] | None, typer.Argument(help="Declared files to check alone.")] = None,
          round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Check declared text and data; tell every fault at once, with file and line."""
    _language(lang)
    _verbs().check(round_, files or [])


@app.command()
def schema(out: Annotated[Path | None, typer.Option("--out", help="Folder to write to; without it, print.")] = None) -> None:
    """Export the JSON Schemas of rubric, instrument, round and score.json, for editors and other systems."""
    _verbs().schema(out)


@app.command()
def sample(round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Draw the samples that round.yaml's design asks for, from the frame, into sample/."""
    _language(lang)
    _verbs().sample(round_)


@app.command()
def plan(round_: RoundDir = Path(), lang: Lang = None,
         margin: Annotated[float | None, typer.Option("--margin", help="Half-width of the interval, in points.")] = None,
         confidence: Annotated[float | None, typer.Option("--confidence", help="Of that interval.")] = None,
         wrong: Annotated[float | None, typer.Option("--wrong", help="Largest chance of a wrong verdict.")] = None,
         sd: Annotated[float | None, typer.Option("--sd", help="Standard deviation of one respondent's score.")] = None,
         response_rate: Annotated[float | None, typer.Option("--response-rate", help="Expected, 0 to 1.")] = None,
         eligibility: Annotated[float | None, typer.Option("--eligibility", help="Expected, 0 to 1.")] = None) -> None:
    """Print how many interviews and cases each community needs for the round's goal."""
    _verbs().plan(round_, _language(lang), margin=margin, confidence=confidence, wrong=wrong, sd=sd,
                  response_rate=response_rate, eligibility=eligibility)


calls = typer.Typer(help="The phone spot-check: the next case, what came of it, how it stands.", no_args_is_help=True)
app.add_typer(calls, name="calls")
Caller = Annotated[str, typer.Option("--caller", envvar="EVALUATION_CALLER", help="Who is calling: a short name of your own.")]


@calls.command("next")
def calls_next(caller: Caller, round_: RoundDir = Path(), lang: Lang = None,
               community: Annotated[list[str] | None, typer.Option("--community", help="These alone.")] = None) -> None:
    """Show the next case to call, and hold it for 15 minutes."""
    _verbs().next_case(round_, caller, _language(lang), community or [])


@calls.command("record")
def calls_record(caller: Caller, case: Annotated[str, typer.Argument(help="The case's id.")],
                 disposition: Annotated[str, typer.Argument(help="How the call ended, as `calls next` lists it.")],
                 at: Annotated[str | None, typer.Option("--at", help="Time of an appointment, local.")] = None,
                 round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Write down how a call ended."""
    _verbs().record_call(round_, caller, case, disposition, at, _language(lang))


@calls.command("release")
def calls_release(replicate: Annotated[int, typer.Argument(help="Release all replicates up to this one.")],
                  community: Community = None, round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Release more of the sample, replicate by replicate."""
    _verbs().release_cases(round_, replicate, community, _language(lang))


@calls.command("look")
def calls_look(round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Compare the interviews so far with the boundaries frozen when the sample was drawn."""
    _verbs().show_looks(round_, _language(lang))


@calls.command("progress")
def calls_progress(by: Annotated[str, typer.Option("--by", help="community, stratum or replicate.")] = "community",
                   write: Annotated[bool, typer.Option("--write", help="Write final dispositions for the round.")] = False,
                   close: Annotated[bool, typer.Option("--close", help="With --write: open cases too, calls end.")] = False,
                   round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Print how the calls stand."""
    language = _language(lang)
    known = ("community", "stratum", "replicate")
    if by not in known:
        raise UsageError(problem("G08", path="--by", given=by, expected=known, hint=near_miss(by, known)))
    _verbs().show_progress(round_, language, by, write, close)


form = typer.Typer(help="Forms for the field, and forms from elsewhere.", no_args_is_help=True)
app.add_typer(form, name="form")


@form.command("export")
def form_export(instrument: Annotated[str, typer.Option("--instrument", help="Its method, its name, or its file.")],
                to: Annotated[str, typer.Option("--to", help="xlsform, xform, docx or html.")] = "xlsform",
                out: Annotated[Path | None, typer.Option("--out", help="File or folder; else forms/ of the round.")] = None,
                round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Write an instrument for ODK, Kobo, SurveyCTO, or for paper: in every language, or in --lang alone."""
    _language(lang)
    _verbs().export_form(round_, instrument, to, out, lang)


@form.command("import")
def form_import(files: Annotated[list[Path], typer.Argument(help="XLSForms (.xlsx, .xls), or text (.txt, .md, .docx).")],
                out: Annotated[Path | None, typer.Option("--out", help="File or folder; else the current folder.")] = None,
                method: Annotated[str | None, typer.Option("--method", help="What it is for, else questionnaire.")] = None,
                name: Annotated[str | None, typer.Option("--name", help="The instrument's name.")] = None,
                overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an instrument that is there.")] = False,
                lang: Lang = None) -> None:
    """Read a form from elsewhere into an instrument in YAML, with every doubt listed."""
    _language(lang)
    _verbs().import_form(files, out, method, name, overwrite)


@app.command("import")
def import_(files: Annotated[list[Path], typer.Argument(help="Exports of ODK, Kobo or LimeSurvey; CSV, XLSX, JSON, SAV, zip.")],
            method: Annotated[str, typer.Option("--method", help="questionnaire, phone, meeting, activity or records.")],
            mapping: Annotated[Path | None, typer.Option("--map", help="YAML that says which column is what.")] = None,
            round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Bring collected answers into the round: again as often as you like, each form counts once."""
    _verbs().import_answers(round_, method, files, mapping, _language(lang))


@app.command()
def quality(round_: RoundDir = Path(), method: Annotated[str | None, typer.Option("--method", help="This one alone.")] = None,
            back_check: Annotated[Path | None, typer.Option("--back-check", help="Interviews that were made again.")] = None,
            reviewed: Annotated[list[str] | None, typer.Option("--reviewed", help="A flag's id that was looked at.")] = None,
            note: Annotated[str | None, typer.Option("--note", help="What was found, for the flags reviewed.")] = None,
            lang: Lang = None) -> None:
    """Check what came back from the field: flags, and figures by interviewer and day; changes no answer."""
    _verbs().check_quality(round_, method, _language(lang), back_check, reviewed or [], note)


Executor = Annotated[str, typer.Option("--executor", help="local, or dask: many machines.")]
Scheduler = Annotated[str | None, typer.Option("--scheduler", help="Address of a Dask scheduler; without it, one here.")]


@app.command()
def score(round_: RoundDir = Path(), community: Community = None,
          every: Annotated[bool, typer.Option("--all", help="Also write score.json for every community.")] = False,
          bootstrap: Annotated[int, typer.Option("--bootstrap", help="Cross-check by so many bootstrap draws.")] = 0,
          jobs: Annotated[int | None, typer.Option("--jobs", help="Processes for large rounds; all cores without it.")] = None,
          executor: Executor = "local", scheduler: Scheduler = None, lang: Lang = None) -> None:
    """Score all communities in one pass, print them with their intervals, write results/scores.parquet."""
    _verbs().score(round_, community, every, _language(lang), bootstrap, jobs, executor, scheduler)


@app.command()
def sensitivity(round_: RoundDir = Path(), lang: Lang = None,
                runs: Annotated[int, typer.Option("--runs", help="Size of the sample, a power of 2.")] = 256,
                spread: Annotated[float, typer.Option("--spread", help="How far points and weights vary, 0 to 1.")] = 0.25,
                seed: Annotated[int, typer.Option("--seed", help="Of the runs.")] = 1) -> None:
    """Vary the rubric's choices and show what the totals and verdicts hang on: results/sensitivity.html and .csv."""
    _verbs().show_sensitivity(round_, _language(lang), runs, spread, seed)


@app.command()
def run(round_: RoundDir = Path(), community: Community = None,
        every: Annotated[bool, typer.Option("--all", help="Every community of the round.")] = False,
        district: Annotated[bool, typer.Option("--district", help="The notebook that compares the communities.")] = False,
        resume: Annotated[bool, typer.Option("--resume", help="Skip what is done with the same inputs.")] = False,
        notebook: Annotated[Path | None, typer.Option("--notebook", help="A notebook of your own.")] = None,
        parameter: Annotated[list[str] | None, typer.Option("--parameter", "-p", help="NAME=VALUE for that notebook.")] = None,
        jobs: Annotated[int | None, typer.Option("--jobs", help="Notebooks at a time; all cores without it.")] = None,
        engine: Annotated[str, typer.Option("--engine", help="fork, or nbclient: papermill's own, slower.")] = "fork",
        cell_timeout: Annotated[float, typer.Option("--cell-timeout", help="Seconds a cell may take; 0: any.")] = 300,
        timeout: Annotated[float, typer.Option("--timeout", help="Seconds a notebook may take; 0: any.")] = 900,
        executor: Executor = "local", scheduler: Scheduler = None,
        store: Annotated[str | None, typer.Option("--store", help="Address that results are copied to.")] = None,
        memory: Annotated[int, typer.Option("--memory", help="Megabytes a notebook may take; 0: any.")] = 2048,
        lang: Lang = None) -> None:
    """Run the notebook of one community (or all): ipynb, HTML and score.json in results/<community>/."""
    chosen = {"community": community, "every": every, "district": district, "resume": resume, "notebook": notebook,
              "executor": executor, "scheduler": scheduler, "store": store}
    limits = {"cell_seconds": cell_timeout, "notebook_seconds": timeout, "memory_mb": memory}
    _verbs().run_batch(round_, _language(lang), limits, engine=engine, jobs=jobs, parameters=tuple(parameter or ()), **chosen)


Every = Annotated[bool, typer.Option("--all", help="Every community of the round.")]
Key = Annotated[Path, typer.Option("--key", help="File of your private key.")]
PassphraseFd = Annotated[int | None, typer.Option("--passphrase-fd", help="Read its passphrase from this file descriptor.")]


@app.command()
def sheet(round_: RoundDir = Path(), community: Community = None, every: Every = False,
          correct: Annotated[str | None, typer.Option("--correct", help="Why signed sheets get a new version.")] = None,
          jobs: Annotated[int | None, typer.Option("--jobs", help="Processes; all cores without it.")] = None,
          lang: Annotated[str | None, typer.Option("--lang", help="Language of PDF and XLSX: zh, en or both.")] = None) -> None:
    """Write score sheets to be signed: sheet.json, sheet.pdf and sheet.xlsx in results/<community>/."""
    language = _language(None if lang == "both" else lang)
    _verbs().sheet(round_, community, every, language, lang, correct, jobs)


@app.command()
def sign(key: Key, round_: RoundDir = Path(), community: Community = None, every: Every = False, fd: PassphraseFd = None,
         office: Annotated[bool, typer.Option(help="Also sign a copy of the PDF.")] = True, lang: Lang = None) -> None:
    """Sign score sheets as their evaluator."""
    _verbs().sign_sheets("sign", round_, community, every, key, fd, _language(lang), office)


@app.command()
def countersign(key: Key, round_: RoundDir = Path(), community: Community = None, every: Every = False,
                fd: PassphraseFd = None,
                office: Annotated[bool, typer.Option(help="Also countersign the copy of the PDF.")] = True,
                lang: Lang = None) -> None:
    """Countersign score sheets as their reviewer, who is another person than the evaluator."""
    _verbs().sign_sheets("countersign", round_, community, every, key, fd, _language(lang), office)


@app.command()
def publish(key: Key, round_: RoundDir = Path(), fd: PassphraseFd = None, lang: Lang = None) -> None:
    """Give out together the countersigned sheets that passed, as chief: bulletin, results.json and CSV, proofs."""
    _verbs().publish_round(round_, key, fd, _language(lang))


@app.command()
def verify(path: Annotated[Path | None, typer.Argument(help="A sheet, or a folder of sheets.")] = None,
           round_: Annotated[Path | None, typer.Option("--round", help="Folder of the round.")] = None,
           community: Community = None, every: Every = False,
           trust: Annotated[Path | None, typer.Option("--trust", help="The round.yaml that says who may sign.")] = None,
           at_least: Annotated[str, typer.Option("--at-least", help="State that sheets must have reached.")] = "countersigned",
           recompute: Annotated[bool, typer.Option(help="Compute scores anew where the inputs are at hand.")] = True,
           lang: Lang = None) -> None:
    """Verify score sheets: signatures, roles, ledger, publication, figures. Exit code 13 if anything fails."""
    _verbs().verify_sheets(path, round_, community, every, trust, at_least, recompute, _language(lang))


keys = typer.Typer(help="Keys of those who sign.", no_args_is_help=True)
app.add_typer(keys, name="keys")


@keys.command("new")
def keys_new(file: Annotated[Path, typer.Argument(help="A new file for the private key.")],
             name: Annotated[str, typer.Option("--name", help="Whose it is, as it will stand beside signatures.")],
             fd: PassphraseFd = None, lang: Lang = None) -> None:
    """Make a key: FILE, encrypted, to keep; FILE.pub to give to whoever keeps the trust list."""
    _verbs().make_key(file, name, fd, _language(lang))


@keys.command("trust")
def keys_trust(public: Annotated[Path, typer.Argument(help="A .pub file.")],
               role: Annotated[str, typer.Option("--role", help="evaluator, reviewer or chief.")],
               since: Annotated[str, typer.Option("--from", help="First day, such as 2026-01-01.")],
               until: Annotated[str, typer.Option("--until", help="Last day.")],
               round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Add a key to the trust list of round.yaml."""
    _language(lang)
    _verbs().trust_key(round_, public, role, since, until)


@keys.command("list")
def keys_list(round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Print who may sign, in which role, until when."""
    _verbs().list_keys(round_, _language(lang))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))   # so that nothing half-written is left
    try:
        app(arguments, standalone_mode=True)
    except EvaluationError as error:
        for told in error.problems:
            typer.echo(told.announced(), err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        typer.echo(str(problem("N02", error.filename or "", reason=error.strerror or error)), err=True)
        sys.exit(1)
    except (KeyboardInterrupt, SystemExit) as ended:
        code = ended.code if isinstance(ended, SystemExit) else INTERRUPTED      # typer makes an exit of the interrupt
        if code == INTERRUPTED:
            typer.echo(str(problem("N09")), err=True)
        sys.exit(code)
