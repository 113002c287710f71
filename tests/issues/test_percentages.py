"""Values in percent of another metric of the same source."""

import pytest
from sqlalchemy import select

from tests.issues.rule_makers import measure
from webapp.core.db import db
from webapp.issues import percentages
from webapp.metrics.models import MetricSeries


def series(name, source="web-1", **labels):
    query = select(MetricSeries).where(MetricSeries.name == name, MetricSeries.source == source)
    return next(s.id for s in db.session.scalars(query) if s.details == labels)


def test_it_is_beside_the_one_of_the_same_labels_and_else_the_one_without(context):
    measure([5], name="db_connections")
    measure([5], name="db_connections", pool="a")
    measure([5], name="db_connections", pool="b")
    measure([5], name="db_connections", host="web-2")
    measure([100], name="db_max_connections")
    measure([10], name="db_max_connections", pool="a")
    plain, a, b = (
        series("db_connections", **labels) for labels in ({}, {"pool": "a"}, {"pool": "b"})
    )
    other = series("db_connections", "web-2")
    wanted = dict.fromkeys((plain, a, b, other), "db_max_connections")
    assert percentages.of(wanted) == {plain: 100, a: 10, b: 100}
    assert percentages.of({plain: "nothing"}) == {}
    assert percentages.of({}) == {}


@pytest.mark.parametrize("maximum", [None, 0, -1])
def test_without_a_maximum_there_is_no_share(maximum):
    assert percentages.scaled([(1, 5.0)], maximum) == []


def test_a_share_is_of_what_the_most_was_at_that_moment():
    maxima = [(10, 100.0), (20, 200.0)]
    samples = [(5, 50.0), (10, 50.0), (19, 80.0), (20, 80.0)]
    assert percentages.scaled_over(samples, maxima, None) == ([(10, 50), (19, 80), (20, 40)], 200)
    assert percentages.scaled_over(samples, [], 500) == (
        [(5, 10), (10, 10), (19, 16), (20, 16)], 500,
    )  # fmt: skip
