"""The form: saved, validated field by field, tried before it is saved."""

import re

import pytest

from tests.websites.peers import echo
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import actions, jobs, keeping, queries
from webapp.websites.options import CheckSecrets, options_of

BASE = {"check_interval": "60", "timeout": "5", "complete": "yes"}
BOXES = {"follow_redirects": "yes", "verify_tls": "yes"}


@pytest.fixture
def made(app):
    with app.app_context():
        secrets = CheckSecrets(token="token-of-ours")
        fields = {"url": "http://127.0.0.1:9/", "secrets": secrets, "options": {"keyword": "hi"}}
        website, _ = actions.add(fields, clock.now())
        db.session.commit()
        return website.id


def run_trial(app, answer):
    """Do what a worker does, and say where the answer is."""
    found = re.search(r"/websites/try/([\w-]+)\?asked=\d+", answer.text.replace("&amp;", "&"))
    with app.app_context():
        jobs.try_draft(found.group(1))
    return found.group(0)


def test_all_options_are_saved_and_shown_again_but_no_secret(app, operator):
    form = BASE | BOXES | {
        "url": "https://a.example", "method": "POST", "headers": "Accept: text/plain",
        "authentication": "bearer", "token": "token-of-ours", "keyword": "<b>",
    }  # fmt: skip
    assert operator.post("/websites/new", form).status_code == 303
    with app.app_context():
        website = queries.get_by_id(1)
        assert options_of(website.options).headers == {"Accept": "text/plain"}
        assert keeping.known_secrets(website).token == "token-of-ours"
    page = operator.get("/websites/1/edit").text
    assert "Accept: text/plain" in page
    assert 'value="&lt;b&gt;"' in page
    assert "leave this empty to keep it" in page
    for path in ("/websites/1/edit", "/websites/1", "/websites/"):
        assert "token-of-ours" not in operator.get(path).text


def test_what_is_wrong_opens_its_group_and_secrets_are_not_shown_again(operator):
    form = BASE | {"url": "https://a.example", "pattern": "(", "token": "token-of-ours"}
    answer = operator.post("/websites/new", form)
    assert answer.status_code == 422
    assert 'id="pattern_error"' in answer.text
    assert "<details open><summary><strong>Expected answer" in answer.text
    assert "token-of-ours" not in answer.text


def test_saving_keeps_the_secrets_that_are_left_empty(app, operator, made):
    form = BASE | BOXES | {"url": "http://127.0.0.1:9/", "slow_ms": "5"}
    assert operator.post(f"/websites/{made}/edit", form).status_code == 303
    with app.app_context():
        website = queries.get_by_id(made)
        assert website.options == {"slow_ms": 5}
        assert keeping.known_secrets(website).token == "token-of-ours"
    moved = operator.post(f"/websites/{made}/edit", form | {"url": "http://127.0.0.1:8/"})
    assert moved.status_code == 422
    assert "enter them anew" in moved.text


def test_a_field_is_validated_when_it_is_left(operator):
    form = BASE | {"url": "https://a.example", "pattern": "("}
    block = operator.post("/websites/validate/pattern", form, htmx=True).text
    assert block.lstrip().startswith('<div id="entry_pattern">')
    assert "not a regular expression" in block
    good = operator.post("/websites/validate/pattern", form | {"pattern": "a+"}, htmx=True).text
    assert "error" not in good
    assert 'value="a+"' in good
    other = operator.post("/websites/validate/keyword", form | {"keyword": "x"}, htmx=True).text
    assert "error" not in other
    assert operator.post("/websites/validate/odd", form).status_code == 404


class TestTrial:
    def test_what_was_typed_is_checked_and_nothing_is_saved(self, app, operator):
        with echo() as peer:
            form = BASE | BOXES | {"url": peer.url("/status/500"), "headers": "X-Mine: 1"}
            waiting = operator.post("/websites/try", form, htmx=True)
            assert "Testing" in waiting.text
            where = run_trial(app, waiting)
        answer = operator.get(where, htmx=True).text
        for part in (
            "Down",
            "HTTP 500 Internal Server Error",
            "Beginning of its body",
            "127.0.0.1",
        ):
            assert part in answer, part
        assert "hx-get" not in answer
        assert peer.asked[0]["headers"]["X-Mine"] == "1"
        with app.app_context():
            assert queries.get_all()[1] == 0

    def test_stored_secrets_are_used_for_their_own_place_only(self, app, operator):
        with echo() as peer:
            with app.app_context():
                secrets = CheckSecrets(token="token-of-ours")
                actions.add({"url": peer.url(), "secrets": secrets}, clock.now())
                db.session.commit()
            form = BASE | BOXES | {"url": peer.url(), "authentication": "bearer", "website_id": "1"}
            run_trial(app, operator.post("/websites/try", form, htmx=True))
            assert peer.asked[0]["headers"]["Authorization"] == "Bearer token-of-ours"
            elsewhere = form | {"url": "http://127.0.0.1:9/"}
            refused = operator.post("/websites/try", elsewhere, htmx=True).text
        assert "enter them anew" in refused
        assert len(peer.asked) == 1

    def test_what_is_wrong_is_said_instead(self, operator):
        refused = operator.post("/websites/try", BASE | {"url": "ftp://x"}, htmx=True).text
        assert "must start with http" in refused
        page = operator.post("/websites/try", BASE | {"url": "ftp://x"})
        assert page.status_code == 422
        beat = operator.post("/websites/try", BASE | {"url": "heartbeat://x"}, htmx=True).text
        assert "A heartbeat cannot be tried" in beat

    def test_without_htmx_it_is_a_page_and_without_a_worker_it_says_so(self, operator):
        form = BASE | BOXES | {"url": "http://127.0.0.1:9/"}
        answer = operator.post("/websites/try", form)
        assert answer.status_code == 303
        assert "Testing" in operator.get(answer.location).text
        assert "No answer yet" in operator.get("/websites/try/nobody?asked=1").text

    def test_a_viewer_may_not(self, viewer):
        assert viewer.post("/websites/try", BASE).status_code == 403
        assert viewer.get("/websites/try/x").status_code == 403


def test_the_kind_of_a_new_one_may_be_chosen_by_its_link(operator):
    assert 'value="heartbeat://"' in operator.get("/websites/new?kind=heartbeat").text


def test_only_operators_see_what_a_heartbeat_calls(app, viewer, operator):
    with app.app_context():
        job, _ = actions.add({"url": "heartbeat://nightly"}, clock.now())
        db.session.commit()
        key = keeping.known_secrets(job).heartbeat_key
    assert key in operator.get("/websites/1").text
    assert key not in viewer.get("/websites/1").text
    assert "Check now" not in operator.get("/websites/1").text
