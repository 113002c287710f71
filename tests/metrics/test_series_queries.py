"""Series of a host or a service: its charts, the lines of one, and the search."""

from datetime import timedelta

import pytest

from tests.metrics.makers import HOST, machine, record, sample
from tests.metrics.sources import metric, own
from tests.statements import count_statements
from webapp.core import clock
from webapp.metrics import series_queries
from webapp.metrics.series_queries import MOST_LINES

LONG_AGO_MS = 0


@pytest.fixture
def now():
    return clock.now()


class TestSectionsOf:
    def charts(self, app, source):
        with app.app_context():
            found = series_queries.sections_of(source)
        return {p.id: p.count for section in found for p in section.pictures}

    def test_a_host_has_its_own_charts_and_the_time_it_takes_to_answer(self, app, now):
        record(app, *machine(now), sample("latency_ms", 5, at=now), own("jobs", 1, now))
        record(app, *machine(now, host="web-2"), sample("latency_ms", 5, at=now, host="web-2"))
        found = self.charts(app, series_queries.host(HOST))
        assert {"cpu", "load", "memory", "disk", "answers", "metric-jobs"} <= set(found)
        assert (found["load"], found["answers"], found["disk"]) == (3, 1, 1)

    def test_a_service_has_one_for_each_name(self, app, now):
        record(app, metric("hits", 1, now, route="/"), metric("hits", 1, now, route="/a"))
        record(app, metric("hits", 1, now, service="other"))
        assert self.charts(app, series_queries.service("shop")) == {"metric-hits": 2}

    def test_a_name_that_nothing_came_from_has_none(self, app):
        assert self.charts(app, series_queries.host("nobody")) == {}

    def test_it_costs_one_statement(self, app, now):
        record(app, *machine(now))
        with app.app_context(), count_statements(app) as statements:
            series_queries.sections_of(series_queries.host(HOST))
        assert len(statements) == 1


class TestLinesOf:
    def test_lines_come_in_the_order_of_the_catalogue_and_of_numbers(self, app, now):
        record(app, *machine(now), *(own("core", n, now, core=str(n)) for n in (10, 9, 1)))
        with app.app_context():
            loads, total = series_queries.lines_of(series_queries.host(HOST), "load", LONG_AGO_MS)
            cores, _ = series_queries.lines_of(
                series_queries.host(HOST), "metric-core", LONG_AGO_MS
            )
        assert [s.label for s in loads] == ["Load, 1 min", "Load, 5 min", "Load, 15 min"]
        assert total == 3
        assert [s.label for s in cores] == ["core 1", "core 9", "core 10"]

    def test_of_many_the_highest_are_drawn_and_all_are_counted(self, app, now):
        record(app, *(own("core", float(n), now, core=str(n)) for n in range(20)))
        with app.app_context():
            found, total = series_queries.lines_of(
                series_queries.host(HOST), "metric-core", LONG_AGO_MS
            )
        assert (len(found), total) == (MOST_LINES, 20)
        assert [s.newest_value for s in found] == [float(n) for n in range(8, 20)]

    def test_those_that_are_picked_are_drawn(self, app, now):
        record(app, *(own("core", float(n), now, core=str(n)) for n in range(20)))
        with app.app_context():
            source = series_queries.host(HOST)
            everything, _ = series_queries.search(source, "", "metric-core", 0, 50)
            picked = [s.id for s in everything if s.labels["core"] in ("3", "4")]
            found, _ = series_queries.lines_of(source, "metric-core", LONG_AGO_MS, picked)
            stolen, _ = series_queries.lines_of(
                series_queries.host("web-2"), "metric-core", LONG_AGO_MS, picked
            )
        assert [s.label for s in found] == ["core 3", "core 4"]
        assert stolen == []

    def test_what_was_silent_all_the_time_is_left_out(self, app, now):
        record(app, own("old", 1, now - timedelta(hours=2)))
        with app.app_context():
            since = clock.to_ms(now - timedelta(hours=1))
            assert series_queries.lines_of(series_queries.host(HOST), "metric-old", since)[1] == 0

    def test_it_costs_one_statement(self, app, now):
        record(app, *machine(now))
        with app.app_context(), count_statements(app) as statements:
            series_queries.lines_of(series_queries.host(HOST), "load", LONG_AGO_MS)
        assert len(statements) == 1


class TestSearch:
    def found(self, app, text, chart=None, skip=0, limit=10):
        with app.app_context():
            series, total = series_queries.search(
                series_queries.service("shop"), text, chart, skip, limit
            )
            return [(s.name, s.labels.get("route")) for s in series], total

    @pytest.fixture
    def stored(self, app, now):
        record(app, *(metric("hits", 1, now, route=f"/{n}") for n in range(3)))
        record(app, metric("misses", 1, now, route="/1"), metric("hits", 1, now, service="other"))

    def test_words_are_sought_in_names_and_labels(self, app, stored):
        assert self.found(app, "HITS /1") == ([("hits", "/1")], 1)
        assert self.found(app, "/1")[1] == 2
        assert self.found(app, "")[1] == 4

    @pytest.mark.parametrize("text", ["%", "_x_", "'; --", "\\"])
    def test_what_means_something_to_a_database_is_text(self, app, stored, text):
        assert self.found(app, text) == ([], 0)

    def test_one_chart_can_be_searched(self, app, stored):
        assert self.found(app, "", "metric-misses") == ([("misses", "/1")], 1)

    def test_it_comes_in_pages(self, app, stored):
        assert self.found(app, "", skip=1, limit=2) == ([("hits", "/1"), ("hits", "/2")], 4)
