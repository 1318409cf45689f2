# ruff: noqa: E501  (a row of a table is a line)
"""Any valid rubric that is written out is read back the same; and reading anything at all ends in data or in told faults."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from evaluation.core.errors import DeclarationError
from evaluation.core.yamlfile import read_yaml
from evaluation.declare.model import METHODS
from evaluation.declare.programme import load_rubric
from evaluation.declare.rubric import Rubric
from evaluation.declare.scope import offending

QUICK = settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
MANY = settings(QUICK, max_examples=250)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True, alphabet="abcxyzABC019_.-").filter(lambda name: not offending(name))
texts = st.one_of(
    st.sampled_from(["no", "true", "null", "~", "012", "1:30", "1e3", ".5", "0.50", "- a", "# x", "a: b", "'", '"', "%", "@", "`", "<<", " a ", "a\nb\n\n",
                     "\t", "😀", "=", "2026-01-31", "1_000", "[a", "{", "!t", "&a", "*a", "|", ">", "...", "---"]),
    st.text("abz 社区好。，0123:#'\"-\n", min_size=1, max_size=12),
).filter(lambda text: not offending(text) and not text.startswith((":", "?", "-")))  # ruamel cannot read back {a: :0}
labels = st.fixed_dictionaries({"zh": texts, "en": texts})


@st.composite
def rubrics(draw: st.DrawFn) -> dict[str, Any]:
    """Data of a rubric with no fault: points add up to 100, weights to 1, levels rise from the pass mark."""
    cuts = sorted(draw(st.sets(st.integers(1, 9999), max_size=4)))
    points = [(high - low) / 100 for low, high in zip([0, *cuts], [*cuts, 10000], strict=True)]
    ids = draw(st.lists(names, min_size=len(points) + 1, max_size=len(points) + 1, unique=True))
    aims = draw(st.lists(names, max_size=2, unique=True))
    indicators = []
    for name, worth in zip(ids, points, strict=False):
        one, two = draw(st.permutations(METHODS))[:2]
        share = draw(st.integers(1, 100)) / 100
        evidence = {one: share} if share == 1 else {one: share, two: round(1 - share, 2)}
        indicators.append({"id": name, "label": draw(labels), "points": worth, "evidence": evidence})
        if aims and draw(st.booleans()):
            indicators[-1]["aim"] = draw(st.sampled_from(aims))
        if draw(st.booleans()):
            indicators[-1]["missing"] = {"not_assessed": draw(st.sampled_from(["redistribute", "zero", "withhold"]))}
    pass_mark, *marks = sorted(draw(st.sets(st.integers(0, 1000), min_size=1, max_size=4)))
    levels = [{"id": f"s{at}", "label": draw(labels), "at": at / 10} for at in marks]
    return {"rubric": ids[-1], "version": draw(texts), "title": draw(labels), "languages": ["zh", "en"], "pass_mark": pass_mark / 10,
            "aims": [{"id": aim, "label": draw(labels)} for aim in aims], "levels": levels,
            "dimensions": [{"id": "d", "label": draw(labels), "indicators": indicators}]}


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "any.yaml"


@QUICK
@given(data=rubrics(), flow=st.booleans())
def test_a_rubric_written_out_is_read_back_the_same(file: Path, data: dict[str, Any], flow: bool) -> None:
    meant = Rubric.model_validate(data)
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style, writer.allow_unicode, writer.width = flow, True, 80
    stream = io.StringIO()
    writer.dump(meant.model_dump(mode="json", exclude_none=True), stream)
    file.write_text(stream.getvalue(), encoding="utf-8", newline="\n")
    assert load_rubric(file).model_dump() == meant.model_dump()


def ends_well(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)
    try:
        loaded = read_yaml(file)
    except DeclarationError as error:
        if error.problems and str(error):
            return
        raise
    lines = raw.decode("utf-8-sig").count("\n") + raw.decode("utf-8-sig").count("\r") + 3
    assert all(1 <= line <= lines + raw.count(b"\xe2\x80") + raw.count(b"\xc2\x85") for line in loaded.lines.values())


@MANY
@given(text=st.one_of(st.text(max_size=40), st.text(":-{}[]&*!|>'\"%@\\`#,?~<=. \n\tab01x\r\x85", max_size=30)))
@example("a: &x 1\nb: &x 2\n")
@example("%YAML 9.9\n---\na: 1\n")
@example("%TAG ! tag:x,2000:\n---\n!y a: 1\n")
@example('"\\U99999999"')
@example("? a\n? b\n")
@example("!!binary x")
@example("!<> a")
@example("- !!set {a}\n- !!omap [a: 1]\n")
@example("a: !!int x\n")
@example("*a")
@example("\ud800".encode("utf-8", "replace").decode())
def test_reading_any_text_ends_in_data_or_told_faults(file: Path, text: str) -> None:
    ends_well(file, text.encode("utf-8", "surrogatepass"))


@MANY
@given(raw=st.binary(max_size=60))
@example(b"\xff\xfea\0:\0 \x001\0")
@example(b"\xef\xbb\xbf")
@example(b"\xef\xbb\xbfa: 1")
@example(b"\0")
def test_reading_any_bytes_ends_in_data_or_told_faults(file: Path, raw: bytes) -> None:
    ends_well(file, raw)


@MANY
@given(text=st.text("-0123456789.eE+_:xo nNaAfFiItTrRuUsSlL~", min_size=1, max_size=6))
def test_a_plain_number_is_read_as_it_stands_or_stays_text(file: Path, text: str) -> None:
    file.write_text(f"a: {text}\n", encoding="utf-8")
    try:
        data = read_yaml(file).data
    except DeclarationError:
        return
    value = data["a"] if isinstance(data, dict) and set(data) == {"a"} else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        assert str(value) == text.strip().split(" #")[0] or (text.strip(), value) == ("-0", 0)
    elif isinstance(value, bool):
        assert text.strip() in ("true", "false", "True", "False")
