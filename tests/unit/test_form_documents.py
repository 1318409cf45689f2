# ruff: noqa: E501  (a row of a table is a line)
"""The same questionnaire as text in two encodings, Markdown and Word is the same draft; what is no file of text is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from evaluation.core.errors import DataError
from evaluation.fieldwork.forms.text import read_text
from evaluation.fieldwork.forms.text.documents import lines_of_file
from evaluation.fieldwork.forms.text.wordnumbers import chinese, letters

TEXT = "社区问卷\n1. 您对绿化满意吗？[单选题] *\nA. 非常满意\nB. 一般\nC. 非常不满意\n2. 建议：____\n"


def said(draft):
    return draft.data, [(told.code, told.line) for told in draft.doubts], dict(draft.places)


@pytest.mark.parametrize(("name", "raw"), [
    ("a.txt", TEXT.encode()), ("a.txt", TEXT.encode("utf-8-sig")), ("a.txt", TEXT.encode("gb18030")), ("a.txt", TEXT.replace("\n", "\r\n").encode("gb18030")),
    ("a.txt", TEXT.replace("\n", "\r").encode()), ("a.txt", TEXT.encode("utf-16")), ("A.TXT", TEXT.encode()),
    ("a.md", TEXT.replace("社区问卷", "# 社区问卷").replace("1. ", "**1\\.** ").replace("A. ", "- A\\. ").encode())])
def test_encodings_and_markdown_change_nothing(tmp_path, name, raw):
    (tmp_path / "plain.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / name).write_bytes(raw)
    assert said(read_text(tmp_path / name)) == said(read_text(tmp_path / "plain.txt"))
    assert read_text(tmp_path / name).file == tmp_path / name


def word(tmp_path, *parts, numbering=""):
    document = docx.Document()
    if numbering:
        root = document.part.numbering_part.element
        root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{numbering}</w:abstractNum>'))
        root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
    for part in parts:
        if isinstance(part, list):
            table = document.add_table(rows=len(part), cols=len(part[0]))
            for row, texts in zip(table.rows, part, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
        else:
            text, level = part if isinstance(part, tuple) else (part, None)
            paragraph = document.add_paragraph(text, style=level if isinstance(level, str) else None)
            if isinstance(level, int):
                paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="91"/></w:numPr>'))
    document.save(tmp_path / "a.docx")
    return tmp_path / "a.docx"


def test_word_is_read_as_text_is(tmp_path):
    (tmp_path / "plain.txt").write_text(TEXT, encoding="utf-8")
    assert said(read_text(word(tmp_path, *TEXT.splitlines()))) == said(read_text(tmp_path / "plain.txt"))


def test_soft_line_breaks_are_lines(tmp_path):
    assert [text for _, text in lines_of_file(word(tmp_path, "甲\nA. 一\nB. 二", "乙"))] == ["甲", "A. 一", "B. 二", "乙"]


def test_paragraphs_and_tables_in_their_order(tmp_path):
    table = [["", "很差", "一般", "很好"], ["卫生", "□", "□", "□"], ["绿化", "", "", ""]]
    draft = read_text(word(tmp_path, "问卷", "1. 请评价[矩阵单选题]", table, "2. 哪样？[单选题]", [["A. 红", "B. 黄"], ["C. 蓝", "D. 紫"]], "3. 末题[填空题]"))
    assert [(item["id"], item["label"]["zh"]) for item in draft.data["items"]] == [("q01_1", "请评价：卫生"), ("q01_2", "请评价：绿化"), ("q02", "哪样？"), ("q03", "末题")]
    assert [choice["score"] for choice in draft.data["choices"]["q01"]] == [0, 50, 100]
    assert [choice["label"]["zh"] for choice in draft.data["choices"]["q02"]] == ["红", "黄", "蓝", "紫"]
    assert draft.doubts == ()


def test_merged_cells_are_read_once(tmp_path):
    document = docx.Document()
    table = document.add_table(rows=1, cols=3)
    table.rows[0].cells[0].merge(table.rows[0].cells[1]).text = "1. 甲？"
    table.rows[0].cells[2].text = "A. 一"
    document.save(tmp_path / "a.docx")
    assert [text for _, text in lines_of_file(tmp_path / "a.docx")] == ["1. 甲？", "A. 一"]


def test_a_cell_that_claims_to_span_a_billion_columns_is_one_cell(tmp_path):
    document = docx.Document()
    cell = document.add_table(rows=1, cols=2).rows[0].cells[0]
    cell.text = "1. 甲？"
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:gridSpan {nsdecls("w")} w:val="1000000000"/>'))
    document.save(tmp_path / "a.docx")
    assert [text for _, text in lines_of_file(tmp_path / "a.docx")] == ["1. 甲？", ""]


def test_numbers_that_word_counts_by_itself(tmp_path):
    levels = "".join(f'<w:lvl w:ilvl="{level}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
                     for level, (kind, text, start) in enumerate([("decimal", "%1、", 1), ("upperLetter", "%2.", 1), ("bullet", "·", 1), ("chineseCounting", "第%4部分", 3), ("decimal", "（%5）", 7)]))
    file = word(tmp_path, "问卷", ("甲？", 0), ("红", 1), ("黄", 1), ("乙？", 0), ("蓝", 1), ("点", 2), ("末", 3), ("丙", 4), ("丁", 4), ("", 0), ("戊？", 0), numbering=levels)
    assert [text for _, text in lines_of_file(file)] == ["问卷", "1、 甲？", "A. 红", "B. 黄", "2、 乙？", "A. 蓝", "点", "第三部分 末", "（7） 丙", "（8） 丁", "", "3、 戊？"]


def test_numbers_of_a_style(tmp_path):
    draft = read_text(word(tmp_path, "问卷", ("甲？[填空题]", "List Number"), ("乙？[填空题]", "List Number"), ("点", "List Bullet")))
    assert [item["id"] for item in draft.data["items"]] == ["q01", "q02"]


def test_chinese_numerals_and_letters():
    assert [chinese(number) for number in (1, 9, 10, 11, 20, 25, 99, 100)] == ["一", "九", "十", "十一", "二十", "二十五", "九十九", "100"]
    assert [letters(number) for number in (1, 26, 27)] == ["A", "Z", "27"]


def archive(**members):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return raw.getvalue()


def docx_with(tmp_path, name, content):
    """A Word file with one more member, or another one in its place."""
    with zipfile.ZipFile(word(tmp_path, *TEXT.splitlines())) as whole:
        members = {one: whole.read(one) for one in whole.namelist()}
    return archive(**members | {name: content})


REFUSED = {
    "not a zip": ("a.docx", lambda folder: TEXT.encode(), "F10"),
    "an old .doc": ("a.docx", lambda folder: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "F10"),
    "empty": ("a.docx", lambda folder: b"", "F10"),
    "a zip of something else": ("a.docx", lambda folder: archive(a="b"), "F10"),
    "xlsx by another name": ("a.docx", lambda folder: archive(**{"[Content_Types].xml": "<Types/>", "_rels/.rels": "<Relationships/>"}), "F10"),
    "broken xml": ("a.docx", lambda folder: docx_with(folder, "word/document.xml", b"<w:document"), "F10"),
    "no content": ("a.docx", lambda folder: docx_with(folder, "word/document.xml", b""), "F10"),
    "entities": ("a.docx", lambda folder: docx_with(folder, "word/document.xml", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'), "F13"),
    "a bomb": ("a.docx", lambda folder: docx_with(folder, "word/media/a.png", b"\0" * 60_000_000), "F11"),
    "a name that climbs": ("a.docx", lambda folder: docx_with(folder, "../a.xml", b"<a/>"), "F12"),
    "bytes": ("a.txt", lambda folder: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe\xfd", "F04"),
    "cp1252": ("a.txt", lambda folder: "Café à côté, déjà vu à Besançon".encode("cp1252"), "F04"),
    "too large": ("a.txt", lambda folder: b"a\n" * 2_600_000, "F16"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_text_is_refused_with_a_reason(tmp_path, case):
    name, raw, code = REFUSED[case]
    (tmp_path / name).write_bytes(raw(tmp_path))
    with pytest.raises(DataError) as error:
        read_text(tmp_path / name)
    assert [(told.code, Path(told.file).name) for told in error.value.problems] == [(code, name)]
    assert "…" not in str(error.value)


@pytest.mark.parametrize("name", ["nowhere.txt", "nowhere.docx"])
def test_a_file_that_is_not_there(tmp_path, name):
    with pytest.raises(DataError, match="F01"):
        read_text(tmp_path / name)
    (tmp_path / name).mkdir()
    with pytest.raises(DataError, match="F01"):
        read_text(tmp_path / name)


def run(text):
    return f"<w:r><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize("inside", [
    f"<w:ins>{run('红')}</w:ins>", f"<w:smartTag>{run('红')}</w:smartTag>", f"<w:sdt><w:sdtPr/><w:sdtContent>{run('红')}</w:sdtContent></w:sdt>",
    f"<w:del><w:r><w:delText>灰</w:delText></w:r></w:del>{run('红')}"])
@pytest.mark.parametrize("box", ['<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>', "<w:r><w:sym/></w:r>", run("☐"),
                                 "<w:sdt><w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>"])
def test_controls_tags_changes_and_symbols_of_word_keep_their_text(tmp_path, inside, box):
    document = docx.Document()
    for text in ("问卷", "1. 甲？[单选题]"):
        document.add_paragraph(text)
    body = document.element.body
    body.insert(2, parse_xml(f"<w:p {nsdecls('w')}>{box}{inside}{box}{run('蓝')}</w:p>"))
    body.insert(3, parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>{run('2. 乙？[填空题]')}</w:p></w:sdtContent></w:sdt>"))
    document.save(tmp_path / "a.docx")
    data = read_text(tmp_path / "a.docx").data
    assert [choice["label"]["zh"] for choice in data["choices"]["q01"]] == ["红", "蓝"]
    assert [item["label"]["zh"] for item in data["items"]] == ["甲？", "乙？"]


def test_a_symbol_that_is_none_is_a_fault(tmp_path):
    document = docx.Document()
    document.element.body.insert(0, parse_xml(f'<w:p {nsdecls("w")}><w:r><w:sym w:char="D800"/></w:r></w:p>'))
    document.save(tmp_path / "a.docx")
    with pytest.raises(DataError):
        read_text(tmp_path / "a.docx")


def test_numbered_rows_of_a_word_table_are_questions(tmp_path):
    rows = [["序号", "内容", "满意", "一般", "不满意"], ["1", "口味", "", "", ""], ["2", "环境", "", "", ""]]
    draft = read_text(word(tmp_path, "食堂测评表", rows, "3. 建议？"))
    assert [(item["id"], item["type"], item["label"]["zh"]) for item in draft.data["items"]] == [
        ("q01", "select_one q01", "口味"), ("q02", "select_one q01", "环境"), ("q03", "text", "建议？")]
