"""Pages of alerts."""

import pytest

from tests.alerts.makers import channel, raised, route
from webapp.alerts import queries
from webapp.alerts.models import Alert, AlertStatus, Severity
from webapp.alerts.queries import AlertFilters
from webapp.core.db import db


@pytest.fixture
def made(app):
    with app.app_context():
        route(channel())
        db.session.commit()
        return [raised(str(n), title=f"Disk {n} is full").id for n in range(3)]


def status_of(app, alert_id):
    with app.app_context():
        return db.session.get(Alert, alert_id).status


def test_the_list_is_a_page_and_a_block(viewer, made):
    page = viewer.get("/alerts/")
    assert page.status_code == 200
    assert "<html" in page.text
    assert page.text.count("data-issue") == 3
    assert "Disk 1 is full" in page.text
    block = viewer.get("/alerts/", htmx=True)
    assert "<html" not in block.text
    assert 'id="alert_list"' in block.text


def test_a_panel_that_knows_all_gets_nothing(app, viewer, made):
    with app.app_context():
        version = queries.alerts_version()
    assert viewer.get(f"/alerts/?seen={version}", htmx=True).status_code == 204
    assert viewer.get("/alerts/?seen=old", htmx=True).status_code == 200


def test_a_list_shows_what_is_asked_for(app, viewer, operator, made):
    operator.post(f"/alerts/{made[0]}/resolve")
    operator.post(f"/alerts/{made[1]}/acknowledge")
    counts = {
        show: viewer.get(f"/alerts/?show={show}").text.count("data-issue")
        for show in ("open", "active", "acknowledged", "over", "all")
    }
    assert counts == {"open": 2, "active": 1, "acknowledged": 1, "over": 1, "all": 3}
    assert "No alert fits" in viewer.get("/alerts/?severity=info").text
    for address in ("?show=bad", "?page=0", "?severity=x", "?nothing=1"):
        assert viewer.get(f"/alerts/{address}").status_code == 400


def test_ticked_alerts_take_a_step_together_and_refusals_are_said(app, operator, made):
    operator.post(f"/alerts/{made[0]}/resolve")
    answer = operator.post("/alerts/step", {"verb": "acknowledge", "alert": made})
    page = operator.get(answer.headers["Location"]).text
    assert "2 alerts acknowledged." in page
    assert "Not done to 1 alert: This alert is resolved" in page
    assert status_of(app, made[1]) is AlertStatus.ACKNOWLEDGED
    assert operator.post("/alerts/step", {"verb": "explode", "alert": made}).status_code == 400
    nothing = operator.post("/alerts/step", {"verb": "resolve"})
    assert "Tick the alerts first." in operator.get(nothing.headers["Location"]).text


def test_one_alert_says_what_became_of_it_who_was_told_and_why(viewer, made):
    page = viewer.get(f"/alerts/{made[0]}").text
    for words in ("Nothing is left on /.", "Why was who told?", "Team is told: firing.", "Raised"):
        assert words in page
    assert viewer.get(f"/alerts/{made[0]}", htmx=True).text.startswith("<section")
    assert viewer.get("/alerts/999").status_code == 404


def test_a_step_is_taken_in_place_and_without_a_script(app, operator, made):
    path = f"/alerts/{made[0]}"
    block = operator.post(f"{path}/acknowledge", {"note": "On it", "for_s": "3600"}, htmx=True)
    assert block.status_code == 200
    assert 'id="alert_panel"' in block.text
    assert "Acknowledged: On it" in block.text
    redirect = operator.post(f"{path}/resolve", {"note": "Cleaned"})
    assert redirect.status_code == 303
    assert status_of(app, made[0]) is AlertStatus.RESOLVED


def test_a_step_that_cannot_be_taken_says_why_in_place(operator, made):
    path = f"/alerts/{made[0]}"
    operator.post(f"{path}/dismiss")
    refused = operator.post(f"{path}/acknowledge", htmx=True)
    assert refused.status_code == 409
    assert "only one that is active can be acknowledged" in refused.text
    wrong = operator.post(f"/alerts/{made[1]}/acknowledge", {"for_s": "-1"}, htmx=True)
    assert wrong.status_code == 422


def test_an_alert_is_raised_by_hand(app, operator):
    assert "What is wrong" in operator.get("/alerts/new").text
    wrong = operator.post("/alerts/new", {"title": "", "description": "x"})
    assert wrong.status_code == 422
    assert "x</textarea>" in wrong.text
    answer = operator.post("/alerts/new", {"title": "The supplier is down", "severity": "critical"})
    assert answer.status_code == 303
    with app.app_context():
        (alert,), total = queries.alerts(AlertFilters(), 1, 10)
        assert (alert.title, alert.severity, total) == (
            "The supplier is down",
            Severity.CRITICAL,
            1,
        )


def test_a_viewer_reads_and_changes_nothing(app, viewer, made):
    page = viewer.get(f"/alerts/{made[0]}").text
    assert "Resolve" not in page
    for path in ("step", "new", f"{made[0]}/resolve", f"{made[0]}/acknowledge"):
        assert viewer.post(f"/alerts/{path}", {"verb": "resolve", "alert": made}).status_code == 403
    assert viewer.get("/alerts/new").status_code == 403
    assert status_of(app, made[0]) is AlertStatus.ACTIVE


def test_nobody_sees_alerts_without_signing_in(client, made):
    assert client.get("/alerts/").status_code == 303
    assert client.get(f"/alerts/{made[0]}").status_code == 303
