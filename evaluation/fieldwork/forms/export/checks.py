"""What a form cannot carry: told before it is written, all of it at once, so that nothing comes back changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaluation.core.errors import Problem, problem
from evaluation.core.yamlfile import Path_, show_path
from evaluation.declare.grammar import tokens_of
from evaluation.declare.instrument import Instrument

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
CURLY = re.compile("[\u2018\u2019\u201c\u201d]")        # pyxform makes them straight
LONGEST = 30_000                                        # characters; a cell takes 32,767
FILES = (".csv", ".xml", ".geojson")                    # a list with such a name is looked for as a file
LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")
LABELS = ("label", "hint", "title", "consent", "constraint_message")
LOGIC = ("relevant", "constraint", "calculation")


def export_problems(instrument: Instrument, file: Path) -> list[Problem]:
    """Every part of an instrument that no form hands back as it is."""
    faults = []

    def fault(code: str, path: Path_, **values: Any) -> None:
        faults.append(problem(code, file, path=show_path(path), **values))

    for path, text in _texts(instrument.model_dump(), ()):
        names = [part for part in path if isinstance(part, str)]
        if CONTROL.search(text) or len(text) > LONGEST:
            fault("X32", path, characters=len(text))
        elif names[-1] == "value" and (text != " ".join(text.split()) or CURLY.search(text) or "${" in text):
            fault("X33", path, value=text)
        elif names[-1] in LOGIC and any(CURLY.search(token.value) or "${" in token.value
                                        for token in tokens_of(text) if token.kind == "text"):
            fault("X35", path)
        elif names[-1] in ("aliases", "topics") and (text != text.strip() or ";" in text):
            fault("X36", path, value=text)
        elif "${" in text and not set(names) & {*LABELS, *LOGIC, "value", "aliases"}:
            fault("X32", path, characters=len(text))
    for name in instrument.choices:
        if name.endswith(FILES):
            fault("X34", ("choices", name), name=name)
    for number, lang in enumerate(instrument.languages):
        if not LANGUAGE.fullmatch(lang):
            fault("X34", ("languages", number), name=lang)
    return faults


def _texts(value: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    """Every text of an instrument and where it stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _texts(part, (*path, key))
    elif isinstance(value, (list, tuple)):
        for number, part in enumerate(value):
            yield from _texts(part, (*path, number))
