"""What every page shares: error pages, forms, files that browsers keep."""

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import NotFound

from webapp.core import web
from webapp.core.access import Role, needs
from webapp.issues.models import Fault, RecurringIssue


def test_a_file_is_kept_for_a_year_under_a_url_that_names_its_content(client):
    page = client.get("/accounts/sign-in").text
    url = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "v=" in url
    with client.get(url) as answer:
        assert "max-age=31536000" in answer.headers["Cache-Control"]


ERRORS = [("/nowhere", "text/html"), ("/api/nowhere", "application/problem+json")]


@pytest.mark.parametrize(("path", "kind"), ERRORS)
def test_an_unknown_path_is_explained_in_the_language_of_who_asks(client, path, kind):
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, kind)


def test_a_database_that_is_away_is_503_and_not_500(app, viewer, monkeypatch):
    @needs(Role.VIEWER)
    def away():
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setitem(app.view_functions, "accounts.sessions", away)
    answer = viewer.get("/accounts/sessions")
    assert answer.status_code == 503
    assert "database does not answer" in answer.text


def test_what_nobody_expected_is_told_with_a_reference_and_no_traceback(app, viewer, monkeypatch):
    @needs(Role.VIEWER)
    def broken():
        raise RuntimeError("a secret detail")

    monkeypatch.setitem(app.view_functions, "accounts.sessions", broken)
    monkeypatch.setitem(app.config, "TESTING", False)
    answer = viewer.get("/accounts/sessions")
    assert answer.status_code == 500
    assert "The log has it under" in answer.text
    assert "secret detail" not in answer.text


def test_a_form_without_its_csrf_value_is_refused_with_a_sentence(client):
    answer = client.post("/accounts/sign-in", data={"email": "a@example.org", "password": "x"})
    assert answer.status_code == 400
    assert "Load the page" in answer.text


def test_a_body_that_is_too_large_is_refused(app, client, write_token):
    limit = app.config["MAX_CONTENT_LENGTH"]
    answer = client.post(
        "/api/system/activity",
        data=b" " * (limit + 1),
        content_type="application/json",
        headers=write_token,
    )
    assert answer.status_code == 413


ZONES = [
    ("zone=America/New_York", "America/New_York"),
    ("", "UTC"),
    ("zone=", "UTC"),
    ("zone=America", "UTC"),
    ("zone=../../etc/passwd", "UTC"),
    ("zone=Nowhere/Land", "UTC"),
]


@pytest.mark.parametrize(("cookie", "zone"), ZONES)
def test_the_reader_is_where_the_browser_says(cookie, zone):
    with Flask(__name__).test_request_context(headers={"Cookie": cookie}):
        assert web.reader_zone().key == zone


@pytest.mark.parametrize("model", [RecurringIssue, Fault])
def test_a_number_larger_than_any_row_has_is_not_found(context, model):
    for number in (2**31 - 1, 2**31, 2**63 - 1, 2**63, 2**80):
        with pytest.raises(NotFound):
            web.get_or_404(model, number)
