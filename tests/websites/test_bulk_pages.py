"""Ticked in the list, done to all of them."""

import pytest

from tests.websites.makers import website
from webapp.websites import bulk_pages, listing, queries


@pytest.fixture
def ids(app):
    with app.app_context():
        return [str(website(number, name=f"site {number}").id) for number in (1, 2, 3)]


def active(app):
    with app.app_context():
        return [w.id for w in queries.get_active_websites()]


def test_the_ticked_ones_are_paused_and_the_list_comes_back_as_it_was(app, operator, ids):
    form = {"deed": "pause", "website": ids[:2], "back": "q=site&page=1&odd=1"}
    answer = operator.post("/websites/bulk", form)
    assert (answer.status_code, answer.location) == (303, "/websites/?q=site&page=1")
    assert active(app) == [3]
    assert "2 websites were paused." in operator.get("/websites/").text


def test_a_tag_shows_in_the_list_and_narrows_it(app, operator, ids):
    operator.post("/websites/bulk", {"deed": "tag", "website": ids[:1], "word": " shop "})
    page = operator.get("/websites/").text
    assert 'href="/websites/?tag=shop"' in page
    narrowed = operator.get("/websites/?tag=shop").text
    assert "site 1" in narrowed
    assert "site 2" not in narrowed


def test_what_is_refused_is_said_and_nothing_changes(app, operator, ids):
    operator.post("/websites/bulk", {"deed": "tag", "website": ids, "word": ""})
    assert "Say which tag." in operator.get("/websites/").text
    operator.post("/websites/bulk", {"deed": "pause"})
    assert "Tick the websites first." in operator.get("/websites/").text
    assert operator.post("/websites/bulk", {"deed": "odd", "website": ids}).status_code == 400
    operator.post("/websites/bulk", {"deed": "pause", "website": ["x", "-1", "9" * 30]})
    assert active(app) == [1, 2, 3]
    with app.app_context():
        assert listing.all_tags() == []


def test_all_that_fit_are_changed_whichever_page_they_are_on(app, operator, ids):
    assert "that fit" not in operator.get("/websites/").text
    with app.app_context():
        for number in range(10, 40):
            website(number, name=f"shop {number}")
    assert "All 30 that fit" in operator.get("/websites/?q=shop").text
    operator.post("/websites/bulk", {"deed": "pause", "all": "yes", "back": "q=shop&page=2"})
    assert "30 websites were paused." in operator.get("/websites/").text
    assert active(app) == [1, 2, 3]
    odd = {"deed": "pause", "all": "yes", "back": "state=odd"}
    assert operator.post("/websites/bulk", odd).status_code == 400


def test_too_many_that_fit_are_left_alone(app, operator, ids, monkeypatch):
    monkeypatch.setattr(bulk_pages, "MOST", 2)
    operator.post("/websites/bulk", {"deed": "pause", "all": "yes"})
    assert "More than 2 websites fit: narrow the search." in operator.get("/websites/").text
    assert active(app) == [1, 2, 3]


def test_they_are_deleted_only_after_a_question(app, operator, ids):
    asked = operator.post("/websites/bulk", {"deed": "delete", "website": ids[:2]})
    assert asked.status_code == 200
    assert "Delete 2 websites?" in asked.text
    assert active(app) == [1, 2, 3]
    form = {"deed": "delete", "website": ids[:2], "confirmed": "yes"}
    operator.post("/websites/bulk", form)
    assert active(app) == [3]


def test_a_viewer_has_nothing_to_tick_and_changes_nothing(app, viewer, ids):
    assert 'name="website"' not in viewer.get("/websites/").text
    answer = viewer.post("/websites/bulk", {"deed": "pause", "website": ids})
    assert answer.status_code == 403
    assert active(app) == [1, 2, 3]


def test_back_leads_nowhere_else(operator, ids):
    form = {"deed": "pause", "website": ids, "back": "//elsewhere/?q=x"}
    assert operator.post("/websites/bulk", form).location == "/websites/"
