"""PDF and XLSX of a score sheet say what its JSON says, whatever is written in it."""

import io
import re
import subprocess
import sys
import zipfile

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from evaluation.core.resources import shipped
from evaluation.signoff import build_sheet
from evaluation.signoff.forms import form_words, points, verdict
from evaluation.signoff.pdf import sheet_pdf
from evaluation.signoff.sheet import Finding, Practice, read_sheet
from evaluation.signoff.xlsx import sheet_xlsx

HOSTILE = ["=1+1", "=cmd|' /C calc'!A0", "@x", "-2", "+3", "#panic()", "$x^2$", "*b* _i_", "</t><t>", "https://example.org",
           "[link]", "\\u{41}", "a" * 300, "{{7*7}}", "007", "'quoted"]


@pytest.fixture(scope="module")
def sheet():
    return build_sheet(shipped("data_samples") / "autumn-2026", "c20")


def pages(pdf):
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def tables(xlsx):
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def in_a_row(text):
    return re.sub(r"\s+", "", text)


def amounts(part):
    return [None if value is None else value / 100
            for value in (part.points, part.earned, part.se, part.low, part.high, part.declared)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_forms_say_the_same_numbers(sheet, lang):
    word = form_words(lang)
    first, second = pages(sheet_pdf(sheet, (lang,)))
    assert in_a_row(sheet.sha256) in in_a_row(first)
    assert in_a_row(verdict(sheet, lang)) in in_a_row(first)
    for amount in (sheet.total.earned, sheet.total.se, sheet.total.low, sheet.total.high, sheet.total.declared):
        assert points(amount) in first
    for part in sheet.dimensions:
        row = f"{part.id}{part.label[lang]}{points(part.points)}{points(part.earned)}{points(part.low)}–{points(part.high)}"
        assert in_a_row(row) in in_a_row(first)
    for part in sheet.indicators:
        assert in_a_row(f"{points(part.points)}{points(part.earned)}{points(part.low)}–{points(part.high)}") in in_a_row(second)
        assert all(points(one.score) in second for one in part.evidence)
    book = tables(sheet_xlsx(sheet, (lang,)))
    result = {row[0]: row[1] for row in book[word["result_tab"]] if row[0]}
    assert result[word["total"]] == sheet.total.earned / 100
    assert result[word["se"]] == sheet.total.se / 100
    assert result[word["verdict"]] == verdict(sheet, lang)
    assert result[word["sha"]] == sheet.sha256
    for tab, parts in ((word["dimensions_tab"], sheet.dimensions), (word["indicators_tab"], sheet.indicators)):
        assert [[row[0], *row[2:8]] for row in book[tab][1:]] == [[part.id, *amounts(part)] for part in parts]
    told = [[row[0], *row[3:7]] for row in book[word["evidence_tab"]][1:]]
    assert told == [[part.id, one.weight / 10_000, one.score / 100, one.se / 100, one.n]
                    for part in sheet.indicators for one in part.evidence]


def test_a_changed_number_changes_everywhere(sheet):
    other = sheet.model_copy(update={"total": sheet.total.model_copy(update={"earned": 1234})})
    assert "12.34" in pages(sheet_pdf(other))[0]
    assert "12.34" not in pages(sheet_pdf(sheet))[0]
    assert 12.34 in [row[1] for row in tables(sheet_xlsx(other))["结果"]]
    assert other.sha256 != sheet.sha256


def test_the_same_sheet_gives_the_same_bytes_also_in_another_process(sheet, tmp_path):
    (tmp_path / "sheet.json").write_bytes(sheet.content())
    both = ("zh", "en")
    code = ("import sys, hashlib\nfrom pathlib import Path\nfrom evaluation.signoff.pdf import sheet_pdf\n"
            "from evaluation.signoff.xlsx import sheet_xlsx\nfrom evaluation.signoff.sheet import read_sheet\n"
            "sheet = read_sheet(Path(sys.argv[1]).read_bytes())\n"
            "Path(sys.argv[2]).write_bytes(sheet_pdf(sheet, ('zh', 'en')) + sheet_xlsx(sheet, ('zh', 'en')))")
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "sheet.json"), str(tmp_path / "made")], check=True)
    assert (tmp_path / "made").read_bytes() == sheet_pdf(sheet, both) + sheet_xlsx(sheet, both)
    assert read_sheet(sheet.content()) == sheet


