"""All hosts at a glance, and what ran on one at a moment; and what they cost."""

from datetime import timedelta

import pytest

from tests.metrics.makers import HOST, machine, record
from tests.metrics.sources import store
from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import host_queries
from webapp.metrics.host_queries import HostQuery
from webapp.metrics.models import Host


@pytest.fixture
def now():
    return clock.now()


def names(app, now, **asked):
    with app.app_context():
        found, total = host_queries.hosts_at_a_glance(HostQuery(**asked), now)
        return [host.name for host in found], total


class TestHostsAtAGlance:
    def test_hosts_that_are_known_and_hosts_that_readings_name_are_there_once(self, app, now):
        store(app, *machine(now), *machine(now, host="web-2"), seen=[(HOST, now), ("web-3", now)])
        assert names(app, now) == ([HOST, "web-2", "web-3"], 3)

    def test_a_row_has_the_newest_values_and_the_last_hour(self, app, now):
        newest = machine(now, age_s=1, cpu_percent=95.0)
        store(app, *machine(now, age_s=600), *newest, seen=[(HOST, now)])
        with app.app_context():
            (found,), _ = host_queries.hosts_at_a_glance(HostQuery(), now)
        cpu = found.cells[0]
        assert (cpu.value, cpu.status, found.state) == (95, "critical", "up")
        assert len([point for point in cpu.points if point is not None]) == 2
        assert (found.uptime_s, found.about) == (7200, "Linux, 4 cores")

    def test_silent_ones_come_first(self, app, now):
        store(app, seen=[("a", now), ("b", now), ("c", now)])
        with app.app_context():
            db.session.get(Host, "b").is_silent = True
            db.session.commit()
        assert names(app, now)[0] == ["b", "a", "c"]
        assert names(app, now, state="silent") == (["b"], 1)
        assert names(app, now, state="up") == (["a", "c"], 2)

    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("name", ["A-1", "b-2", "c-3"]),
            ("cpu", ["c-3", "A-1", "b-2"]),
            ("memory", ["b-2", "c-3", "A-1"]),
            ("seen", ["c-3", "b-2", "A-1"]),
        ],
    )
    def test_the_database_sorts_them(self, app, now, order, expected):
        values = {"A-1": (50.0, 1.0), "b-2": (2.0, 90.0), "c-3": (99.0, 50.0)}
        for place, (host, (cpu, ram)) in enumerate(values.items()):
            seen = now - timedelta(minutes=10 - place)
            readings = machine(now, host=host, cpu_percent=cpu, ram_percent=ram)
            store(app, *readings, seen=[(host, seen)])
        assert names(app, now, order=order)[0] == expected

    def test_one_without_a_value_comes_last(self, app, now):
        store(app, *machine(now), seen=[("a", now), (HOST, now)])
        assert names(app, now, order="cpu")[0] == [HOST, "a"]

    @pytest.mark.parametrize(("text", "found"), [("WEB", ["web-1"]), ("%", []), ("b-", ["web-1"])])
    def test_a_part_of_the_name_is_enough(self, app, now, text, found):
        store(app, seen=[(HOST, now), ("db", now)])
        assert names(app, now, text=text) == (found, len(found))

    def test_it_comes_in_pages(self, app, now):
        store(app, seen=[(f"h{n}", now) for n in range(5)])
        assert names(app, now, skip=2, limit=2) == (["h2", "h3"], 5)

    def test_without_any_there_is_none(self, app, now):
        assert names(app, now) == ([], 0)

    def test_it_costs_the_same_for_any_number_of_hosts(self, app, now):
        costs = []
        for number in range(1, 4):
            store(app, *machine(now, host=f"h{number}"), seen=[(f"h{number}", now)])
            with app.app_context(), count_statements(app) as statements:
                host_queries.hosts_at_a_glance(HostQuery(), now)
            costs.append(len(statements))
        assert costs[0] == costs[2] <= 8, statements


class TestHostsVersion:
    def version(self, app, now):
        with app.app_context(), count_statements(app) as statements:
            found = host_queries.hosts_version(now)
        assert len(statements) <= 2
        return found

    def test_it_changes_when_a_host_speaks_or_falls_silent_or_is_new(self, app, now):
        seen = [self.version(app, now)]
        store(app, seen=[("a", now)])
        seen.append(self.version(app, now))
        assert self.version(app, now) == seen[-1]
        seen.append(self.version(app, now + timedelta(minutes=5)))
        store(app, seen=[("a", now + timedelta(seconds=5))])
        seen.append(self.version(app, now + timedelta(seconds=5)))
        store(app, seen=[("b", now)])
        seen.append(self.version(app, now + timedelta(seconds=5)))
        assert len(set(seen)) == 5, seen

    def test_with_hosts_it_is_one_statement(self, app, now):
        store(app, seen=[("a", now)])
        with app.app_context(), count_statements(app) as statements:
            host_queries.hosts_version(now)
        assert len(statements) == 1

    def test_without_a_row_of_a_host_readings_are_enough(self, app, now):
        before = self.version(app, now)
        record(app, *machine(now))
        assert self.version(app, now) != before


class TestProcessList:
    @pytest.fixture
    def stored(self, app, now):
        moments = [now - timedelta(seconds=s) for s in (60, 30, 10)]
        store(app, processes=[(HOST, at) for at in moments])
        return moments

    def nearest(self, app, host, at):
        with app.app_context():
            found = host_queries.process_list(host, None if at is None else clock.to_ms(at))
            return found.at_ms if found else None

    def test_without_a_moment_it_is_the_newest(self, app, stored):
        assert self.nearest(app, HOST, None) == clock.to_ms(stored[2])

    @pytest.mark.parametrize(("age_s", "place"), [(3600, 0), (60, 0), (50, 0), (40, 1), (0, 2)])
    def test_it_is_the_one_nearest_to_the_moment(self, app, now, stored, age_s, place):
        found = self.nearest(app, HOST, now - timedelta(seconds=age_s))
        assert found == clock.to_ms(stored[place])

    def test_another_host_has_none(self, app, now, stored):
        assert self.nearest(app, "web-2", None) is None
        assert self.nearest(app, "web-2", now) is None
