"""What has been read so far: the data, its lines, and the doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluation.core.errors import Problem, problem
from evaluation.core.yamlfile import Path_
from evaluation.fieldwork.forms.text.scales import AnswerList


@dataclass(frozen=True)
class Asked:
    """A question with one list of choices, as conditions refer to it."""

    item: str
    several: bool
    values: tuple[Any, ...]

    def holds(self, at: int, negated: bool = False) -> str:
        """The expression that the choice at a place was taken, or was not."""
        if self.several:
            taken = f"selected(${{{self.item}}}, '{self.values[at]}')"
            return f"not({taken})" if negated else taken
        return f"${{{self.item}}} {'!=' if negated else '='} '{self.values[at]}'"


@dataclass
class Notes:
    """An instrument in the making. guessed: kind -> the questions that do not say it; asked: by the number of the question."""

    file: str
    data: dict[str, Any]
    lines: dict[Path_, int] = field(default_factory=dict)
    doubts: list[Problem] = field(default_factory=list)
    guessed: dict[str, list[str]] = field(default_factory=dict)
    names: dict[object, str] = field(default_factory=dict)
    asked: dict[float, Asked] = field(default_factory=dict)

    def doubt(self, code: str, line: int, path: str = "", **values: Any) -> None:
        """Tell a doubt."""
        self.doubts.append(problem(code, self.file, line, path, warning=True, **values))

    def guess(self, kind: str, id_: str) -> None:
        """Note that a question does not say its kind."""
        self.guessed.setdefault(kind, []).append(id_)

    def item(self, line: int, id_: str, type_: str, label: str, **more: Any) -> dict[str, Any]:
        """Add an item."""
        made: dict[str, Any] = {"id": id_, "type": type_, "label": {"zh": label}} | more
        self.lines["items", len(self.data["items"])] = line
        self.data["items"].append(made)
        return made

    def list_name(self, name: str, answers: AnswerList, lines: Sequence[int]) -> str:
        """The name of the list of these choices: that of the first question that has it."""
        key = tuple((str(one["value"]), one["label"]["zh"], one.get("score"), one.get("status")) for one in answers.choices)
        if key not in self.names:
            self.names[key] = name
            self.data["choices"][name] = list(answers.choices)
            self.lines |= {("choices", name, at): line for at, line in enumerate(lines)} | {("choices", name): lines[0]}
        return self.names[key]
