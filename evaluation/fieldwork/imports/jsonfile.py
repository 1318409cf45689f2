"""JSON of ODK Central (OData) and of Kobo: records flattened to columns, repeats to tables of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaluation.core.csvfile import bounded_bytes
from evaluation.core.errors import DataError, Problem, problem
from evaluation.core.workbook import shown
from evaluation.fieldwork.imports.table import KEY, PARENT, PATH, Table, table_of_records

MOST_BYTES = 1_000_000_000       # it is held whole, at about six times its size
DEEPEST = 30                     # groups in groups
LISTS = ("value", "results")     # where OData and Kobo keep their records
NEXT = ("@odata.nextLink", "next")
LINK = "@odata.navigationLink"
NO_REPEAT = re.compile(r"(^|/)_[a-z]+$")     # _attachments, _notes, _tags, _geolocation


class _Twice(ValueError):
    """A key that stands twice in an object."""


def read_json(file: Path) -> tuple[list[Table], list[Problem]]:
    """The tables of a JSON file, forms first, repeats behind; and what is to be told: a warning where it is one page of
    several, a fault where repeats are only linked to. Raises DataError for what is no list of forms, too large or too deep.
    """
    records, page = _records(file)
    found: dict[str, list[dict[str, str]]] = {}
    linked: set[str] = set()
    names = {"": file.stem}
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise DataError(problem("I08", file, path=f"[{number - 1}]"))
        try:
            _flatten(record, "", found, linked, f"{number}")
        except RecursionError:
            raise DataError(problem("I09", file, path=f"[{number - 1}]", most=DEEPEST)) from None
    tables = [table_of_records(file, str(file) if not path else f"{file} [{path}]", names.get(path, path), rows)
              for path, rows in sorted(found.items())]
    told = [problem("I31", file, count=len(records), warning=True)] if page else []
    absent = sorted(linked - found.keys())
    return tables, told + ([problem("I11", file, names=absent)] if absent else [])


def _records(file: Path) -> tuple[list[Any], bool]:
    raw = bounded_bytes(file, lines=False, most=MOST_BYTES)
    if (at := raw.find(b"\\u0000")) >= 0:
        raise DataError(problem("I10", file, raw.count(b"\n", 0, at) + 1, reason="\\u0000"))
    try:
        data = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_refused)
    except UnicodeDecodeError:
        raise DataError(problem("I04", file, reason="UTF-8")) from None
    except RecursionError:
        raise DataError(problem("I09", file, most=DEEPEST)) from None
    except json.JSONDecodeError as error:
        raise DataError(problem("I10", file, error.lineno, reason=error.msg)) from None
    except ValueError as error:
        raise DataError(problem("I10", file, reason=error)) from None
    if isinstance(data, list):
        page, records = False, data
    else:
        found = [data[name] for name in LISTS if isinstance(data.get(name), list)] if isinstance(data, dict) else []
        held = found[0] if found else None
        if held is None:
            raise DataError(problem("I08", file))
        page, records = any(data.get(name) for name in NEXT), held
    if not records:
        raise DataError(problem("F09", file))
    return records, page


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(f"'{next(name for name in names if names.count(name) > 1)}' stands twice in one object")
    return made


def _refused(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


def _flatten(record: dict[str, Any], table: str, found: dict[str, list[dict[str, str]]], linked: set[str], key: str,
             parent: str = "", path: str = "") -> None:
    """Put a record's values into its table, and the rows of its repeats into theirs."""
    cells = {KEY: key, PARENT: parent, PATH: path} if table else {KEY: key}
    found.setdefault(table, []).append(cells)
    for name, value in _leaves(record, "", 0):
        if isinstance(value, list):
            if any(isinstance(row, dict) for row in value) and not NO_REPEAT.search(name):
                inner = name.removeprefix(f"{table}/")
                for place, row in enumerate(value, 1):
                    if isinstance(row, dict):
                        child = name if name.startswith(f"{table}/") or not table else f"{table}/{name}"
                        plain = {part.removeprefix(f"{child}/"): cell for part, cell in row.items()}
                        _flatten(plain, child, found, linked, f"{key}/{inner}[{place}]", key, f"{inner}[{place}]")
        elif name.endswith(LINK):
            inner = name.removesuffix(LINK)
            linked.add(f"{table}/{inner}" if table else inner)
        elif value is None:
            cells[name] = ""
        else:
            cells[name] = value if type(value) is str else shown(value)


def _leaves(record: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        raise RecursionError
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}/", depth + 1)
        else:
            yield f"{prefix}{name}", value
