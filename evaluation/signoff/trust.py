"""Whose signature counts: the trust list of round.yaml, asked for a key, a role and a time."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from evaluation.core.errors import SignoffError, problem
from evaluation.core.files import write_text
from evaluation.declare.loading import load
from evaluation.declare.round import RoundFile
from evaluation.declare.signoff import Trusted, lint_trust
from evaluation.signoff.states import Role

ENTRY = re.compile(r"^(?P<indent> *)- .*$")


@dataclass(frozen=True)
class Trust:
    """The trust list."""

    entries: tuple[Trusted, ...]

    def holder(self, key: str, role: Role, at: str, where: object = "") -> str:
        """Name of who holds a key, as text, if it counts in a role at a time (UTC, as statements carry it).

        SignoffError: a key that is not on the list [V09], not in that role [V10], not on that day [V11].
        """
        own = [entry for entry in self.entries if entry.key == key]
        if not own:
            raise SignoffError(problem("V09", where, key=key, role=role))
        held = [entry for entry in own if entry.role == role]
        if not held:
            raise SignoffError(problem("V10", where, name=own[0].name, role=role, held=sorted({entry.role for entry in own})))
        if not any(entry.since <= at[:10] <= entry.until for entry in held):
            raise SignoffError(problem("V11", where, name=held[0].name, at=at, since=held[-1].since, until=held[-1].until))
        return held[0].name


def read_trust(file: Path) -> Trust:
    """The trust list of a round.yaml, which is read without its programme and data. DeclarationError, SignoffError [V36]."""
    declared, loaded, problems = load(file, RoundFile)
    faults = [told for told in problems if not told.warning]
    if declared is None:
        raise SignoffError(faults or problem("V36", file))
    if faults := list(lint_trust(declared.signoff, loaded)):
        raise SignoffError(faults)
    if not declared.signoff.trust:
        raise SignoffError(problem("V36", file))
    return Trust(declared.signoff.trust)


def add_trusted(file: Path, entry: Trusted) -> None:
    """Add a line to the trust list of round.yaml; every other line stays as it is. SignoffError: the file is not written so
    that a line can be added [H05], or it has faults with it.
    """
    line = "- " + _flow(entry)
    text = file.read_text(encoding="utf-8")
    lines = text.rstrip("\n").split("\n")
    begin = next((number for number, shown in enumerate(lines) if re.match(r"signoff:", shown)), None)
    if begin is None:
        lines += ["", "signoff:", "  trust:", f"    {line}"]
    elif not re.match(r"signoff: *(#.*)?$", lines[begin]):
        raise SignoffError(problem("H05", file, entry=line))
    else:
        end = next((at for at in range(begin + 1, len(lines)) if re.match(r"[^\s#]", lines[at])), len(lines))
        trust = next((at for at in range(begin + 1, end) if re.match(r" +trust:", lines[at])), None)
        if trust is None:
            indent = next((found[1] for shown in lines[begin + 1:end] if (found := re.match(r"( +)[^\s#]", shown))), "  ")
            lines[begin + 1:begin + 1] = [f"{indent}trust:", f"{indent}  {line}"]
        elif not re.match(r" +trust: *(#.*)?$", lines[trust]):
            raise SignoffError(problem("H05", file, entry=line))
        else:
            last = trust
            while last + 1 < len(lines) and ENTRY.match(lines[last + 1]):
                last += 1
            found = ENTRY.match(lines[last])
            lines.insert(last + 1, f"{found['indent'] if found else '    '}{line}")
    made = "\n".join(lines) + "\n"
    _checked(file, made, entry)
    write_text(file, made)


def _checked(file: Path, made: str, entry: Trusted) -> None:
    """Raise what would be wrong with the file."""
    trial = file.with_name(f".{file.name}.trial.yaml")
    try:
        write_text(trial, made)
        declared, loaded, problems = load(trial, RoundFile)
    finally:
        trial.unlink(missing_ok=True)
    faults = [told for told in problems if not told.warning]
    faults += lint_trust(declared.signoff, loaded) if declared is not None else ()
    if declared is None or faults or entry not in declared.signoff.trust:
        raise SignoffError([replace(told, file=str(file)) for told in faults]
                           or problem("H05", file, entry="- " + _flow(entry)))


def _flow(entry: Trusted) -> str:
    told = {"name": json.dumps(entry.name, ensure_ascii=False), "role": entry.role, "key": f'"{entry.key}"',
            "from": entry.since, "until": entry.until}
    return "{" + ", ".join(f"{name}: {value}" for name, value in told.items()) + "}"
