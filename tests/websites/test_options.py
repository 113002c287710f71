"""What may be said about a check."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from webapp.websites.options import (
    DEFAULT_OPTIONS,
    CheckOptions,
    CheckSecrets,
    dns_address,
    options_of,
    secrets_of,
)  # fmt: skip

REFUSED = [
    {"method": "TRACE"}, {"headers": {"Bad Name": "x"}}, {"headers": {"X": "a\r\nY: b"}},
    {"headers": {"Authorization": "x"}}, {"headers": {"cookie": "x"}}, {"expected_status": "2xx"},
    {"pattern": "("}, {"json_assertions": ["x"]}, {"header_assertions": ["x"]},
    {"maximum_redirects": 21}, {"ip_version": "5"}, {"proxy": "socks5://x:1"},
    {"proxy": "http://user:pass@x:1"}, {"proxy": "http://x"}, {"dns_server": "dns.example"},
    {"cron": "* * * *"}, {"cron": "61 * * * *"}, {"cron": "* * * * * *"}, {"time_zone": "Mars/One"},
    {"grace_s": 0}, {"maximum_body_bytes": 10**9}, {"failures_to_down": 0}, {"odd": 1},
    {"certificate_days": -1}, {"json_assertions": ["a exists"] * 11},
]  # fmt: skip


@pytest.mark.parametrize("given", REFUSED, ids=str)
def test_what_makes_no_sense_is_refused_with_a_sentence(given):
    with pytest.raises(ValidationError) as refusal:
        CheckOptions(**given)
    assert refusal.value.errors()[0]["loc"][0] == next(iter(given))


def test_only_what_differs_from_the_default_is_kept():
    options = CheckOptions(method="POST", expected_status="200 - 299", certificate_days=7)
    assert options.stored() == {"method": "POST", "expected_status": "200-299"}
    assert options_of(options.stored()) == options
    assert options_of({}) is options_of(None) is DEFAULT_OPTIONS
    assert DEFAULT_OPTIONS.stored() == {}


def test_the_body_is_read_only_where_something_is_said_of_it():
    assert not DEFAULT_OPTIONS.reads_body
    for said in ({"keyword": "x"}, {"pattern": "x"}, {"json_assertions": ["a exists"]}):
        assert CheckOptions(**said).reads_body


class TestSecrets:
    def test_they_are_known_by_name_only(self):
        secrets = CheckSecrets(password="p", headers={"X-Key": "k"})
        assert secrets.names() == ["headers", "password"]
        assert secrets_of(secrets.stored()) == secrets
        assert CheckSecrets().stored() is None

    def test_what_is_given_changes_and_null_removes(self):
        known = CheckSecrets(password="p", token="t")
        assert known.changed_by(CheckSecrets(token="new")).token == "new"
        assert known.changed_by(CheckSecrets(token="new")).password == "p"
        assert known.changed_by(CheckSecrets(password=None)).names() == ["token"]

    @pytest.mark.parametrize(
        "given",
        [{"password": "a\nb"}, {"client_certificate": "x"}, {"client_key": "x"},
         {"headers": {"X": "a\nb"}}, {"heartbeat_key": "short"}],
        ids=str,
    )  # fmt: skip
    def test_what_makes_no_sense_is_refused(self, given):
        with pytest.raises(ValidationError):
            CheckSecrets(**given)


class TestDeadline:
    def test_it_is_a_period_and_a_grace_after_the_last(self):
        at = datetime(2026, 11, 21, 12, tzinfo=UTC)
        assert CheckOptions(period_s=60, grace_s=5).deadline(at) == at + timedelta(seconds=65)

    @pytest.mark.parametrize(
        ("day", "hour_utc"), [(27, 3), (28, 2), (29, 2)], ids=["winter", "the change", "summer"]
    )
    def test_cron_follows_the_clock_of_its_zone_over_a_change_of_time(self, day, hour_utc):
        at = datetime(2026, 3, day, 12, tzinfo=UTC)
        due = CheckOptions(cron="0 3 * * *", time_zone="Europe/London", grace_s=60).deadline(at)
        assert due == datetime(2026, 3, day + 1, hour_utc, 1, tzinfo=UTC)


def test_a_name_server_is_an_address_with_a_port_or_without():
    assert dns_address("192.0.2.1") == ("192.0.2.1", 53)
    assert dns_address("192.0.2.1:5353") == ("192.0.2.1", 5353)
    assert dns_address("[::1]:5353") == ("::1", 5353)
    assert dns_address("::1") == ("::1", 53)
