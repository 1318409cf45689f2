"""Charts: real pictures, the same twice, in two languages, whatever is missing, and no glyph missing from the font."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from io import BytesIO

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from evaluation.reporting import charts, layout, style
from evaluation.reporting.chart_parts import WORDS
from evaluation.reporting.style import Picture

NAMES = ["镕喆社区", "堃赟社区", "翀龘村", "𠮷祥里😀", "A very long name of a village and all its settlements $5 to $6"]
LEVELS = ["差", "一般", "好"]
STARS = [("★", 85.0), ("★★", 90.0), ("★★★", 95.0)]

DECLARED = pd.DataFrame({"label": NAMES, "declared": [92.0, 88, 95, np.nan, 90], "value": [81.3, 89, np.nan, 70, 90],
                         "ci_low": [78.0, 84, np.nan, np.nan, 85], "ci_high": [84.0, 94, np.nan, np.nan, 95]})
POINTS = DECLARED.assign(points=[20.0, 15, 20, 25, 20])
ANSWERS = pd.DataFrame({"item": NAMES, "n": [120, 7, 88, 31, 60], "差": [0.1, np.nan, 0, 0.3, 0.004],
                        "一般": [0.2, np.nan, 0, 0.3, 0.006], "好": [0.7, np.nan, 1, 0.4, 0.99]})
OUTCOMES = pd.DataFrame({"outcome": NAMES, "cases": [1200.0, np.nan, 0, 3, 455]})
CHANCES = pd.DataFrame({"label": ["★", "★★", "★★★"], "probability": [0.998, 0.413, np.nan]})
RANKED = DECLARED.assign(verdict=pd.Series(["fail", "more_evidence", None, "not_reviewed", "pass"], dtype=object))
GAPS = pd.DataFrame({"label": NAMES, "difference": [-12.4, 1.0, np.nan, 3, 0.5], "se": [2.0, 1.5, 1.0, 3, 0]})

Chart = Callable[[pd.DataFrame, str], Picture]
CHARTS: dict[str, tuple[Chart, pd.DataFrame, str]] = {
    "declared_and_verified": (charts.declared_and_verified, DECLARED, "81.3"),
    "dimensions": (charts.dimensions, POINTS, "16.3"),
    "likert": (lambda table, lang: charts.likert(table, LEVELS, lang), ANSWERS, "40%"),
    "field_outcome": (charts.field_outcome, OUTCOMES, "1,200"),
    "level_probabilities": (charts.level_probabilities, CHANCES, "41%"),
    "caterpillar": (lambda table, lang: charts.caterpillar(table, 85, STARS, lang), RANKED, "90.0"),
    "funnel": (charts.funnel, GAPS, "−12.4"),
}


@pytest.fixture(autouse=True)
def _warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_picture_is_png_and_the_same_twice_and_tells_its_number(name: str, lang: str) -> None:
    chart, table, number = CHARTS[name]
    before = table.copy()
    picture = chart(table, lang)
    assert picture.png.startswith(b"\x89PNG\r\n\x1a\n")
    assert imread(BytesIO(picture.png)).shape[1] == int(style.WIDTH * style.DPI)
    assert picture == chart(table, lang)
    assert number in picture.alt
    assert "nan" not in picture.alt.lower()
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("name", CHARTS)
def test_languages_differ(name: str) -> None:
    chart, table, _ = CHARTS[name]
    zh, en = chart(table, "zh"), chart(table, "en")
    assert zh.png != en.png
    assert zh.alt != en.alt


@pytest.mark.parametrize("name", CHARTS)
def test_empty_single_and_missing(name: str) -> None:
    chart, table, _ = CHARTS[name]
    assert chart(table.iloc[:0], "zh").alt == "没有可显示的数据。"
    assert chart(table.iloc[:0], "en").alt == "Nothing to show."
    chart(table.iloc[:1], "en")
    numbers = table.select_dtypes("number").columns
    assert "nan" not in chart(table.assign(**dict.fromkeys(numbers, np.nan)), "en").alt.lower()


@pytest.mark.parametrize("name", ["caterpillar", "funnel"])
def test_order_of_rows_does_not_matter(name: str) -> None:
    chart, table, _ = CHARTS[name]
    assert chart(table, "zh") == chart(table.iloc[::-1], "zh")


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="use 'zh' or 'en'"):
        charts.funnel(GAPS, "fr")


def test_words_are_the_same_in_both_languages() -> None:
    assert WORDS["zh"].keys() == WORDS["en"].keys()
    assert style.VERDICT_COLOURS.keys() == style.VERDICT_MARKERS.keys() <= WORDS["zh"].keys()
    assert len(set(style.VERDICT_MARKERS.values())) == len(style.VERDICT_MARKERS)


@pytest.mark.parametrize(("low", "high", "told"), [
    (84.1, 90.2, "includes"), (85.0, 90.2, "above"), (80.0, 84.9, "below"), (math.nan, math.nan, "no interval")])
def test_result_strip_says_where_the_interval_lies(low: float, high: float, told: str) -> None:
    picture = charts.result_strip(87.4, low, high, 85, STARS, "en")
    assert "87.4" in picture.alt
    assert told in picture.alt
    assert picture == charts.result_strip(87.4, low, high, 85, STARS, "en")
    assert picture.png != charts.result_strip(87.4, low, high, 85, STARS, "zh").png


def test_result_strip_without_score() -> None:
    assert charts.result_strip(math.nan, math.nan, math.nan, 85, [], "zh").alt == "核验得分不公布；达标线 85。"


def test_rounding_never_lifts_a_score_over_the_threshold() -> None:
    assert "84.97" in charts.result_strip(84.97, 80, 90, 85, STARS, "en").alt


def test_withheld_row_does_not_tell_its_n() -> None:
    hidden = ANSWERS.assign(n=[120, 9999, 88, 31, 60])
    assert charts.likert(hidden, LEVELS, "en") == charts.likert(ANSWERS, LEVELS, "en")


def test_withheld_is_not_called_unassessed_nor_the_other_way_round() -> None:
    one = DECLARED.iloc[[2]]
    assert "verified withheld" in charts.declared_and_verified(one, "en").alt
    assert "不公布" in charts.dimensions(POINTS.iloc[[2]], "zh").alt
    told = one.assign(withheld=False, state="not_assessed")
    assert "verified not assessed" in charts.declared_and_verified(told, "en").alt
    assert "verified not applicable" in charts.declared_and_verified(told.assign(state="not_applicable"), "en").alt
    assert "verified withheld" in charts.declared_and_verified(told.assign(withheld=True), "en").alt
    stated = told.drop(columns="withheld")
    assert "verified not assessed" in charts.declared_and_verified(stated, "en").alt
    assert "verified withheld" in charts.declared_and_verified(stated.assign(state="scored"), "en").alt


def test_missing_declaration_is_called_that() -> None:
    assert "declared none, verified 70.0" in charts.declared_and_verified(DECLARED, "en").alt


def test_marker_on_the_edge_is_whole() -> None:
    """As many dark blue pixels for a score of 100 as for one in the middle of the same strip."""
    def dark(value: float) -> int:
        pixels = imread(BytesIO(charts.result_strip(value, value, value, 85, STARS, "en").png))[..., :3]
        plot = pixels[:, int(1.3 * style.DPI):]
        return int((np.abs(plot - np.array(to_rgb(style.BLUE))).max(axis=2) < 0.02).sum())

    assert dark(100) == pytest.approx(dark(92.5), rel=0.05)


def test_shares_next_to_certain_are_not_rounded_to_certain() -> None:
    assert ">99%" in charts.level_probabilities(CHANCES, "en").alt
    with pytest.raises(ValueError, match="not percentages"):
        charts.level_probabilities(CHANCES.assign(probability=41.3), "en")


def test_funnel_names_those_outside_and_counts_the_missing() -> None:
    alt = charts.funnel(GAPS, "en").alt
    assert "limits: 2 (镕喆社区, A very long name" in alt
    assert "Without data to show: 1." in alt


def test_funnel_with_no_room_says_how_many_are_unnamed() -> None:
    crowd = pd.DataFrame({"label": [f"{number} village" for number in range(300)], "difference": 20.0, "se": 1.0})
    assert "limits: 300" in charts.funnel(crowd, "en").alt


@pytest.mark.parametrize("count", [60, 61, 400])
def test_caterpillar_of_many(count: int) -> None:
    many = pd.concat([RANKED] * (count // 5 + 1), ignore_index=True).iloc[:count]
    assert f"n = {count}" in charts.caterpillar(many, 85, STARS, "en").alt


@pytest.mark.parametrize("count", range(2, 12))
def test_likert_colours_are_as_many_as_levels(count: int) -> None:
    colours = style.likert_colours(count)
    assert len(colours) == count
    assert (style.LIKERT_MIDDLE in colours) == (count % 2 == 1)


def test_wrapped_lines_fit_and_never_begin_with_a_closing_mark() -> None:
    text = "居民意见能得到及时答复（包括电话、网络和当面反映的意见），办理结果会公开；the office replies within days。"
    for width in (0.8, 1.1, 1.5, 2.0, 3.0):
        lines = style.wrapped(text, width, lines=20).split("\n")
        assert all(style.text_width(line) <= width for line in lines)
        assert not any(line[0] in "，。；、）" for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert style.wrapped(text, width, lines=1).endswith("…" if width < 3.5 else "。")


def test_characters_that_no_font_has_are_marked() -> None:
    assert style.drawable("镕\u200b喆\n𠮷") == "镕喆 〓"


def test_labels_of_marks_do_not_overlap() -> None:
    assert layout.mark_lanes([(1.0, 0.5), (1.1, 0.5), (2.0, 0.5), (2.2, 0.5)]) == [0, 1, 0, 1]


def test_settings_of_the_notebook_neither_change_nor_are_changed() -> None:
    expected = charts.funnel(GAPS, "zh")
    with matplotlib.rc_context({"font.size": 20, "axes.grid": False, "lines.linewidth": 9}):
        assert charts.funnel(GAPS, "zh") == expected
        assert matplotlib.rcParams["font.size"] == 20


def test_importing_and_drawing_touch_no_global_state() -> None:
    code = ("import sys, matplotlib; before = matplotlib.rcParams.copy(); from evaluation.reporting import charts; "
            "assert before == matplotlib.rcParams.copy(); charts.result_strip(87, 85, 90, 85, [], 'zh'); "
            "assert before == matplotlib.rcParams.copy(); "
            "assert not {'zhplot', 'matplotlib.pyplot'} & set(sys.modules), 'imported'")
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})


def test_html_escapes_the_alt_text() -> None:
    html = Picture(b"x", 'a "b" <c>')._repr_html_()
    assert 'alt="a &quot;b&quot; &lt;c&gt;"' in html
    assert "data:image/png;base64,eA==" in html
    assert Picture(b"x", "")._repr_png_() == b"x"
