"""R calls as calls of this package: designs, steps of weighting and estimates of the file of R survey 4.5.

Every entry takes what R wrote and gives the same estimate as a table with the columns level, estimate, se, df, ci_low, ci_high
and deff.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.estimation import (
    SurveyDesign,
    calibrate,
    categories,
    mean,
    poststratify,
    proportion,
    quantile,
    ratio,
    replicate,
    total,
)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FRAMES = {"apistrat": "api_strat.csv", "apiclus2": "api_clus2.csv", "apipop": "api_pop.csv"}
FACTORS = ("stype", "sch.wide", "awards")
CONDITIONS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "awards=='Yes'": lambda schools: schools["awards"] == "Yes",
    "api00>850": lambda schools: schools["api00"] > 850,
    "ell==0": lambda schools: schools["ell"] == 0,
    "stype=='H'": lambda schools: schools["stype"] == "H",
    "comp.imp=='Yes'": lambda schools: schools["comp.imp"] == "Yes",
    "api00>700": lambda schools: schools["api00"] > 700,
    "cnum in 1,2,19,36": lambda schools: schools["cnum"].isin([1, 2, 19, 36]),
}

STRAT: dict[str, Any] = {"weights": "pw", "strata": "stype", "fpc": "fpc"}
STRAT_NOFPC: dict[str, Any] = {"weights": "pw", "strata": "stype"}
CLUS2: dict[str, Any] = {"psu": ["dnum", "snum"], "fpc": ["fpc1", "fpc2"]}
DESIGNS: dict[str, dict[str, Any]] = {
    "strata=stype weights=pw fpc=fpc": STRAT,
    "strat fpc": STRAT,
    "strata=stype weights=pw": STRAT_NOFPC,
    "id=dnum+snum fpc=fpc1+fpc2 (two-stage, weights from fpc)": CLUS2,
    "id=dnum+snum weights=pw (WR first stage)": {"weights": "pw", "psu": ["dnum", "snum"]},
    # found out in R: apistrat with its weights and without fpc gives these numbers; no stratum of the whole design is lonely
    "id=dnum strata=stype nest": {"weights": "pw", "strata": "stype", "psu": "dnum", "nest": True},
    "JKn with fpc": STRAT,
    "JKn": STRAT_NOFPC,
    "subbootstrap (Rao-Wu n-1) 200": STRAT,
    "mrbbootstrap (Preston multistage) 100": CLUS2,
}
REPLICATED = {"JKn with fpc": "jkn", "JKn": "jkn", "subbootstrap (Rao-Wu n-1) 200": "bootstrap",
              "mrbbootstrap (Preston multistage) 100": "bootstrap"}
#: svyciprop's methods; intervals of "likelihood" and "asin" have no counterpart, their estimates and errors do
INTERVALS = {"logit": "logit", "xlogit": "logit", "beta": "korn-graubard", "wilson": "wilson", "mean": "t",
             "likelihood": "t", "asin": "t"}
STEPS: dict[str, Callable[[SurveyDesign], SurveyDesign]] = {
    "postStratify(~sch.wide)": lambda design: poststratify(design, {"sch.wide": counts("sch.wide")}),
    "calibrate(~stype+api99)": lambda design: calibrate(design, {
        "(Intercept)": len(frame("apipop")), "stype": {level: counts("stype")[level] for level in ("H", "M")},
        "api99": int(frame("apipop")["api99"].sum())}),
}


@functools.cache
def frame(dataset: str) -> pd.DataFrame:
    """The schools, with a column for each condition and an indicator, named as R does, for each level of a factor."""
    schools = pd.read_csv(DATA / "frames" / FRAMES[dataset])
    made = {name: met(schools) for name, met in CONDITIONS.items()}
    made |= {f"{factor}{level}": schools[factor] == level for factor in FACTORS for level in sorted(set(schools[factor]))}
    return schools.assign(**made)


def counts(factor: str) -> dict[str, int]:
    """Schools of the whole population by level."""
    return {str(level): int(n) for level, n in frame("apipop")[factor].value_counts().items()}


@functools.cache
def design_of(dataset: str, words: str, lonely_psu: str = "fail") -> SurveyDesign:
    """The design R made from these words."""
    design = SurveyDesign(frame(dataset), lonely_psu=lonely_psu, **DESIGNS[words.split("; ")[0]])
    kind = REPLICATED.get(words.split("; ")[0])
    return design if kind is None else replicate(design, kind, replicates=50, mse="mse=TRUE" in words)


def items_of(formula: str) -> list[str]:
    """Columns that a formula adds up."""
    return re.split(r"\s*\+\s*", formula)


def _quantile(design: SurveyDesign, item: str, rest: str, **options: Any) -> pd.DataFrame:
    given = re.search(r"c\((.*?)\)|([.\d]+)", rest)
    rule, interval = re.search(r"qrule='(\w+)'", rest), re.search(r"interval\.type='(\w+)'", rest)
    assert given is not None
    options.pop("deff")
    found = quantile(design, item, [float(prob) for prob in (given[1] or given[2]).split(",")],
                     rule=rule[1] if rule else "math", interval=interval[1] if interval else "mean", **options)
    return found.assign(level=[f"{prob:g}" for prob in found["prob"]])


def _by(design: SurveyDesign, item: str, by: str, statistic: str | None, **options: Any) -> pd.DataFrame:
    found = (total if statistic == "total" else mean)(design, re.sub(r"^I\((.*)\)$", r"\1", item), by=items_of(by), **options)
    return found.assign(level=found[items_of(by)].astype(str).agg(".".join, axis=1))


def _named(found: pd.DataFrame, level: str) -> pd.DataFrame:
    return found.assign(level=level)


FACTOR = "|".join(factor.replace(".", r"\.") for factor in FACTORS)
#: what R was asked, and the same here; the first that fits; `o` are where, df and deff
CALLS: list[tuple[str, Callable[..., pd.DataFrame]]] = [
    (rf"svymean\(~({FACTOR})[,)].*", lambda d, factor, **o: categories(d, factor, ci="t", **o).assign(
        level=lambda found: found["item"] + found["level"].astype(str))),
    (rf"svytotal\(~({FACTOR})\)", lambda d, factor, **o: total(d, [f"{factor}{level}" for level in counts(factor)], **o)),
    (r"svymean\(~([\w.+ ]+)[,)].*", lambda d, items, **o: mean(d, items_of(items), **o)),
    (r"svytotal\(~([\w.+ ]+)[,)].*", lambda d, items, **o: total(d, items_of(items), **o)),
    (r"svyratio\(~([\w.]+),~([\w.]+)[,)].*", lambda d, top, beneath, **o: ratio(d, top, beneath, **o)),
    (r"svycontrast\(svytotal\(~api00\+api99\),quote\((\w+)/(\w+)\)\)",
     lambda d, top, beneath, **o: _named(ratio(d, top, beneath, **o), "contrast")),
    (r"svyby\(~(.+?),~([\w.+]+)(?:,svy(mean|total).*)?\)(?: \[TRUE col\])?", _by),
    (r"svyquantile\(~(\w+),(.*)\)", _quantile),
    (r"svyciprop\(~I\((.*)\),method='(\w+)'\)",
     lambda d, condition, method, **o: _named(proportion(d, condition, ci=INTERVALS[method], **o), f"I({condition})")),
    (r"degf(?:\(design\))?", lambda d, **o: _named(mean(d, "api00", **o), "")),
]


def answer(design: SurveyDesign, call: str, where: str | None = None, df: float | None = None) -> pd.DataFrame:
    """What this package answers to the call; a step of weighting may come first, after which "; " follows."""
    *steps, estimate = call.split("; ")
    for step in steps:
        design = STEPS[step](design)
    for pattern, ask in CALLS:
        found = re.fullmatch(pattern, estimate)
        if found:
            deff = "replace" if "deff='replace'" in call else "deff=TRUE" in call
            table = ask(design, *found.groups(), where=where, df=df, deff=deff).rename(columns={"value": "estimate"})
            return (table if "level" in table else table.assign(level=table["item"])).set_index("level")
    raise LookupError(f"no call of this package stands for {call}")
