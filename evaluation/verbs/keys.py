"""`keys`: a key is made, trusted, listed."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from evaluation.core.errors import UsageError, near_miss, problem
from evaluation.declare.programme import load_round_file
from evaluation.declare.signoff import Trusted, day_of
from evaluation.signoff.keys import new_key, read_public
from evaluation.signoff.states import ROLES, Role
from evaluation.signoff.trust import add_trusted
from evaluation.verbs.passphrases import passphrase

HEADERS = {"zh": ("姓名", "角色", "自", "至", "密钥"), "en": ("name", "role", "from", "until", "key")}
ROLE_WORDS = {"evaluator": "评审人", "reviewer": "复核人", "chief": "负责人"}


def make_key(file: Path, name: str, descriptor: int | None, lang: str) -> None:
    """Make a key."""
    print(new_key(file, name, passphrase(descriptor, lang, twice=True)))
    print(f"{file}\n{file}.pub")


def trust_key(folder: Path, public: Path, role: str, since: str, until: str) -> None:
    """Add a public key to the round's trust list."""
    if role not in ROLES:
        raise UsageError(problem("U10", path="--role", given=role, hint=near_miss(role, ROLES)))
    for option, day in (("--from", since), ("--until", until)):
        try:
            day_of(day)
        except ValueError:
            raise UsageError(problem("D19", path=option, given=day)) from None
    name, key = read_public(public)
    load_round_file(folder)      # what is wrong with it already is told as such
    known: Role = next(one for one in ROLES if one == role)
    add_trusted(folder / "round.yaml", Trusted.model_validate({"name": name, "role": known, "key": key, "from": since,
                                                               "until": until}))
    print(folder / "round.yaml")


def list_keys(folder: Path, lang: str) -> None:
    """Print the trust list."""
    declared, _ = load_round_file(folder)
    table = Table(*HEADERS[lang])
    for entry in declared.signoff.trust:
        role = ROLE_WORDS[entry.role] if lang == "zh" else entry.role
        table.add_row(entry.name, role, entry.since, entry.until, entry.key)
    Console(width=140).print(table)
