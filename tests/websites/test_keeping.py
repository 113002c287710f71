"""Secrets are kept, changed, forgotten, and never moved elsewhere."""

import pytest
from sqlalchemy import text

from tests.websites.makers import claimed
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import actions, keeping
from webapp.websites.models import CheckKind
from webapp.websites.options import CheckOptions, CheckSecrets

URL = "https://a.example/"
SECRETS = CheckSecrets(token="token-of-ours", password="pass-of-ours")


@pytest.fixture
def made(context):
    website, _ = actions.add({"url": URL, "secrets": SECRETS}, clock.now())
    db.session.commit()
    return website


def edit(website, **fields):
    actions.edit(website, fields, clock.now())
    db.session.commit()


def test_they_are_encrypted_in_the_database_and_given_to_the_check(made):
    raw = db.session.connection().exec_driver_sql("SELECT secrets FROM websites").scalar_one()
    assert b"token-of-ours" not in bytes(raw)
    assert made.has_secrets
    (target,) = claimed(clock.now())
    assert target.secrets == SECRETS


def test_those_that_are_given_change_and_the_others_stay(made):
    edit(made, secrets=CheckSecrets(token="new"))
    assert keeping.known_secrets(made) == CheckSecrets(token="new", password="pass-of-ours")
    edit(made, secrets=CheckSecrets(token=None, password=None))
    assert made.secrets is None


def test_they_do_not_follow_the_website_to_another_place(made):
    for fields in ({"url": "https://b.example/"}, {"options": {"proxy": "http://p.example:1"}}):
        with pytest.raises(Problem) as refusal:
            edit(made, **fields)
        assert refusal.value.status == 422
        assert "password, token" in refusal.value.errors[0].message
        db.session.rollback()
    edit(made, url="https://a.example/other")
    edit(made, url="https://b.example/", secrets=CheckSecrets(token="t", password=None))
    assert keeping.known_secrets(made).names() == ["token"]


def test_the_same_website_with_other_secrets_is_refused_without_telling_them(made):
    again, is_new = actions.add({"url": URL, "secrets": SECRETS}, clock.now())
    assert (again, is_new) == (made, False)
    with pytest.raises(Problem) as refusal:
        actions.add({"url": URL, "secrets": CheckSecrets(token="other")}, clock.now())
    assert refusal.value.errors[0].field == "secrets"
    assert "token-of-ours" not in str(refusal.value.errors)


def test_secrets_that_cannot_be_read_make_the_check_unknown_and_can_be_given_anew(made):
    db.session.execute(text("UPDATE websites SET secrets = :odd"), {"odd": b"odd"})
    db.session.commit()
    (target,) = claimed(clock.now())
    assert target.trouble.startswith("The secrets of this check cannot be read")
    assert keeping.known_secrets(made).names() == []
    edit(made, secrets=CheckSecrets(token="t"))
    assert keeping.known_secrets(made).names() == ["token"]


def test_options_that_a_later_version_wrote_make_the_check_unknown(made):
    made.options = {"odd": 1}
    db.session.commit()
    (target,) = claimed(clock.now())
    assert target.trouble == "The options of this check cannot be read; save them anew."


def test_the_kind_follows_the_url_and_a_heartbeat_gets_and_loses_its_key(context):
    website, _ = actions.add({"url": "heartbeat://a"}, clock.now())
    key = keeping.known_secrets(website).heartbeat_key
    assert keeping.heartbeat_url(website).endswith(f"/ping/{key}")
    edit(website, options=CheckOptions(period_s=60).stored())
    assert keeping.known_secrets(website).heartbeat_key == key
    edit(website, url="tcp://a.example:1")
    assert website.kind is CheckKind.TCP
    assert (website.heartbeat_hash, website.secrets) == (None, None)
    assert keeping.heartbeat_url(website) is None
