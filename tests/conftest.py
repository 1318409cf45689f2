# ruff: noqa: E501  (a row of a table is a line)
"""A tiny round that is free of faults, and how to change one thing in it.

    make_round(tmp_path, answers=("r2,c1", "r1,c1"))     # old text -> new text
    make_round(tmp_path, answers=b"...")                 # other bytes
    make_round(tmp_path, communities=None)               # no such file
"""

from __future__ import annotations

import os
import shutil
import signal
from datetime import datetime
from pathlib import Path

import pytest

from evaluation import verbs
from evaluation.core.errors import EvaluationError, Problem
from evaluation.core.resources import shipped
from evaluation.fieldwork import open_round

RUBRIC = """\
rubric: garden
version: "1"
title: {zh: 园地, en: Garden}
languages: [zh, en]
pass_mark: 60
dimensions:
  - id: "1"
    label: {zh: 服务, en: Service}
    indicators:
      - {id: "1.1", label: {zh: 接待, en: Reception}, points: 60, evidence: {questionnaire: 1}}
      - {id: "1.2", label: {zh: 答复, en: Reply}, points: 40, evidence: {questionnaire: 1}}
"""
FORM = """\
instrument: form
method: questionnaire
version: "1"
title: {zh: 问卷, en: Form}
languages: [zh, en]
choices:
  grade:
    - {value: 1, score: 0, label: {zh: 差, en: Bad}}
    - {value: 5, score: 100, label: {zh: 好, en: Good}, aliases: [great]}
    - {value: dk, status: dont_know, label: {zh: 不知道, en: Don't know}}
  yes_no:
    - {value: "yes", label: {zh: 是, en: "Yes"}}
    - {value: "no", label: {zh: 否, en: "No"}}
  places:
    - {value: a, score: 50, label: {zh: 广场, en: Square}}
    - {value: b, score: 50, label: {zh: 书屋, en: Library}}
items:
  - {id: q1, type: select_one grade, indicator: "1.1", label: {zh: 接待如何, en: How is the reception}}
  - {id: q2, type: select_one yes_no, label: {zh: 是否来过, en: Have you come by}}
  - {id: q3, type: integer, range: {low: 0, high: 10}, indicator: "1.2", relevant: "${q2} = 'yes'", label: {zh: 几次, en: How often}}
  - {id: q4, type: select_multiple places, indicator: "1.1", label: {zh: 去过哪里, en: Where have you been}}
  - {id: q5, type: decimal, range: {low: 0, high: 1}, indicator: "1.2", label: {zh: 等候小时, en: Hours of waiting}}
"""
ROUND = """\
round: spring
title: {zh: 春季, en: Spring}
programme: garden
communities: {file: communities.csv}
answers:
  questionnaire: {file: answers.csv, weight: weight, population: households}
"""
COMMUNITIES = """\
id,name_zh,name_en,households,declared_1.1
c1,甲,Alder,40,90
c2,乙,Birch,50,
"""
ANSWERS = """\
respondent,community,weight,q1,q2,q3,q4,q5
r1,c1,1.5,5,yes,3,a b,0.5
r2,c1,2,1,no,,,1
r3,c2,1,dk,yes,0,b,0
r4,c2,1,5,,,a,
"""
FILES = {"rubric": "garden/rubric.yaml", "form": "garden/form.yaml", "phone": "garden/phone.yaml", "round": "round.yaml", "communities": "communities.csv",
         "answers": "answers.csv", "calls": "calls.csv", "paradata": "paradata/questionnaire.csv",
         "reviewed": "quality/reviewed.csv"}
BASE = {"rubric": RUBRIC, "form": FORM, "round": ROUND, "communities": COMMUNITIES, "answers": ANSWERS}
Change = str | bytes | tuple[str, str] | None


def make_round(folder: Path, **changes: Change) -> Path:
    """Write the round to `folder` with `changes` by file: whole text or bytes, (old, new), or None for no such file."""
    for name, path in FILES.items():
        content: Change = changes.get(name, BASE.get(name))
        if isinstance(content, tuple):
            old, new = content
            assert old in BASE[name], f"{name} has no {old!r}"
            content = BASE[name].replace(old, new, 1)
        if content is not None:
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def told(folder: Path) -> list[Problem]:
    """Everything that opening the round tells: its faults, or its warnings if it opens."""
    try:
        return list(open_round(folder).warnings)
    except EvaluationError as error:
        return error.problems


def told_as(folder: Path) -> list[tuple[str, str, int, str]]:
    """(code, name of the file, line or row, path) of everything that opening the round tells."""
    return [(problem.code, Path(problem.file).name, problem.line, problem.path) for problem in told(folder)]


def pytest_configure():
    """In the background of a shell Ctrl-C is ignored, and would be by all that tests start to interrupt it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def language_of_messages(monkeypatch):
    """A command run in a test sets the language of messages; the next test begins in English again."""
    monkeypatch.setenv("EVALUATION_LANG", "en")


@pytest.fixture
def folder(tmp_path):
    """A copy of the sample round with its programme, to change."""
    made = tmp_path / "round"
    shutil.copytree(shipped("data_samples") / "autumn-2026", made)
    shutil.copytree(shipped("questionnaires") / "neighbourly", made / "neighbourly")
    return made


PASSPHRASE = "correct horse battery"
PEOPLE = {"li": ("李伟", "evaluator"), "wang": ("王芳", "reviewer"), "chen": ("陈翀", "chief")}


def with_passphrase(call, *arguments, **options):
    """Call a verb with a file descriptor that holds the passphrase."""
    read, write = os.pipe()
    os.write(write, f"{PASSPHRASE}\n".encode())
    os.close(write)
    try:
        return call(*arguments, descriptor=read, **options)
    finally:
        os.close(read)


def clock_at(text="2026-11-23T08:00:00Z"):
    """A clock that stands still."""
    return lambda: datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


def trusted_round(folder, people=PEOPLE):
    """Make the keys of these people in folder/../keys, and trust them."""
    keys = folder.parent / "keys"
    for short, (name, role) in people.items():
        with_passphrase(verbs.make_key, keys / short, name, lang="en")
        verbs.trust_key(folder, keys / f"{short}.pub", role, "2026-01-01", "2026-12-31")
    return keys


@pytest.fixture(scope="session")
def signed_round(tmp_path_factory):
    """The sample round with all sheets countersigned, and those that passed published; c20 with an office copy."""
    folder = tmp_path_factory.mktemp("signed") / "round"
    shutil.copytree(shipped("data_samples") / "autumn-2026", folder)
    shutil.copytree(shipped("questionnaires") / "neighbourly", folder / "neighbourly")
    keys = trusted_round(folder)
    verbs.sheet(folder, None, True, "en", "both", None, 1)
    for minute, (action, key) in enumerate((("sign", "li"), ("countersign", "wang"))):
        for community, office in (("c20", True), (None, False)):
            with_passphrase(verbs.sign_sheets, action, folder, community, community is None, keys / key, lang="en", office=office,
                            clock=clock_at(f"2026-11-23T08:0{minute}:00Z"))
    with_passphrase(verbs.publish_round, folder, keys / "chen", lang="en", clock=clock_at("2026-11-23T08:02:00Z"))
    return folder


@pytest.fixture
def signed(signed_round, tmp_path):
    """A copy of it to change."""
    made = tmp_path / "round"
    shutil.copytree(signed_round, made)
    return made
