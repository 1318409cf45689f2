"""The whole way of a phone spot-check: form given out, filled in, brought back, checked; the scores are those of before."""

import pandas as pd
from exports import central_rows, csv_bytes, form
from lxml import etree

from evaluation import verbs
from evaluation.declare.programme import load_instrument
from evaluation.fieldwork import open_round
from evaluation.reporting.results import gated_scores

XFORMS = "{http://www.w3.org/2002/xforms}"


def filled(answers, instrument):
    """The forms of a file of answers, as residents gave them over two days."""
    several = {item.id for item in instrument.items if item.kind == "select_multiple"}
    return [form(row.pop("respondent"), row.pop("community"), version=instrument.version, who=str(number % 7),
                 **{name: value.split() if name in several else value for name, value in row.items()})
            for number, row in enumerate(answers.to_dict("records"))]


def test_from_the_form_to_the_score(folder):
    instrument = load_instrument(folder / "neighbourly" / "phone.yaml")
    answers = pd.read_csv(folder / "answers" / "phone.csv", dtype=str, keep_default_na=False)
    before = gated_scores(open_round(folder))

    verbs.export_form(folder, "phone", "xform", None, None)
    model = etree.parse(str(folder / "forms" / "phone.xml"))
    asked = {bind.get("nodeset").split("/")[-1] for bind in model.iter(f"{XFORMS}bind")}
    assert set(answers.columns) - {"respondent"} <= asked

    export = folder.parent / "phone.csv"
    export.write_bytes(csv_bytes(central_rows(filled(answers, instrument), instrument, split=True, group="")))
    (folder / "answers" / "phone.csv").unlink()
    (folder / "paradata" / "phone.csv").unlink()
    verbs.import_answers(folder, "phone", [export], None, "en")
    again = pd.read_csv(folder / "answers" / "phone.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    content = list(answers.columns[1:])
    pd.testing.assert_frame_equal(again[content].sort_values(content, ignore_index=True),
                                  answers[content].sort_values(content, ignore_index=True))

    after = gated_scores(open_round(folder))
    names = ["community", "level", "id", "value", "se", "n"]
    pd.testing.assert_frame_equal(after[names], before[names], rtol=1e-12)

    verbs.check_quality(folder, "phone", "en", None, [], None)
    flags = pd.read_csv(folder / "quality" / "flags.csv", dtype=str, encoding="utf-8-sig")
    assert set(flags["method"]) == {"questionnaire"}        # the phone's forms are all alike, of one version, of one length


def test_what_is_excluded_is_not_scored(folder):
    text = (folder / "round.yaml").read_text(encoding="utf-8")
    (folder / "round.yaml").write_text(f"{text}\nquality: {{exclude: [too_short]}}\n", encoding="utf-8")
    whole = open_round_without_exclusion(folder, text)
    verbs.check_quality(folder, None, "en", None, [], None)
    flags = pd.read_csv(folder / "quality" / "flags.csv", dtype=str, encoding="utf-8-sig")
    short = flags[(flags["check"] == "too_short") & (flags["method"] == "phone")]
    assert len(short) > 0
    left = open_round(folder)
    assert len(whole.answers["phone"].design) - len(left.answers["phone"].design) == short["respondent"].nunique()
    assert left.inputs != whole.inputs


def open_round_without_exclusion(folder, text):
    changed = (folder / "round.yaml").read_text(encoding="utf-8")
    (folder / "round.yaml").write_text(text, encoding="utf-8")
    try:
        return open_round(folder)
    finally:
        (folder / "round.yaml").write_text(changed, encoding="utf-8")


def test_a_rating_sheet_brings_its_meeting_and_its_rater(folder):
    """The form of a rated method asks for the meeting's number and the rater's code; both are part of its standard error."""
    instrument = load_instrument(folder / "neighbourly" / "meeting.yaml")
    answers = pd.read_csv(folder / "answers" / "meeting.csv", dtype=str, keep_default_na=False)
    psu = answers.pop("psu")
    rows = central_rows(filled(answers, instrument), instrument, group="")
    extra = [["psu", "interviewer"], *([number, f"r{at % 5}"] for at, number in enumerate(psu))]
    export = folder.parent / "meeting.csv"
    export.write_bytes(csv_bytes([[*row, *more] for row, more in zip(rows, extra, strict=True)]))
    (folder / "answers" / "meeting.csv").unlink()
    verbs.import_answers(folder, "meeting", [export], None, "en")
    design = open_round(folder).answers["meeting"].design
    assert sorted(design["psu"].astype(str)) == sorted(psu)
    assert set(design["rater"].astype(str)) == {f"r{at}" for at in range(5)}
