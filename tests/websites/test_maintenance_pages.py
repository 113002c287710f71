"""Pages of maintenance: the normal path and the refusals."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.core import clock
from webapp.core.db import db
from webapp.websites import actions
from webapp.websites.models import MaintenanceWindow, Website


@pytest.fixture
def made(app):
    with app.app_context():
        now = clock.now()
        one = actions.add({"url": "http://127.0.0.1:9/1", "name": "Shop"}, now)[0].id
        actions.add({"url": "http://127.0.0.1:9/2", "name": "Other"}, now)
        db.session.commit()
        return one


def windows(app):
    with app.app_context():
        return db.session.query(MaintenanceWindow).order_by(MaintenanceWindow.id).all()


@pytest.mark.parametrize("of_all", [True, False])
def test_it_is_planned_shown_and_ended(app, operator, made, of_all):
    url = "/websites/maintenance" if of_all else f"/websites/{made}/maintenance"
    assert "Nothing is planned" in operator.get(url).text
    answer = operator.post(url, {"minutes": "30", "note": "new <disks>"})
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    (window,) = windows(app)
    assert window.website_id == (None if of_all else made)
    assert window.created_by == "operator@example.org"
    page = operator.get(url).text
    assert "Under way" in page
    assert "new &lt;disks&gt;" in page
    assert "Maintenance is under way" in operator.get(f"/websites/{made}").text
    assert operator.post(f"/websites/maintenance/{window.id}/end").status_code == 303
    assert "Nothing is planned" in operator.get(url).text
    with app.app_context():
        assert db.session.get(Website, made).state == "unknown"


def test_it_begins_when_the_readers_clock_says(app, operator, made):
    zone, url = ZoneInfo("America/New_York"), f"/websites/{made}/maintenance"
    operator.client.set_cookie("zone", zone.key)
    assert f'name="zone" value="{zone.key}"' in operator.get(url).text
    begins = (clock.now() + timedelta(hours=3)).replace(second=0, microsecond=0)
    typed = f"{begins.astimezone(zone):%Y-%m-%dT%H:%M}"
    answer = operator.post(url, {"zone": zone.key, "minutes": "30", "starts_at": typed})
    assert answer.status_code == 303
    assert windows(app)[0].starts_at == begins


def test_what_makes_no_sense_is_said_beside_the_field(app, operator, made):
    url = f"/websites/{made}/maintenance"
    past = operator.post(url, {"minutes": "30", "starts_at": "2026-01-01T10:00", "note": "kept"})
    assert past.status_code == 422
    assert "must not be in the past" in past.text
    assert 'value="kept"' in past.text
    assert operator.post(url, {"minutes": "0"}).status_code == 422
    assert operator.post(url, {"minutes": "x"}, htmx=True).status_code == 422
    assert windows(app) == []


def test_a_viewer_sees_it_and_plans_nothing(viewer, made):
    page = viewer.get("/websites/maintenance")
    assert (page.status_code, 'name="minutes"' in page.text) == (200, False)
    assert viewer.post("/websites/maintenance", {"minutes": "5"}).status_code == 403
    assert viewer.get("/websites/999/maintenance").status_code == 404


def test_the_list_filters_what_is_in_maintenance(operator, made):
    operator.post(f"/websites/{made}/maintenance", {"minutes": "30"})
    page = operator.get("/websites/?state=maintenance").text
    assert "Shop" in page
    assert "Other" not in page.split("<main")[1].split("</table>")[0]
    assert "Shop" not in operator.get("/websites/?state=unknown", htmx=True).text
