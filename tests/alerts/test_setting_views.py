"""Pages: who is told."""

import pytest
from sqlalchemy import select

from tests.alerts.makers import channel, free_port, raised, route
from webapp.alerts.models import Channel, Route, Silence
from webapp.core.db import db

BASE = "/alerts/settings/"


@pytest.fixture
def team(app):
    with app.app_context():
        found = channel(url=f"http://127.0.0.1:{free_port()}/")
        db.session.commit()
        return found.id


def one(app, model):
    with app.app_context():
        return db.session.scalars(select(model)).one()


def test_the_page_shows_routes_channels_and_silences(app, operator, team):
    with app.app_context():
        route(db.session.get(Channel, team), matchers={"host": ["db-*"]})
        db.session.commit()
    page = operator.get(BASE).text
    for words in ("Host db-*", "Team", "Not used yet", "Nothing is silenced."):
        assert words in page
    assert "<html" not in operator.get(BASE, htmx=True).text


def test_an_example_says_who_would_be_told(app, operator, team):
    with app.app_context():
        route(db.session.get(Channel, team), name="Databases", matchers={"host": ["db-*"]})
        db.session.commit()
    assert "Team would be told." in operator.get(f"{BASE}?host=db-1&severity=error").text
    page = operator.get(f"{BASE}?host=web-1").text
    assert "Nobody would be told." in page
    assert "Databases: not taken, its host is web-1" in page
    assert operator.get(f"{BASE}?severity=bad").status_code == 200


def test_a_webhook_is_added_and_its_key_shown_once(app, administrator):
    assert "Add a channel" in administrator.get(f"{BASE}channels/new").text
    given = {"name": "Hook", "service": "webhook", "address": "https://hooks.example/abc"}
    added = administrator.post(f"{BASE}channels/new", given)
    assert added.status_code == 200
    assert "whsec_" in added.text
    made = one(app, Channel)
    assert (made.name, made.hint, made.is_active) == ("Hook", "https://hooks.example…", True)
    assert "whsec_" not in administrator.get(BASE).text
    assert "abc" not in administrator.get(f"{BASE}channels/{made.id}").text


FORMS = [
    ({"service": "ntfy", "recipient": "my topic"}, "ntfys://ntfy.sh/my%20topic"),
    (
        {
            "service": "email",
            "server": "smtp.example.org",
            "account": "us@example.org",
            "secret": "p@ss/word",
            "recipient": "on-call@example.org",
        },
        "mailtos://us%40example.org:p%40ss%2Fword@smtp.example.org"
        "?to=on-call%40example.org&from=us%40example.org",
    ),
    (
        {"service": "telegram", "secret": "123456789:abcdefg_hijklmnop", "recipient": "12315544"},
        "tgram://123456789:abcdefg_hijklmnop/12315544",
    ),
    ({"service": "address", "address": "json://127.0.0.1/x"}, "json://127.0.0.1/x"),
]


@pytest.mark.parametrize(("given", "url"), FORMS)
def test_the_usual_services_are_entered_in_fields(app, administrator, given, url):
    answer = administrator.post(f"{BASE}channels/new", {"name": "Us", **given})
    assert answer.status_code == 303, answer.text
    with app.app_context():
        assert db.session.scalars(select(Channel)).one().url == url


WRONG = [
    ({"name": "", "service": "webhook", "address": "https://x.example/"}, "name"),
    ({"name": "x", "service": "webhook", "address": ""}, "address"),
    ({"name": "x", "service": "webhook", "address": "mailto:me"}, "address"),
    ({"name": "x", "service": "address", "address": "what://is.this"}, "address"),
    (
        {"name": "x", "service": "webhook", "address": "https://x/", "title_template": "$bad"},
        "title_template",
    ),
]


@pytest.mark.parametrize(("given", "field"), WRONG)
def test_a_wrong_channel_is_refused_beside_its_field(app, administrator, given, field):
    refused = administrator.post(f"{BASE}channels/new", given)
    assert refused.status_code == 422
    assert f'id="{field}_error"' in refused.text
    with app.app_context():
        assert db.session.scalar(select(Channel.id)) is None


