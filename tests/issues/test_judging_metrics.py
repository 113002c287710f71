"""From samples to overloads: opened, updated and closed, each sample judged once."""

import threading

import pytest
from sqlalchemy import func, select

from tests.issues.rule_makers import START, at, issues, judge, measure, overloads, rule, spans
from tests.metrics.makers import HOST
from tests.statements import count_statements, explain_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import judging_metrics, watching
from webapp.issues import overloads as overload_verbs
from webapp.issues.keeping_watch import keep_watch
from webapp.issues.kinds import Direction, IssueStatus, Severity
from webapp.issues.models import Overload
from webapp.issues.rule_models import RuleWatch
from webapp.metrics import actions, watched
from webapp.metrics.models import MetricKind, MetricNews


@pytest.fixture
def busy(context):
    """One rule, one host that was idle, and the judge has seen it."""
    found = rule()
    measure([10])
    judge(5)
    return found


class TestAnOverload:
    def test_it_is_opened_at_the_breach_and_closed_on_recovery(self, busy):
        measure([75, 80], first=10)
        judge()
        assert spans() == [(10, None, "warning")]
        measure([5], first=30)
        judge()
        assert spans() == [(10, 30, "warning")]

    def test_it_says_what_where_and_how_much(self, busy):
        measure([75], first=10)
        judge()
        (found,) = overloads()
        assert (found.component_name, found.host, found.service) == ("CPU", HOST, None)
        assert (found.value, found.unit, found.rule_id) == (75, "%", busy.id)
        assert found.is_ongoing
        (issue,) = issues()
        assert (issue.subject, issue.title) == ("CPU", "CPU on web-1")
        assert issue.message == "CPU of web-1 is at 75 %: warning from 70 % on"
        assert issue.is_ongoing

    def test_it_carries_cpu_and_memory_and_the_processes_of_that_moment(self, busy):
        top = [{"pid": n, "name": f"p{n}", "cpu_percent": 90 - n} for n in range(12)]
        actions.note_processes(HOST, clock.to_ms(at(8)), {"count": 99, "cpu": top, "memory": []})
        measure([55, 56], name="ram_percent", first=1)
        measure([75], first=10)
        judge()
        (found,) = overloads()
        assert (found.cpu_percent, found.ram_percent) == (75, 55)
        assert [each["name"] for each in found.processes["processes"]] == [
            f"p{n}" for n in range(10)
        ]

    def test_its_peak_is_kept_while_it_lasts(self, busy):
        for second, value in ((10, 75), (20, 88), (30, 80)):
            measure([value], first=second)
            judge()
        (found,) = overloads()
        assert (found.value, found.peak_value, found.peak_at) == (75, 88, at(20))

    def test_the_issue_is_as_bad_as_it_is_now_and_the_overload_as_it_ever_was(self, busy):
        measure([75, 95], first=10)
        judge()
        assert issues()[0].severity is Severity.CRITICAL
        measure([75], first=30)
        judge()
        assert issues()[0].severity is Severity.WARNING
        assert overloads()[0].severity is Severity.CRITICAL

    def test_what_came_and_went_between_two_looks_is_told_too(self, busy):
        measure([75, 5, 95, 5, 80], first=10)
        judge()
        assert spans() == [(10, 20, "warning"), (30, 40, "critical"), (50, None, "warning")]
        (issue,) = issues()
        assert (issue.occurrences, issue.is_ongoing) == (3, True)

    def test_its_end_resolves_the_issue_and_its_return_is_a_regression(self, busy):
        measure([75, 5], first=10)
        judge()
        assert issues()[0].status is IssueStatus.RESOLVED
        measure([75], first=30)
        judge()
        assert (issues()[0].status, issues()[0].is_regressed) == (IssueStatus.OPEN, True)

    def test_hosts_are_issues_of_their_own(self, busy):
        for host in ("web-1", "web-2"):
            measure([75], first=10, host=host)
        judge()
        assert [issue.title for issue in issues()] == ["CPU on web-1", "CPU on web-2"]

    def test_coming_and_going_is_scored_and_calms_down(self, busy):
        measure([75, 5] * 30, first=-3000, every=90)
        watched.tell(
            [(s.series_id, clock.to_ms(at(20 + n * 180)), v) for s in watches()
             for n, v in enumerate([75, 5] * 8)], START,
        )  # fmt: skip
        judge(3000)
        assert issues()[0].flap_score > 60
        judge(3000 + 2 * 3600)
        assert issues()[0].flap_score == 0


def watches():
    return list(db.session.scalars(select(RuleWatch)))


