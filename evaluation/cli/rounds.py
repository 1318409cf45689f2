"""A round: begun, checked, its samples planned and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evaluation.cli.words import Lang, RoundDir, spoken, verbs

commands = typer.Typer()


@commands.command()
def init(folder: Annotated[Path, typer.Argument(help="A new folder.")] = Path("my-round"), lang: Lang = None) -> None:
    """Copy the sample round, its programme and the notebooks into a new folder, to begin from."""
    spoken(lang)
    verbs().init(folder)


@commands.command()
def check(files: Annotated[list[Path] | None, typer.Argument(help="Declared files to check alone.")] = None,
          round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Check declared text and data; tell every fault at once, with file and line."""
    spoken(lang)
    verbs().check(round_, files or [])


@commands.command()
def schema(out: Annotated[Path | None, typer.Option("--out", help="Folder to write to; without it, print.")] = None) -> None:
    """Export the JSON Schemas of rubric, instrument, round and score.json, for editors and other systems."""
    verbs().schema(out)


@commands.command()
def sample(round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Draw the samples that round.yaml's design asks for, from the frame, into sample/."""
    spoken(lang)
    verbs().sample(round_)


@commands.command()
def plan(round_: RoundDir = Path(), lang: Lang = None,
         margin: Annotated[float | None, typer.Option("--margin", help="Half-width of the interval, in points.")] = None,
         confidence: Annotated[float | None, typer.Option("--confidence", help="Of that interval.")] = None,
         wrong: Annotated[float | None, typer.Option("--wrong", help="Largest chance of a wrong verdict.")] = None,
         sd: Annotated[float | None, typer.Option("--sd", help="Standard deviation of one respondent's score.")] = None,
         response_rate: Annotated[float | None, typer.Option("--response-rate", help="Expected, 0 to 1.")] = None,
         eligibility: Annotated[float | None, typer.Option("--eligibility", help="Expected, 0 to 1.")] = None) -> None:
    """Print how many interviews and cases each community needs for the round's goal."""
    verbs().plan(round_, spoken(lang), margin=margin, confidence=confidence, wrong=wrong, sd=sd,
                  response_rate=response_rate, eligibility=eligibility)
