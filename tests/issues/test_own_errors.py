"""What goes wrong while we answer somebody becomes an operational issue."""

from functools import wraps

import pytest
from sqlalchemy.exc import OperationalError

from tests.factories import create_website
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import own_errors
from webapp.issues.models import OperationalIssue, ReceivedOccurrence
from webapp.issues.receiving import digest_received
from webapp.websites.models import Website

UNTOUCHED = "/websites/"


@pytest.fixture
def broken(app, monkeypatch):
    """The list of websites fails after it has written something."""

    @wraps(app.view_functions["websites.index"])  # who may see it is declared on it
    def fail(**_values):
        create_website()
        raise KeyError("column 7 of line 12")

    monkeypatch.setitem(app.view_functions, "websites.index", fail)
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    return app


def endpoint(app):
    return app.url_map.bind("").match(UNTOUCHED)[0]


def test_an_unexpected_error_is_told_with_where_it_was(app, viewer, broken, monkeypatch):
    answer = viewer.get(UNTOUCHED)
    assert answer.status_code == 500
    with app.app_context():
        assert digest_received(clock.now()) == 1
        found = db.session.scalars(db.select(OperationalIssue)).one()
        assert (found.task, found.service) == (endpoint(app), "watchkeeper")
        assert found.error_message == "KeyError: 'column 7 of line 12'"
        assert "in fail" in found.traceback
        assert found.context["reference"] in answer.text
        assert db.session.query(Website).count() == 0


def test_while_the_database_is_away_the_log_alone_has_it(app, viewer, broken, monkeypatch):
    def away(*_arguments):
        raise OperationalError("insert", {}, Exception("away"))

    monkeypatch.setattr(own_errors.receiving, "receive", away)
    assert viewer.get(UNTOUCHED).status_code == 500
    with app.app_context():
        assert db.session.query(ReceivedOccurrence).count() == 0


def test_what_people_do_wrong_is_none(app, viewer):
    assert viewer.get("/websites/999").status_code == 404
    with app.app_context():
        assert db.session.query(ReceivedOccurrence).count() == 0
