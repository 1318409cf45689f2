"""From a YAML file to a declared model: every fault told at once, with its line and the nearest known name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from evaluation.core.errors import Problem, near_miss
from evaluation.core.yamlfile import Path_, YamlFile, read_yaml
from evaluation.declare.model import Declared

Model = TypeVar("Model", bound=Declared)

# pydantic's error type -> our message
CODES = {
    "missing": "D01", "extra_forbidden": "D02", "literal_error": "D03", "string_type": "D04", "string_too_short": "D05",
    "string_too_long": "D16", "pattern": "D17", "zone": "D18", "day": "D19", "public_key": "D20",
    "number": "D06", "float_type": "D06", "int_type": "D06", "float_parsing": "D06", "int_parsing": "D06",
    "int_from_float": "D06", "finite_number": "D06", "bool_type": "D07", "bool_parsing": "D07", "name": "D08",
    "greater_than": "D09", "greater_than_equal": "D09", "less_than": "D09", "less_than_equal": "D09",
    "too_short": "D10", "list_type": "D11", "tuple_type": "D11", "dict_type": "D12", "model_type": "D12",
    "model_attributes_type": "D12", "string_pattern_mismatch": "D13", "score_and_status": "D14", "range": "D15",
}  # fmt: skip


def load(file: Path, model: type[Model]) -> tuple[Model | None, YamlFile, list[Problem]]:
    """Read and validate one file. The model is None where `problems` has faults of form.

    Raises DeclarationError if the file cannot be read as YAML at all.
    """
    loaded = read_yaml(file)
    declared, problems = validated(loaded, model)
    return declared, loaded, problems


def validated(loaded: YamlFile, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """The model of what was read, and every fault of form; None where there are any."""
    problems = list(loaded.problems)
    if not isinstance(loaded.data, dict):
        return None, [*problems, loaded.fault("D12", given=type(loaded.data).__name__)]
    try:
        declared = model.model_validate(loaded.data)
    except ValidationError as error:
        told = (_told(loaded, model, fault) for fault in error.errors() if not _follows_from_another(fault))
        return None, [*problems, *told]
    return (None if problems else declared), problems


def _follows_from_another(fault: ErrorDetails) -> bool:
    """True for "too few entries" where there are enough, and pydantic counts only those without faults."""
    return fault["type"] == "too_short" and len(fault["input"]) >= fault.get("ctx", {}).get("min_length", 0)


def _told(loaded: YamlFile, model: type[Declared], fault: ErrorDetails) -> Problem:
    path = tuple(part for part in fault["loc"] if part != "[key]")
    code = CODES.get(fault["type"], "D99")
    given = fault.get("input")
    context = fault.get("ctx", {})
    expected = context.get("expected") or context.get("pattern") or ""
    bounds = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
    expected = expected or " ".join(f"{sign} {context[key]}" for key, sign in bounds.items() if key in context)
    expected = expected or str(context.get("min_length", ""))
    name = str(path[-1]) if path else ""
    hint = ""
    if code == "D02":
        hint = near_miss(name, _fields(model, path[:-1]))
    if code == "D03":
        hint = near_miss(str(given), [part.strip("' ") for part in expected.replace(" or ", ",").split(",")])
    shown = "" if isinstance(given, (dict, list)) else given
    return loaded.fault(code, path, name=name, given=shown, expected=expected, hint=hint, reason=fault["msg"])


def _fields(model: type[Declared], path: Path_) -> list[str]:
    """Names of the fields that may stand at a path of the model."""
    for part in path:
        if not isinstance(part, str):
            continue
        field = model.model_fields.get(part)
        inner = next(_models(field.annotation), None) if field else None
        model = inner or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[Declared]]:
    if isinstance(annotation, type) and issubclass(annotation, Declared):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
