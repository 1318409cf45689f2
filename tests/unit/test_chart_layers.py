"""Charts of rows: a kept background and what is drawn over it, the same however it came about; pictures of 255 colours."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from evaluation.reporting import background, charts, comparison_charts, layer, palette, style
from evaluation.reporting.chart_parts import dot_look, zoomed
from evaluation.reporting.layout import rows
from evaluation.reporting.style import Picture

NAMES = ["镕喆社区", "A village", "翀龘村"]
LEVELS = ["差", "一般", "好"]
SCORES = pd.DataFrame({"label": NAMES, "declared": [92.0, np.nan, 95], "value": [81.3, 89, np.nan],
                       "ci_low": [78.0, 84, np.nan], "ci_high": [84.0, 94, np.nan], "points": [20.0, 15, 25],
                       "verdict": ["fail", "more_evidence", "pass"]})
ANSWERS = pd.DataFrame({"item": NAMES, "n": [120, 7, 88],
                        "差": [0.1, np.nan, 0], "一般": [0.2, np.nan, 0], "好": [0.7, np.nan, 1]})
SHARES = pd.DataFrame({"label": NAMES, "pass": [0.2, 0.0, 1.0], "more_evidence": [0.3, 0.0, 0.0], "fail": [0.5, 1.0, 0.0],
                       "rank_low": [1.0, 2, 1], "rank_high": [2.0, 3, 3], "band": ["upper", "lower", "middle"],
                       "first": [0.1, 0.5, -0.02], "whole": [0.2, 0.7, np.nan]})
GAPS = pd.DataFrame({"label": NAMES, "difference": [-12.4, 1.0, 3], "se": [2.0, 1.5, 1.0]})

ROWS: dict[str, Callable[[str], Picture]] = {
    "result_strip": lambda lang: charts.result_strip(87.4, 84.1, 90.2, 85, [("★", 85.0)], lang),
    "declared_and_verified": lambda lang: charts.declared_and_verified(SCORES, lang),
    "dimensions": lambda lang: charts.dimensions(SCORES, lang),
    "likert": lambda lang: charts.likert(ANSWERS, LEVELS, lang),
    "field_outcome": lambda lang: charts.field_outcome(pd.DataFrame({"outcome": NAMES, "cases": [1200, 3, np.nan]}), lang),
    "level_probabilities": lambda lang: charts.level_probabilities(
        pd.DataFrame({"label": NAMES, "probability": [0.998, 0.4, 0]}), lang),
    "caterpillar": lambda lang: charts.caterpillar(SCORES, 85, [("★", 90.0)], lang),
    "rank_bands": lambda lang: comparison_charts.rank_bands(SHARES, lang),
    "verdict_shares": lambda lang: comparison_charts.verdict_shares(SHARES, lang),
    "effects": lambda lang: comparison_charts.effects(SHARES, lang),
}
SHEETS: dict[str, Callable[[str], Picture]] = {
    "funnel": lambda lang: charts.funnel(GAPS, lang), "nothing": lambda lang: charts.funnel(GAPS.iloc[:0], lang)}
KEPT = (background.raster, layer._piece, layer._writing, layer._marker, layer._stroke, style.text_width, style.wrapped)


def forget() -> None:
    for kept in KEPT:
        kept.cache_clear()


def colours(picture: Picture) -> set[tuple[int, ...]]:
    pixels = np.asarray(Image.open(BytesIO(picture.png)).convert("RGB")).reshape(-1, 3)
    return {tuple(colour) for colour in np.unique(pixels, axis=0).tolist()}


def bytes_of(colour: str) -> tuple[int, ...]:
    return tuple(round(255 * part) for part in to_rgb(colour))


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_bytes_from_a_new_and_a_kept_background(name: str, lang: str) -> None:
    forget()
    fresh = ROWS[name](lang)
    drawn = background.raster.cache_info()
    assert ROWS[name](lang) == fresh
    kept = background.raster.cache_info()
    assert (drawn.misses, kept.misses, kept.hits) == (1, 1, drawn.hits + 1)


@pytest.mark.parametrize("name", [*ROWS, *SHEETS])
@pytest.mark.parametrize("warm", [True, False])
def test_settings_of_the_notebook_do_not_matter_and_stay(name: str, warm: bool) -> None:
    chart = (ROWS | SHEETS)[name]
    expected = chart("en")
    odd = {"font.size": 30, "axes.facecolor": "black", "text.hinting": "none", "figure.dpi": 50,
           "savefig.dpi": 50, "path.snap": False, "markers.fillstyle": "none", "lines.linewidth": 9, "axes.grid": False,
           "text.antialiased": False, "axes.unicode_minus": False}
    with matplotlib.rc_context(odd):
        before = matplotlib.rcParams.copy()
        if not warm:
            forget()
        assert chart("en") == expected
        assert matplotlib.rcParams.copy() == before


@pytest.mark.parametrize("name", [*ROWS, "funnel"])
def test_pictures_have_a_palette_with_the_exact_colours(name: str) -> None:
    picture = (ROWS | SHEETS)[name]("en")
    image = Image.open(BytesIO(picture.png))
    assert image.mode == "P"
    assert image.info["dpi"] == pytest.approx((style.DPI, style.DPI), abs=0.1)
    assert "Software" not in image.info
    likert = name == "likert"  # its three levels take the middle blue
    assert {bytes_of(style.PAPER), bytes_of(style.LIKERT_BETTER[1] if likert else style.BLUE)} <= colours(picture)


def test_every_colour_of_the_style_comes_out_as_it_is() -> None:
    own = {text for value in vars(style).values() for text in (value if isinstance(value, tuple) else [value])
           if isinstance(text, str) and re.fullmatch("#[0-9a-f]{6}", text)}
    assert own == set(palette.exact_colours())
    assert len(palette.palette()) <= 256
    pixels = np.array([[[*bytes_of(colour), 255] for colour in sorted(own)]], np.uint8)
    shown = np.asarray(Image.open(BytesIO(palette.png(pixels))).convert("RGB"))
    assert (shown == pixels[..., :3]).all()


def test_shades_of_grey_stay_near() -> None:
    levels = np.arange(34, 256)  # nothing is darker than the ink
    pixels = np.stack([levels, levels, levels, np.full(len(levels), 255)], axis=1).astype(np.uint8)[None]
    shown = np.asarray(Image.open(BytesIO(palette.png(pixels))).convert("RGB"))[0].astype(int)
    assert np.abs(shown - levels[:, None]).max() <= 12


def test_a_background_is_read_only() -> None:
    plain = background.Background(1.0, (1.0, 6.0, 0.2, 0.6), (0.0, 1.0), ((0.0, "0"),), "", (("a", 0.4),), (), ())
    assert not background.raster(plain).flags.writeable


@pytest.mark.parametrize("far", [1e300, -1e300, np.inf, -np.inf, np.nan])
def test_what_lies_beyond_the_limits_is_cut_off(far: float) -> None:
    @style.drawn
    def chart(value: float) -> Picture:
        laid = rows(["a"], (0.0, 1.0))
        laid.bar(laid.middles[0], 0.0, value, 0.1, style.BLUE)
        laid.whisker(laid.middles[0], 0.5, value)
        laid.dot(laid.middles[0], value, dot_look(style.RUST, "o"))
        return laid.picture("")

    empty = style.drawn(lambda: rows(["a"], (0.0, 1.0)).picture(""))()
    seen = np.asarray(Image.open(BytesIO(chart(far).png)).convert("RGB")) != np.asarray(
        Image.open(BytesIO(empty.png)).convert("RGB"))
    across = np.flatnonzero(seen.any(axis=(0, 2)))
    assert len(across) == 0 if np.isnan(far) else len(across) > 0
    assert bytes_of(style.RUST) not in colours(chart(far))


def test_charts_of_scores_beyond_the_scale_are_drawn() -> None:
    wild = SCORES.assign(value=[181.3, -89, 50], ci_low=[-1e9, -90, 40], ci_high=[1e9, 90, 60], declared=[500.0, -500, 50])
    assert charts.declared_and_verified(wild, "en").png
    assert charts.caterpillar(wild, 85, [("★", 90.0)], "en").png
    assert charts.dimensions(wild, "en").png
    assert charts.result_strip(187.0, -500, 1e6, 85, [("★", 900.0)], "en").png


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_total_of_the_dimensions_is_the_sum_of_its_parts(lang: str) -> None:
    table = SCORES.assign(value=[81.5, 80.0, 62.4])  # 16.3 of 20, 12.0 of 15, 15.6 of 25
    numbers = [float(number) for number in re.findall(r"\d+\.\d", charts.dimensions(table, lang).alt)]
    assert numbers == [16.3, 12.0, 15.6, 43.9]
    assert sum(numbers[:3]) == pytest.approx(numbers[3])
    assert "60" in charts.dimensions(table, lang).alt


def test_a_withheld_dimension_leaves_no_total_to_subtract_from() -> None:
    alt = charts.dimensions(SCORES, "en").alt
    assert "Total" not in alt
    assert "翀龘村 withheld" in alt
    assert "Total: 28.5 of 35." in charts.dimensions(SCORES.iloc[:2].assign(value=[80.0, 83.3333]), "en").alt


@pytest.mark.parametrize(("values", "limits"), [
    ([84.1, 90.2], (80, 100)), ([81.0, 84], (70, 90)), ([50.0], (40, 60)), ([100.0], (80, 100)), ([0.0, 3], (0, 20)),
    ([np.nan], (0, 100)), ([-50.0, 150], (0, 100))])
def test_score_axes_move_in_steps_of_ten(values: list[float], limits: tuple[float, float]) -> None:
    assert zoomed(values) == limits


@pytest.mark.parametrize("text", ["84.3%", "n=120", "不公布 <1%", "not applicable", " "])
def test_writing_put_together_is_as_wide_as_measured(text: str) -> None:
    measured = style.text_width(text, style.SMALL) * style.DPI
    assert layer._writing(text, style.SMALL, style.INK)[3] == pytest.approx(measured, abs=1, rel=0.1)
