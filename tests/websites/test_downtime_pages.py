"""Pages of downtimes: as page and as block, the normal path and the refusals."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.websites.makers import website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import downtimes
from webapp.websites.models import DowntimeWindow


@pytest.fixture
def made(app):
    """A website and its downtime."""
    with app.app_context():
        one, now = website(name="Shop"), clock.now()
        fields = {
            "started_at": now - timedelta(hours=2), "ended_at": now - timedelta(hours=1),
            "root_cause": "The connection was refused.", "initial_status": "DOWN",
        }  # fmt: skip
        downtime = downtimes.create(one.id, fields, now)
        db.session.commit()
        return one.id, downtime.id


def read(app, window_id):
    with app.app_context():
        return db.session.get(DowntimeWindow, window_id)


def test_they_are_listed_as_page_and_as_block(viewer, made):
    website_id, window_id = made
    page = viewer.get(f"/websites/{website_id}/downtimes")
    assert page.status_code == 200
    assert "<html" in page.text
    assert f"/websites/{website_id}/downtimes/{window_id}" in page.text
    assert "The connection was refused." in page.text
    block = viewer.get(f"/websites/{website_id}/downtimes", htmx=True)
    assert block.text.lstrip().startswith("<section")
    assert 'id="downtime_list"' in block.text
    version = block.text.split("seen=")[1].split('"')[0].split("&")[0]
    again = viewer.get(f"/websites/{website_id}/downtimes?seen={version}", htmx=True)
    assert again.status_code == 204


def test_none_is_said_so(app, viewer):
    with app.app_context():
        one = website().id
        db.session.commit()
    assert "No downtimes" in viewer.get(f"/websites/{one}/downtimes").text


def test_its_times_are_in_the_readers_zone(app, operator, made):
    website_id, window_id = made
    url, before = f"/websites/{website_id}/downtimes/{window_id}", read(app, window_id)
    operator.client.set_cookie("zone", "Asia/Kolkata")
    page = operator.get(url).text
    local = before.started_at.astimezone(ZoneInfo("Asia/Kolkata"))
    assert "In Asia/Kolkata" in page
    assert f'value="{local:%Y-%m-%dT%H:%M:%S}"' in page
    earlier = local - timedelta(minutes=10)
    values = {"zone": "Asia/Kolkata", "started_at": f"{earlier:%Y-%m-%dT%H:%M:%S}"}
    assert operator.post(url, values).status_code == 303
    after = read(app, window_id)
    assert after.started_at == (before.started_at - timedelta(minutes=10)).replace(microsecond=0)
    assert operator.post(url, values | {"zone": "Moon/Crater"}).status_code == 422


def test_one_is_explained_on_its_page(app, operator, made):
    website_id, window_id = made
    url = f"/websites/{website_id}/downtimes/{window_id}"
    before = read(app, window_id)
    page = operator.get(url)
    assert "The connection was refused." in page.text
    values = {
        "started_at": before.started_at.strftime("%Y-%m-%dT%H:%M:%S"),
        "ended_at": before.ended_at.strftime("%Y-%m-%dT%H:%M:%S"),
        "root_cause": "The disk was full.",
        "notes": "<b>grown</b>",
    }
    assert operator.post(url, values).status_code == 303
    after = read(app, window_id)
    assert (after.root_cause, after.notes) == ("The disk was full.", "<b>grown</b>")
    assert (after.started_at, after.ended_at) == (before.started_at, before.ended_at)
    assert "&lt;b&gt;grown" in operator.get(url).text


def test_its_times_are_corrected_and_the_duration_follows(app, operator, made):
    website_id, window_id = made
    url = f"/websites/{website_id}/downtimes/{window_id}"
    values = {"started_at": "2026-01-01T10:00", "ended_at": "2026-01-01T10:30:00"}
    assert operator.post(url, values).status_code == 303
    assert read(app, window_id).duration_seconds == 1800
    wrong = values | {"ended_at": "2026-01-01T09:00", "notes": "kept"}
    refused = operator.post(url, wrong)
    assert refused.status_code == 422
    assert "later than the beginning" in refused.text
    assert "kept" in refused.text
    assert read(app, window_id).duration_seconds == 1800


def test_a_viewer_reads_it_and_cannot_change_it(viewer, made):
    website_id, window_id = made
    url = f"/websites/{website_id}/downtimes/{window_id}"
    page = viewer.get(url)
    assert (page.status_code, 'name="root_cause"' in page.text) == (200, False)
    assert viewer.post(url, {"notes": "x"}).status_code == 403
    assert viewer.get(f"/websites/{website_id + 1}/downtimes/{window_id}").status_code == 404
