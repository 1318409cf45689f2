"""YAML read strictly: every value keeps its line, and nothing changes its meaning on the way in.

Plain `no`, `on`, `012`, `1:30` or `1_000` stay the text that was written; only `true`, `false`, `null` and numbers in
their shortest form become values. Duplicate keys, tags, merge keys and aliases that multiply are faults.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from evaluation.core.errors import DeclarationError, Problem, problem

MOST_BYTES = 5_000_000
MOST_VALUES = 200_000
DEEPEST = 40
INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
TAG = re.compile(r"(?:&\S+\s+)?(!\S*)")
PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}
Path_ = tuple[str | int, ...]


@dataclass
class YamlFile:
    """A file's data (dicts, lists, text, numbers) and the line of every path in it."""

    file: Path
    data: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path_) -> int:
        """Line of a path, or of the nearest path above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, code: str, path: Path_ = (), *, warning: bool = False, **values: Any) -> Problem:
        """A problem at a path of this file."""
        return problem(code, self.file, self.line(path), show_path(path), warning=warning, **values)


def show_path(path: Path_) -> str:
    """`items[3].relevant` for ("items", 3, "relevant")."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_yaml(file: Path) -> YamlFile:
    """Read one YAML document. Faults of form are in `problems`; raises DeclarationError if nothing can be read."""
    loaded = YamlFile(file)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DeclarationError(problem("Y01", file, reason=error.strerror or error)) from None
    if len(raw) > MOST_BYTES:
        raise DeclarationError(problem("Y02", file, size=len(raw), most=MOST_BYTES))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DeclarationError(problem("Y03", file, line)) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ReusedAnchorWarning)
            root = YAML(typ="safe", pure=True).compose(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DeclarationError(problem("Y04", file, line, reason=error.reason)) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DeclarationError(problem("Y04", file, mark.line + 1 if mark else 0, reason=error.problem)) from None
    except (YAMLError, RecursionError, ValueError, OverflowError, ReusedAnchorWarning) as error:
        raise DeclarationError(problem("Y04", file, reason=(str(error).splitlines() or [""])[0])) from None
    if root is None or (isinstance(root, ScalarNode) and root.value == ""):
        raise DeclarationError(problem("Y05", file))
    loaded.data = _Builder(loaded, text).build(root, ())
    return loaded


class _Builder:
    def __init__(self, loaded: YamlFile, text: str) -> None:
        self.loaded = loaded
        self.text = text
        self.values = 0

    def build(self, node: Node, path: Path_) -> Any:
        self.values += 1
        if self.values > MOST_VALUES or len(path) > DEEPEST:
            line = node.start_mark.line + 1
            raise DeclarationError(problem("Y06", self.loaded.file, line, most=MOST_VALUES))
        self.loaded.lines.setdefault(path, node.start_mark.line + 1)
        if tag := TAG.match(self.text, node.start_mark.index):
            self._problem("Y09", node.start_mark.line + 1, path, tag=tag.group(1))
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        assert isinstance(node, SequenceNode)
        return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]

    def _mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        built: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode) or key_node.value == "<<":
                self._problem("Y08", line, path)
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key in first:
                self._problem("Y07", line, here, key=key, first=first[key])
                continue
            first[key] = line
            self.loaded.lines[here] = line
            built[key] = self.build(value_node, here)
        return built

    def _scalar(self, node: ScalarNode) -> Any:
        text = str(node.value)
        if node.style is not None:
            return text
        if text.lower() in PLAIN and text in (text.lower(), text.capitalize()):
            return PLAIN[text.lower()]
        if INTEGER.fullmatch(text) and len(text) < 16:
            return int(text)
        if DECIMAL.fullmatch(text) and repr(float(text)) == text:
            return float(text)
        return text

    def _problem(self, code: str, line: int, path: Path_, **values: Any) -> None:
        self.loaded.problems.append(problem(code, self.loaded.file, line, show_path(path), **values))
