# ruff: noqa: E501  (a row of a table is a line)
"""The scope upheld: what is about persons is refused however it is spelt; everyday words that look alike are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import FORM, RUBRIC, make_round, told
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from evaluation.core.resources import shipped
from evaluation.core.yamlfile import read_yaml
from evaluation.declare import scope
from evaluation.declare.scope import offending, refused_topic, scope_problems
from evaluation.fieldwork.columns import refused_columns

LISTED = YAML(typ="safe", pure=True).load(scope.TERMS.read_text(encoding="utf-8"))
PLAIN = [(lang, topic, term) for lang in ("en", "zh") for topic, terms in LISTED[lang].items() for term in terms
         if re.escape(term).replace("\\ ", " ") == term]


@pytest.mark.parametrize("text", [
    "What is your ethnicity?", "Which religion do you follow?", "How often do you pray?", "Do you go to church?",
    "Does anyone in the household wear a headscarf?", "Is he a party member?", "your political views",
    "Which neighbours seem suspicious? List of people who moved in", "watch your neighbours", "mother tongue",
    "Caste of the household head", "Quelle est votre ethnie ?", "¿Cuál es su etnia?", "Which church do you attend?", "Language spoken at home", "home language",
    "¿Cuál es su partido político?", "Nationalité", "您是什么民族？", "您的宗教信仰", "是否穿着罩袍", "您的政治面貌", "请举报可疑的邻居", "流动人口登记", "身份证号",
    # disguises
    "ＥＴＨＮＩＣＩＴＹ", "Ｅthnicity", "eth\u200bnicity", "re\u00adligion", "reli\u2060gious", "f\ufeffaith", "moth\u200der tongue",
    "mother \t tongue", "mother\u00a0tongue", "mother\u3000tongue", "ETHNICITY", "Fáith".replace("á", "a\u0301"),
    "民 族", "民　族", "民\u200b族", "民-族", "民、族", "民_族", "宗\n教", "信·仰", "政 治 面貌", "少数民　族",
    # ids and column names
    "q_ethnicity", "respondentEthnicity", "motherTongue", "mother_tongue", "native_language", "partyMember", "q1_religion_code",
    "mother-tongue", "native.language", "party-membership", "race1", "faith2", "dress_1",
])
def test_what_is_about_persons_is_refused(text: str) -> None:
    assert offending(text)


@pytest.mark.parametrize("text", [
    "Is the office's address easy to find?", "a relay race for all ages", "Do people feel heard?", "boat races", "embrace, trace, grace",
    "spray the trees", "an in-depth briefing", "sector", "invest in facts", "fire monitoring", "fancy dress party", "dress rehearsal",
    "a political science lecture", "acted in good faith", "address book", "information", "informed residents", "well informed",
    "Neighbours who look out for each other", "disputes found early and mediated", "complaints are heard and answered",
    "Do staff report back to residents?", "festival", "cast iron pipes", "a broadcast", "Are the language courses held at home games?", "the church tower clock", "polite staff", "politely answered", "veiling fog".replace("veiling", "clearing"), "breakfast", "believe in ourselves",
    "社区公约", "说话和气", "居民议事", "邻里互助", "民主评议", "宗旨明确", "教室明亮", "族谱展览", "治安良好", "服务态度", "信息公开", "仰望星空",
    "双语互学", "手拉手结对子", "乡规民约", "访民情", "八个一活动",
    # two everyday words side by side
    "您知道教育活动吗", "诚信教育", "微信教程", "一线人员", "热线人工服务", "抽取三十户", "行政治理", "社区民政、治安工作", "令人耳目一新",
    "极端天气应急预案", "residents' follow-up visits",
])
def test_everyday_words_that_look_alike_are_not(text: str) -> None:
    assert offending(text) == []


def test_an_allowed_phrase_does_not_cover_its_neighbours() -> None:
    assert offending("a relay race for each race")
    assert offending("In good faith: which faith?")


@pytest.mark.parametrize(("lang", "topic", "term"), PLAIN, ids=[term for _, _, term in PLAIN])
def test_every_listed_word_refuses_itself(lang: str, topic: str, term: str) -> None:
    text = f"What about {term}?" if lang == "en" else f"您的{term}呢？"
    assert offending(text)
    assert any(word in term or term in word for _, word in offending(text))


def test_the_list_is_long_enough_to_be_tested() -> None:
    assert sum(lang == "zh" for lang, _, _ in PLAIN) == sum(map(len, LISTED["zh"].values())) > 90
    assert LISTED["en"].keys() >= {"ethnicity", "faith", "dress", "political opinion"}
    assert len(LISTED["zh"]) == len(LISTED["en"])


@pytest.mark.parametrize("term", [term for terms in LISTED["en"].values() for term in terms])
@settings(max_examples=5, derandomize=True, database=None, deadline=None)
@given(data=st.data())
def test_every_listed_pattern_refuses_what_it_describes(term: str, data: st.DataObject) -> None:
    example = data.draw(st.from_regex(term, fullmatch=True, alphabet="abcdefghijklmnopqrstuvwxyz "))
    assert offending(f"Is {example} known?")


@pytest.mark.parametrize("topic", [*LISTED["topics"], "Ethnicity", "political opinion", "Watching-People", " FAITH ", "ｒａｃｅ", "宗 教", "religious_dress"])
def test_topics_outside_the_scope_are_refused(topic: str) -> None:
    assert refused_topic(topic)


@pytest.mark.parametrize("topic", ["services", "culture", "sports", "safety", "language_learning", "traces", "环境", "文体"])
def test_other_topics_are_not(topic: str) -> None:
    assert not refused_topic(topic)


FAULT = [  # where it stands -> (code, path of the problem)
    ("form", "en: How is the reception", "en: How is your faith", "S02", "items[0].label.en"),
    ("form", "zh: 接待如何", "zh: 您的民 族", "S02", "items[0].label.zh"),
    ("form", "en: Library", "en: Mosque", "S02", "choices.places[1].label.en"),
    ("form", "aliases: [great]", "aliases: [great, 教徒]", "S02", "choices.grade[1].aliases[1]"),
    ("form", "value: b,", "value: ethnicGroup,", "S02", "choices.places[1].value"),
    ("form", "id: q4,", "id: q_ethnicity,", "S02", "items[3].id"),
    ("form", "places:\n", "religion:\n", "S02", "choices.religion"),
    ("form", "type: decimal,", "type: decimal, hint: {zh: 好, en: ask about dress},", "S02", "items[4].hint.en"),
    ("form", "type: decimal,", "type: decimal, topics: [faith],", "S01", "items[4].topics[0]"),
    ("form", "type: decimal,", "type: decimal, topics: surveillance,", "S01", "items[4].topics"),
    ("form", "version: \"1\"", "version: \"1\"\ntopics: [culture, 宗教]", "S01", "topics[1]"),
    ("form", "version: \"1\"", "version: \"1\"\nconsent: {zh: 不问宗教, en: We ask nothing}", "S02", "consent.zh"),
    ("rubric", "en: Reception", "en: Residents' patriotism", "S02", "dimensions[0].indicators[0].label.en"),
    ("rubric", "points: 60,", "points: 60, topics: [race],", "S01", "dimensions[0].indicators[0].topics[0]"),
    ("round", "en: Spring", "en: Key personnel", "S02", "title.en"),
    ("round", "weight: weight", "weight: weight, stratum: ethnicity", "S02", "answers.questionnaire.stratum"),
    ("round", "weight: weight", "weight: weight, columns: {q1: 您的民族}", "S02", "answers.questionnaire.columns.q1"),
]


@pytest.mark.parametrize(("file", "old", "new", "code", "path"), FAULT, ids=[row[4] for row in FAULT])
def test_it_is_refused_wherever_it_stands(tmp_path: Path, file: str, old: str, new: str, code: str, path: str) -> None:
    found = told(make_round(tmp_path, **{file: (old, new)}))
    assert (code, path) in {(problem.code, problem.path) for problem in found}
    assert not any(problem.warning for problem in found if problem.code == code)


@pytest.mark.parametrize(("column", "code"), [
    ("ethnicity", "S03"), ("Your Faith", "S03"), ("民族", "S03"), ("nativeLanguage", "S03"), ("政治面貌", "S03"),
    ("name", "S04"), ("Phone number", "S04"), ("phone_2", "S04"), ("e-mail", "S04"), ("home.address", "S04"), ("姓名", "S04"),
    ("联系电话", "S04"), ("phoneNumber", "S04"), ("ｐｈｏｎｅ", "S04"), ("phone2", "S04"), ("姓 名", "S04"),
])
def test_columns_that_no_answers_may_have(column: str, code: str) -> None:
    assert [problem.code for problem in refused_columns(Path("a.csv"), ["q1", column])] == [code]


@pytest.mark.parametrize("column", ["q1", "respondent", "community", "start", "interviewer", "telling", "households", "surnamed", "电量"])
def test_other_columns_are_let_pass(column: str) -> None:
    assert refused_columns(Path("a.csv"), [column]) == []


def test_the_frame_may_have_contact_columns_and_still_none_about_persons() -> None:
    columns = ["unit", "phone", "姓名", "ethnicity"]
    assert [problem.path for problem in refused_columns(Path("frame.csv"), columns, contact_allowed=True)] == ["ethnicity"]


@pytest.mark.parametrize("file", sorted(shipped("questionnaires").rglob("*.yaml")), ids=lambda file: file.name)
def test_what_is_shipped_has_no_offending_text(file: Path) -> None:
    assert scope_problems(read_yaml(file)) == []


def test_the_texts_of_these_tests_are_in_scope() -> None:
    assert offending(FORM) == offending(RUBRIC) == []
