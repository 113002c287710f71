"""The fast way in, and what could not be digested of it, as JSON."""

import gzip
import json

import orjson
import pytest
from sqlalchemy import func, select

from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import receiving
from webapp.issues.models import ReceivedOccurrence

URL = "/api/monitoring/occurrences/"
RECEIVED = "/api/monitoring/received-occurrences/"
GOOD = {"kind": "fault", "error_code": "DB_CONNECTION_FAIL", "description": "refused"}
OVERLOAD = {"kind": "overload", "component_name": "DB", "value": 3}


def stored(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(ReceivedOccurrence.id))) or 0


def test_one_or_many_are_taken_in_one_row(app, client, write_token):
    answer = client.post(URL, json=GOOD, headers=write_token)
    assert (answer.status_code, answer.json) == (202, {"accepted": 1, "refused": []})
    answer = client.post(URL, json=[GOOD, OVERLOAD] * 100, headers=write_token)
    assert answer.json["accepted"] == 200
    assert stored(app) == 2


def test_some_may_be_refused_and_the_others_are_taken(app, client, write_token):
    answer = client.post(URL, json=[GOOD, {"kind": "fault"}, 3], headers=write_token)
    assert answer.status_code == 202
    assert answer.json["accepted"] == 1
    assert [(r["index"], r["field"]) for r in answer.json["refused"]] == [
        (1, "error_code"), (1, "description"), (2, "body"),
    ]  # fmt: skip
    assert stored(app) == 1


def test_where_all_are_refused_nothing_is_stored(app, client, write_token):
    for body in ([{"kind": "fault"}], {"kind": "fault"}):
        answer = client.post(URL, json=body, headers=write_token)
        assert answer.status_code == 422
        told = answer.json.get("refused") or answer.json["errors"]
        assert told[0]["field"] == "error_code"
    assert stored(app) == 0


def test_nothing_is_taken_of_nothing(app, client, write_token):
    assert client.post(URL, json=[], headers=write_token).json == {"accepted": 0, "refused": []}
    assert stored(app) == 0


def test_what_is_no_batch_is_refused_whole(app, client, write_token):
    for data, content_type, status in (
        (b"{oops", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (orjson.dumps([GOOD] * 1001), "application/json", 413),
    ):
        headers = write_token | {"Content-Type": content_type}
        assert client.post(URL, data=data, headers=headers).status_code == status
    assert stored(app) == 0


def test_a_body_may_be_packed(app, client, write_token):
    headers = write_token | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    packed = gzip.compress(json.dumps([GOOD] * 10).encode())
    assert client.post(URL, data=packed, headers=headers).json["accepted"] == 10


def test_numbers_that_are_none_in_a_context_become_null(app, client, write_token):
    headers = write_token | {"Content-Type": "application/json"}
    body = json.dumps(GOOD | {"context": {"share": float("nan")}})
    assert client.post(URL, data=body, headers=headers).json["accepted"] == 1
    with app.app_context():
        [sent] = orjson.loads(db.session.scalars(select(ReceivedOccurrence.body)).one())
        assert sent["context"] == {"share": None}
        assert receiving.digest_received(clock.now()) == 1


def test_who_may_only_read_may_not_send(client, read_token):
    assert client.post(URL, json=GOOD, headers=read_token).status_code == 403
    assert client.post(URL, json=GOOD).status_code == 401


def test_a_batch_costs_two_statements(app, client, write_token):
    client.post(URL, json=GOOD, headers=write_token)  # notes when the token was used
    with count_statements(app) as statements:
        client.post(URL, json=[GOOD] * 500, headers=write_token)
    assert len(statements) == 2  # whose token it is, and the row


@pytest.fixture
def refused_id(app) -> int:
    """One that could not be digested."""
    with app.app_context():
        receiving.receive([orjson.dumps([{"kind": "fault", "error_code": "X"}])], clock.now())
        receiving.digest_received(clock.now())
        db.session.commit()
        return db.session.scalars(select(ReceivedOccurrence.id)).one()


def test_what_could_not_be_digested_is_listed_with_its_reason(client, read_token, refused_id):
    answer = client.get(RECEIVED, headers=read_token).json
    [item] = answer["items"]
    assert (answer["total"], item["id"]) == (1, refused_id)
    assert "description" in item["reason"]
    assert item["occurrences"] == [{"kind": "fault", "error_code": "X"}]


def test_it_can_be_tried_again_and_is_refused_again(app, client, write_token, refused_id):
    answer = client.post(f"{RECEIVED}{refused_id}/try-again/", headers=write_token)
    assert answer.status_code == 204
    assert client.get(RECEIVED, headers=write_token).json["total"] == 0
    with app.app_context():
        receiving.digest_received(clock.now())
    assert client.get(RECEIVED, headers=write_token).json["total"] == 1


def test_it_can_be_thrown_away_once(app, client, write_token, refused_id):
    assert client.delete(f"{RECEIVED}{refused_id}/", headers=write_token).status_code == 204
    assert stored(app) == 0
    assert client.delete(f"{RECEIVED}{refused_id}/", headers=write_token).status_code == 404


def test_a_viewer_only_looks(client, read_token, refused_id):
    assert client.delete(f"{RECEIVED}{refused_id}/", headers=read_token).status_code == 403
    answer = client.post(f"{RECEIVED}{refused_id}/try-again/", headers=read_token)
    assert answer.status_code == 403
