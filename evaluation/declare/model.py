"""What the declared models share: frozen, no unknown keys, labels per language, numbers that mean what was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

METHODS = ("questionnaire", "phone", "meeting", "activity", "records")
RESPONDENT_METHODS = ("questionnaire", "phone")
Method = Literal["questionnaire", "phone", "meeting", "activity", "records"]
LANGUAGES = ("zh", "en")
ANY_LANGUAGE = "*"


class Declared(BaseModel):
    """Base of every declared thing."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


def _labels(value: Any) -> Any:
    return {ANY_LANGUAGE: value} if isinstance(value, str) else value


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("number", "not a number")
    if isinstance(value, str):
        if re.fullmatch(r"-?0[0-9]+.*", value) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            raise PydanticCustomError("number", "not a number")
        return float(value) if "." in value else int(value)
    return value


def _name(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", value):
        raise PydanticCustomError("name", "not a name")
    return value


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
Labels = Annotated[dict[str, Text], BeforeValidator(_labels), Field(min_length=1)]
Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Share = Annotated[Number, Field(ge=0, le=1)]
Points = Annotated[Number, Field(ge=0, le=100)]
Count = Annotated[int, BeforeValidator(_number), Field(ge=0)]
Name = Annotated[str, BeforeValidator(_name)]
Topics = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many)]


def label(labels: Mapping[str, str], lang: str) -> str:
    """The label in `lang`; where it has none, the label for any language, else the first one."""
    return labels.get(lang) or labels.get(ANY_LANGUAGE) or next(iter(labels.values()))
