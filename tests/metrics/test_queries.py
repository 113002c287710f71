"""Questions: cards, charts, the snapshot, lists; and what they cost."""

from datetime import timedelta

import pytest

from tests.metrics.makers import HOST, machine, record, sample
from tests.statements import count_statements
from webapp.core import clock
from webapp.metrics import queries
from webapp.metrics.models import MetricKind
from webapp.metrics.system import host_name


@pytest.fixture
def now():
    return clock.now().replace(second=30, microsecond=0)


class TestMachineCards:
    def test_without_a_reading_there_is_no_machine(self, context, now):
        assert queries.machine_cards(now) == []

    def test_it_draws_each_machine_with_its_last_hour(self, app, now):
        record(app, *machine(now, age_s=120, cpu_percent=20.0), *machine(now, cpu_percent=95.0))
        record(app, *machine(now, host="web-2"))
        with app.app_context():
            one, other = queries.machine_cards(now)
        assert (one.host, other.host, one.status, other.status) == (
            HOST,
            "web-2",
            "critical",
            "healthy",
        )
        cpu = one.cards[0]
        assert (cpu.value, cpu.points[-3:]) == (95.0, [20.0, None, 95.0])
        assert len(cpu.points) == 60

    def test_readings_of_a_minute_are_one_point(self, app, now):
        both = [sample("cpu_percent", v, at=now - timedelta(seconds=5 * v)) for v in (2, 4)]
        record(app, *both)
        with app.app_context():
            assert queries.machine_cards(now)[0].cards[0].points[-1] == 3

    def test_the_answer_time_stands_with_the_machine_that_answered(self, app, now):
        record(app, *machine(now), sample("latency_ms", 120.0, at=now))
        with app.app_context():
            (found,) = queries.machine_cards(now)
        assert found.cards[-1].label == "Answer time"
        assert found.cards[-1].status == "warning"

    def test_one_machine_can_be_asked_for(self, app, now):
        record(app, *machine(now), *machine(now, host="web-2"))
        with app.app_context():
            assert [m.host for m in queries.machine_cards(now, "web-2")] == ["web-2"]

    def test_a_machine_is_forgotten_after_a_week_of_silence(self, app, now):
        record(app, *machine(now, age_s=8 * 86_400))
        with app.app_context():
            assert queries.machine_cards(now) == []

    def test_it_costs_five_statements_for_any_number_of_machines(self, app, now):
        for n in range(3):
            record(app, *machine(now, host=f"web-{n}"))
        with app.app_context(), count_statements(app) as statements:
            assert len(queries.machine_cards(now)) == 3
        assert len(statements) <= 5, statements


class TestMetricsVersion:
    def test_it_changes_with_a_new_reading_and_with_silence(self, app, now):
        record(app, *machine(now))
        with app.app_context():
            first = queries.metrics_version(now)
            assert queries.metrics_version(now + timedelta(seconds=5)) == first
            assert queries.metrics_version(now + timedelta(seconds=60)) != first
        record(app, *machine(now + timedelta(seconds=5)))
        with app.app_context():
            assert queries.metrics_version(now + timedelta(seconds=5)) != first

    def test_it_costs_one_statement(self, app, now):
        with app.app_context(), count_statements(app) as statements:
            assert queries.metrics_version(now) == "0-0"
        assert len(statements) == 1


class TestSystemSnapshot:
    def test_a_fresh_reading_gives_the_cpu(self, app, now):
        record(app, *machine(now, host=host_name(), cpu_percent=42.5))
        with app.app_context():
            found = queries.system_snapshot(now, lambda: 1.5)
        assert (found.cpu_percent, found.latency_ms, found.timestamp) == (42.5, 1.5, now)
        assert 0 < found.ram_percent < 100
        assert found.db_connections >= 1
        assert found.db_max_connections > 0

    @pytest.mark.parametrize(("host", "age_s"), [("web-9", 0), (None, 11)])
    def test_else_the_cpu_is_measured_now(self, app, now, monkeypatch, host, age_s):
        monkeypatch.setattr(queries.system, "cpu_percent_over", lambda seconds: 7.5)
        record(app, *machine(now, host=host or host_name(), age_s=age_s, cpu_percent=42.5))
        with app.app_context():
            assert queries.system_snapshot(now, lambda: 0.0).cpu_percent == 7.5


class TestMetrics:
    def ask(self, app, now, **asked):
        span = {"from_at": now - timedelta(hours=1), "to_at": now + timedelta(seconds=1)}
        with app.app_context():
            rows, total = queries.metrics(**span | {"limit": 50} | asked)
            return [(row.name, row.value) for row in rows], total

    def test_newest_first_and_in_pages(self, app, now):
        record(app, *machine(now), sample("load_1", 9, at=now - timedelta(minutes=1)))
        rows, total = self.ask(app, now, limit=1, offset=9)
        assert (rows, total) == ([("load_1", 9)], 10)

    def test_each_filter_narrows(self, app, now):
        record(app, *machine(now), *machine(now, host="web-2"), sample("latency_ms", 5, at=now))
        assert self.ask(app, now, source="web-2")[1] == 9
        assert self.ask(app, now, metric_type="memory")[1] == 2
        assert self.ask(app, now, name="load_5", source=HOST)[1] == 1
        assert self.ask(app, now, kind=MetricKind.APPLICATION) == ([("latency_ms", 5)], 1)

    def test_from_is_inside_and_to_is_outside(self, app, now):
        record(app, sample("load_1", 1, at=now))
        second = timedelta(seconds=1)
        assert self.ask(app, now, from_at=now, to_at=now + second)[1] == 1
        assert self.ask(app, now, from_at=now - second, to_at=now)[1] == 0

    def test_a_page_costs_four_statements(self, app, now):
        record(app, *machine(now))
        with count_statements(app) as statements:
            self.ask(app, now)
        assert len(statements) == 4, statements