def test_the_pdf_is_tagged_in_its_language_and_two_pages_long(sheet):
    for langs, count in ((("zh",), 2), (("en",), 2), (("zh", "en"), 4)):
        reader = PdfReader(io.BytesIO(sheet_pdf(sheet, langs)))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert root["/Lang"].startswith(langs[0])
        assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()
        assert len(reader.pages) == count


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text(sheet, text):
    changed = sheet.model_copy(update={
        "names": {"zh": text, "en": text}, "good_practice": [Practice(indicator="1.1", practice=text)],
        "findings": [Finding(indicator="1.1", source="inspector", problem=text, who=text, due="", state="open", p_below=None)]})
    first, second = pages(sheet_pdf(changed))
    assert in_a_row(text) in in_a_row(first)
    assert in_a_row(second).count(in_a_row(text)) >= 3
    follow = tables(sheet_xlsx(changed))["跟进"]
    assert [row[3] for row in follow[1:]] == [text, text]
    assert b"<f>" not in sheet_xlsx(changed)


def test_rare_characters_are_shown_and_those_without_a_glyph_are_marked(sheet):
    changed = sheet.model_copy(update={"names": {"zh": "镕喆堃赟翀龘\U0001f600\u200b里", "en": "x"}})
    assert "镕喆堃赟翀龘〓里" in pages(sheet_pdf(changed))[0]
    assert "\U0001f600" in tables(sheet_xlsx(changed))["结果"][1][1]


def test_many_findings_run_on_and_none_is_lost(sheet):
    told = {"indicator": "1.1", "source": "inspector", "who": "", "due": "", "state": "open", "p_below": None}
    many = [Finding(problem=f"finding {number}.", **told) for number in range(120)]
    found = pages(sheet_pdf(sheet.model_copy(update={"findings": many})))
    assert len(found) > 3
    assert all(f"finding {number}." in "".join(found) for number in range(120))


def test_many_dimensions_do_not_run_into_the_signatures(sheet):
    parts = [sheet.dimensions[0].model_copy(update={"id": f"d{number}"}) for number in range(40)]
    found = pages(sheet_pdf(sheet.model_copy(update={"dimensions": parts})))
    assert all(f"d{number}" in "".join(found) for number in range(40))
    assert len(found) == 3


def test_what_is_withheld_or_absent_is_said(sheet):
    withheld = sheet.dimensions[0].model_copy(update=dict.fromkeys(("earned", "se", "low", "high")) | {"withheld": True})
    absent = withheld.model_copy(update={"withheld": False, "state": "not_applicable"})
    changed = sheet.model_copy(update={"dimensions": [withheld, absent], "total": absent})
    first = pages(sheet_pdf(changed, ("en",)))[0]
    word = form_words("en")
    assert word["withheld_mark"] in first
    assert word["not_applicable"] in first
    rows = tables(sheet_xlsx(changed, ("en",)))["Dimensions"]
    assert [row[3] for row in rows[1:]] == [word["withheld_mark"], word["not_applicable"]]


def test_a_corrected_version_says_what_it_corrects(sheet):
    changed = sheet.model_copy(update={"version": 2, "supersedes": "a" * 64, "correction": "two sheets were mixed up"})
    assert "two sheets were mixed up" in pages(sheet_pdf(changed, ("en",)))[0]


def test_a_row_is_as_high_as_its_text(sheet):
    """Not every program finds the height of wrapped text: what a row says below its first line would be hidden."""
    practice = Practice(indicator="1.1", practice="好" * 120)          # 240 characters wide, in a column of 60
    book = sheet_xlsx(sheet.model_copy(update={"findings": [], "good_practice": [practice]}))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        page = archive.read("xl/worksheets/sheet5.xml").decode()
    assert float(re.search(r'<row r="2"[^>]* ht="([0-9.]+)"', page)[1]) >= 4 * 15
    assert 'ht="409' not in page
