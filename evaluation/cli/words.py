"""What all commands share: the app, the options that mean the same everywhere, the language of messages."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from evaluation.core.errors import UsageError, message_language, near_miss, problem

app = typer.Typer(help="Evaluate community programmes: from questionnaire text to a signed score sheet.",
                  no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

RoundDir = Annotated[Path, typer.Option("--round", help="Folder of the round.")]
Community = Annotated[str | None, typer.Option("--community", help="Id of one community.")]
Lang = Annotated[str | None, typer.Option("--lang", help="Language of reports and messages: zh or en.")]


def verbs() -> Any:
    """The verbs, imported when one is used: pandas and matplotlib are not needed to show --help."""
    return import_module("evaluation.verbs")


def spoken(lang: str | None) -> str:
    """The language asked for, else that of the environment; messages are in it from here on. Raises UsageError."""
    if lang not in (None, "zh", "en"):
        raise UsageError(problem("U04", path="--lang", lang=lang, hint=near_miss(str(lang), ("zh", "en"))))
    if lang:
        os.environ["EVALUATION_LANG"] = lang
    return lang or message_language()
