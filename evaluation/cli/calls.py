"""The phone spot-check, call by call."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evaluation.cli.words import Community, Lang, RoundDir, spoken, verbs
from evaluation.core.errors import UsageError, near_miss, problem

commands = typer.Typer()

calls = typer.Typer(help="The phone spot-check: the next case, what came of it, how it stands.", no_args_is_help=True)
commands.add_typer(calls, name="calls")
Caller = Annotated[str, typer.Option("--caller", envvar="EVALUATION_CALLER", help="Who is calling: a short name of your own.")]


@calls.command("next")
def calls_next(caller: Caller, round_: RoundDir = Path(), lang: Lang = None,
               community: Annotated[list[str] | None, typer.Option("--community", help="These alone.")] = None) -> None:
    """Show the next case to call, and hold it for 15 minutes."""
    verbs().next_case(round_, caller, spoken(lang), community or [])


@calls.command("record")
def calls_record(caller: Caller, case: Annotated[str, typer.Argument(help="The case's id.")],
                 disposition: Annotated[str, typer.Argument(help="How the call ended, as `calls next` lists it.")],
                 at: Annotated[str | None, typer.Option("--at", help="Time of an appointment, local.")] = None,
                 round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Write down how a call ended."""
    verbs().record_call(round_, caller, case, disposition, at, spoken(lang))


@calls.command("release")
def calls_release(replicate: Annotated[int, typer.Argument(help="Release all replicates up to this one.")],
                  community: Community = None, round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Release more of the sample, replicate by replicate."""
    verbs().release_cases(round_, replicate, community, spoken(lang))


@calls.command("look")
def calls_look(round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Compare the interviews so far with the boundaries frozen when the sample was drawn."""
    verbs().show_looks(round_, spoken(lang))


@calls.command("progress")
def calls_progress(by: Annotated[str, typer.Option("--by", help="community, stratum or replicate.")] = "community",
                   write: Annotated[bool, typer.Option("--write", help="Write final dispositions for the round.")] = False,
                   close: Annotated[bool, typer.Option("--close", help="With --write: open cases too, calls end.")] = False,
                   round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Print how the calls stand."""
    language = spoken(lang)
    known = ("community", "stratum", "replicate")
    if by not in known:
        raise UsageError(problem("G08", path="--by", given=by, expected=known, hint=near_miss(by, known)))
    verbs().show_progress(round_, language, by, write, close)
