"""Verbs about threshold rules, and which series each watches then."""

import pytest
from sqlalchemy import delete, func, select

from tests.issues.rule_makers import CPU, START, at, issues, judge, measure, overloads, rule, spans
from tests.statements import count_statements
from webapp.activity.models import ActivityEvent
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import judging_metrics, rules, watching
from webapp.issues.keeping_watch import keep_watch
from webapp.issues.rule_models import JudgeMark, RuleWatch, ThresholdRule
from webapp.issues.rule_values import RuleValues
from webapp.metrics.models import MetricSample, MetricSeries


def install():
    """The rules that come with the product; commits."""
    made = rules.make_defaults(START)
    db.session.commit()
    return made


def watched_hosts(found):
    query = (
        select(MetricSeries.source)
        .join(RuleWatch, RuleWatch.series_id == MetricSeries.id)
        .where(RuleWatch.rule_id == found.id)
    )
    return sorted(db.session.scalars(query))


def told():
    """Which series tell the judge of their samples."""
    return sorted(db.session.scalars(select(MetricSeries.source).where(MetricSeries.is_watched)))


def sentences():
    return list(db.session.scalars(select(ActivityEvent.message).order_by(ActivityEvent.id)))


def change(found, **changed):
    values = RuleValues(**CPU | {"warning": 70, "critical": 90} | changed)
    rules.change(found, values, at(600))
    db.session.commit()


class TestDefaults:
    def test_they_are_made_once_and_what_was_deleted_stays_so(self, context):
        assert install() == 5
        rules.delete(db.session.scalars(select(ThresholdRule)).first(), START)
        assert install() == 0
        assert db.session.scalar(select(func.count(ThresholdRule.id))) == 4

    def test_a_name_that_is_taken_is_left_to_who_has_it(self, context):
        rule(name="CPU")
        assert install() == 5
        names = set(db.session.scalars(select(ThresholdRule.name)))
        assert {"CPU", "CPU 2"} < names

    def test_restored_they_are_as_they_came_but_for_the_name(self, context):
        install()
        cpu = db.session.scalar(select(ThresholdRule).where(ThresholdRule.name == "CPU"))
        assert rules.is_as_it_came(cpu)
        cpu.name, cpu.warning, cpu.is_active = "Processor", 5, False
        db.session.flush()
        assert not rules.is_as_it_came(cpu)
        assert rules.restore_defaults(START) == [cpu]
        assert (cpu.name, cpu.warning, cpu.is_active) == ("Processor", 70, True)
        assert rules.restore_defaults(START) == []


