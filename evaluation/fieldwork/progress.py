"""How the calls stand: cases by community, stratum and replicate, and the outcome rates so far."""

from __future__ import annotations

import pandas as pd

from evaluation.fieldwork.cases import closing_code
from evaluation.fieldwork.dispositions import LABELS, Disposition, outcome_rates


def progress(cases: pd.DataFrame, attempts: pd.DataFrame, by: tuple[str, ...] = ("community",)) -> pd.DataFrame:
    """One row a group: cases, released, new (released, not tried), open (tried, not closed), appointments, attempts, cases
    closed by AAPOR group (I, P, R, NC, O, UH, UO, NE), and RR1, COOP1, REF1, CON1 of those (NaN where nobody counts).

    cases, attempts: as `calls.tables` gives them. A pending appointment or a soft refusal is open: it counts in no rate.
    """
    made = attempts.groupby("case").size()
    table = cases.assign(attempts=cases["case"].map(made).fillna(0).astype(int), closed=cases["final"].notna())
    table["group"] = [Disposition(code).group if isinstance(code, str) else None for code in table["final"]]
    rows = []
    for key, part in table.groupby(list(by), sort=True):
        tried = part["released"] & (part["attempts"] > 0)
        counts = {group: int((part["group"] == group).sum()) for group in LABELS}
        rates = outcome_rates(counts)
        stand = {"cases": len(part), "released": int(part["released"].sum()),
                 "new": int((part["released"] & (part["attempts"] == 0) & ~part["closed"]).sum()),
                 "open": int((tried & ~part["closed"]).sum()), "appointments": int((part["state"] == "appointment").sum()),
                 "attempts": int(part["attempts"].sum())}
        shown = {name: rates[name] for name in ("RR1", "COOP1", "REF1", "CON1")}
        rows.append(dict(zip(by, key, strict=True)) | stand | counts | shown)
    return pd.DataFrame(rows)


def final_dispositions(cases: pd.DataFrame) -> pd.DataFrame:
    """case, community, disposition of the closed cases: the table that `calls: {file: …}` of a round reads."""
    return _listed(cases[cases["final"].notna()])


def closing_dispositions(cases: pd.DataFrame, attempts: pd.DataFrame) -> pd.DataFrame:
    """The same table with every released case, as if the calls ended now: open ones with the code that they close with.

    A response rate of closed cases alone is too high while cases are open: interviews close at the first attempt, cases where
    nobody answers at the last. Cases never released are no part of the sample that was worked. Source: AAPOR (2023), on
    interim codes at the end of the field period.
    """
    made = attempts.sort_values(["case", "number"]).groupby("case")["word"].agg(list)
    ended = [code if isinstance(code, str) else closing_code(made.get(case, []))
             for case, code in zip(cases["case"], cases["final"], strict=True)]
    return _listed(cases.assign(final=ended)[cases["released"].astype(bool)])


def _listed(closed: pd.DataFrame) -> pd.DataFrame:
    return closed[["case", "community"]].assign(disposition=closed["final"]).sort_values("case", ignore_index=True)
