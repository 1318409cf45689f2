"""Styles of a paper form as a document: A4, letters of both scripts, boxes around what decides who is asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from docx.document import Document as Doc
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from evaluation.reporting.paper.form import PaperForm

MADE = datetime(2000, 1, 1)      # a fixed time, for equal bytes
LATIN, CHINESE = "Arial", "Microsoft YaHei"
QUIET = RGBColor(0x4D, 0x4D, 0x4D)
INDENT = Mm(9)                   # of the text beside a number
#: style -> size in points, bold, colour
STYLES = {"Note": (9, False, QUIET), "Question": (10.5, True, None), "Routing": (10.5, True, None),
          "Read out": (10.5, False, None)}  # fmt: skip


def set_styles(document: Doc, form: PaperForm) -> None:
    """Page, properties and styles of a document."""
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(17)
    page.top_margin = page.bottom_margin = Mm(16)
    properties = document.core_properties
    properties.title, properties.author, properties.comments, properties.language = form.title, "", "", form.lang
    properties.created = properties.modified = MADE
    properties.last_modified_by, properties.revision = "", 1
    normal = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    normal.paragraph_format.space_after = Pt(2)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB" if form.lang == "zh" else form.lang)
    language.set(qn("w:eastAsia"), "zh-CN")
    normal.element.get_or_add_rPr().append(language)
    for name, (size, bold, colour) in STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.font.size, style.font.bold = Pt(size), bold
        if colour is not None:
            style.font.color.rgb = colour
    for name, size in (("Normal", 10.5), ("Title", 17), ("Heading 2", 12.5), *((name, STYLES[name][0]) for name in STYLES)):
        style = document.styles[name]
        style.font.size = Pt(size)
        _font(style)
    for name in ("Title", "Heading 2"):
        style = document.styles[name]
        style.font.color.rgb, style.font.bold = RGBColor(0, 0, 0), True
        for border in style.element.iter(qn("w:pBdr")):
            border.getparent().remove(border)
    for name in ("Routing", "Question"):
        spacing = document.styles[name].paragraph_format
        spacing.keep_with_next, spacing.space_before = True, Pt(8)
    document.styles["Question"].paragraph_format.left_indent = INDENT
    document.styles["Question"].paragraph_format.first_line_indent = -INDENT
    _boxed(document.styles["Routing"])


def _font(style: Any) -> None:
    """Latin and Chinese letters of their own font each; a theme's font would win over both."""
    style.font.name = LATIN
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), CHINESE)
    fonts.set(qn("w:cs"), LATIN)


def _boxed(style: Any) -> None:
    borders = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "3"), ("color", "000000")):
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    before = style.element.get_or_add_pPr()
    before.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl")
