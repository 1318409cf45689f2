"""Parameters of notebooks: their names and types, told before anything runs."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from evaluation.core.errors import UsageError
from evaluation.reporting.parameters import check_names, kinds_of, read_notebook, typed

CELL = """\
round = "r"  # folder
n = 3
share: float = 1
flag = False
names: list[str] = []
levels = {"a": 1}
limit: int | None = None
computed = n + 1
print(n)"""
KINDS = {"round": "str", "n": "int", "share": "float", "flag": "bool", "names": "list", "levels": "dict", "limit": "",
         "computed": ""}


def notebook(source=CELL, language="python"):
    kernel = {"kernelspec": {"name": "python3", "language": language, "display_name": "any"}}
    cells = [new_code_cell("x = 1"), new_code_cell(source, metadata={"tags": ["parameters"]})]
    return new_notebook(cells=cells, metadata=kernel)


def test_types_are_read_from_annotations_and_defaults():
    assert kinds_of(notebook()) == KINDS
    assert kinds_of(new_notebook()) == {}
    assert kinds_of(notebook("this is not Python")) == {}


@pytest.mark.parametrize(("name", "text", "value"), [
    ("round", "3", "3"), ("round", 'a "quoted" \\ name', 'a "quoted" \\ name'), ("n", "-12", -12), ("share", "2", 2.0),
    ("share", "1e-3", 0.001), ("flag", "yes", True), ("flag", "False", False), ("names", '["甲", "b"]', ["甲", "b"]),
    ("levels", '{"a": 2}', {"a": 2}), ("limit", "7", 7), ("limit", "None", None), ("limit", "some text", "some text"),
])
def test_text_becomes_a_value_of_its_type(tmp_path, name, text, value):
    found = typed(tmp_path, notebook(), {name: text})[name]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("name", "text"), [
    ("n", "3.5"), ("n", "many"), ("share", "half"), ("share", "1e400"), ("share", "nan"), ("flag", "maybe"), ("names", "a, b"),
    ("names", "{}"), ("levels", "[]"), ("levels", "{'a': 1}"),
])
def test_text_of_another_type_is_told(tmp_path, name, text):
    with pytest.raises(UsageError) as error:
        typed(tmp_path, notebook(), {name: text})
    told, = error.value.problems
    assert (told.code, told.path) == ("U09", name)
    assert KINDS[name] in told.text("en")
    assert "…" not in told.text("zh")


def test_all_faults_are_told_at_once_with_the_nearest_name(tmp_path):
    with pytest.raises(UsageError) as error:
        typed(tmp_path, notebook(), {"shares": "1", "n": "x", "__import__('os')": "1"})
    assert [told.code for told in error.value.problems] == ["U03", "U09", "U03"] or len(error.value.problems) == 3
    assert "'share'" in str(error.value)


def test_names_that_are_not_there_are_told(tmp_path):
    check_names(tmp_path, notebook(), ["round", "n"])
    with pytest.raises(UsageError, match="U03"):
        check_names(tmp_path, notebook(), ["community"])


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1]", b'{"cells": 3}'])
def test_a_file_that_is_no_notebook_is_told(tmp_path, content):
    file = tmp_path / "no.ipynb"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="U08"):
        read_notebook(file)
    with pytest.raises(UsageError, match="U08"):
        read_notebook(tmp_path / "none.ipynb")


def test_a_notebook_is_read(tmp_path):
    file = tmp_path / "some.ipynb"
    nbformat.write(notebook(), file)
    assert kinds_of(read_notebook(file)) == KINDS