class TestWhatIsWatched:
    def test_a_new_rule_watches_what_is_there_and_nothing_else(self, context):
        for host in ("web-1", "web-2", "db-1"):
            measure([10], host=host)
        measure([10], name="ram_percent")
        assert watched_hosts(rule(source="web-*")) == ["web-1", "web-2"] == told()

    def test_a_series_that_turns_up_is_watched_from_its_first_sample(self, context):
        found = rule()
        judge(1)
        measure([95], first=2)
        judge(5)
        assert watched_hosts(found) == ["web-1"]
        assert spans() == [(2, None, "critical")]

    def test_a_breach_that_lasts_already_is_found_by_a_new_rule(self, context):
        measure([75] * 60)
        rules.create(RuleValues(**CPU, warning=70, for_s=300), at(600))
        db.session.commit()
        assert judging_metrics.judge_metrics(at(600)) > 30
        assert len(overloads()) == 1

    def test_a_change_ends_what_is_not_meant_any_more(self, context):
        found = rule()
        for host in ("web-1", "db-1"):
            measure([95], host=host)
        watching.watch_new_series(at(600))
        judging_metrics.judge_metrics(at(600))
        change(found, source="db-*")
        assert watched_hosts(found) == ["db-1"] == told()
        assert {each.host: each.is_ongoing for each in overloads()} == {
            "web-1": False,
            "db-1": True,
        }

    def test_other_levels_are_judged_with_the_next_sample(self, context):
        found = rule()
        measure([75])
        judge()
        change(found, warning=80)
        measure([75], first=10)
        judge()
        assert spans() == [(0, 10, "warning")]

    def test_a_paused_rule_judges_nothing_and_what_it_found_is_over(self, context):
        found = rule()
        measure([95])
        judge()
        rules.pause(found, at(600))
        db.session.commit()
        assert told() == ["web-1"]  # by the rule that came with the product
        assert [each.is_ongoing for each in overloads()] == [False]
        assert [issue.is_ongoing for issue in issues()] == [False]
        measure([96], first=10)
        judge()
        assert len(overloads()) == 1
        rules.resume(found, at(620))
        measure([97], first=20)
        judge()
        assert len(overloads()) == 2

    def test_a_deleted_rule_leaves_what_it_found(self, context):
        found = rule()
        measure([95])
        judge()
        rules.delete(found, at(600))
        db.session.commit()
        (overload,) = overloads()
        assert (overload.is_ongoing, overload.rule_id) == (False, None)
        assert overload.ended_at == at(600)

    def test_nobody_tells_of_a_series_that_no_rule_watches(self, context):
        first, second = rule(), rule(name="Busier")
        measure([10])
        watching.watch_new_series(at(1))
        rules.delete(first, at(2))
        assert told() == ["web-1"]
        rules.delete(second, at(3))
        assert told() == []

    def test_what_lasts_ends_when_its_series_is_forgotten(self, context):
        rule()
        measure([95])
        judge()
        db.session.execute(delete(MetricSample))
        db.session.execute(delete(MetricSeries))
        db.session.commit()
        keep_watch(at(700))
        assert [(o.is_ongoing, o.ended_at) for o in overloads()] == [(False, at(700))]


class TestNewSeries:
    def test_looking_for_them_in_vain_costs_a_few_statements(self, context):
        measure([10])
        keep_watch(at(600))
        db.session.execute(
            JudgeMark.__table__.update()
            .where(JudgeMark.name == "series")
            .values(position=db.session.scalar(select(func.max(MetricSeries.id))))
        )
        db.session.commit()
        with count_statements(context) as statements:
            keep_watch(at(605))
        assert len(statements) == 4

    def test_one_that_was_overlooked_is_found_with_the_next_sweep(self, context):
        found = rule()
        keep_watch(at(600))
        measure([10])
        db.session.execute(JudgeMark.__table__.update().values(position=10**6))
        db.session.commit()
        assert watching.watch_new_series(at(610)) == 0
        assert watching.watch_new_series(at(1300)) > 0
        assert watched_hosts(found) == ["web-1"]

    def test_looking_twice_finds_each_once(self, context):
        rule()
        measure([10])
        assert watching.watch_new_series(at(600)) == 1
        assert watching.watch_new_series(at(601)) == 0


class TestDiary:
    def test_what_people_do_to_rules_is_written_down(self, context):
        found = rule()
        change(found, warning=60)
        change(found, warning=60)
        rules.pause(found, START)
        rules.pause(found, START)
        rules.resume(found, START)
        rules.delete(found, START)
        assert sentences() == [
            f"Threshold rule Busy {done}"
            for done in ("created", "changed", "paused", "resumed", "deleted")
        ]


class TestRefusals:
    def test_there_is_an_end_to_rules(self, context, monkeypatch):
        monkeypatch.setattr(rules, "MOST_RULES", 1)
        rule()
        with pytest.raises(Problem, match="already"):
            rule(name="Other")

    def test_a_name_that_somebody_takes_meanwhile_is_refused(self, context, monkeypatch):
        rule()
        monkeypatch.setattr(rules, "_refuse_taken", lambda *_: None)
        with pytest.raises(Problem) as refused:
            rule()
        assert refused.value.errors[0].field == "name"
        db.session.rollback()
