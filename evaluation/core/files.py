"""Files written whole or not at all, names that may become paths, and the digests of inputs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

COMMUNITY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def is_safe_id(text: str) -> bool:
    """True if `text` may name a folder: 1-64 ASCII letters, digits, `-`, `_`, and no device name of Windows."""
    return bool(COMMUNITY_ID.fullmatch(text)) and text.lower() not in RESERVED


@contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """Give a temporary path beside `file`; when the block ends well, sync it to disk and rename it to `file`.

    OSError: it cannot be written; it names `file`, not the temporary one.
    """
    temporary = file
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=file.suffix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(file)
    except OSError as error:
        if error.filename is None or Path(error.filename).name.startswith(f".{file.name}."):
            error.filename, error.filename2 = str(file), None
        raise
    finally:
        if temporary != file:
            temporary.unlink(missing_ok=True)


def write_text(file: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, whole or not at all."""
    with written_whole(file) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(file: Path, value: Any) -> None:
    """Write JSON with sorted keys, so that equal values give equal bytes: a line for each key, and for each part of a list.

    NaN is refused.
    """
    write_text(file, json_text(value))


def json_text(value: Any) -> str:
    """The text that `write_json` writes."""
    return (_lines(value) if isinstance(value, dict) else _json(value)) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)


def _lines(value: dict[str, Any]) -> str:
    """One level of lines: the encoder's own indentation is ten times slower."""
    told = []
    for key in sorted(value):
        part = value[key]
        listed = isinstance(part, list) and part and isinstance(part[0], dict)
        text = "[\n  " + ",\n  ".join(map(_json, part)) + "\n ]" if listed else _json(part)
        told.append(f" {_json(key)}: {text}")
    return "{\n" + ",\n".join(told) + "\n}" if told else "{}"


def digest(files: Iterable[Path], read: Callable[[bytes], bytes] | None = None) -> str:
    """SHA-256 over the names and contents of the files, whatever folder they lie in and whatever order they come in.

    read: what of each YAML file's content counts; all of it without.
    """
    told = []
    for file in files:
        with file.open("rb") as stream:
            if read is not None and file.suffix == ".yaml":
                own = hashlib.sha256(read(stream.read()))
            else:
                own = hashlib.file_digest(stream, "sha256")
        told.append(f"{file.name}\0{own.hexdigest()}\n")
    return hashlib.sha256("".join(sorted(told)).encode()).hexdigest()
