"""What a round asks of the forms that come back: the limits of each check, and which flags leave a form out of the scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from evaluation.core.errors import Problem, near_miss
from evaluation.core.yamlfile import YamlFile
from evaluation.declare.model import Count, Declared, Name, Number, Share, Topics

CheckName = Literal["duplicate_id", "duplicate_answers", "near_duplicate", "stale_version", "no_consent", "ends_early",
                    "starts_late", "too_short", "odd_duration", "straight_line", "unanswered", "dont_know", "refused",
                    "other_unsaid", "constraint", "contact"]
CHECK_NAMES: tuple[str, ...] = get_args(CheckName)
Minutes = Annotated[Number, Field(ge=0)]
Least = Annotated[Count, Field(ge=2)]


class Consent(Declared):
    """The item by which a respondent agrees, and its values that say yes. Instruments without the item are not checked."""

    item: Name = "consent"
    values: Annotated[Topics, Field(min_length=1)] = ("yes",)


class Alike(Declared):
    """Two forms are near duplicates from this `share` of equal answers on; both kinds of duplicates need so many equal answers
    that are not their community's commonest: whoever says what most say is like many.
    """

    share: Annotated[Number, Field(gt=0.5, le=1)] = 0.95
    uncommon: Count = 5


class TooShort(Declared):
    """A form is too short below this `share` of the median of its method, or below so many `minutes`. The median counts from
    `least` timed forms on.
    """

    share: Share = 0.4
    minutes: Minutes = 2.0
    least: Least = 20


class OddDuration(Declared):
    """A form is odd from so many robust standard deviations of log(minutes) on, with `least` timed forms."""

    deviations: Annotated[Number, Field(gt=0)] = 3.5
    least: Least = 20


class StraightLine(Declared):
    """The same answer to so many `items` of a scale in a row; to fewer where one is `reversed`; to all of an unbroken `grid` of
    so many.
    """

    items: Least = 15
    reversed: Least = 8
    grid: Least = 8


class BackCheck(Declared):
    """Items asked again, by type. type1: cannot change, any difference is an error; type2: may change a little; type3: may
    move, and are looked at for how stable they are. tolerance: item: how far two numbers may lie apart and still be the same.
    """

    type1: tuple[Name, ...] = ()
    type2: tuple[Name, ...] = ()
    type3: tuple[Name, ...] = ()
    tolerance: dict[Name, Annotated[Number, Field(ge=0)]] = {}

    @property
    def types(self) -> dict[str, int]:
        """Item: its type."""
        return {item: number for number, items in ((3, self.type3), (2, self.type2), (1, self.type1)) for item in items}


class Quality(Declared):
    """Limits of the checks on forms. `exclude`: the checks whose flags, unless reviewed, leave a form out of the scores.
    `unanswered`, `dont_know`, `refused`: flagged above this share of the items that were asked.
    """

    exclude: tuple[CheckName, ...] = ()
    consent: Consent = Consent()
    alike: Alike = Alike()
    too_short: TooShort = TooShort()
    odd_duration: OddDuration = OddDuration()
    straight_line: StraightLine = StraightLine()
    unanswered: Share = 0.3
    dont_know: Share = 0.4
    refused: Share = 0.3
    back_check: BackCheck = BackCheck()


def lint_quality(quality: Quality, loaded: YamlFile, items: Iterable[str]) -> Iterator[Problem]:
    """Items that no instrument of the round has, and items of two types."""
    known = sorted(set(items))
    named: list[tuple[tuple[Any, ...], str]] = []
    if "consent" in quality.model_fields_set and "item" in quality.consent.model_fields_set:
        named.append((("quality", "consent", "item"), quality.consent.item))
    seen: dict[str, str] = {}
    for kind in ("type1", "type2", "type3"):
        for number, item in enumerate(getattr(quality.back_check, kind)):
            here = ("quality", "back_check", kind, number)
            named.append((here, item))
            if item in seen:
                yield loaded.fault("J02", here, name=item, first=seen[item])
            seen.setdefault(item, kind)
    named += [(("quality", "back_check", "tolerance", item), item) for item in quality.back_check.tolerance]
    for here, item in named:
        if item not in known:
            yield loaded.fault("J01", here, name=item, hint=near_miss(item, known))
