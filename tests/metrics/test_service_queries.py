"""Services at a glance."""

from datetime import timedelta

import pytest

from tests.metrics.makers import machine, record
from tests.metrics.sources import metric
from tests.statements import count_statements
from webapp.core import clock
from webapp.metrics import service_queries


@pytest.fixture
def now():
    return clock.now()


def glance(app, now, text="", skip=0, limit=25):
    with app.app_context():
        return service_queries.services_at_a_glance(text, skip, limit, now)


def test_each_application_is_there_once_and_machines_are_not(app, now):
    record(app, *machine(now), metric("a", 1, now), metric("b", 1, now, service="Basket"))
    found, total = glance(app, now)
    assert ([s.name for s in found], total) == (["Basket", "shop"], 2)
    assert found[1].href == "/services/shop"


def test_it_says_what_kinds_of_metrics_come(app, now):
    record(app, metric("a", 1, now), metric("hits", 1, now, kind="request", route="/"))
    (found,), _ = glance(app, now)
    assert (found.kinds, found.count) == (["Requests", "Metrics of its own"], 2)


def test_what_has_no_labels_has_a_line(app, now):
    record(app, metric("hits", 1, now, kind="request", route="/"))
    record(app, metric("all_hits", 7, now - timedelta(seconds=5), kind="request", unit="/s"))
    (found,), _ = glance(app, now)
    (line,) = found.lines
    assert (line.label, line.value, line.unit) == ("All hits", 7, "/s")
    assert [point for point in line.points if point is not None] == [7]


def test_there_is_one_line_of_a_type_and_few_in_all(app, now):
    kinds = ("request", "response_time", "error_rate", "queue_size")
    for kind in kinds:
        names = (f"{kind}_p95", f"{kind}_mean", f"{kind}_max")
        record(app, *(metric(name, 1, now, kind=kind, host="a") for name in names))
    lines = glance(app, now)[0][0].lines
    expected = ["Request mean", "Response time mean", "Error rate mean"]
    assert [line.label for line in lines] == expected


def test_one_that_stopped_sending_is_quiet(app, now):
    record(app, metric("a", 1, now - timedelta(minutes=5)))
    record(app, metric("a", 1, now, service="web"))
    assert [s.is_quiet for s in glance(app, now)[0]] == [True, False]


@pytest.mark.parametrize(("text", "names"), [("SH", ["shop"]), ("%", []), ("", ["shop", "web"])])
def test_a_part_of_the_name_is_enough(app, now, text, names):
    record(app, metric("a", 1, now), metric("a", 1, now, service="web"))
    found, total = glance(app, now, text)
    assert ([s.name for s in found], total) == (names, len(names))


def test_it_comes_in_pages(app, now):
    record(app, *(metric("a", 1, now, service=f"s{n}") for n in range(5)))
    found, total = glance(app, now, skip=2, limit=2)
    assert ([s.name for s in found], total) == (["s2", "s3"], 5)


def test_it_costs_the_same_for_any_number(app, now):
    costs = []
    for number in range(3):
        record(app, metric("hits", 1, now, service=f"s{number}", kind="request"))
        with count_statements(app) as statements:
            glance(app, now)
        costs.append(len(statements))
    assert costs[0] == costs[2] <= 7, statements


def test_the_version_changes_with_each_sample_and_costs_one_statement(app, now):
    record(app, metric("a", 1, now))
    with app.app_context(), count_statements(app) as statements:
        first = service_queries.services_version(now)
    assert len(statements) == 1
    record(app, metric("a", 1, now + timedelta(seconds=1)))
    with app.app_context():
        assert service_queries.services_version(now) != first
