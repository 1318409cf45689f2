"""A report: sections that a notebook shows one by one and that are written together as one HTML page that opens offline."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from ruamel.yaml import YAML

from evaluation.core.errors import UsageError, near_miss, problem
from evaluation.core.files import write_text
from evaluation.declare.model import LANGUAGES
from evaluation.reporting.style import Picture
from evaluation.reporting.webfont import font_style

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
Columns = Sequence[tuple[str, str]]


@cache
def _words() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load((HERE / "words.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def environment() -> Environment:
    """The templates; everything put into them is escaped."""
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@cache
def page_style() -> Markup:
    """The style sheet of every page."""
    return Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))


def words(lang: str) -> dict[str, str]:
    """The reports' words in one language. Raises UsageError for a language that they are not in."""
    if lang not in LANGUAGES:
        raise UsageError(problem("U04", path="lang", lang=lang, hint=near_miss(lang, LANGUAGES)))
    return _words()[lang]


def _macro(name: str, *arguments: Any) -> Markup:
    module = environment().get_template("parts.html.j2").module
    return Markup(getattr(module, name)(*arguments))  # the macro has escaped its arguments


def table_html(caption: str, columns: Columns, rows: Sequence[Sequence[Any]]) -> Markup:
    """A table with caption and scopes; columns are (name, "text" or "number"); everything is escaped."""
    return Markup('<div class="scroll">{}</div>').format(_macro("table", caption, columns, rows))


def picture_html(picture: Picture) -> Markup:
    """A picture inside the page, with its alternative text."""
    return _macro("picture", {"alt": picture.alt, "base64": b64encode(picture.png).decode()})


def card_html(verdict: str, facts: Sequence[tuple[str, str]], why: str) -> Markup:
    """The result card."""
    return _macro("card", verdict, facts, why)


def paragraph(text: str, kind: str = "") -> Markup:
    """A paragraph, escaped."""
    return Markup('<p class="{}">{}</p>').format(kind, text)


def number(value: float, digits: int = 1, missing: str = "–", signed: bool = False) -> str:
    """A number for a reader: one decimal, a true minus sign, a dash where there is none."""
    if not math.isfinite(value):
        return missing
    return f"{value:{'+' if signed else ''}.{digits}f}".replace("-", "−")


def percent(share: float) -> str:
    """A share as `37%`, `< 1%` and `> 99%` where rounding would claim certainty; a dash where there is none."""
    if not math.isfinite(share):
        return "–"
    if 0 < share < 0.01 or 0.99 < share < 1:
        return "< 1%" if share < 0.5 else "> 99%"
    return f"{share:.0%}"


def certainty(probability: float, se: float) -> str:
    """A probability as `percent` shows it; never 0% or 100% where there is sampling error."""
    return percent(probability if se == 0 or not math.isfinite(probability) else min(max(probability, 1e-9), 1 - 1e-9))


def interval(low: float, high: float, missing: str = "–") -> str:
    """`81.2 – 84.9`, or `−3.1 … 0.6`, or a dash."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return missing
    return f"{low:.1f} {'–' if low >= 0 else '…'} {high:.1f}".replace("-", "−")


@dataclass(frozen=True)
class Section:
    """One titled part of a report. A notebook shows it as HTML; what stands for it as text is its title."""

    title: str
    body: Markup = field(repr=False)

    def _repr_html_(self) -> str:
        shown = Markup('<style>{}</style><div class="evaluation"><h2>{}</h2>{}</div>')
        return shown.format(page_style(), self.title, self.body)


@dataclass
class Report:
    """The sections shown so far, by name, in the order in which they were first shown."""

    lang: str
    title: str
    kicker: str
    footer: tuple[str, ...]
    sections: dict[str, Section] = field(default_factory=dict)

    def section(self, name: str, title: str, *parts: Markup) -> Section:
        """Make a section and keep it; the same name again replaces it."""
        self.sections[name] = Section(title, Markup("\n").join(parts))
        return self.sections[name]

    def page(self) -> str:
        """The page: one file, no address of anything outside it."""
        texts = [self.title, self.kicker, *self.footer, *(section.title for section in self.sections.values())]
        text = "".join(texts) + "".join(section.body for section in self.sections.values())
        return environment().get_template("report.html.j2").render(
            lang=self.lang, title=self.title, kicker=self.kicker, sections=self.sections.values(),
            style=page_style() + font_style(text), footer=self.footer, software=version("evaluation"))

    def write(self, file: Path) -> Path:
        """Write the page; returns its path."""
        write_text(file, self.page())
        return file
