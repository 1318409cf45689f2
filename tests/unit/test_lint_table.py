# ruff: noqa: E501  (a row of a table is a line)
"""The lint table: one fault a row, put into texts that are free of faults; told with its code, line and remedy.

A row: what is changed (old -> new, once), the text that marks the expected line of the changed file, a word of the message,
and the codes that the same change must bring with it. The expected line is counted here, not by the package.
"""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

import pytest
from conftest import FILES, make_round

from evaluation.core.errors import EvaluationError, Problem, catalogue
from evaluation.declare.programme import load_programme, load_round_file

RUBRIC = """\
rubric: garden
version: "1"
title: {zh: 园地, en: Garden}
languages: [zh, en]
pass_mark: 60
aims:
  - {id: grow, label: {zh: 成长, en: Grow}}
  - {id: rest, label: {zh: 休息, en: Rest}}
levels:
  - {id: star1, label: {zh: 一星, en: One star}, at: 60}
  - {id: star2, label: {zh: 二星, en: Two stars}, at: 80}
dimensions:
  - id: "1"
    label: {zh: 服务, en: Service}
    indicators:
      - id: "1.1"
        label: {zh: 接待, en: Reception}
        points: 60
        aim: grow
        evidence: {questionnaire: 1}
      - id: "1.2"
        label: {zh: 答复, en: Reply}
        points: 40
        evidence: {questionnaire: 1}
"""
TRUST = f"""signoff:
  trust:
    - {{name: Li, role: reviewer, key: "ed25519:{'A' * 43}=", from: 2026-01-01, until: 2027-12-31}}
"""
CAP = """\
caps:
  - id: c
    label: {zh: 限, en: Cap}
    when: {method: questionnaire, item: q1}
    dimension: "1"
    at_most: 60
dimensions:"""
FORM = """\
instrument: form
method: questionnaire
version: "1"
title: {zh: 问卷, en: Form}
languages: [zh, en]
choices:
  grade:
    - {value: 1, score: 0, label: {zh: 差, en: Bad}}
    - {value: 2, score: 100, label: {zh: 好, en: Good}}
  yes_no:
    - {value: "yes", label: {zh: 是, en: "Yes"}}
    - {value: "no", label: {zh: 否, en: "No"}}
items:
  - id: q1
    type: select_one grade
    indicator: "1.1"
    label: {zh: 接待如何, en: How is the reception}
  - id: q2
    type: select_one yes_no
    label: {zh: 是否来过, en: Have you come by}
  - id: q3
    type: integer
    range: {low: 0, high: 10}
    indicator: "1.2"
    relevant: ${q2} = 'yes'
    label: {zh: 几次, en: How often}
  - id: q4
    type: note
    label: {zh: 谢谢, en: Thank you}
"""
ROUND = """\
round: spring
title: {zh: 春季, en: Spring}
programme: garden
communities: {file: communities.csv}
answers:
  questionnaire:
    file: answers.csv
    columns: {q1: First}
"""
TEXTS = {"rubric": RUBRIC, "form": FORM, "round": ROUND}
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True))


@dataclass(frozen=True)
class Row:
    code: str
    file: str
    old: str | None  # None: the whole file
    new: str | bytes | None  # None: no such file
    at: str | None  # text on the expected line; None where the fault is of the whole file
    word: str
    also: frozenset[str] = field(default=frozenset())

    def content(self) -> str | bytes | None:
        if self.old is None or not isinstance(self.new, str):
            return self.new
        assert self.old in TEXTS[self.file], self.old
        return TEXTS[self.file].replace(self.old, self.new, 1)

    def line(self) -> int:
        content = self.content()
        if self.at is None or content is None:
            return 0
        text = content.decode("latin-1") if isinstance(content, bytes) else content
        return text[: text.index(self.at)].count("\n") + 1


def row(code: str, file: str, old: str | None, new: str | bytes | None, at: str | None, word: str, *also: str) -> Row:
    return Row(code, file, old, new, at, word, frozenset(also))


