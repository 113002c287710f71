"""The front page and its panels."""

import pytest

from tests.issues.makers import issue as make_issue
from tests.statements import count_statements
from webapp.activity import actions
from webapp.activity.models import ActivityType
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.kinds import IssueStatus, Severity
from webapp.metrics.models import MetricSample, MetricSeries
from webapp.reports.queries import VERSION

PANELS = ["now", "issues", "changes", "machines", "websites"]


@pytest.fixture
def calm(app, house):
    """A house in order."""
    with app.app_context():
        house.crew()
        for n in range(10):
            house.website(f"Site {n}")
        house.reading("cpu_percent", *[20] * 10, unit="%")
        db.session.commit()
    return app


def seen(block):
    return block.text.split("seen=")[1].split('"')[0]


def test_it_says_first_that_all_is_well(calm, viewer):
    page = viewer.get("/")
    assert page.status_code == 200
    assert "All is well." in page.text
    assert "10 websites up, 1 machine reporting." in page.text
    places = [page.text.index(f'id="front_{name}"') for name in PANELS]
    assert places == sorted(places)


def test_it_says_first_what_is_wrong_since_when_and_who_has_it(calm, house, viewer):
    with calm.app_context():
        house.website("Shop", "DOWN", error_message="The connection was refused.")
        db.session.commit()
    text = viewer.get("/").text.split('id="front_now"')[1].split("</section>")[0]
    assert "Shop is down." in text
    assert "The connection was refused." in text
    assert "5 min ago" in text
    assert "Nobody yet" in text
    assert 'data-open-problems="1"' in text


@pytest.mark.parametrize("name", PANELS)
def test_each_panel_has_a_url_the_page_for_a_browser_and_the_block_for_htmx(calm, viewer, name):
    page = viewer.get(f"/front/{name}")
    assert all(f'id="front_{other}"' in page.text for other in PANELS)
    block = viewer.get(f"/front/{name}", htmx=True)
    assert block.text.strip().startswith(f'<section class="panel" id="front_{name}"')


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_that_shows_all_there_is_answers_204(calm, viewer, name):
    version = seen(viewer.get(f"/front/{name}", htmx=True))
    answer = viewer.get(f"/front/{name}?seen={version}", htmx=True)
    assert (answer.status_code, answer.text) == (204, "")


@pytest.mark.parametrize("name", PANELS)
def test_a_refresh_that_finds_nothing_asks_once_beside_who_asks(calm, viewer, name):
    version = seen(viewer.get(f"/front/{name}", htmx=True))
    with count_statements(calm) as statements:
        viewer.get(f"/front/{name}?seen={version}", htmx=True)
    assert len(statements) <= 2, statements


def test_trouble_shows_once_the_version_others_found_is_two_seconds_old(calm, house, viewer):
    version = seen(viewer.get("/front/now", htmx=True))
    redis = calm.extensions["redis"]
    assert 0 < redis.ttl(VERSION) <= 2
    with calm.app_context():
        house.website("Shop", "DOWN")
        db.session.commit()
    redis.delete(VERSION)
    assert "Shop is down" in viewer.get(f"/front/now?seen={version}", htmx=True).text


def test_a_new_entry_refreshes_what_changed(calm, viewer):
    version = seen(viewer.get("/front/changes", htmx=True))
    with calm.app_context():
        actions.record(ActivityType.TRACK_ADDED, "A new track")
        db.session.commit()
    answer = viewer.get(f"/front/changes?seen={version}", htmx=True)
    assert "A new track" in answer.text


def test_a_new_reading_refreshes_the_machines_and_leaves_the_verdict_alone(calm, viewer):
    versions = {n: seen(viewer.get(f"/front/{n}", htmx=True)) for n in ("now", "machines")}
    with calm.app_context():
        series = db.session.query(MetricSeries).one()
        series.newest_ms, series.newest_value = clock.to_ms(clock.now()) + 1, 30.0
        db.session.add(MetricSample(series_id=series.id, at_ms=series.newest_ms, value=30.0))
        db.session.commit()
    status = {
        n: viewer.get(f"/front/{n}?seen={v}", htmx=True).status_code for n, v in versions.items()
    }
    assert status == {"now": 204, "machines": 200}


def test_the_whole_page_asks_seventeen_times_at_most_however_much_there_is(calm, house, viewer):
    with calm.app_context():
        for n in range(30):
            make_issue(f"Issue {n}")
            house.website(f"Other {n}", "DOWN")
            house.reading("cpu_percent", 20, 20, host=f"box{n}")
            actions.record(ActivityType.TRACK_ADDED, f"Track {n}")
        db.session.commit()
    viewer.get("/")
    with count_statements(calm) as statements:
        page = viewer.get("/")
    assert len(statements) <= 17, statements
    assert len(page.data) < 100_000
    assert "and 20 more websites" in page.text
    assert "and 24 more" in page.text


def test_issues_that_wait_for_somebody_are_named_the_worst_first(calm, viewer):
    assert "Nothing waits for anybody." in viewer.get("/front/issues", htmx=True).text
    with calm.app_context():
        make_issue("Mail bounced", severity=Severity.WARNING, occurrences=1204)
        made = make_issue("Database gone", 5, severity=Severity.CRITICAL)
        make_issue("Seen by somebody", status=IssueStatus.ACKNOWLEDGED)
        db.session.commit()
        href = f"/issues/{made.id}"
    text = viewer.get("/front/issues", htmx=True).text
    assert text.index("Database gone (once)") < text.index("Mail bounced (1,204 times)")
    assert f'href="{href}"' in text
    assert "Seen by somebody" not in text
    assert "1 acknowledged" in text


def test_an_empty_house_says_what_to_do_next(viewer):
    page = viewer.get("/").text
    assert "No worker reports" in page
    assert "Nothing has been measured yet" in page
    assert "No websites yet" in page


def test_a_machine_shows_the_worst_of_its_judged_cards(calm, house, viewer):
    with calm.app_context():
        for name in ("ram_percent", "disk_percent", "load_1", "network_in"):
            house.reading(name, 5)
        house.reading("db_max_connections", 100, unit="count")
        house.reading("db_connections", 5, unit="count")
        house.reading("latency_ms", 700, unit="ms")
        db.session.commit()
    machines = viewer.get("/front/machines", htmx=True).text
    assert "Load" not in machines
    assert "Answer time" in machines
    assert machines.count("<article") == 4


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get("/").status_code == 303
