"""What stands in a form's `constraint` beside the instrument's own."""

from evaluation.declare.instrument import Instrument
from evaluation.fieldwork.forms.drafts import checked
from evaluation.fieldwork.forms.export.rows import survey_rows
from evaluation.fieldwork.forms.export.workbook import workbook
from evaluation.fieldwork.forms.xlsform import read_xlsform


def test_what_is_changed_in_a_derived_column_is_told(tmp_path):
    """Ranges and lone answers stand in `constraint` only; who changes it there is told that `declared_constraint` counts."""
    instrument = Instrument.model_validate({
        "instrument": "form", "method": "phone", "version": "1", "title": {"en": "T"}, "languages": ["en"],
        "items": [{"id": "n", "type": "integer", "label": {"en": "N"}, "range": {"low": 0, "high": 9}, "constraint": ". != 7"}],
    })
    sheets = survey_rows(instrument)
    at = next(number for number, row in enumerate(sheets.survey) if row["name"] == "n")
    assert sheets.survey[at]["constraint"] == "(. != 7) and (. >= 0 and . <= 9)"
    sheets.survey[at]["constraint"] = ". < 5"
    file = tmp_path / "changed.xlsx"
    file.write_bytes(workbook(sheets))
    draft = read_xlsform(file)
    assert [(doubt.code, doubt.line, doubt.path, dict(doubt.values)) for doubt in draft.doubts] == [
        ("X19", at + 2, "n.constraint", {"text": ". < 5"})]
    assert checked(draft)[0] == instrument
