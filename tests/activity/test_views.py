"""The feed as a page and as a block."""

from datetime import timedelta

import pytest

from tests.statements import MENU, count_statements
from webapp.activity import actions
from webapp.activity.models import ActivityType
from webapp.core import clock
from webapp.core.db import db


@pytest.fixture
def diary(app):
    with app.app_context():
        for n in range(60):
            event = actions.record(ActivityType.TRACK_ADDED, f"Track <{n}>")
            event.created_at = clock.now() - timedelta(hours=n)
        actions.record(ActivityType.WEBSITE_DOWN, "Shop is down", user_email="op@example.org")
        db.session.commit()
    return app


def seen(page):
    return page.text.split("seen=")[1].split('"')[0]


def test_the_page_lists_newest_first_under_their_day(diary, viewer):
    page = viewer.get("/activity/")
    assert page.status_code == 200
    assert page.text.index("Shop is down") < page.text.index("Track &lt;3&gt;")
    assert clock.now().strftime("%B %Y") in page.text
    assert "Track &lt;55&gt;" not in page.text
    assert "Track &lt;55&gt;" in viewer.get("/activity/?page=2").text


def test_htmx_gets_the_block_and_then_nothing_until_something_happens(diary, viewer):
    block = viewer.get("/activity/", htmx=True)
    assert block.text.strip().startswith('<section class="panel" id="activity_feed"')
    same = viewer.get(f"/activity/?seen={seen(block)}", htmx=True)
    assert (same.status_code, same.text) == (204, "")
    with diary.app_context():
        actions.record(ActivityType.WEBSITE_UP, "Shop is up")
        db.session.commit()
    assert "Shop is up" in viewer.get(f"/activity/?seen={seen(block)}", htmx=True).text


def test_filters_narrow_the_feed_and_stay_in_its_links(diary, viewer):
    page = viewer.get("/activity/?type=website_down&person=op@example.org&within=hour")
    assert "Shop is down" in page.text
    assert "Track" not in page.text.split("<main")[1].split('id="activity_feed"')[1]
    assert "type=website_down" in page.text
    assert "Nothing fits these filters" in viewer.get("/activity/?person=no@example.org").text


def test_an_unknown_filter_is_a_clear_refusal(viewer):
    assert viewer.get("/activity/?type=nonsense").status_code == 422
    assert viewer.get("/activity/?page=0").status_code == 422


def test_the_page_costs_the_same_however_long_the_diary(diary, viewer):
    viewer.get("/activity/")
    with count_statements(diary) as statements:
        viewer.get("/activity/")
    assert len(statements) <= 4 + MENU


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get("/activity/").status_code == 303