def test_a_channel_is_changed_and_keeps_its_address_unless_another_is_given(
    app, administrator, team
):
    with app.app_context():
        before = db.session.scalars(select(Channel)).one().url
    administrator.post(f"{BASE}channels/{team}", {"name": "Us", "is_active": "yes"})
    with app.app_context():
        made = db.session.scalars(select(Channel)).one()
        assert (made.name, made.is_active, made.url) == ("Us", True, before)
    administrator.post(f"{BASE}channels/{team}", {"name": "Us", "address": "https://new.example/"})
    with app.app_context():
        made = db.session.scalars(select(Channel)).one()
        assert (made.is_active, made.url) == (False, "https://new.example/")


def test_a_test_message_says_how_it_went(administrator, team):
    answer = administrator.post(f"{BASE}channels/{team}/test")
    assert (
        "Team did not take the test message" in administrator.get(answer.headers["Location"]).text
    )


def test_a_route_is_added_changed_moved_and_deleted(app, administrator, team):
    given = {"name": "Worst", "least": "error", "host": "db-*, web-1", "tags": "team=shop"}
    given |= {"channel": [str(team)], "is_active": "yes", "begins": "09:00", "ends": "17:00"}
    assert administrator.post(f"{BASE}routes/new", given).status_code == 303
    made = one(app, Route)
    assert made.matchers == {
        "severities": ["error", "critical"],
        "host": ["db-*", "web-1"],
        "tags": {"team": "shop"},
        "hours": {"zone": "UTC", "days": list(range(7)), "begins": "09:00", "ends": "17:00"},
    }
    form = administrator.get(f"{BASE}routes/{made.id}").text
    assert 'value="db-*, web-1"' in form
    administrator.post(f"{BASE}routes/new", {"name": "Rest"})
    administrator.post(f"{BASE}routes/{made.id}/down")
    page = administrator.get(BASE).text
    assert page.index("Rest") < page.index("Worst")
    assert administrator.post(f"{BASE}routes/{made.id}/delete").status_code == 303
    assert one(app, Route).name == "Rest"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": ""}, "name"), ({"name": "x", "wait_s": "-1"}, "wait_s"),
     ({"name": "x", "begins": "9", "ends": "10:00"}, "begins"),
     ({"name": "x", "begins": "09:00", "ends": "10:00", "zone": "Nowhere"}, "zone")],
)  # fmt: skip
def test_a_wrong_route_is_refused_beside_its_field(app, administrator, given, field):
    refused = administrator.post(f"{BASE}routes/new", given)
    assert refused.status_code == 422
    assert f'id="{field}_error"' in refused.text


def test_something_is_silenced_for_a_time_and_heard_again(app, operator):
    assert "For how many minutes" in operator.get(f"{BASE}silences/new").text
    assert operator.post(f"{BASE}silences/new", {"minutes": "0"}).status_code == 422
    given = {"minutes": "30", "comment": "Works", "host": "web-*"}
    operator.post(f"{BASE}silences/new", given)
    assert "Host web-*" in operator.get(BASE).text
    with app.app_context():
        alert = raised(now=one(app, Silence).starts_at)
        assert alert.status.value == "active"
    operator.post(f"{BASE}silences/{one(app, Silence).id}/end")
    assert "Nothing is silenced." in operator.get(BASE).text


def test_only_administrators_decide_who_is_told(viewer, operator, team):
    assert viewer.get(BASE).status_code == 403
    for path in ("channels/new", "routes/new", f"channels/{team}"):
        assert operator.get(f"{BASE}{path}").status_code == 403
        assert operator.post(f"{BASE}{path}", {"name": "x"}).status_code == 403
    for path in (f"channels/{team}/test", f"channels/{team}/delete"):
        assert operator.post(f"{BASE}{path}").status_code == 403
    assert viewer.post(f"{BASE}silences/new", {"minutes": "1"}).status_code == 403
