"""The page of any notebook: readable, in order, and harmless whatever its cells show."""

import re

import pytest

from evaluation.core.errors import UsageError
from evaluation.reporting.page import clean, notebook_page

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def cell(*outputs, source="x"):
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def shown(**data):
    return {"output_type": "display_data", "data": {name.replace("_", "/", 1): value for name, value in data.items()}}


def page(*cells, lang="en"):
    return notebook_page({"cells": list(cells)}, lang)


def test_a_page_has_title_text_code_and_outputs():
    text = page({"cell_type": "markdown", "source": ["# My *own*\n", "Some **bold** & <b>raw</b> text, 中文"]},
                cell({"output_type": "stream", "name": "stdout", "text": ["one\n", "two <3\n"]}, source=["a = 1 < 2"]),
                {"cell_type": "raw", "source": "left out"})
    assert "<strong>bold</strong>" in text
    assert "&lt;b&gt;raw" in text
    assert '<details class="code"><summary>Code</summary>' in text
    assert "a = 1 &lt; 2" in text
    assert "two &lt;3" in text
    assert "left out" not in text
    assert len(re.findall("<h1", text)) == 1
    assert "font-face" in text


def test_pictures_say_what_they_are():
    text = page({"cell_type": "markdown", "source": "# Title\n## Ages"}, cell(shown(image_png=PIXEL)),
                cell({"output_type": "display_data", "data": {"image/svg+xml": "<svg onload='x()'></svg>"}}))
    assert f'<img alt="Picture 1: Ages" src="data:image/png;base64,{PIXEL}">' in text
    assert 'alt="Picture 2: Ages" src="data:image/svg+xml;base64,' in text
    assert "onload" not in text


@pytest.mark.parametrize("hostile", [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '<a href="javascript:alert(1)">a</a>',
    "<iframe src='//e.org'></iframe>", '<img src="https://e.org/track.png">', "<form action='//e.org'><input></form>",
    "<style>body{background:url(https://e.org)}</style>", "<svg><script>1</script></svg>", "<td onclick=alert(1)>",
    '<link rel=stylesheet href="//e.org">', '<base href="//e.org">', '<img src="data:text/html,<script>1</script>">',
    "<meta http-equiv=refresh content='0;url=//e.org'>", "<object data=x>",
])
def test_what_a_cell_shows_as_html_does_nothing(hostile):
    output = {"output_type": "display_data", "data": {"text/html": hostile}}
    for text in (str(clean(hostile)), page(cell(output, source=""))):
        body = text.split("</style>")[-1]
        assert not re.search(r"<(script|iframe|form|style|link|base|object|meta http)|onerror|onclick|javascript:", body)
        assert "e.org" not in body


def test_a_table_stays_a_table():
    text = str(clean('<table class="dataframe"><tr><th scope="col">a</th></tr><tr><td colspan="2">1</td></tr></table>'))
    assert '<th scope="col">a</th>' in text
    assert 'colspan="2"' in text


def test_errors_are_shown_without_colour_codes():
    text = page(cell({"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[31mE\x1b[39m: v"]}))
    assert '<pre class="error">E: v</pre>' in text


def test_a_notebook_without_anything_is_a_page():
    assert "<h1>笔记本</h1>" in page(lang="zh")
    with pytest.raises(UsageError):
        page(lang="fr")
