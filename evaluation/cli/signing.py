"""Score sheets signed, published and verified; the keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evaluation.cli.words import Community, Lang, RoundDir, spoken, verbs

commands = typer.Typer()

Every = Annotated[bool, typer.Option("--all", help="Every community of the round.")]
Key = Annotated[Path, typer.Option("--key", help="File of your private key.")]
PassphraseFd = Annotated[int | None, typer.Option("--passphrase-fd", help="Read its passphrase from this file descriptor.")]


@commands.command()
def sheet(round_: RoundDir = Path(), community: Community = None, every: Every = False,
          correct: Annotated[str | None, typer.Option("--correct", help="Why signed sheets get a new version.")] = None,
          jobs: Annotated[int | None, typer.Option("--jobs", help="Processes; all cores without it.")] = None,
          lang: Annotated[str | None, typer.Option("--lang", help="Language of PDF and XLSX: zh, en or both.")] = None) -> None:
    """Write score sheets to be signed: sheet.json, sheet.pdf and sheet.xlsx in results/<community>/."""
    language = spoken(None if lang == "both" else lang)
    verbs().sheet(round_, community, every, language, lang, correct, jobs)


@commands.command()
def sign(key: Key, round_: RoundDir = Path(), community: Community = None, every: Every = False, fd: PassphraseFd = None,
         office: Annotated[bool, typer.Option(help="Also sign a copy of the PDF.")] = True, lang: Lang = None) -> None:
    """Sign score sheets as their evaluator."""
    verbs().sign_sheets("sign", round_, community, every, key, fd, spoken(lang), office)


@commands.command()
def countersign(key: Key, round_: RoundDir = Path(), community: Community = None, every: Every = False,
                fd: PassphraseFd = None,
                office: Annotated[bool, typer.Option(help="Also countersign the copy of the PDF.")] = True,
                lang: Lang = None) -> None:
    """Countersign score sheets as their reviewer, who is another person than the evaluator."""
    verbs().sign_sheets("countersign", round_, community, every, key, fd, spoken(lang), office)


@commands.command()
def publish(key: Key, round_: RoundDir = Path(), fd: PassphraseFd = None, lang: Lang = None) -> None:
    """Give out together the countersigned sheets that passed, as chief: bulletin, results.json and CSV, proofs."""
    verbs().publish_round(round_, key, fd, spoken(lang))


@commands.command()
def verify(path: Annotated[Path | None, typer.Argument(help="A sheet, or a folder of sheets.")] = None,
           round_: Annotated[Path | None, typer.Option("--round", help="Folder of the round.")] = None,
           community: Community = None, every: Every = False,
           trust: Annotated[Path | None, typer.Option("--trust", help="The round.yaml that says who may sign.")] = None,
           at_least: Annotated[str, typer.Option("--at-least", help="State that sheets must have reached.")] = "countersigned",
           recompute: Annotated[bool, typer.Option(help="Compute scores anew where the inputs are at hand.")] = True,
           lang: Lang = None) -> None:
    """Verify score sheets: signatures, roles, ledger, publication, figures. Exit code 13 if anything fails."""
    verbs().verify_sheets(path, round_, community, every, trust, at_least, recompute, spoken(lang))


keys = typer.Typer(help="Keys of those who sign.", no_args_is_help=True)
commands.add_typer(keys, name="keys")


@keys.command("new")
def keys_new(file: Annotated[Path, typer.Argument(help="A new file for the private key.")],
             name: Annotated[str, typer.Option("--name", help="Whose it is, as it will stand beside signatures.")],
             fd: PassphraseFd = None, lang: Lang = None) -> None:
    """Make a key: FILE, encrypted, to keep; FILE.pub to give to whoever keeps the trust list."""
    verbs().make_key(file, name, fd, spoken(lang))


@keys.command("trust")
def keys_trust(public: Annotated[Path, typer.Argument(help="A .pub file.")],
               role: Annotated[str, typer.Option("--role", help="evaluator, reviewer or chief.")],
               since: Annotated[str, typer.Option("--from", help="First day, such as 2026-01-01.")],
               until: Annotated[str, typer.Option("--until", help="Last day.")],
               round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Add a key to the trust list of round.yaml."""
    spoken(lang)
    verbs().trust_key(round_, public, role, since, until)


@keys.command("list")
def keys_list(round_: RoundDir = Path(), lang: Lang = None) -> None:
    """Print who may sign, in which role, until when."""
    verbs().list_keys(round_, spoken(lang))
