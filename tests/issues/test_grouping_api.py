from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.issues import makers
from webapp.core.db import db

RULES = "/api/monitoring/grouping-rules/"
BODY = {"kind": "operational", "matches": {"message": "*timed out*"}, "fingerprint": "slow"}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"matches": {}}, "matches"),
    ({"matches": {"message": "*"}}, "matches"),
    ({"matches": {"color": "red"}}, "matches"),
    ({"fingerprint": "{color}"}, "fingerprint"),
    ({"kind": "other"}, "kind"),
]
Token = dict[str, str]


def listed(client: FlaskClient, token: Token) -> list[str]:
    found = client.get(RULES, headers=token).json
    return [rule["fingerprint"] for rule in (found or {})["items"]]


def test_rules_are_added_ordered_and_deleted(client: FlaskClient, write_token: Token) -> None:
    for name in ("a", "b"):
        made = client.post(RULES, json=BODY | {"fingerprint": name}, headers=write_token)
        assert made.status_code == 201, made.text
    url = f"{RULES}{(made.json or {})['id']}/"
    assert (
        client.post(f"{url}move/", json={"to": "earlier"}, headers=write_token).status_code == 200
    )
    assert listed(client, write_token) == ["b", "a"]
    assert client.delete(url, headers=write_token).status_code == 204
    assert listed(client, write_token) == ["a"]
    assert client.delete(url, headers=write_token).status_code == 404


def test_the_preview_says_what_would_move(
    app: Flask, client: FlaskClient, read_token: Token, write_token: Token
) -> None:
    with app.app_context():
        issue = makers.issue("Import failed")
        makers.operational(issue, error_message="it timed out")
        db.session.commit()
    found = client.post(f"{RULES}preview/", json=BODY, headers=write_token).json or {}
    assert (found["looked_at"], found["moved"]) == (1, 1)
    assert found["touched"][0]["title"] == "Import failed"
    assert found["groups"] == [{"fingerprint": "slow", "occurrences": 1}]
    assert listed(client, read_token) == []


def test_what_is_wrong_is_said_with_its_field(client: FlaskClient, write_token: Token) -> None:
    for changed, field in WRONG:
        answer = client.post(RULES, json=BODY | changed, headers=write_token)
        assert answer.status_code == 422
        assert [error["field"] for error in (answer.json or {})["errors"]] == [field]
    assert listed(client, write_token) == []


def test_who_may_only_read_changes_nothing(client: FlaskClient, read_token: Token) -> None:
    assert client.post(RULES, json=BODY, headers=read_token).status_code == 403