TABLE = [
    # Y: YAML
    row("Y02", "form", None, "#" * 5_000_001, None, "5000001 bytes"),
    row("Y03", "form", None, FORM.encode("gbk"), "title", "Save the file as UTF-8"),
    row("Y03", "rubric", None, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG", "UTF-8"),
    row("Y04", "form", "    type: integer", "\ttype: integer", "\ttype", "indentation"),
    row("Y04", "form", "title: {zh: 问卷, en: Form}", "title: {zh: 问卷, en: Form", "languages", "the one before"),
    row("Y04", "form", "items:", "---\nitems:", "---", "not valid YAML"),
    row("Y04", "form", "How often", "How\0often", "How\0often", "not valid YAML"),
    row("Y04", "rubric", None, "[" * 2000, None, "not valid YAML"),
    row("Y05", "form", None, "", None, "evaluation init"),
    row("Y05", "rubric", None, "# nothing here\n", None, "evaluation init"),
    row("Y06", "form", None, BOMB, "&a", "without aliases"),
    row("Y06", "form", None, "a: &a [*a]\n", "&a", "without aliases"),
    row("Y07", "rubric", "        points: 60", "        points: 50\n        points: 60", "points: 60", "'points' stands twice"),
    row("Y08", "rubric", "        points: 60", "        <<: {points: 60}", "<<", "merge keys", "D01"),
    row("Y08", "form", "items:", "? [a, b]\n: 1\nitems:", "? [a", "plain text"),
    row("Y09", "form", "label: {zh: 谢谢, en: Thank you}", "label: {zh: 谢谢, en: !shout Thank you}", "!shout", "Remove it"),
    row("Y09", "form", "label: {zh: 谢谢, en: Thank you}", "label: !shout {zh: 谢谢, en: Thank you}", "!shout", "Remove it"),
    row("Y09", "form", "version: \"1\"", "version: !!str true", "!!str", "Remove it", "D04"),
    row("Y10", "round", None, None, None, "--round DIR"),
    # D: declared fields
    row("D01", "rubric", "pass_mark: 60\n", "", "rubric:", "'pass_mark' is missing"),
    row("D01", "form", "    type: note\n", "", "id: q4", "'type' is missing"),
    row("D02", "form", "label: {zh: 谢谢", "labels: {zh: 谢谢", "labels:", "Did you mean 'label'?", "D01"),
    row("D02", "round", "    file: answers.csv", "    fil: answers.csv", "fil:", "Did you mean 'file'?", "D01"),
    row("D03", "form", "method: questionnaire", "method: questionaire", "method:", "Did you mean 'questionnaire'?"),
    row("D03", "rubric", "        aim: grow", "        missing: {refused: zero}", "refused:", "'exclude'"),
    row("D03", "round", "  questionnaire:", "  phon:", "phon:", "Did you mean 'phone'?"),
    row("D04", "form", "value: 1,", "value: true,", "value: true", "Put it in quotes"),
    row("D05", "form", "zh: 谢谢", "zh: ''", "zh: ''", "the text is empty"),
    *(row("D06", "rubric", "points: 60", f"points: {text}", f"points: {text}", "without leading zeros")
      for text in ("012", ".nan", ".inf", "-.inf", "NaN", "inf", "1e2", "6_0", "0x3C", "1:00", "60%", "true", "６０", "+60")),
    row("D06", "round", "programme:", "seed: 1.5\nprogramme:", "seed:", "not a number"),
    row("D16", "round", "    columns: {q1: First}", "    delimiter: ';;'", "delimiter", "One character"),
    row("D18", "round", "programme:", "calls: {file: c.csv, timezone: Peking}\nprogramme:", "timezone", "tz database"),
    row("D19", "round", "programme:", "stars: {on: 31.12.2026}\nprogramme:", "stars", "Write it as 2026-12-31"),
    row("D17", "round", "    columns: {q1: First}", "    community: {pattern: '['}", "pattern", "regular expression"),
    row("L25", "form", None, FORM.replace("select_one yes_no", "select_multiple yes_no").replace('value: "no"', 'value: "not yet"'),
        "not yet", "without spaces"),
    row("L26", "form", '{value: "no",', '{value: "YES",', "YES", "only in capitals"),
    row("D07", "form", "    type: note", "    type: note\n    required: maybe", "maybe", "true or false"),
    row("D08", "form", "id: q1", "id: q 1", "id: q 1", "cannot be a name"),
    row("D08", "rubric", 'id: "1.2"', "id: ../2", "../2", "cannot be a name"),
    row("D09", "rubric", "points: 60", "points: 101", "points: 101", "≤ 100"),
    row("D09", "rubric", "points: 60", "points: 0", "points: 0", "> 0"),
    row("D09", "rubric", "pass_mark: 60", "pass_mark: -1", "pass_mark", "≥ 0"),
    row("D09", "round", "answers:", "disclosure: {minimum: 4}\nanswers:", "disclosure", "≥ 5"),
    row("D10", "rubric", "languages: [zh, en]", "languages: []", "languages", "At least 1"),
    row("D10", "form", "    - {value: 2, score: 100, label: {zh: 好, en: Good}}\n", "", "  grade:", "At least 2"),
    row("D11", "rubric", "  - {id: grow, label: {zh: 成长, en: Grow}}\n  - {id: rest, label: {zh: 休息, en: Rest}}",
        "  grow", "aims:", "a list was expected"),
    row("D12", "rubric", "aims:", "missing: zero\naims:", "missing", "name: value"),
    row("D12", "form", None, "- a\n- b\n", "- a", "name: value"),
    row("D12", "form", None, "just text\n", "just", "name: value"),
    row("D13", "form", "type: select_one grade", "type: select grade", "select grade", "select_one LIST"),
    row("D14", "form", "{value: 1, score: 0,", "{value: 1, score: 0, status: dont_know,", "dont_know", "both a score and a status"),
    row("D15", "form", "{low: 0, high: 10}", "{low: 10, high: 10}", "low: 10", "low is not below high"),
    # L: instruments, routing, rounds
    row("L01", "form", "id: q4", "id: q1", "id: q1\n    type: note", "'q1' is used twice"),
    row("L01", "form", "value: 2,", "value: '1',", "value: '1'", "'1' is used twice"),
    row("L01", "rubric", "id: rest", "id: grow", "{id: grow, label: {zh: 休息", "'grow' is used twice"),
    row("L01", "rubric", "id: star2", "id: star1", "{id: star1, label: {zh: 二星", "'star1' is used twice"),
    row("L01", "rubric", 'id: "1.2"', 'id: "1.1"', 'id: "1.1"\n        label: {zh: 答复', "'1.1' is used twice", "L04"),
    row("L02", "form", "{zh: 几次, en: How often}", "{zh: 几次}", "几次", "no label in 'en'"),
    row("L02", "form", "{zh: 好, en: Good}", "Good", "label: Good", "no label in 'zh'"),
    row("L02", "rubric", "languages: [zh, en]", "languages: [zh, en, de]", "title:", "no label in 'de'"),
    row("L03", "form", "select_one grade", "select_one grad", "select_one grad", "Did you mean 'grade'?", "L05"),
    row("L04", "form", 'indicator: "1.1"', 'indicator: "1.7"', '"1.7"', "Did you mean '1.", "R07"),
    row("L05", "form", "items:", "  spare:\n    - {value: a, label: {zh: 甲, en: A}}\n    - {value: b, label: {zh: 乙, en: B}}\nitems:",
        "spare", "no item uses the list 'spare'"),
    row("L06", "form", "= 'yes'", "== 'yes'", "==", "not readable at =", "L20"),
    row("L06", "form", "= 'yes'", "= yes", "relevant", "not readable at yes", "L20"),
    row("L07", "form", "${q2} = 'yes'", "${q22} = 'yes'", "relevant", "Did you mean 'q2'?", "L20"),
    row("L08", "form", "= 'yes'", "= 'yse'", "relevant", "Did you mean 'yes'?"),
    row("L09", "form", "${q2} = 'yes'", "${q2} = 'yes' and ${q3} > 1", "relevant", "depends on itself"),
    row("L10", "form", '    indicator: "1.1"', "    indicator: \"1.1\"\n    relevant: ${q2} = 'no'", "relevant: ${q2} = 'no'",
        "Move 'q2' before 'q1'"),
    row("L11", "form", "    range: {low: 0, high: 10}\n", "", "type: integer", "has no range"),
    row("L12", "form", "    type: note", "    type: note\n    indicator: \"1.1\"", 'indicator: "1.1"\n    label: {zh: 谢谢', "is note"),
    row("L13", "form", "    type: select_one yes_no", "    indicator: \"1.1\"\n    type: select_one yes_no", "select_one yes_no", "no choice of"),
    row("L14", "form", "{zh: 几次, en: How often}", "{zh: 几次, en: How often, de: Wie oft}", "Wie oft", "'de'"),
    row("L16", "form", None, None, None, "at least one instrument", "R07"),
    row("L17", "round", "programme: garden", "programme: gardn", "programme", "Did you mean 'garden'?"),
    row("L18", "round", "answers:", "answers:\n  phone: {file: phone.csv}", "phone:", "It has: questionnaire"),
    row("L19", "round", "    file: answers.csv", "    file: answers.csv\n    instrument: forn", "forn", "Did you mean 'form'?"),
    row("L20", "form", "    relevant: ${q2} = 'yes'\n", "", "id: q2", "feeds no indicator and routes nothing"),
    row("L21", "rubric", "        points: 40\n        evidence: {questionnaire: 1}", "        points: 40\n        evidence: {phone: 1}",
        None, "takes no evidence from 'questionnaire'", "R07"),
    row("L22", "round", "{q1: First}", "{q11: First}", "q11", "Did you mean 'q1'?"),
    row("L23", "form", "    type: note", "    type: note\n    range: {low: 0, high: 1}", "range: {low: 0, high: 1}", "has a range"),
    row("L24", "round", "communities: {file: communities.csv}\nanswers:\n  questionnaire:",
        "communities: {from: answers}\nanswers:\n  questionnaire:\n    population: households", "population", "'households' is a column"),
    row("D20", "round", "programme:", TRUST.replace("A=", "A") + "programme:", "Li", "no public key"),
    row("D19", "round", "programme:", TRUST.replace("2027-12-31", '"20271231"') + "programme:", "20271231", "Write it as 2026-12-31"),
    row("L27", "round", "programme:", TRUST.replace("2027", "2025") + "programme:", "until: 2025", "ends before it begins"),
    row("L28", "round", "programme:", TRUST + TRUST[TRUST.index("    -"):].replace("Li", "Wang") + "programme:", "Wang",
        "is Li's too", "L29"),
    row("L29", "round", "programme:", TRUST + TRUST[TRUST.index("    -"):].replace("2027", "2028") + "programme:", "2028",
        "twice as reviewer"),
    row("L30", "form", "    type: note", "    type: calculate\n    calculation: ${q1} + x", "calculation", "not readable at x"),
    row("L31", "form", "    type: note", "    type: calculate", "type: calculate", "or the other way round"),
    # R: rubric
    row("R01", "rubric", "points: 60", "points: 59.5", "dimensions:", "99.5, not 100. Change them by +0.5"),
    row("R02", "rubric", "        aim: grow\n        evidence: {questionnaire: 1}\n", "", 'id: "1.1"', "1.1 has no evidence", "L21"),
    row("R03", "rubric", "{questionnaire: 1}", "{questionnaire: 0.9}", "0.9", "add up to 0.9, not 1"),
    row("R04", "rubric", "aim: grow", "aim: gro", "aim: gro", "Did you mean 'grow'?"),
    row("R05", "rubric", "at: 80", "at: 60", "levels:", "60, 60"),
    row("R06", "rubric", "at: 60", "at: 59", "star1", "Raise it to 60 or more"),
    row("R08", "rubric", "dimensions:", CAP.replace('"1"', '"9"'), '"9"', "is for dimension '9'"),
    row("R09", "rubric", "dimensions:", CAP.replace("q1", "q9"), "q9", "looks at item 'q9'"),
    row("R09", "rubric", "dimensions:", CAP.replace("questionnaire", "records"), "records", "of 'records'"),
    row("R10", "rubric", "aim: grow", "aim: grow\n        measure: top_two", "measure", "counts the two best answers"),
    row("R07", "rubric", "{questionnaire: 1}", "{questionnaire: 0.5, phone: 0.5}", "phone: 0.5", "takes evidence from 'phone'"),
    # S: scope
    row("S01", "form", "    type: note", "    type: note\n    topics: [faith]", "topics", "no switch"),
    row("S02", "form", "How often", "How often do you go to church", "church", "communities are evaluated, never persons"),
    row("S02", "round", "en: Spring", "en: Whose ethnicity", "ethnicity", "docs/protection.md"),
]
ALONE = {"Y01": "test_a_file_that_cannot_be_read", "L15": "test_two_instruments_of_one_method"}  # more than one file


def told(folder: Path) -> list[Problem]:
    try:
        return list(load_round_file(folder)[1].warnings)
    except EvaluationError as error:
        return error.problems


def round_with(folder: Path, **changes: str | bytes | None) -> Path:
    return make_round(folder, **{**TEXTS, **changes})


def test_the_texts_are_free_of_faults(tmp_path: Path) -> None:
    assert told(round_with(tmp_path)) == []


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: f"{fault.code}-{fault.word[:18]}")
def test_each_fault_is_told_with_code_line_and_remedy(tmp_path: Path, fault: Row) -> None:
    found = told(round_with(tmp_path, **{fault.file: fault.content()}))
    assert {problem.code for problem in found} == {fault.code} | fault.also
    mine = [problem for problem in found if problem.code == fault.code]
    if fault.code == "L21":  # told where the item names the indicator, in the other file
        line = FORM[: FORM.index('indicator: "1.2"')].count("\n") + 1
        assert [(Path(p.file).name, p.line) for p in mine] == [("form.yaml", line)]
    elif fault.code == "L16":
        assert [Path(p.file).name for p in mine] == ["garden"]
    else:
        assert (Path(FILES[fault.file]).name, fault.line()) in {(Path(p.file).name, p.line) for p in mine}
    assert any(fault.word in problem.text("en") for problem in mine)
    assert all(problem.text("zh") != problem.text("en") for problem in found)
    assert all("…" not in problem.text(lang).replace("low: …, high: …", "") for problem in found for lang in ("zh", "en"))


