"""The panel with a website's chart: a range, or a stretch of time read as finely as it is kept."""

import pytest

from tests.statements import count_statements
from tests.websites.makers import check, website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import rollups
from webapp.websites.models import MonitorCheck

HOUR_MS = 3_600_000


@pytest.fixture
def made(app):
    """A website checked every minute for six hours, with its hours summed up."""
    with app.app_context():
        one, now = website(check_interval=60), clock.now()
        for minute in range(360):
            check(one, minute, response_time_ms=10.0 + minute % 7, ttfb_ms=5.0)
        db.session.commit()
        for _ in rollups.roll_up(now):
            db.session.commit()
        return one.id, clock.to_ms(now)


def drawn(browser, made, hours_ago, hours):
    since = made[1] - int(hours_ago * HOUR_MS)
    query = {"from": since, "to": since + int(hours * HOUR_MS)}
    answer = browser.get(f"/websites/{made[0]}/chart.json", query_string=query)
    assert answer.status_code == 200
    return {s["label"]: s["points"] for s in answer.get_json()["series"]}


def test_a_stretch_is_drawn_check_by_check(viewer, made):
    found = drawn(viewer, made, hours_ago=2, hours=1)
    assert set(found) == {"Total", "Transfer", "First byte"}
    assert len(found["Total"]) == pytest.approx(60, abs=1)
    moments = [at for at, _ in found["Total"]]
    assert moments == sorted(moments)
    assert made[1] - 2 * HOUR_MS <= moments[0] <= moments[-1] < made[1] - HOUR_MS


def test_many_checks_are_drawn_as_percentiles_of_minutes(app, viewer, made):
    with app.app_context():
        website_ = db.session.get_one(MonitorCheck, 1).website
        website_.check_interval = 1
        db.session.commit()
    found = drawn(viewer, made, hours_ago=5, hours=4)
    assert set(found) == {"Total p95", "Total p50", "Transfer p50", "First byte p50"}
    assert len(found["Total p50"]) == pytest.approx(240, abs=2)


def test_a_long_stretch_and_one_whose_checks_are_gone_are_drawn_in_hours(app, viewer, made):
    assert len(drawn(viewer, made, hours_ago=72, hours=71)["Total p50"]) >= 4
    with app.app_context():
        db.session.query(MonitorCheck).delete()
        db.session.commit()
    found = drawn(viewer, made, hours_ago=4, hours=2)
    assert [value for _, value in found["Total p50"] if value] == pytest.approx([13] * 3, abs=1)


def test_years_are_read_in_few_statements_and_end_where_they_should(app, viewer, made):
    with count_statements(app) as counted:
        found = drawn(viewer, made, hours_ago=24 * 400, hours=24 * 401)
    assert len(counted) <= 8
    assert found["Total p50"][-1][0] <= made[1]
    assert drawn(viewer, made, hours_ago=24 * 400, hours=24) == {}


def test_the_page_says_what_it_shows_and_leads_on_without_a_script(viewer, made):
    query = {"from": made[1] - 2 * HOUR_MS, "to": made[1] - HOUR_MS, "days": 90}
    page = viewer.get(f"/websites/{made[0]}", query_string=query).text
    assert "each check" in page
    assert f"chart.json?from={query['from']}&amp;to={query['to']}" in page
    for name in ("Earlier", "Later", "Closer", "Wider", "Show all of it again"):
        assert f">{name}</a>" in page, name
    block = viewer.get(f"/websites/{made[0]}/pace", query_string=query, htmx=True).text
    assert block.lstrip().startswith('<section class="panel" id="pace"')
    assert "days=90" in block
    whole = viewer.get(f"/websites/{made[0]}").text
    assert "Show all of it again" not in whole
    assert ">Closer</a>" in whole


@pytest.mark.parametrize(
    "query",
    ["from=1", "to=1", "from=a&to=b", "from=2&to=1", "from=0&to=9999",
     "from=0&to=99999999999999999999", "range=odd"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_refused(viewer, made, query):
    assert viewer.get(f"/websites/{made[0]}?{query}").status_code == 400
    assert viewer.get(f"/websites/{made[0]}/chart.json?{query}").status_code == 400


def test_a_stretch_that_is_still_to_come_is_empty(viewer, made):
    assert drawn(viewer, made, hours_ago=-2, hours=1) == {}
