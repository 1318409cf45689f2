"""A notebook that ran, as one page: for notebooks that do not write a page of their own. Code is folded away, nothing runs.

What a cell shows as HTML is cleaned of scripts, styles, forms and addresses of anything outside the page.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from evaluation.reporting.report import environment, page_style, words
from evaluation.reporting.webfont import font_style

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/svg+xml")
KEPT = {"class", "id", "lang", "scope", "colspan", "rowspan", "alt", "title"}
TAGS = nh3.ALLOWED_TAGS | {"section", "header", "footer", "main"}
Cell = Mapping[str, Any]


def notebook_page(notebook: Mapping[str, Any], lang: str) -> str:
    """The page of a notebook in nbformat 4. Raises UsageError for a language without words."""
    word = words(lang)
    markdown = "\n".join(_text(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    found = HEADING.search(markdown)
    title = found.group(1) if found else word["notebook_page"]
    body = Markup("\n").join(_cells(notebook["cells"], title, word))
    return environment().get_template("notebook.html.j2").render(
        lang=lang, title=title, body=body, style=page_style() + font_style(title + body), software=version("evaluation"))


def _cells(cells: list[Cell], title: str, word: Mapping[str, str]) -> Iterator[Markup]:
    heading, pictures = title, 0
    for cell in cells:
        source = _text(cell["source"])
        if cell["cell_type"] == "markdown":
            found = HEADING.findall(source)
            heading = found[-1] if found else heading
            text = source if source.lstrip() != f"# {title}" else ""
            yield _markdown(text.replace(f"# {title}\n", "", 1))
        elif cell["cell_type"] == "code":
            if source.strip():
                yield Markup('<details class="code"><summary>{}</summary><pre><code>{}</code></pre></details>').format(
                    word["code"], source)
            for output in cell["outputs"]:
                pictures += any(kind in output.get("data", {}) for kind in PICTURES)
                yield _output(output, word["picture_of"].format(n=pictures, heading=heading))


def _output(output: Mapping[str, Any], alt: str) -> Markup:
    if output["output_type"] == "stream":
        return _plain(_text(output["text"]), output["name"])
    if output["output_type"] == "error":
        return _plain("\n".join(output["traceback"]) or f"{output['ename']}: {output['evalue']}", "error")
    data = output["data"]
    for kind in PICTURES:
        if kind in data and "text/html" not in data:
            return _picture(kind, _text(data[kind]), alt)
    if "text/html" in data:
        return Markup('<div class="scroll">{}</div>').format(clean(_text(data["text/html"])))
    if "text/markdown" in data:
        return _markdown(_text(data["text/markdown"]))
    return _plain(_text(data.get("text/plain", "")), "result")


def clean(text: str) -> Markup:
    """HTML that does nothing and asks for nothing outside the page."""
    kept = {tag: KEPT | ({"src"} if tag == "img" else {"href"} if tag == "a" else set()) for tag in TAGS}
    return Markup(nh3.clean(text, tags=TAGS, attributes=kept, attribute_filter=_inside, url_schemes={"data", "https", "http"}))


def _inside(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if value.startswith("data:image/") else None
    if tag == "a" and name == "href":
        return value if value.startswith(("#", "https://", "http://")) else None
    return value


def _picture(kind: str, content: str, alt: str) -> Markup:
    if kind == "image/svg+xml":
        content = b64encode(content.encode()).decode()
    return Markup('<figure><img alt="{}" src="data:{};base64,{}"></figure>').format(alt, kind, "".join(content.split()))


def _plain(text: str, kind: str) -> Markup:
    return Markup('<pre class="{}">{}</pre>').format(kind, ANSI.sub("", text)) if text.strip() else Markup("")


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _markdown(text: str) -> Markup:
    return clean(_reader().render(text))


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
