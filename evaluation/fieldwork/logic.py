"""An instrument's logic over a table of answers: who was asked what, what is calculated, which answers break a constraint."""

from __future__ import annotations

import pandas as pd

from evaluation.core.csvfile import distinct, recoded, rows_where
from evaluation.declare.expression import read_expression
from evaluation.declare.instrument import Instrument


def asked_of(instrument: Instrument, codes: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """True where an item was asked: `relevant` held on the answers given to items that were themselves asked; and the codes,
    with what is calculated among them. Answers that are no answer, such as "don't know", are blank in calculations.
    """
    seen = {str(name): codes[name] for name in codes}
    held: dict[str, pd.Series] = {}
    made: dict[str, pd.Series] = {}
    items = {item.id: item for item in instrument.items}
    for item in instrument.items:
        if item.calculation is not None:
            found = read_expression(item.calculation, condition=False)
            given = {name: _given(seen[name], instrument.no_answers(items[name])) for name in found.items}
            values = found.values_over(given or {"": pd.Series("", index=codes.index)})
            seen[item.id] = pd.Series(values, index=codes.index, dtype="str").astype("category")
        if item.relevant and item.id in seen:
            held[item.id] = pd.Series(read_expression(item.relevant).held_over(seen), index=codes.index)
            seen[item.id] = _with_blanks(seen[item.id]).where(held[item.id], "")
        if item.calculation is not None:
            made[item.id] = seen[item.id]
    codes = pd.concat([codes, pd.DataFrame(made, index=codes.index)], axis=1) if made else codes
    asked = pd.DataFrame({str(name): held.get(str(name), True) for name in codes}, index=codes.index, dtype=bool)
    return asked, codes


def _with_blanks(column: pd.Series) -> pd.Series:
    """The column, able to hold blanks: categories of a column without one lack it."""
    if isinstance(column.dtype, pd.CategoricalDtype) and "" not in column.cat.categories:
        return column.cat.add_categories([""])
    return column


def _given(column: pd.Series, no_answers: frozenset[str]) -> pd.Series:
    """The column, blank where it says why there is no answer."""
    if not no_answers:
        return column
    return recoded(column, {value: "" if value in no_answers else value for value in distinct(column)[1]})


def breaking(instrument: Instrument, codes: pd.DataFrame) -> dict[str, list[int]]:
    """By item, the rows with an answer that its `constraint` does not allow; items without such a row are left out."""
    seen = {str(name): codes[name] for name in codes}
    found = {}
    for item in instrument.items:
        if item.constraint is not None and item.id in seen:
            own = seen[item.id]
            broken = (own != "").to_numpy() & ~read_expression(item.constraint).held_over(seen, own)
            if rows := rows_where(broken, codes.index):
                found[item.id] = rows
    return found
