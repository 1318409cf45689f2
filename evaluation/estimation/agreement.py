"""Agreement between raters: how much of a rating depends on who gave it.

Ratings are a wide table: subjects (what is rated) are rows, raters are columns, NaN where a rater did not rate. Subjects and
raters without any rating are left out; the order of rows and of columns never matters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.columns import Floats, in_order, numbers_of, one_of
from evaluation.estimation.intervals import t_interval

Weights = Literal["quadratic", "linear", "none"]
Level = Literal["nominal", "ordinal", "interval", "ratio"]

#: a sum of squares below this share of the ratings' own is rounding
NOTHING = 1e-24

#: squared difference of two ratings; at the ordinal level, of their mean ranks
DIFFERENCES: dict[str, Callable[[Any, Any], Any]] = {
    "nominal": lambda a, b: np.not_equal(a, b).astype(float),
    "ordinal": lambda a, b: (a - b) ** 2,
    "interval": lambda a, b: (a - b) ** 2,
    "ratio": lambda a, b: ((a - b) / np.where(a + b > 0, a + b, 1.0)) ** 2,
}


class Components(NamedTuple):
    """Variances of one rating, in the ratings' unit squared."""

    subject: float
    rater: float
    residual: float


class Kappa(NamedTuple):
    """Kappa, its standard error and its limits; no unit."""

    kappa: float
    se: float
    ci_low: float
    ci_high: float


class _Form(NamedTuple):
    """An ICC of single ratings: numerator and denominator of the estimate, the lower and the upper limit; its test."""

    fractions: tuple[tuple[float, float], ...] = ((math.nan, math.nan),) * 3
    f: float = math.nan
    df1: float = math.nan
    df2: float = math.nan


