"""The two tables of sign-off are complete, and the diagram in the docs is the one that they make."""

from itertools import product
from pathlib import Path

from evaluation.signoff.states import ACTIONS, EVENT, MAY, NEXT, ROLES, STATES, diagram

DOC = Path(__file__).resolve().parents[2] / "docs" / "signoff.md"
REFUSED = {
    ("draft", "countersign"), ("draft", "publish"), ("draft", "supersede"), ("signed", "sign"), ("signed", "publish"),
    ("countersigned", "sign"), ("countersigned", "countersign"), ("published", "sign"), ("published", "countersign"),
    ("published", "publish"), *product(["superseded"], ACTIONS),
}


def test_every_state_and_action_is_either_allowed_or_refused():
    assert set(NEXT) | REFUSED == set(product(STATES, ACTIONS))
    assert not set(NEXT) & REFUSED


def test_every_action_has_a_role_and_leads_to_its_event():
    assert set(MAY) == set(EVENT) == set(ACTIONS)
    assert set(MAY.values()) == set(ROLES)
    assert all(after == EVENT[action] for (_, action), after in NEXT.items())


def test_every_state_is_reached_from_a_draft_and_no_review_is_skipped():
    reached, before = {"draft"}, set()
    while reached != before:
        before = set(reached)
        reached |= {after for (state, _), after in NEXT.items() if state in reached}
    assert reached == set(STATES)
    without = {after for (state, action), after in NEXT.items() if action != "countersign" and state in ("draft", "signed")}
    assert "published" not in without


def test_the_diagram_of_the_docs_is_that_of_the_tables():
    assert f"```mermaid\n{diagram()}```" in DOC.read_text(encoding="utf-8")
