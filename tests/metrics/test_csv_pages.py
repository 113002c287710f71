"""The numbers of a chart as CSV."""

import csv
import io
from datetime import timedelta

import pytest

from tests.metrics.makers import HOST, record, sample
from tests.metrics.sources import metric
from tests.statements import count_statements
from webapp.core import clock
from webapp.metrics.readings import MetricKind, Sample, SeriesKey

CPU = f"/machines/{HOST}/charts/cpu.csv"


@pytest.fixture
def measured(app):
    now = clock.now().replace(microsecond=0)
    values = enumerate((10.0, 20.5, 33.3))
    record(app, *[sample("cpu_percent", v, at=now - timedelta(minutes=n)) for n, v in values])
    key = SeriesKey(MetricKind.APPLICATION, "request", "orders", "", "shop/1", (("kind", "=1+1"),))
    record(app, Sample(key, clock.to_ms(now), 3.0))
    return app


def rows(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))


def test_a_chart_of_a_host_has_a_time_and_a_column_for_each_line(measured, viewer):
    answer = viewer.get(CPU)
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert f"{HOST}-cpu.csv" in answer.headers["Content-Disposition"]
    found = rows(answer)
    assert found[0][0] == "time"
    assert "(%)" in found[0][1]
    values = [row[1] for row in found[1:] if row[1]]
    assert values == ["33.3", "20.5", "10"]
    assert [row for row in found[1:] if not row[1]], "gaps are empty"
    assert all(row[0].endswith("Z") for row in found[1:])


def test_a_chart_of_a_service_is_no_formula_in_a_spreadsheet(measured, viewer):
    found = rows(viewer.get("/services/shop~2F1/charts/metric-orders.csv"))
    assert found[0][1] == "'=1+1"


def test_counts_are_told_as_they_are_drawn_unless_asked_else(measured, viewer):
    now = clock.now()
    moments = [now - timedelta(minutes=m) for m in (5, 6)]
    record(measured, *[metric("hits/s", 120.0, at, unit="count") for at in moments])
    path = "/services/shop/charts/metric-hits~2Fs.csv?range=1h&points=60"
    drawn = rows(viewer.get(path))
    assert drawn[0][1].endswith("(/s)")
    assert [row[1] for row in drawn[1:] if row[1]] == ["2", "2"]
    summed = rows(viewer.get(f"{path}&aggregate=sum"))
    assert summed[0][1].endswith("(count)")
    assert [row[1] for row in summed[1:] if row[1]] == ["120", "120"]


def test_the_range_and_the_steps_are_those_asked_for(measured, viewer):
    few = rows(viewer.get(f"{CPU}?range=24h&points=50"))
    many = rows(viewer.get(f"{CPU}?range=24h&points=1000"))
    assert len(few) < len(many)
    assert [r[1] for r in rows(viewer.get(f"{CPU}?range=24h&points=50&aggregate=count"))][1:]
    assert not [
        r for r in rows(viewer.get(f"{CPU}?from=1700000000000&to=1700003600000"))[1:] if r[1]
    ]


def test_only_the_picked_series_are_told(measured, viewer):
    assert viewer.get(f"{CPU}?pick=999999").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{CPU}?range=2h", 400),
        (f"{CPU}?from=yesterday&to=today", 400),
        (f"{CPU}?points=0", 400),
        (f"{CPU}?aggregate=median", 400),
        (f"/machines/{HOST}/charts/nothing.csv", 404),
        ("/machines/nobody/charts/cpu.csv", 404),
        ("/services/nobody/charts/metric-x.csv", 404),
    ],
)
def test_what_cannot_be_is_refused(measured, viewer, path, status):
    assert viewer.get(path).status_code == status


def test_a_stranger_gets_nothing(measured, client):
    assert client.get(CPU).status_code == 303


def test_a_chart_of_a_dashboard_comes_with_its_range(measured, viewer):
    answer = viewer.post("/dashboards/", {"name": "Mine", "host": HOST})
    path = f"{answer.location}/charts/1.csv"
    assert "CPU" in rows(viewer.get(path))[0][1]
    assert viewer.get(path.replace("1.csv", "9.csv")).status_code == 404
    viewer.post(f"{answer.location}/arrange", {"name": "Mine", "range": "15m"})
    first = rows(viewer.get(path))[1][0]
    assert clock.now() - timedelta(minutes=17) < clock.EPOCH.fromisoformat(first)


def test_the_same_chart_as_json_is_still_json(measured, viewer):
    assert viewer.get(f"/machines/{HOST}/charts/cpu").json["series"]


def test_its_cost_does_not_grow_with_the_lines(measured, viewer):
    viewer.get(CPU)
    with count_statements(measured) as statements:
        viewer.get(CPU)
    assert len(statements) <= 6, statements