class TestOnce:
    def test_samples_that_are_told_twice_change_nothing(self, busy):
        measure([75, 5], first=10)
        news = [row for each in watched.unread(10) for row in each.rows]
        judge()
        watched.tell(news, START)
        assert judge() == 2
        assert spans() == [(10, 20, "warning")]

    def test_judging_again_finds_nothing(self, busy):
        measure([75], first=10)
        assert judge() == 1
        assert judge() == 0
        assert db.session.scalar(select(func.count()).select_from(MetricNews)) == 0

    def test_what_another_has_judged_meanwhile_is_taken_back(self, busy, monkeypatch):
        measure([75], first=10)
        read = judging_metrics._judge

        def slowly(news, rules):
            verdict = read(news, rules)
            monkeypatch.setattr(judging_metrics, "_judge", read)
            judge()
            return verdict

        monkeypatch.setattr(judging_metrics, "_judge", slowly)
        assert judging_metrics.judge_metrics(at(600)) == 0
        assert spans() == [(10, None, "warning")]

    def test_a_crash_before_the_verdict_is_written_loses_nothing(self, busy, monkeypatch):
        measure([75], first=10)
        with monkeypatch.context() as broken:
            broken.setattr(judging_metrics.watch_rows, "save", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                judging_metrics.judge_metrics(at(600))
            db.session.rollback()
        assert overloads() == []
        assert judge() == 1
        assert spans() == [(10, None, "warning")]

    def test_a_backlog_is_judged_in_batches(self, busy, monkeypatch):
        monkeypatch.setattr(judging_metrics, "AT_ONCE", 2)
        for second, value in ((10, 75), (20, 5), (30, 75), (40, 5), (50, 75)):
            measure([value], first=second)
        assert judge() == 5
        assert spans() == [(10, 20, "warning"), (30, 40, "warning"), (50, None, "warning")]

    def test_several_judges_at_once_find_each_breach_once(self, app):
        with app.app_context():
            rule()
            for n in range(10):
                measure([10], host=f"web-{n}")
            judge(5)
            for turn in range(1, 13):
                for n in range(10):
                    measure([95 if turn % 2 else 10], host=f"web-{n}", first=10 * turn)
        failures = run_together(app, 3)
        with app.app_context():
            judge()
            assert failures == []
            assert len(overloads()) == 60
            assert [issue.occurrences for issue in issues()] == [6] * 10
            assert not any(each.is_ongoing for each in overloads())


def run_together(app, number):
    """Judges in threads, each until there is nothing left; what went wrong."""
    together, failures = threading.Barrier(number), []

    def run():
        try:
            with app.app_context():
                together.wait(30)
                for _ in range(10):
                    judging_metrics.judge_metrics(at(600))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


class TestRules:
    def test_a_duration_and_keeping_open_are_on_the_time_of_the_samples(self, context):
        rule(for_s=30, keep_open_s=20)
        measure([75, 75, 75, 75, 5, 5, 75, 5, 5, 5])
        judge()
        assert spans() == [(0, 70, "warning")]

    def test_less_may_be_worse(self, context):
        rule(direction=Direction.BELOW, metric_name="db_connections", warning=3, critical=1)
        measure([5, 2, 0, 9], name="db_connections")
        judge()
        assert spans() == [(10, 30, "critical")]
        assert overloads()[0].peak_value == 0

    def test_connections_are_judged_in_percent_of_the_most_there_can_be(self, context):
        rule(metric_name="db_connections", percent_of="db_max_connections", warning=80, critical=95)
        measure([200], name="db_max_connections")
        measure([100, 160, 195, 10], name="db_connections")
        judge()
        assert spans() == [(10, 30, "critical")]
        (found,) = overloads()
        assert (found.value, found.unit, found.peak_value) == (80, "%", 97.5)

    def test_without_a_maximum_nothing_is_judged(self, context):
        rule(metric_name="db_connections", percent_of="db_max_connections", warning=80)
        measure([100_000], name="db_connections")
        judge()
        assert overloads() == []

    def test_answer_times_are_of_a_service_on_a_host(self, context):
        rule(kind=MetricKind.APPLICATION, metric_name="latency_ms", warning=100, critical=500)
        measure([150], name="latency_ms")
        judge()
        (found,) = overloads()
        assert (found.service, found.host) == ("watchkeeper", HOST)

    def test_a_disk_is_told_from_another(self, context):
        rule(metric_name="disk_percent", labels={"mount": "/var*"})
        for mount in ("/", "/var", "/var/lib"):
            measure([99], name="disk_percent", mount=mount)
        judge()
        assert sorted(o.component_name for o in overloads()) == ["Disk /var", "Disk /var/lib"]


class TestCost:
    def test_it_does_not_grow_with_the_series_while_all_is_well(self, context):
        rule()
        found = []
        for number in (2, 40):
            for n in range(number):
                measure([10], host=f"web-{n}", first=0)
            judge()
            for n in range(number):
                measure([10], host=f"web-{n}", first=number // 2)
            with count_statements(context) as statements:
                judging_metrics.judge_metrics(at(600))
            found.append(len(statements))
        assert found[0] == found[1] <= 6

    def test_what_passes_by_the_second_is_asked_along_indexes(self, context):
        with explain_statements(context) as plans:
            watching.end_what_nothing_watches(at(600))
            overload_verbs.restless(at(600))
        assert "ix_overloads_ongoing" in plans[0]
        assert "ix_recurring_issues_" in plans[1]

    def test_while_all_is_well_nothing_is_written_but_once_a_minute(self, busy):
        before = [(w.newest_ms, w.level) for w in watches()]
        measure([20], first=20)
        judge()
        db.session.expire_all()
        assert [(w.newest_ms, w.level) for w in watches()] == before
        measure([20], first=70)
        judge()
        db.session.expire_all()
        assert watches()[0].newest_ms == clock.to_ms(at(70))

    def test_a_storm_opens_all_with_about_the_statements_of_one(self, context):
        rule()
        for n in range(60):
            measure([10, 95], host=f"web-{n}")
        keep_watch(at(60))
        with count_statements(context) as statements:
            judging_metrics.judge_metrics(at(60))
        assert len(statements) < 40
        assert db.session.scalar(select(func.count(Overload.id))) == 60