def icc(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Intraclass correlations: six rows, columns coefficient, icc, f, df1, df2, ci_low, ci_high; at most 1, no unit.

    Names are McGraw and Wong's. ICC(1): every subject has raters of its own. ICC(A,1): a sample of raters, the same for all
    subjects, and their levels count (absolute agreement); ICC(C,1): their levels do not count (consistency). ICC(k), ICC(A,k),
    ICC(C,k): of the mean of the k raters, which may be or begin at -inf. f tests an ICC of 0. Limits by F, for the two A
    with Satterthwaite's degrees of freedom. NaN where nothing varies.
    With a rating missing ICC(1) alone is known, and the rest is NaN, limits too: the two-way analysis needs a complete table
    (`variance_components` does not). ICC(1) is then by unbalanced ANOVA, with n0 = (N - Σn_i²/N)/(subjects - 1) in place of k,
    for ratings missing by chance alone; its limits are approximate, by unweighted means and the harmonic mean of the n_i.
    DesignError: no table [E04], fewer than two subjects or raters with a rating [E18], ratings that are not numbers [E10] or
    infinite [E20], a rater's column twice [E21], confidence outside (0, 1) [E17].
    Sources: Shrout and Fleiss (1979); McGraw and Wong (1996); limits of unbalanced tables: Thomas and Hultquist (1978).
    """
    if not 0 < confidence < 1:
        raise DesignError(problem("E17", path="confidence", given=confidence))
    y, unknown = _crossed(ratings), _Form()
    complete = not np.isnan(y).any()
    single = {"1": _one_way(y, confidence), "A,1": unknown, "C,1": unknown}
    if complete:
        single["A,1"], single["C,1"] = _two_way(y, confidence)
    means = {name[:-1] + "k": form if complete else unknown for name, form in single.items()}
    rows = []
    for k, forms in ((1, single), (y.shape[1], means)):
        for name, (fractions, *test) in forms.items():
            value, low, high = (_ratio(k * above, below + (k - 1) * above) for above, below in fractions)
            rows.append((f"ICC({name})", value, *test, low, high))
    return pd.DataFrame(rows, columns=["coefficient", "icc", "f", "df1", "df2", "ci_low", "ci_high"])


def _one_way(y: Floats, confidence: float) -> _Form:
    """ICC(1) of subjects by raters (n, k), NaN = no rating. In a complete table n0 and the harmonic mean are k."""
    n = (~np.isnan(y)).sum(axis=1)
    df1, df2 = len(y) - 1, int(n.sum()) - len(y)
    means, whole = np.nanmean(y, axis=1), float(np.nansum((y - np.nanmean(y)) ** 2))
    between = _mean_square(n * (means - np.nanmean(y)) ** 2, df1, whole)
    within = _mean_square((y - means[:, None]) ** 2, df2, whole)
    n0, harmonic = (n.sum() - (n**2).sum() / n.sum()) / df1, len(y) / (1 / n).sum()
    unweighted = _mean_square(harmonic * (means - means.mean()) ** 2, df1, whole)
    limits = [(unweighted - f * within, unweighted + (harmonic - 1) * f * within) for f in _tails(df1, df2, confidence)]
    return _Form(((between - within, between + (n0 - 1) * within), *limits), _ratio(between, within), df1, df2)


def _two_way(y: Floats, confidence: float) -> tuple[_Form, _Form]:
    """ICC(A,1) and ICC(C,1) of subjects by raters (n, k), none NaN."""
    (n, k), mean = y.shape, y.mean()
    df1, df2, whole = n - 1, (n - 1) * (k - 1), float(((y - mean) ** 2).sum())
    of_subject, of_rater = y.mean(axis=1, keepdims=True), y.mean(axis=0)
    subject = _mean_square(k * (of_subject - mean) ** 2, df1, whole)
    rater = _mean_square(n * (of_rater - mean) ** 2, k - 1, whole)
    rest = _mean_square((y - of_subject - of_rater + mean) ** 2, df2, whole)
    consistent = [(subject - f * rest, subject + (k - 1) * f * rest) for f in (1.0, *_tails(df1, df2, confidence))]

    above, below = subject - rest, subject + (k - 1) * rest + k * (rater - rest) / n
    rho = above / below if below > 0 else 0.0
    a, b = k * rho * rater, (n * (1 + (k - 1) * rho) - k * rho) * rest
    squares = a**2 / (k - 1) + b**2 / df2
    tails = _tails(df1, (a + b) ** 2 / squares if squares > 0 else df2, confidence)
    limits = [(n * (subject - f * rest), n * subject + f * (k * rater + (k * n - k - n) * rest)) for f in tails]
    test = _ratio(subject, rest), df1, df2
    return _Form(((above, below), *limits), *test), _Form(tuple(consistent), *test)


def variance_components(ratings: pd.DataFrame) -> Components:
    """Variances of subjects, of raters and of the rest (rating = subject + rater + rest, all random), in squared units.

    Henderson's method 1: sums of squares of subjects, of raters and of all ratings are set to what they are expected to be. In
    a complete table these are the estimates of the two-way ANOVA; ratings may be missing, if by chance alone. A negative one
    is reported as 0, the others are left as they are. NaN where the ratings cannot tell the three apart, as with one rating a
    subject. Errors as for `icc`. Sources: Henderson (1953); Searle, Casella and McCulloch (1992), ch. 5.
    """
    y = _crossed(ratings)
    there, (subjects, raters) = ~np.isnan(y), y.shape
    of_subject, of_rater, total = there.sum(axis=1), there.sum(axis=0), int(there.sum())
    z = np.where(there, y - np.nanmean(y), 0.0)
    squares = [(z.sum(axis=1) ** 2 / of_subject).sum(), (z.sum(axis=0) ** 2 / of_rater).sum(), (z**2).sum()]
    k, m = (of_subject**2).sum() / total, (of_rater**2).sum() / total
    expected = np.array([[total - k, subjects - m, subjects - 1], [raters - k, total - m, raters - 1],
                         [total - k, total - m, total - 1]])
    if np.linalg.matrix_rank(expected) < 3:
        return Components(math.nan, math.nan, math.nan)
    return Components(*(max(float(value), 0.0) for value in np.linalg.solve(expected, squares)))


def weighted_kappa(first: Any, second: Any, categories: Iterable[Any] | None = None, weights: Weights = "quadratic",
                   confidence: float = 0.95) -> Kappa:
    """Cohen's kappa of two raters' answers (n,) to the same subjects: agreement beyond chance, at most 1, no unit.

    A disagreement by d places in the list of categories counts d² (quadratic), d (linear) or 1 (none), whatever the
    categories' own values. categories: all, in order; else those of an ordered pandas column, or the numbers that occur, sorted
    (so name them if one in between might not occur). Pairs with a NaN are left out. se: of large samples; limits normal, cut
    at -1 and 1. NaN where both give one and the same answer to all.
    DesignError: other lengths [E12], fewer than two pairs [E18], unknown weights or an answer that is no category [E11],
    words without an order [G09], confidence outside (0, 1) [E17]. Sources: Cohen (1968); Fleiss, Cohen and Everitt (1969).
    """
    one_of(weights, get_args(Weights), "weights")
    one = first if isinstance(first, pd.Series) else pd.Series(first)
    second = in_order(second, one.to_frame())
    two = second if isinstance(second, pd.Series) else pd.Series(second)
    if len(two) != len(one):
        raise DesignError(problem("E12", path="second", given=len(two), expected=len(one)))
    both = one.notna().to_numpy() & two.notna().to_numpy()
    if both.sum() < 2:
        raise DesignError(problem("E18", path="first, second", given=f"({both.sum()}, 2)", expected="(≥ 2, 2)"))
    one, two = one[both], two[both]
    known = pd.Index(_categories(one, two, weights) if categories is None else list(dict.fromkeys(categories)), dtype=object)
    table = np.zeros((len(known), len(known)))
    np.add.at(table, (_places(one, known, "first"), _places(two, known, "second")), 1)
    kappa = se = math.nan
    if not table.max() == table.trace() == table.sum():
        from statsmodels.stats.inter_rater import cohens_kappa  # a second to import: only for those who ask

        with np.errstate(divide="ignore", invalid="ignore"):  # a variance of 0 may come out a little below
            found = cohens_kappa(table, wt=None if weights == "none" else weights)
        kappa, se = float(found.kappa), math.sqrt(max(float(found.var_kappa), 0.0))
    low, high = t_interval(kappa, se, np.inf, confidence)
    return Kappa(kappa, se, float(np.maximum(low, -1.0)), float(np.minimum(high, 1.0)))


def _categories(one: pd.Series[Any], two: pd.Series[Any], weights: Weights) -> list[Any]:
    """The categories of answers that come without a list of them; DesignError [G09] if their order is wanted, not known."""
    answers = pd.concat([one, two], ignore_index=True).infer_objects()
    if isinstance(answers.dtype, pd.CategoricalDtype) and answers.dtype.ordered:
        return list(answers.dtype.categories)
    if weights != "none" and not pd.api.types.is_numeric_dtype(answers.dtype):
        raise DesignError(problem("G09", path="categories", name="categories"))
    return list(answers.unique()) if weights == "none" else sorted(answers.unique())


def _places(answers: pd.Series[Any], known: pd.Index[Any], path: str) -> Any:
    """Place of each answer (n,) among the categories; DesignError [E11] for one that is none."""
    found = known.get_indexer(pd.Index(answers, dtype=object))
    for answer in answers[found < 0].iloc[:1]:
        one_of(answer, known.astype(str), path)
    return found


def krippendorff_alpha(ratings: pd.DataFrame, level: Level = "nominal") -> float:
    """Krippendorff's alpha, 1 - observed/expected disagreement: any raters, any ratings missing; at most 1, no unit.

    Two ratings differ, by level: nominal, by 0 or 1 (words will do); ordinal, by the ratings that rank between them; interval,
    by a - b; ratio, by (a - b)/(a + b), from 0 up; all squared. Observed: pairs within a subject of m ratings, each counting
    1/(m - 1), as they add up in the coincidence matrix; expected: all pairs of these n ratings. Subjects with one rating are
    left out. NaN where no subject has two, or where all ratings are the same: nothing then shows what raters tell apart.
    DesignError as for `icc`, but for [E18]; unknown level [E11], a ratio of ratings below 0 [D09].
    Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    one_of(level, get_args(Level), "level")
    y = _ratings(ratings, words=level == "nominal")
    y = y[(~np.isnan(y)).sum(axis=1) > 1]
    there, squared = ~np.isnan(y), DIFFERENCES[level]
    if level == "ratio" and (y[there] < 0).any():
        raise DesignError(problem("D09", path="ratings", given=np.nanmin(y), expected="≥ 0 (level='ratio')"))
    if level == "ordinal":  # the ratings between two, and half of those tied with either
        y[there] = stats.rankdata(y[there])
    values, counts = np.unique(y[there], return_counts=True)
    if level in ("ordinal", "interval"):  # the same sum over all pairs, without a step for each value
        expected = float(2 * counts.sum() ** 2 * y[there].var()) if len(values) else 0.0
    else:
        expected = sum(float(count * (counts @ squared(value, values))) for value, count in zip(values, counts, strict=True))
    share, observed = 1 / (there.sum(axis=1) - 1), 0.0
    for j in range(y.shape[1]):
        for i in range(j):
            pair = there[:, i] & there[:, j]
            observed += 2 * float(share[pair] @ squared(y[pair, i], y[pair, j]))
    return float(1 - (counts.sum() - 1) * observed / expected) if len(values) > 1 else math.nan


def _ratings(ratings: pd.DataFrame, words: bool = False) -> Floats:
    """Ratings (n, k) as numbers, NaN = none, without empty rows and columns; words are numbered."""
    if not isinstance(ratings, pd.DataFrame) or not len(ratings):
        raise DesignError(problem("E04", path="ratings"))
    if words:
        code = pd.factorize(ratings.to_numpy(dtype=object).ravel())[0].astype(float)
        y = np.where(code < 0, np.nan, code).reshape(ratings.shape)
    else:
        y = np.array([numbers_of(ratings, name) for name in ratings.columns], dtype=float).reshape(ratings.shape[::-1]).T
    if np.isinf(y).any():
        raise DesignError(problem("E20", path="ratings"))
    there = ~np.isnan(y)
    return y[there.any(axis=1)][:, there.any(axis=0)]


def _crossed(ratings: pd.DataFrame) -> Floats:
    """Ratings of two or more subjects by two or more raters, less one of them: where all are equal, exactly 0."""
    y = _ratings(ratings)
    if min(y.shape) < 2:
        raise DesignError(problem("E18", path="ratings", given=str(y.shape), expected="(≥ 2, ≥ 2)"))
    return np.asarray(y - y[~np.isnan(y)][0])


def _mean_square(squares: Floats, df: int, whole: float) -> float:
    """Mean square; 0 where it is but rounding, NaN without degrees of freedom."""
    total = float(np.nansum(squares))
    return math.nan if df < 1 else total / df if total > NOTHING * whole else 0.0


def _tails(df1: float, df2: float, confidence: float) -> tuple[float, float]:
    """The quantiles of F, upper first, between which it lies with the given confidence."""
    return float(stats.f.ppf((1 + confidence) / 2, df1, df2)), float(stats.f.ppf((1 - confidence) / 2, df1, df2))


def _ratio(above: float, below: float) -> float:
    """The ratio; infinite where nothing, or less, is below; NaN for 0/0."""
    if below > 0:
        return above / below
    return math.nan if math.isnan(above + below) or above == 0 else math.copysign(math.inf, above)
