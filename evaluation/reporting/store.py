"""Results put where a round's results are kept beyond this machine: any address that fsspec knows."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import fsspec

from evaluation.core.errors import UsageError, problem


def put(store: str, folder: Path, files: Iterable[Path]) -> None:
    """Copy files below `folder` to the same places below the store, each whole or not at all."""
    system, root = fsspec.core.url_to_fs(store)
    for file in files:
        place = f"{root.rstrip('/')}/{file.relative_to(folder).as_posix()}"
        system.makedirs(place.rpartition("/")[0], exist_ok=True)
        part = f"{place}.{os.getpid()}.part"
        system.put_file(str(file), part)
        system.mv(part, place)


def check_store(store: str) -> None:
    """Raise UsageError for an address that cannot be written to."""
    try:
        fsspec.core.url_to_fs(store)
    except (ValueError, ImportError, OSError) as error:
        raise UsageError(problem("N02", path="--store", reason=str(error))) from None
