"""The jobs of issues: run twice, they do no harm."""

from webapp.core.db import db
from webapp.issues import judge, leases
from webapp.issues.jobs import judge_facts
from webapp.issues.parts import Part
from webapp.issues.rule_models import JudgeMark


def test_the_sweep_judges_and_leaves_the_place_to_others(context, monkeypatch):
    monkeypatch.setattr(judge, "parts", lambda: [Part("one", lambda *_: 3, 60)])
    assert judge_facts() == 3
    assert judge_facts() == 3
    assert db.session.get_one(JudgeMark, leases.JUDGE).held_by is None


def test_the_sweep_does_nothing_while_the_resident_judges(context, monkeypatch):
    monkeypatch.setattr(judge, "parts", lambda: [Part("one", lambda *_: 3, 60)])
    resident = judge.Judge(judge.parts())
    resident.turn()
    assert judge_facts() == 0


def test_run_twice_it_judges_all_parts_once(context):
    judge_facts()  # makes the rules that come with the product
    assert judge_facts() == 0
