"""A paper form as one HTML page: A4, to be printed; its Chinese characters inside it."""

from __future__ import annotations

from markupsafe import Markup

from evaluation.reporting.paper.form import PaperForm
from evaluation.reporting.report import TEMPLATES, environment
from evaluation.reporting.webfont import font_style


def paper_html(form: PaperForm) -> str:
    """The page. The same form gives the same bytes."""
    style = Markup((TEMPLATES / "paper.css").read_text(encoding="utf-8"))
    template = environment().get_template("paper.html.j2")
    plain = template.render(form=form, style=Markup(""))
    return template.render(form=form, style=style + font_style(plain))
