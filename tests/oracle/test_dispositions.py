# ruff: noqa: E501  (a row of a table is a line)
"""Outcome rates: by hand as fractions, against outcomerate's printed rates (R), and flag by flag against its table."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from evaluation.fieldwork.dispositions import GROUPS, RATES, Disposition, outcome_rates

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"oracle files are not at {SHARED}")
KNOWN = ["I", "P", "R", "NC", "O"]

TOY = {"I": 4, "P": 2, "R": 3, "NC": 5, "O": 1, "UH": 6, "UO": 3, "NE": 5}
# known eligible 4+2+3+5+1 = 15; unknown 6+3 = 9; e = 15 / (15+5) = 3/4, so that 9 e = 27/4 and 15 + 27/4 = 87/4
BY_HAND = {
    "RR1": Fraction(4, 24), "RR2": Fraction(6, 24), "RR3": Fraction(16, 87), "RR4": Fraction(24, 87),
    "RR5": Fraction(4, 15), "RR6": Fraction(6, 15),
    "COOP1": Fraction(4, 10), "COOP2": Fraction(6, 10), "COOP3": Fraction(4, 9), "COOP4": Fraction(6, 9),
    "REF1": Fraction(3, 24), "REF2": Fraction(12, 87), "REF3": Fraction(3, 15),
    "CON1": Fraction(10, 24), "CON2": Fraction(40, 87), "CON3": Fraction(10, 15), "e": Fraction(3, 4),
}  # fmt: skip


def test_every_rate_by_hand() -> None:
    rates = outcome_rates(TOY)
    assert rates.keys() == BY_HAND.keys()
    assert rates == {name: pytest.approx(float(value), rel=1e-15) for name, value in BY_HAND.items()}


def test_e_that_is_given_is_used() -> None:
    rates = outcome_rates(TOY, e=1 / 3)  # 15 + 9/3 = 18
    assert (rates["RR3"], rates["REF2"], rates["CON2"], rates["e"]) == pytest.approx((4 / 18, 3 / 18, 10 / 18, 1 / 3))
    for e, like in ((1.0, 1), (0.0, 5)):  # e = 1: RR3 = RR1; e = 0: RR3 = RR5
        assert outcome_rates(TOY, e=e)["RR3"] == pytest.approx(float(BY_HAND[f"RR{like}"]))
    for wrong in (-0.1, 1.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            outcome_rates(TOY, e=wrong)


def test_not_eligible_cases_never_count_but_for_e() -> None:
    more = {**TOY, "NE": 500}
    assert outcome_rates(more, e=0.5) == outcome_rates(TOY, e=0.5)
    assert all(outcome_rates(more)[name] == outcome_rates(TOY)[name] for name, (_, _, share) in RATES.items() if share != "e")
    assert outcome_rates(more)["e"] == pytest.approx(15 / 515)


@pytest.mark.parametrize(("counts", "nan"), [
    ({}, set(BY_HAND)),
    ({"NE": 7}, set(BY_HAND) - {"e"}),  # e = 0 of 7 known
    ({"NC": 3}, {"COOP1", "COOP2", "COOP3", "COOP4"}),
    ({"O": 2}, {"COOP3", "COOP4"}),
    ({"UH": 2, "UO": 1}, set(BY_HAND) - {"RR1", "RR2", "REF1", "CON1"}),  # e is not known either
    ({"I": 1}, set()),
])
def test_nothing_over_nothing_is_nan(counts: dict[str, int], nan: set[str]) -> None:
    rates = outcome_rates(counts)
    assert {name for name, value in rates.items() if math.isnan(value)} == nan
    assert all(0 <= value <= 1 for name, value in rates.items() if name not in nan)


def test_counts_by_code_are_counts_by_group() -> None:
    codes = {"1.1": 4, "1.2": 2, "2.11": 1, "2.1": 2, "2.2": 5, "2.36": 1, "3.1": 4, "3.12": 2, "3.2": 1, "3.9": 2, "4": 2, "4.5": 3}
    assert outcome_rates(codes) == outcome_rates(TOY)
    with pytest.raises(ValueError, match="negative"):
        outcome_rates({"I": -1})
    with pytest.raises(ValueError, match="not a final"):
        outcome_rates({"X": 1})


@pytest.mark.parametrize(("code", "group"), [
    ("1.1", "I"), ("1.10", "I"), ("1.2", "P"), ("2.1", "R"), ("2.112", "R"), ("2.12", "R"), ("2.21", "NC"), ("2.3", "O"), ("2.35", "O"),
    ("3.1", "UH"), ("3.13", "UH"), ("3.21", "UO"), ("3.90", "UO"), ("4", "NE"), ("4.1", "NE"), ("4.70", "NE"), ("4.0", "NE"),
])
def test_codes_and_their_groups(code: str, group: str) -> None:
    assert Disposition(code).group == group


@pytest.mark.parametrize("code", ["", "1", "2", "3", "5", "0", "1.3", "45", "4.", "4..1", "1.1.1", "1.1a", "1,1", " 1.1", "1.1\n", "-1.1", "I", "11",
                                  "1.1\u00b2", "1.1\u0661"])
def test_what_is_no_final_code(code: str) -> None:
    with pytest.raises(ValueError, match="not a final"):
        Disposition(code)


def oracle() -> dict[str, Any]:
    return json.loads((SHARED / "oracles" / "dispositions_outcomerate.json").read_text(encoding="utf-8"))


def cases() -> list[dict[str, str]]:
    with (SHARED / "dispositions" / "middleearth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_shared
def test_all_cases_against_outcomerate() -> None:
    counts = Counter(case["code"] for case in cases())
    printed = oracle()
    assert counts == {name: n for name, n in printed["vignette_counts"].items() if n}
    rates = outcome_rates(counts)
    assert rates["e"] == pytest.approx(printed["e"], rel=1e-12)
    ours = {name: value for name, value in printed["vignette_rates"].items() if name in RATES}  # LOC1, LOC2 are not AAPOR's
    assert ours.keys() == RATES.keys()
    assert {name: rates[name] for name in ours} == pytest.approx(ours, rel=1e-12)


@needs_shared
@pytest.mark.parametrize("weighted", [False, True])
def test_by_region_against_outcomerate(weighted: bool) -> None:
    printed = oracle()
    for region, told in printed["by_region"].items():
        counts: Counter[str] = Counter()
        for case in cases():
            if case["region"] == region:
                counts[case["code"]] += int(case["svywt"]) if weighted else 1
        rates = outcome_rates(counts, e=printed["e"])
        theirs = told["rates_weighted"] if weighted else told["rates"]
        theirs = {name.removesuffix("w"): value for name, value in theirs.items() if not name.startswith("LOC")}
        assert {name: rates[name] for name in theirs} == pytest.approx(theirs, rel=1e-12), region


@needs_shared
def test_the_table_of_rates_flag_by_flag() -> None:
    """outcomerate's columns: numbers of cases by group; UH, UO count whole, eUH, eUO times e."""
    with (SHARED / "dispositions" / "aapor_formula_matrix_outcomerate.csv").open(encoding="utf-8-sig", newline="") as file:
        table = {(line["side"], line["rate"]): line for line in csv.DictReader(file)}
    both = {rate for _, rate in table} & RATES.keys()
    assert both == RATES.keys()
    for rate in both:
        numerator, denominator, share = RATES[rate]
        top, bottom = table["NUM", rate], table["DEN", rate]
        assert {name for name in (*KNOWN, "UH", "UO", "eUH", "eUO", "NE") if top[name] == "1"} == set(numerator.split()), rate
        assert {name for name in (*KNOWN, "NE") if bottom[name] == "1"} == set(denominator.split()), rate
        unknown = {name for name in ("UH", "UO", "eUH", "eUO") if bottom[name] == "1"}
        assert unknown == {1: {"UH", "UO"}, "e": {"eUH", "eUO"}, 0: set()}[share], rate


@needs_shared
def test_codes_against_the_code_list_of_responserates() -> None:
    """Their 4.xxx are UO, which is wrong: not eligible is NE. Headings, and 2.9, 3.4, 3.5 (web, mail), are not among ours."""
    with (SHARED / "dispositions" / "aapor_codes_responserates.tsv").open(encoding="utf-8", newline="") as file:
        listed = [line for line in csv.DictReader(file, delimiter="\t") if line["final"]]
    seen = set()
    for line in listed:
        code = line["code"].rstrip("0").rstrip(".")
        if code in ("1", "2", "3", "2.9") or code[:3] in ("3.4", "3.5"):
            continue
        group = Disposition(code).group
        seen.add(group)
        assert group == ("NE" if code.startswith("4") else line["final"].strip().upper()), line
    assert seen == set(GROUPS.values()) - {"I"}  # theirs is 1.0 alone