def test_the_table_has_a_row_for_every_code() -> None:
    codes = {code for code in catalogue() if code[0] in "YDLR" or code in ("S01", "S02")} - {"D99"}
    assert {fault.code for fault in TABLE} | ALONE.keys() == codes
    assert all(name in globals() for name in ALONE.values())


def test_every_message_is_in_both_languages_with_the_same_placeholders() -> None:
    for code, texts in catalogue().items():
        assert texts.keys() == {"en", "zh"}, code
        fields = {lang: sorted(name for part in parts for _, name, _, _ in Formatter().parse(part) if name is not None)
                  for lang, parts in texts.items()}
        assert set(fields["en"]) == set(fields["zh"]), code
        assert all(len(parts) == 2 and all(parts) for parts in texts.values()), code


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    folder = round_with(tmp_path, form=None)
    (folder / "garden" / "form.yaml").mkdir()
    assert [(problem.code, Path(problem.file).name) for problem in told(folder)] == [("Y01", "form.yaml")]
    with pytest.raises(EvaluationError) as error:
        load_programme(tmp_path / "nowhere")
    assert "Y01" in {problem.code for problem in error.value.problems}


def test_two_instruments_of_one_method(tmp_path: Path) -> None:
    folder = round_with(tmp_path)
    (folder / "garden" / "more.yaml").write_text(FORM, encoding="utf-8")
    (problem,) = told(folder)
    assert (problem.code, Path(problem.file).name, problem.line) == ("L15", "more.yaml", 2)
    assert "form.yaml is already the instrument" in problem.text("en")


