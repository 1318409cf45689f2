"""Tables as JSON holds them, part by part, and back with the types that they had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

Kinds = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Packed:
    """A table as JSON can hold it: values by column, codes for categories; and each column's type, or its categories."""

    values: Mapping[str, np.ndarray]
    kinds: Kinds
    index: np.ndarray

    def part(self, places: Any) -> Row:
        """Some rows."""
        return {"index": self.index[places].tolist(),
                "values": {name: column[places].tolist() for name, column in self.values.items()}}


def packed(table: pd.DataFrame) -> Packed:
    """A table whose columns are categories of text, text, numbers or truth values."""
    values: dict[str, np.ndarray] = {}
    kinds: dict[str, list[str] | str] = {}
    for name, column in table.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            values[str(name)] = column.cat.codes.to_numpy()
            kinds[str(name)] = [str(value) for value in column.cat.categories]
        else:
            values[str(name)], kinds[str(name)] = column.to_numpy(), str(column.dtype)
    return Packed(values, {"columns": kinds, "index": str(table.index.dtype), "name": table.index.name},
                  table.index.to_numpy())


def unpacked(part: Row, kinds: Kinds) -> pd.DataFrame:
    """The rows of a part as the table that they come from has them."""
    index = pd.Index(part["index"], dtype=kinds["index"], name=kinds["name"])
    columns: dict[str, Any] = {}
    if all(kind == "bool" for kind in kinds["columns"].values()):
        names = list(kinds["columns"])
        matrix = np.array([part["values"][name] for name in names], dtype=bool).reshape(len(names), len(index))
        return pd.DataFrame(matrix.T, index=index, columns=names)
    for name, kind in kinds["columns"].items():
        given = part["values"][name]
        columns[name] = pd.array(given, dtype=kind) if isinstance(kind, str) else pd.Categorical.from_codes(
            np.asarray(given, dtype=np.int32), dtype=_categories(tuple(kind)), validate=False)
    return pd.DataFrame(columns, index=index, copy=False)


@lru_cache(maxsize=256)
def _categories(values: tuple[str, ...]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index(values, dtype="str"))
