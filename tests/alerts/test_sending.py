"""Parcels out of the outbox, and how each delivery went."""

from datetime import timedelta

import pytest

from tests.alerts.makers import HOUR, MINUTE, NOW, SECOND, channel, issue, raised, route
from webapp.alerts import actions, queries, sending
from webapp.alerts.channels import Outcome
from webapp.alerts.models import Severity
from webapp.core.db import db

TAKEN, REFUSED = Outcome(), Outcome("It answered 500.")
UNSURE = Outcome("Operation timed out", is_certain=False)


@pytest.fixture
def team(context):
    found = channel()
    route(found, interval_s=300)
    db.session.commit()
    return found


def claim(now=NOW):
    parcel = sending.claim(now)
    db.session.commit()
    return parcel


def record(parcel, outcome, now=NOW):
    sending.record(parcel, outcome, now)
    db.session.commit()


def deliver(outcome=TAKEN, now=NOW):
    parcel = claim(now)
    assert parcel is not None
    record(parcel, outcome, now)
    return parcel


def states(alert):
    return [n.delivery.value for n in queries.notifications_of(alert.id)]


def test_an_alert_is_sent_once(team):
    alert = raised()
    parcel = deliver()
    assert parcel.message.title == "[firing] The disk is full"
    assert parcel.url == "http://127.0.0.1:9/"
    assert claim() is None
    assert states(alert) == ["sent"]
    assert team.last_sent_at == NOW


def test_many_alerts_at_once_are_one_message(team):
    for number in range(30):
        raised(f"disk {number}", title=f"Disk {number} is full")
    parcel = deliver()
    assert parcel.message.title == "30 alerts, error at worst: 30 firing"
    assert parcel.message.body.endswith("and 10 more")
    assert claim() is None


def test_while_one_is_in_the_air_nobody_takes_what_follows_it(team):
    alert = raised()
    first = claim()
    actions.resolve(alert, NOW + SECOND)
    db.session.commit()
    assert claim(NOW + SECOND) is None
    record(first, TAKEN, NOW + 2 * SECOND)
    second = deliver(now=NOW + 2 * SECOND)
    assert [i.status for i in second.items] == ["resolved"]


def test_what_was_over_before_it_was_told_is_told_in_one_sentence(team):
    alert = raised()
    actions.resolve(alert, NOW + 17 * MINUTE)
    db.session.commit()
    parcel = deliver(now=NOW + 18 * MINUTE)
    assert "from 2026-03-02 12:00:00 UTC, for 17 min 0 s" in parcel.message.body
    assert states(alert) == ["merged", "sent"]


def test_what_was_surely_not_taken_is_told_with_what_came_of_it_meanwhile(team):
    alert = raised()
    first = deliver(REFUSED)
    assert claim(NOW + 4 * SECOND) is None
    actions.resolve(alert, NOW + 4 * SECOND)
    db.session.commit()
    second = deliver(now=NOW + 5 * SECOND)
    assert second.message_id != first.message_id
    assert second.items[0].news == ("firing", "resolved")


def test_what_may_have_been_taken_is_sent_again_as_it_was_before_what_follows(team):
    alert = raised()
    first = deliver(UNSURE)
    actions.resolve(alert, NOW + SECOND)
    db.session.commit()
    assert claim(NOW + 4 * SECOND) is None
    again = deliver(now=NOW + 5 * SECOND)
    assert (again.message_id, again.message) == (first.message_id, first.message)
    assert deliver(now=NOW + 5 * SECOND).items[0].news == ("resolved",)


def test_the_parcel_of_a_killed_sender_goes_again_under_its_id_when_the_lease_ends(team):
    raised()
    lost = claim()
    assert claim(NOW + 59 * SECOND) is None
    again = claim(NOW + 60 * SECOND)
    assert again.message_id == lost.message_id
    record(again, TAKEN, NOW + 61 * SECOND)
    record(lost, REFUSED, NOW + 62 * SECOND)  # the one that was believed dead comes back
    assert claim(NOW + HOUR) is None


