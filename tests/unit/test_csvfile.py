# ruff: noqa: E501  (a row of a table is a line)
"""Tables read as text: encodings, headers, ragged rows, odd bytes; each fault with its line and its remedy."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.core.csvfile import plain, read_table, tidy
from evaluation.core.errors import DataError

TEXT = "id,name\nc1,柳荫里社区\nc2,清泉坊\n"


def table_of(folder: Path, content: str | bytes, encoding: str | None = None, delimiter: str = ",") -> pd.DataFrame:
    file = folder / "table.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(file, encoding, delimiter)


@pytest.mark.parametrize(("content", "encoding"), [
    (TEXT.encode(), None),
    (TEXT.encode("utf-8-sig"), None),
    (TEXT.encode("gbk"), None),
    (TEXT.encode("gb18030"), "gb18030"),
    (TEXT.encode("utf-16"), None),  # with its mark
    (b"\xfe\xff" + TEXT.encode("utf-16-be"), None),
    (TEXT.encode("utf-16-le"), "utf-16-le"),
    (TEXT.encode("utf-8-sig"), "utf-8"),
    (TEXT.encode("utf-8-sig"), "UTF8"),
    (TEXT.encode("utf-8-sig"), "utf_8"),
    (TEXT.replace("\n", "\r\n").encode(), None),
    (TEXT.replace("\n", "\r").encode(), None),
    (TEXT.rstrip().encode(), None),
    (TEXT.replace(",", ", ").replace(", ", ",").replace("name", " name\xa0").encode(), None),
    (('"id","name"\n"c1","柳荫里社区"\nc2,"清泉坊"\n\n\n,\n').encode(), None),
])
def test_the_same_table_however_it_is_written(tmp_path: Path, content: bytes, encoding: str | None) -> None:
    table = table_of(tmp_path, content, encoding)
    assert list(table.columns) == ["id", "name"]
    assert table.to_numpy().tolist() == [["c1", "柳荫里社区"], ["c2", "清泉坊"]]
    assert list(table.index) == [2, 3]  # as a spreadsheet counts


def test_nothing_is_guessed_into_numbers_or_nan(tmp_path: Path) -> None:
    cells = ["NA", "nan", "007", "1e5", "", " x ", "TRUE", "1,5", 'a"b', "two\nlines"]
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    table = table_of(tmp_path, ",".join(f"k{i}" for i in range(len(cells))) + "\n" + quoted + "\n")
    assert table.iloc[0].tolist() == cells


def test_rows_are_counted_over_blank_ones_and_cells_of_two_lines(tmp_path: Path) -> None:
    assert list(table_of(tmp_path, 'id,x\n"a\nb",1\n\nc,2\n,\nd,3\n').index) == [2, 4, 6]


def test_another_delimiter(tmp_path: Path) -> None:
    assert table_of(tmp_path, "a;b\n1,5;2\n", delimiter=";").iloc[0].to_dict() == {"a": "1,5", "b": "2"}
    assert table_of(tmp_path, "a\tb\n1\t2\n", delimiter="\t").iloc[0].to_dict() == {"a": "1", "b": "2"}


WEST = "id,name\nc1,plain\nc2,Café Señor\n".encode("cp1252")
FAULTS = [  # content, declared encoding, code, line, word
    (b"", None, "F05", 0, "empty"),
    (b"\xef\xbb\xbf", None, "F05", 0, "empty"),
    (b" \n\n", None, "F05", 0, "empty"),
    (b"id,name\n", None, "F09", 0, "no row"),
    (b"id,name\n,\n\n", None, "F09", 0, "no row"),
    (WEST, None, "F04", 3, "encoding: cp1252"),
    (WEST, "utf-8", "F03", 3, "Correct encoding"),
    (TEXT.encode("gbk"), "utf-8", "F03", 2, "not utf-8"),
    (WEST, "latin-9000", "F02", 0, "'latin-9000' is not an encoding"),
    (WEST, "hex", "F02", 0, "'hex' is not an encoding"),
    (TEXT.encode(), "idna", "F0", 0, "round.yaml"),
    (b"id\n\xff\xfe\xfd\n", None, "F04", 2, "UTF-8"),
    (b"\xff\xfei\0d\0\n\0c", None, "F0", 0, ""),  # UTF-16, cut in the middle of a letter
    (b"id,name,id\nc1,a,c2\n", None, "F07", 1, "twice: id"),
    (b"id, id\nc1,a\n", None, "F07", 1, "twice: id"),
    (b"id,name\nc1,a\nc2\nc3,b,c\n", None, "F08", 3, "rows 3, 4 do not have 2 cells"),
    (b"id,name\nc1,a,\n", None, "F08", 2, "delimiter"),
    (b"id,name\nc1,a\nc2,\0\n", None, "F06", 3, "Save the file again"),
    (b'id,name\nc1,"a\nc2,b\n', None, "F06", 0, "CSV"),
    (b'id,name\nc1,"a"b\n', None, "F06", 0, "CSV"),
    (b"id,name\nc1," + b"x" * 1_000_001 + b"\n", None, "F06", 0, "field"),
    (b"\x89PNG\r\n\x1a\n\0\0\0", None, "F0", 0, ""),
    (b"PK\x03\x04\0\0\0", None, "F06", 1, "CSV"),  # a workbook renamed to .csv
]


@pytest.mark.parametrize(("content", "encoding", "code", "line", "word"), FAULTS, ids=[f"{row[2]}-{row[0][:14]!r}" for row in FAULTS])
def test_each_fault_is_told_with_line_and_remedy(tmp_path: Path, content: bytes, encoding: str | None, code: str, line: int,
                                                 word: str) -> None:
    with pytest.raises(DataError) as error:
        table_of(tmp_path, content, encoding)
    (problem,) = error.value.problems
    assert problem.code.startswith(code)
    assert problem.line == line or len(code) < 3
    assert word in problem.text("en")
    assert problem.file.endswith("table.csv")


def test_western_bytes_are_read_once_their_encoding_is_declared(tmp_path: Path) -> None:
    assert table_of(tmp_path, WEST, "cp1252")["name"].tolist() == ["plain", "Café Señor"]


@pytest.mark.parametrize("name", ["nowhere.csv", "folder.csv", "nowhere.parquet", "broken.parquet"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(DataError) as error:
        read_table(tmp_path / name)
    assert [problem.code for problem in error.value.problems] == ["F01"]


def test_parquet_is_read_as_text_with_blanks_and_counted_like_a_csv(tmp_path: Path) -> None:
    made = pd.DataFrame({"id": ["c1", "c2"], "n": [1, 2], "x": [0.5, None], "t": ["好", None]}, index=["one", "two"])
    made.to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet")
    assert table[["id", "n", "x", "t"]].to_numpy().tolist() == [["c1", "1", "0.5", "好"], ["c2", "2", "", ""]]
    assert list(table.index) == [2, 3]


def test_a_parquet_file_without_rows_is_told(tmp_path: Path) -> None:
    pd.DataFrame({"id": pd.Series([], dtype=str)}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError) as error:
        read_table(tmp_path / "t.parquet")
    assert [problem.code for problem in error.value.problems] == ["F09"]


@pytest.mark.parametrize(("text", "expected"), [("１２", "12"), (" a ", "a"), ("\xa0a\xa0", "a"), ("　ａ　", "a"), ("柳荫里", "柳荫里"), ("ｃ０１", "c01"), ("", "")])
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_only_full_width_values_are_counted() -> None:
    column = pd.Series(["１", " 1 ", "1\xa0", "x", "ｘ", ""], index=[2, 3, 4, 5, 6, 7])
    made, rows = tidy(column)
    assert made.tolist() == ["1", "1", "1", "x", "x", ""]
    assert rows == [2, 6]