def test_faults_of_several_files_are_told_in_one_go(tmp_path: Path) -> None:
    folder = round_with(tmp_path, rubric=RUBRIC.replace("pass_mark: 60", "pass_mark: 600").replace("points: 40", "points: 4O"),
                        form=FORM.replace("How often", "How often do you pray").replace("type: note", "type: notes"),
                        round=ROUND.replace("file: answers.csv", "fle: answers.csv"))
    found = {(Path(problem.file).name, problem.code) for problem in told(folder)}
    assert found == {("rubric.yaml", "D09"), ("rubric.yaml", "D06"), ("form.yaml", "S02"), ("form.yaml", "D13"),
                     ("round.yaml", "D01"), ("round.yaml", "D02")}


@pytest.mark.parametrize(("file", "old", "new", "first"), [
    ("rubric", "version: \"1\"", "version: \"1\"\nversion: \"2\"", "first in line 2"),
    ("form", "id: q4", "id: q1", "first in line 14"),
])
def test_what_stands_twice_is_told_with_the_first_line(tmp_path: Path, file: str, old: str, new: str, first: str) -> None:
    (problem,) = told(round_with(tmp_path, **{file: TEXTS[file].replace(old, new, 1)}))
    assert first in problem.text("en")


@pytest.mark.parametrize("text", ["no", "off", "y", "012", "1:30", "1_000", "0x1F", "1e3", "2026-01-31", "1.50", "1234567890123456", "TRUE"])
def test_plain_text_keeps_its_meaning_as_a_choice_value(tmp_path: Path, text: str) -> None:
    form = FORM.replace('value: "no"', f"value: {text}")
    instrument = load_round_file(round_with(tmp_path, form=form))[1].instruments["questionnaire"]
    assert [choice.value for choice in instrument.choices["yes_no"]] == ["yes", text]


