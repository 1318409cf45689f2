# ruff: noqa: E501  (a row of a table is a line)
"""Files written whole or not at all; ids that may name a folder; the digest of inputs."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from evaluation.core.files import digest, is_safe_id, write_json, write_text, written_whole


class Interrupted(BaseException):
    """Like KeyboardInterrupt: no Exception."""


@pytest.mark.parametrize("error", [RuntimeError, Interrupted])
@pytest.mark.parametrize("before", [None, "as it was"])
def test_a_block_that_fails_leaves_no_half_file(tmp_path: Path, error: type[BaseException], before: str | None) -> None:
    file = tmp_path / "results" / "score.json"
    if before is not None:
        write_text(file, before)

    def fail() -> None:
        with written_whole(file) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise error
    with pytest.raises(error):
        fail()
    assert [path.name for path in file.parent.iterdir()] == ([] if before is None else ["score.json"])
    assert before is None or file.read_text(encoding="utf-8") == before


def test_what_cannot_be_written_is_told_by_its_own_name(tmp_path: Path) -> None:
    """Not by that of the temporary file; a full disk names none at all."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")
    for file, patched in ((tmp_path / "file" / "x.csv", os.fsync), (tmp_path / "x.csv", full)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", patched)
            with pytest.raises(OSError) as raised:  # noqa: PT011  (any reason)
                write_text(file, "a")
        assert raised.value.filename in (str(file), str(file.parent))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_file_is_not_seen_before_the_block_ends(tmp_path: Path) -> None:
    file = tmp_path / "new" / "x.csv"
    with written_whole(file) as temporary:
        temporary.write_text("all", encoding="utf-8")
        assert not file.exists()
        assert temporary.parent == file.parent  # a rename within one file system is atomic
    assert file.read_text(encoding="utf-8") == "all"
    assert list(file.parent.iterdir()) == [file]


def test_a_temporary_that_is_gone_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with written_whole(tmp_path / "x") as temporary:
            temporary.unlink()
    with pytest.raises(FileNotFoundError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_text_is_utf8_with_plain_line_ends_and_the_usual_permissions(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    write_text(file, "社区\nb\n")
    assert file.read_bytes() == "社区\nb\n".encode()
    mask = os.umask(0)
    os.umask(mask)
    assert file.stat().st_mode & 0o777 == 0o666 & ~mask


def test_json_is_the_same_bytes_for_equal_values_and_refuses_nan(tmp_path: Path) -> None:
    one, two = tmp_path / "1.json", tmp_path / "2.json"
    write_json(one, {"b": 1, "a": "好"})
    write_json(two, {"a": "好", "b": 1})
    assert one.read_bytes() == two.read_bytes()
    assert json.loads(one.read_text(encoding="utf-8")) == {"a": "好", "b": 1}
    with pytest.raises(ValueError, match="JSON"):
        write_json(two, {"a": float("nan")})
    assert two.read_bytes() == one.read_bytes()


@pytest.mark.parametrize("name", ["c01", "C", "7", "A-b_9", "a" * 64, "console", "com10", "nul-1"])
def test_ids_that_may_name_a_folder(name: str) -> None:
    assert is_safe_id(name)


@pytest.mark.parametrize("name", [
    "", ".", "..", "../x", "a/b", "a\\b", "/a", "a b", " a", "a ", "a\n", "\na", "a.b", "-a", "_a", "a" * 65, "社区", "é", "ａ", "a\u200b",
    "a\0", "c:", "*", "~", "con", "CON", "Nul", "prn", "aux", "com1", "LPT9", "٣",
])
def test_ids_that_may_not(name: str) -> None:
    assert not is_safe_id(name)


def test_the_digest_depends_on_names_and_contents_and_on_nothing_else(tmp_path: Path) -> None:
    made = {}
    for place, files in {"one": {"a": "1", "b": "2"}, "same": {"b": "2", "a": "1"}, "names": {"a": "2", "b": "1"},
                         "content": {"a": "1", "b": "3"}, "renamed": {"a": "1", "c": "2"}, "fewer": {"a": "1"}}.items():
        (tmp_path / place).mkdir()
        for name, text in files.items():
            (tmp_path / place / name).write_text(text, encoding="utf-8")
        made[place] = digest((tmp_path / place / name) for name in files)
    assert made["one"] == made["same"]
    assert len(set(made.values())) == len(made) - 1
    lines = "".join(f"{name}\0{hashlib.sha256(text.encode()).hexdigest()}\n" for name, text in (("a", "1"), ("b", "2")))
    assert made["one"] == hashlib.sha256(lines.encode()).hexdigest()


def test_the_digest_does_not_depend_on_how_the_path_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("m/round.yaml", "z/rubric.yaml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(name, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    absolute = digest([tmp_path / "m/round.yaml", tmp_path / "z/rubric.yaml"])
    assert digest([Path("m/round.yaml"), tmp_path / "z/rubric.yaml"]) == absolute
