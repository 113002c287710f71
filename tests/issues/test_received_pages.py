"""What was received and could not be understood."""

import pytest

from tests.issues.test_work_pages import follow
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.models import ReceivedOccurrence


@pytest.fixture
def refused(app):
    """One that was refused, and one that waits."""
    with app.app_context():
        row = ReceivedOccurrence(
            body=b'[{"kind": "<b>"}]', refused_at=clock.now(), reason="kind: Give one of these."
        )
        db.session.add_all([row, ReceivedOccurrence(body=b"[]")])
        db.session.commit()
        return row.id


def test_each_is_shown_with_its_reason_and_as_it_was_sent(refused, operator):
    text = operator.get("/issues/received/").text
    assert "kind: Give one of these." in text
    assert "&lt;b&gt;" in text
    assert "1 more waits to be counted" in text
    assert operator.get("/issues/received/?page=2").status_code == 200


def test_one_is_tried_again(app, refused, operator):
    page = follow(operator, operator.post(f"/issues/received/{refused}/try-again"))
    assert "It is tried again within seconds." in page
    assert "Everything was understood" in page
    with app.app_context():
        assert db.session.get(ReceivedOccurrence, refused).refused_at is None


def test_one_is_discarded(app, refused, operator):
    page = follow(operator, operator.post(f"/issues/received/{refused}/discard"))
    assert "It was discarded." in page
    with app.app_context():
        assert db.session.query(ReceivedOccurrence).count() == 1


def test_what_is_gone_meanwhile_is_said(refused, operator):
    for deed in ("discard", "try-again"):
        page = follow(operator, operator.post(f"/issues/received/9999/{deed}"))
        assert "message is-bad" in page


def test_it_is_for_operators(refused, viewer, operator):
    assert viewer.get("/issues/received/").status_code == 403
    assert viewer.post(f"/issues/received/{refused}/discard").status_code == 403
    assert operator.get("/issues/received/?page=0").status_code == 400
