"""Zip files from elsewhere, workbooks among them, looked at before they are unpacked: bombs, entities, names that climb."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from evaluation.core.errors import DataError, Problem, problem

MOST_BYTES = 2_000_000_000       # of all members together, unpacked
MOST_RATIO = 100                 # unpacked to packed; what people write has 3 to 30
SMALL = 20_000_000               # bytes up to which no ratio is too high
MOST_MEMBERS = 10_000
BLOCK = 1 << 20
ENTITY = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


@contextmanager
def opened_archive(file: Path) -> Iterator[zipfile.ZipFile]:
    """A zip file that may be read. Raises DataError with every reason why it may not."""
    try:
        with zipfile.ZipFile(file) as archive:
            if faults := _faults(file, archive):
                raise DataError(faults)
            yield archive
    except OSError as error:
        raise DataError(problem("F01", file, reason=error.strerror or error)) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:      # the last: a password, or a way of packing
        raise DataError(problem("F10", file, reason=error)) from None


def _faults(file: Path, archive: zipfile.ZipFile) -> list[Problem]:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        return [problem("F11", file, size=f"{len(members)} files", most=f"{MOST_MEMBERS} files")]
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    most = min(MOST_BYTES, max(SMALL, MOST_RATIO * packed))
    if unpacked > most:
        return [problem("F11", file, size=f"{unpacked / 1e6:,.0f} MB", most=f"{most / 1e6:,.0f} MB")]
    faults = [problem("F12", file, path=member.filename) for member in members if _climbs(member.filename)]
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels")) and _has_entities(archive, member):
            faults.append(problem("F13", file, path=member.filename))
    return faults


def _climbs(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ":" in plain.split("/")[0] or ".." in PurePosixPath(plain).parts


def _has_entities(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether an XML member declares a document type, which stands before its first element: no form needs one."""
    with archive.open(member) as stream:
        head = stream.read(BLOCK)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", errors="replace").encode()
    return ENTITY.search(head) is not None
