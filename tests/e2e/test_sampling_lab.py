"""The sampling lab as the methodologist runs it: stock papermill, both languages, pictures that are told in words too."""

from __future__ import annotations

import re
import warnings

import nbformat
import papermill
import pytest

from evaluation.core.resources import shipped


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_notebook_runs(tmp_path, lang):
    out = tmp_path / "lab.ipynb"
    given = {"round": str(shipped("data_samples") / "autumn-2026"), "lang": lang, "simulations": 20, "n": 30}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        papermill.execute_notebook(shipped("notebooks") / "sampling_lab.ipynb", out, given, progress_bar=False)
    made = nbformat.read(out, as_version=4)
    pages = [output.data["text/html"] for cell in made.cells if cell.cell_type == "code" for output in cell.outputs
             if "data" in output and "text/html" in output.data]
    assert len(pages) == 5
    assert all(re.search(r'<img[^>]* alt="[^"]{20,}"', page) for page in pages)
    assert pages[3].count("<tr>") == 5  # a head and four designs
