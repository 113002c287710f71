"""Every website with its secrets, also when some of them cannot be read any more."""

import pytest
from sqlalchemy import text

from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import actions
from webapp.websites.options import NO_SECRETS, CheckSecrets
from webapp.websites.transfer.stored import everything


@pytest.fixture
def _two(context):
    secrets = CheckSecrets(token="hush")
    for url in ("https://b.example/", "https://a.example/"):
        actions.add({"url": url, "tags": ["x"], "secrets": secrets}, clock.now())
    db.session.commit()
    db.session.expire_all()


@pytest.mark.usefixtures("_two")
def test_they_come_by_url_in_three_statements(app):
    with count_statements(app) as statements:
        found = [(s.website.url, s.secrets.token, len(s.website.tags)) for s in everything()]
    assert found == [("https://a.example/", "hush", 1), ("https://b.example/", "hush", 1)]
    assert len(statements) == 3


@pytest.mark.usefixtures("_two")
def test_secrets_under_a_lost_key_do_not_hide_the_others():
    spoil = text("UPDATE websites SET secrets = :junk WHERE url = 'https://a.example/'")
    db.session.execute(spoil, {"junk": b"sealed with another key"})
    db.session.commit()
    lost, kept = everything()
    assert (lost.is_readable, lost.secrets) == (False, NO_SECRETS)
    assert (kept.is_readable, kept.secrets.token) == (True, "hush")