@pytest.mark.parametrize("text", [BOMB, "a: &a [*a, *a]\n", "x: " + "{a: " * 300 + "1" + "}" * 300, "- " * 500 + "a\n"])
def test_what_unfolds_without_end_is_refused_in_little_memory(tmp_path: Path, text: str) -> None:
    folder = round_with(tmp_path, form=text)
    tracemalloc.start()
    try:
        codes = {problem.code for problem in told(folder)}
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()
    assert codes <= {"Y04", "Y06"}
    assert codes


@pytest.mark.parametrize(("file", "old", "new"), [
    ("round", "programme: garden", "programme: 2026"),
    ("round", "communities: {file: communities.csv}", "communities: {from: answers}\nseed: 0"),
    ("form", "    type: note", "    type: note\n    topics: [greeting]"),
    ("form", "    label: {zh: 谢谢, en: Thank you}", "    label: &thanks {zh: 谢谢, en: Thank you}\n    hint: *thanks"),
    ("form", "{zh: 是, en: \"Yes\"}", "{zh: 不 是 吗, en: \"Ø ñ — “Yes”\"}"),
])
def test_odd_but_readable_text_ends_in_a_round_or_in_told_faults(tmp_path: Path, file: str, old: str, new: str) -> None:
    assert old in TEXTS[file]
    codes = {problem.code for problem in told(round_with(tmp_path, **{file: TEXTS[file].replace(old, new, 1)}))}
    assert codes == ({"L17"} if "2026" in new else set())


@pytest.mark.parametrize(("old", "new"), [
    ("    columns: {q1: First}", "    community: {first: true}"),  # true is not a number
    ("communities: {file: communities.csv}", "communities: {from: answers}\ndecision: {confidence: '0.9'}\nseed: -1"),
])
def test_a_round_that_could_not_work_is_refused_as_declared_text(tmp_path: Path, old: str, new: str) -> None:
    found = told(round_with(tmp_path, round=ROUND.replace(old, new, 1)))
    assert found
    assert all(problem.code != "D99" and problem.line > 0 for problem in found)


def test_routing_on_a_note_is_told(tmp_path: Path) -> None:
    form = FORM.replace("relevant: ${q2} = 'yes'", "relevant: ${q0} = 'yes' or ${q2} = 'yes'", 1)
    form = form.replace("items:\n", "items:\n  - {id: q0, type: note, label: {zh: 您好, en: Welcome}}\n")
    assert told(round_with(tmp_path, form=form))
