"""The short way for occurrences: it takes what is plain, and leaves the rest as it came."""

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select, update

from webapp.accounts.models import ApiToken
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import receiving
from webapp.issues.models import ReceivedOccurrence
from webapp.issues.shortcut import LARGEST_BYTES, Shortcut

URL = "/api/monitoring/occurrences/"
GOOD = {"kind": "fault", "error_code": "DB_CONNECTION_FAIL", "description": "refused"}


@pytest.fixture
def went_on(app, monkeypatch) -> list[str]:
    """The paths of the requests that went the long way."""
    outer = app.wsgi_app
    while not isinstance(outer, Shortcut):
        outer = outer.onward
    onward, paths = outer.onward, []

    def noting(environ, start):
        paths.append(environ["PATH_INFO"])
        return onward(environ, start)

    monkeypatch.setattr(outer, "onward", noting)
    return paths


@pytest.fixture
def used_token(app, write_token) -> dict[str, str]:
    """A token whose use was noted just now."""
    note_use(app, timedelta())
    return write_token


def note_use(app, ago: timedelta) -> None:
    with app.app_context():
        db.session.execute(update(ApiToken).values(last_used_at=clock.now() - ago))
        db.session.commit()


def bodies(app) -> list[bytes]:
    with app.app_context():
        return list(db.session.scalars(select(ReceivedOccurrence.body)))


def test_what_is_plain_is_kept_without_the_framework(app, client, used_token, went_on):
    for body, count in ((GOOD, 1), ([GOOD, GOOD], 2)):
        answer = client.post(URL, json=body, headers=used_token)
        assert (answer.status_code, answer.json) == (202, {"accepted": count, "refused": []})
        assert answer.headers["Cache-Control"] == "no-store"
    assert not went_on
    assert sorted(len(orjson.loads(body)) for body in bodies(app)) == [1, 2]
    with app.app_context():
        assert receiving.digest_received(clock.now()) == 3


def test_the_use_of_a_token_is_noted_once_a_minute_on_the_long_way(
    app, client, used_token, went_on
):
    note_use(app, timedelta(minutes=2))
    for _ in range(2):
        assert client.post(URL, json=GOOD, headers=used_token).status_code == 202
    assert went_on == [URL]
    assert len(bodies(app)) == 2


NOT_PLAIN = [
    (orjson.dumps([GOOD, {"kind": "fault"}]), 202),
    (orjson.dumps({"kind": "fault"}), 422),
    (b"[]", 202),
    (b"{oops", 400),
    (b'[{"kind": "fault", "context": {"a": NaN}}]', 422),
    (orjson.dumps([GOOD] * 1001), 413),
    (b" " * LARGEST_BYTES + orjson.dumps(GOOD), 202),
]


def test_whatever_is_not_plain_goes_the_long_way_as_it_came(client, used_token, went_on):
    headers = used_token | {"Content-Type": "application/json"}
    for body, status in NOT_PLAIN:
        answer = client.post(URL, data=body, headers=headers)
        assert answer.status_code == status, body[:50]
    assert went_on == [URL] * len(NOT_PLAIN)


def test_nobody_gets_in_by_the_short_way_who_may_not(app, client, used_token, read_token, went_on):
    note_use(app, timedelta())
    assert client.post(URL, json=GOOD, headers=read_token).status_code == 403
    assert client.post(URL, json=GOOD).status_code == 401
    assert client.post(URL, json=GOOD, headers={"Authorization": "Basic eA=="}).status_code == 401
    with app.app_context():
        db.session.execute(update(ApiToken).values(revoked_at=clock.now()))
        db.session.commit()
    assert client.post(URL, json=GOOD, headers=used_token).status_code == 401
    assert went_on == [URL] * 4
    assert not bodies(app)


def test_other_requests_are_left_alone(client, used_token, went_on):
    assert client.get(URL, headers=used_token).status_code == 405
    assert client.get("/healthz").status_code == 200
    assert went_on == [URL, "/healthz"]
