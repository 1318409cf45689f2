"""Sign-off as data: the states of a sheet, what leads from one to the next, and who may do it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

State = Literal["draft", "signed", "countersigned", "published", "superseded"]
Action = Literal["sign", "countersign", "publish", "supersede"]
Role = Literal["evaluator", "reviewer", "chief"]

STATES: tuple[State, ...] = ("draft", "signed", "countersigned", "published", "superseded")
ACTIONS: tuple[Action, ...] = ("sign", "countersign", "publish", "supersede")
ROLES: tuple[Role, ...] = ("evaluator", "reviewer", "chief")

#: what a state allows; what is not here is refused. A version is superseded when the evaluator signs the next one.
NEXT: MappingProxyType[tuple[State, Action], State] = MappingProxyType({
    ("draft", "sign"): "signed",
    ("signed", "countersign"): "countersigned",
    ("countersigned", "publish"): "published",
    ("signed", "supersede"): "superseded",
    ("countersigned", "supersede"): "superseded",
    ("published", "supersede"): "superseded",
})
#: who may
MAY: MappingProxyType[Action, Role] = MappingProxyType(
    {"sign": "evaluator", "countersign": "reviewer", "publish": "chief", "supersede": "evaluator"})
#: the event by which the ledger remembers an action
EVENT: MappingProxyType[Action, State] = MappingProxyType(
    {"sign": "signed", "countersign": "countersigned", "publish": "published", "supersede": "superseded"})


def diagram() -> str:
    """The tables as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    lines += [f"    {state} --> {after}: {action} ({MAY[action]})" for (state, action), after in NEXT.items()]
    ends = [state for state in STATES if all(state != begun for begun, _ in NEXT)]
    return "\n".join([*lines, *(f"    {state} --> [*]" for state in ends)]) + "\n"