def test_a_failing_channel_says_since_when_and_why_until_it_works(team):
    raised()
    deliver(REFUSED)
    assert (team.failing_since_at, team.last_error) == (NOW, "It answered 500.")
    deliver(UNSURE, NOW + 5 * SECOND)
    assert team.failing_since_at == NOW
    assert queries.undelivered(NOW)[0] == 1
    deliver(now=NOW + 15 * SECOND)
    assert (team.failing_since_at, team.last_error) == (None, None)
    assert queries.undelivered(NOW)[0] == 0


def test_a_receiver_that_asks_for_patience_gets_it(team):
    raised()
    deliver(Outcome("It answered 429.", retry_after=timedelta(minutes=3)))
    assert claim(NOW + 179 * SECOND) is None
    assert claim(NOW + 180 * SECOND) is not None


def test_what_cannot_be_delivered_is_told_elsewhere_and_given_up_after_a_day(team):
    other = channel("Other", "http://127.0.0.1:10/")
    team.fallback_id = other.id
    alert = raised()
    deliver(REFUSED)
    deliver(REFUSED, NOW + 5 * MINUTE)
    instead = deliver(now=NOW + 5 * MINUTE)
    assert (instead.channel_id, instead.items[0].news) == (other.id, ("firing",))
    deliver(REFUSED, NOW + 24 * HOUR)
    assert claim(NOW + 48 * HOUR) is None
    assert states(alert) == ["given_up", "sent"]


def test_after_some_messages_a_group_is_told_the_rest_together(team):
    for number in range(sending.BURST):
        raised(f"{number}", NOW + number * SECOND)
        deliver(now=NOW + number * SECOND)
    for number in range(20):
        raised(f"more {number}", NOW + 10 * SECOND)
    assert claim(NOW + 10 * SECOND) is None
    assert claim(NOW + 299 * SECOND) is None
    assert len(deliver(now=NOW + 300 * SECOND).items) == 20


def test_what_comes_and_goes_is_told_together_after_a_while(team):
    restless = issue(flap_score=45.0)
    for minute in range(4):
        alert = raised(f"again {minute}", NOW + minute * MINUTE, recurring_issue_id=restless.id)
        actions.resolve(alert, NOW + minute * MINUTE + SECOND)
        db.session.commit()
    assert claim(NOW + 4 * MINUTE) is None
    parcel = deliver(now=NOW + 8 * MINUTE + SECOND)
    assert parcel.message.title == "4 alerts, error at worst: 4 resolved"
    said = [reason.sentence for reason in queries.reasons_of(alert.id)]
    assert any(sentence.startswith("Not at once: it comes and goes.") for sentence in said)


def test_what_gets_worse_is_told_at_once_though_it_comes_and_goes(team):
    restless = issue(flap_score=45.0, severity=Severity.WARNING)
    alert = raised(recurring_issue_id=restless.id, severity=Severity.WARNING)
    assert claim() is None
    actions.change(alert, {"severity": Severity.CRITICAL}, NOW + SECOND)
    db.session.commit()
    assert deliver(now=NOW + SECOND).items[0].news == ("firing", "worse")


def test_groups_and_channels_do_not_wait_for_each_other(context):
    route(channel("A"), channel("B"), group_by={"by": ["host"]})
    raised("one", host="web-1")
    raised("two", host="web-2")
    in_the_air = [claim() for _ in range(4)]
    assert all(in_the_air)
    assert len({(p.channel_id, p.group_key) for p in in_the_air}) == 4


def test_a_channel_that_is_paused_keeps_what_waits(team):
    alert = raised()
    team.is_active = False
    db.session.commit()
    assert claim() is None
    team.is_active = True
    db.session.commit()
    deliver()
    assert states(alert) == ["sent"]


def test_somebody_who_mended_a_channel_need_not_wait(team):
    raised()
    deliver(REFUSED)
    assert claim(NOW + SECOND) is None
    assert sending.try_now(team.id, NOW + SECOND) == 1
    db.session.commit()
    assert claim(NOW + SECOND) is not None


def test_the_words_of_a_channel_are_its_own(context):
    route(channel(title_template="$severity: $title", body_template="on $host, see $url"))
    alert = raised()
    message = deliver().message
    assert message.title == "error: The disk is full"
    assert message.body == f"on web-1, see http://127.0.0.1:8000/alerts/{alert.id}"
