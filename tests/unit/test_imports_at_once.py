"""Two imports of one method at the same moment: both count, or the second says that it does not."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import ROUND, make_round
from exports import central_rows, csv_bytes, form, write_bytes

from evaluation import verbs
from evaluation.core import alone
from evaluation.core.errors import DataError, catalogue
from evaluation.declare.programme import load_round_file
from evaluation.verbs import imports

HOLDER = """
import sys
from pathlib import Path
from evaluation.core.alone import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return make_round(tmp_path / "round", answers=None, round=ROUND.replace(", weight: weight", ""))


def export(folder: Path, name: str, instance: str) -> Path:
    instrument = load_round_file(folder)[1].instruments["questionnaire"]
    return write_bytes(folder.parent / name, csv_bytes(central_rows([form(instance, "c1", q1="5")], instrument)))


def bring(folder: Path, file: Path) -> None:
    verbs.import_answers(folder, "questionnaire", [file], None, "en")


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_both_count(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    met = threading.Barrier(2)
    read = imports.read_kept

    def both_have_read(places):
        kept = read(places)
        with suppress(threading.BrokenBarrierError):
            met.wait(1)                       # neither writes before the other has read, if the other can
        return kept

    monkeypatch.setattr(imports, "read_kept", both_have_read)
    threads = [threading.Thread(target=bring, args=(place, export(place, f"{name}.csv", name))) for name in ("11", "12")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len((place / "answers.csv").read_text(encoding="utf-8").splitlines()) == 3
    assert not [name for name in files_in(place) if name.endswith(".lock")]


def test_who_waits_too_long_is_told_and_who_dies_holds_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "PATIENCE", 0.0)
    file, before = export(place, "f.csv", "11"), files_in(place)
    command = [sys.executable, "-c", HOLDER, str(place / "answers.csv")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline().strip() == b"held"
            with pytest.raises(DataError) as error:
                bring(place, file)
        finally:
            holder.kill()
    assert [(told.code, Path(told.file).name) for told in error.value.problems] == [("I29", "answers.csv")]
    assert files_in(place) == before | {".answers.csv.lock"}
    bring(place, file)
    assert files_in(place) == before | {"answers.csv", "questionnaire.csv"}
    assert all(len(catalogue()["I29"][lang]) == 2 for lang in ("en", "zh"))


def test_a_drive_without_locks_is_written_all_the_same(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(handle: int) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(alone, "_lock", none)
    bring(place, export(place, "f.csv", "11"))
    assert "answers.csv" in files_in(place)
