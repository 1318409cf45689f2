"""`calls next`, `record`, `release`, `progress`: the phone desk in a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import Engine

from evaluation.core.database import database_url
from evaluation.core.errors import DataError, DeclarationError, DesignError, problem
from evaluation.core.files import write_text
from evaluation.declare.programme import load_round_file
from evaluation.declare.round import CallsFile, RoundFile
from evaluation.fieldwork.calls import claim_next, load_cases, open_store, record, release, tables
from evaluation.fieldwork.cases import Rules, outcome_of, outcomes, with_windows
from evaluation.fieldwork.progress import closing_dispositions, final_dispositions, progress
from evaluation.sampling import Frame, kish_adult
from evaluation.verbs.sampling import changed_frames, read_frame

HEADERS = {"community": "社区", "stratum": "层", "replicate": "批次", "cases": "个案", "released": "已释放", "new": "未拨打",
           "open": "未结束", "appointments": "预约", "attempts": "拨打次数"}


def next_case(folder: Path, caller: str, lang: str, communities: list[str], now: datetime | None = None) -> None:
    """Hold the next case for a caller and show it, its number looked up in the frame at this moment.

    DesignError, and no case is held: the frame is no longer the one that the sample was drawn from [G24].
    """
    declared, calls, rules = _declared(folder)
    frame = _frame(folder, declared)
    with _store(folder, calls) as store:
        claimed = claim_next(store, caller, now or datetime.now(UTC), rules, communities=communities or None)
    if claimed is None:
        print({"zh": "现在没有可拨打的个案", "en": "nothing to call now"}[lang])
        return
    print(f"{claimed.case}  {claimed.community}  " + _number(frame, declared, claimed.case))
    adult = _adult(folder, declared, claimed.case, lang)
    if adult:
        print(adult)
    until = rules.windows.local(claimed.until).strftime("%H:%M")
    attempt = claimed.attempts + 1
    print({"zh": f"第 {attempt} 次拨打，保留至 {until}", "en": f"attempt {attempt}, held until {until}"}[lang])
    for outcome in outcomes().values():
        print(f"  {outcome.word:<13} {outcome.zh if lang == 'zh' else outcome.en}")
    print(f"evaluation calls record --round {folder} --caller {caller} {claimed.case} …")


def record_call(folder: Path, caller: str, case: str, disposition: str, at: str | None, lang: str,
                now: datetime | None = None) -> None:
    """Write down how a call ended; `at` is the time of an appointment, local."""
    _, calls, rules = _declared(folder)
    outcome = outcome_of(disposition)
    with _store(folder, calls) as store:
        found = record(store, case, caller, outcome.word, now or datetime.now(UTC), rules, _local(at, calls.timezone))
    told = outcome.zh if lang == "zh" else outcome.en
    if found.final is not None:
        print(f"{case}: {told}; " + {"zh": f"已结束 {found.final}", "en": f"closed, {found.final}"}[lang])
    elif found.due is not None:
        due = rules.windows.local(found.due).strftime("%Y-%m-%d %H:%M")
        print(f"{case}: {told}; " + {"zh": f"{due} 以后再打", "en": f"again from {due}"}[lang])


def release_cases(folder: Path, replicate: int, community: str | None, lang: str) -> None:
    """Release all replicates up to a number."""
    _, calls, _ = _declared(folder)
    with _store(folder, calls) as store:
        count = release(store, replicate, community)
    print({"zh": f"释放 {count} 个个案", "en": f"{count} cases released"}[lang])


def show_progress(folder: Path, lang: str, by: str, write: bool, close: bool = False) -> None:
    """Print how the calls stand; with `write`, the final dispositions go into the file that the round reads.

    With `close` too, every released case goes there, open ones with the code they close with: as if the calls ended now.
    """
    _, calls, _ = _declared(folder)
    with _store(folder, calls) as store:
        cases, attempts = tables(store)
    columns = {"community": ("community",), "stratum": ("community", "stratum"), "replicate": ("community", "replicate")}
    shown = progress(cases, attempts, columns[by])
    headers = {name: zh if lang == "zh" else name for name, zh in HEADERS.items()}
    printed = Table()
    for name in shown.columns:
        printed.add_column(headers.get(name, name), justify="left" if name in columns[by] else "right")
    for row in shown.itertuples(index=False):
        printed.add_row(*(_cell(value) for value in row))
    Console(width=140).print(printed)
    if write:
        file = folder / calls.file
        table = closing_dispositions(cases, attempts) if close else final_dispositions(cases)
        final = table.rename(columns={"case": calls.case, "disposition": calls.disposition})
        write_text(file, final.to_csv(index=False, lineterminator="\n"))
        print(file)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "n/a" if math.isnan(value) else f"{value:.0%}"
    return str(value)


def _declared(folder: Path) -> tuple[RoundFile, CallsFile, Rules]:
    declared, _ = load_round_file(folder)
    if declared.calls is None:
        raise DeclarationError([problem("G03", folder / "round.yaml", name="calls")])
    return declared, declared.calls, with_windows(Rules(cap=declared.calls.cap), declared.calls.timezone)


@contextmanager
def _store(folder: Path, calls: CallsFile) -> Iterator[Engine]:
    """The store of a round with the phone sample in it."""
    sample = folder / "sample" / "phone.csv"
    if not sample.is_file():
        raise DataError(problem("K09", sample, method="phone", round=str(folder)))
    store = open_store(database_url(folder, calls.database))
    try:
        load_cases(store, pd.read_csv(sample, dtype={"unit": str, "stratum": str}))
        yield store
    finally:
        store.dispose()


def _frame(folder: Path, declared: RoundFile) -> Frame | None:
    """The frame that the phone sample was drawn from; numbers may be corrected in it, units, strata and sizes may not."""
    if declared.frame is None:
        return None
    frame = read_frame(folder, declared.frame)
    edited = [told for told in changed_frames(folder, declared, frame)
              if told.code == "G24" and dict(told.values)["method"] == "phone"]
    if edited:
        raise DesignError(edited)
    return frame


def _number(frame: Frame | None, declared: RoundFile, case: str) -> str:
    if frame is None or declared.frame is None or declared.frame.phone not in frame.table:
        return ""
    found = frame.table.loc[frame.table[declared.frame.unit].astype(str) == case, declared.frame.phone]
    return str(found.iloc[0]) if len(found) else ""


def _adult(folder: Path, declared: RoundFile, case: str, lang: str) -> str:
    """Whom to ask for, by the round's rule; "" if it has none."""
    rule = declared.design["phone"].adult if "phone" in declared.design else None
    if rule == "last_birthday":
        return {"zh": "请最近过生日的成年人接听", "en": "ask for the adult whose birthday was last"}[lang]
    if rule is None:
        return ""
    sample = pd.read_csv(folder / "sample" / "phone.csv", dtype=str).set_index("unit")
    table = str(sample.at[case, "kish"])
    row = " ".join(f"{adults}→{kish_adult(table, adults)}" for adults in range(1, 7))
    return {"zh": f"成年人按男性在前、年龄从大到小编号；人数→请第几位：{row}",
            "en": f"number the adults, men first, oldest first; adults→ask for number: {row}"}[lang]


def _local(text: str | None, zone: str) -> datetime | None:
    if text is None:
        return None
    try:
        told = datetime.fromisoformat(text)
        return (told if told.tzinfo is not None else told.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except ValueError:
        raise DataError(problem("K05", path="--at", at=text)) from None
