"""From the first request to a verdict, over real sockets."""

import time
from datetime import timedelta

import pytest

from tests.websites.peers import echo, raw
from tests.websites.probing import checked, reason, target
from tests.websites.sites import serve
from webapp.core import clock
from webapp.websites.options import CheckOptions, CheckSecrets
from webapp.websites.probe import Probe


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"expected_status": "201,204-299"}, "status"),
        ({"keyword": '"state": "ok"'}, None),
        ({"keyword": "nowhere"}, "keyword"),
        ({"keyword_absent": "state"}, "keyword"),
        ({"pattern": r'"n":\s+\d'}, None),
        ({"pattern": r"^nothing$"}, "regex"),
        ({"json_assertions": ['items[0].state == "ok"', "items[0].n >= 3"]}, None),
        ({"json_assertions": ["items[1] exists"]}, "json"),
        ({"header_assertions": ["content-type contains json", "x-none not exists"]}, None),
        ({"header_assertions": ["content-type == text/html"]}, "header"),
        ({"maximum_body_bytes": 10}, "too_large"),
    ],
)
def test_an_answer_is_judged_by_what_is_expected_of_it(options, why):
    with echo() as peer:
        assert reason(checked(peer.url(), CheckOptions(**options))) == why


def test_a_redirect_may_be_what_is_expected():
    with echo() as peer:
        stay = CheckOptions(follow_redirects=False, expected_status="302")
        found = checked(peer.url("/to?/x"), stay)
        led_on = checked(peer.url("/to?/x"), CheckOptions(expected_status="302"))
        none_allowed = checked(peer.url("/to?/x"), CheckOptions(maximum_redirects=0))
    assert (found.http_status, found.failure, found.details) == (302, None, None)
    assert reason(led_on) == "status"
    assert reason(none_allowed) == "too_many_redirects"


def test_each_hop_keeps_its_phases_and_address(authority):
    with serve(authority.issue("localhost")) as secure, echo() as home:
        url = home.url("/to?" + secure.url("/", host="localhost"))
        outcome = checked(url, ca_file=authority.file)
    first, second = outcome.details["hops"]
    for hop in (first, second):
        assert 0 <= hop["transfer_ms"] <= hop["total_ms"]
    assert (first["status"], second["status"]) == (302, 200)
    assert first["tls_ms"] is None
    assert second["tls_ms"] > 0
    assert first["address"] == second["address"] == "127.0.0.1"
    total = sum(hop["total_ms"] for hop in (first, second))
    assert total == pytest.approx(outcome.phases.total, abs=0.01)
    assert (outcome.http_version, outcome.size_bytes) == ("1.0", 2)


def test_a_plain_success_has_no_details(site):
    outcome = checked(site.url())
    assert (outcome.details, outcome.certificate, outcome.address) == (None, None, "127.0.0.1")


class TestEvidence:
    def test_a_failure_keeps_the_head_and_the_beginning_of_the_body_without_secrets(self):
        secrets = CheckSecrets(token="token-of-ours", headers={"X-Api-Key": "key-of-ours"})
        options = CheckOptions(authentication="bearer")
        with echo() as peer:
            outcome = checked(peer.url("/status/500"), options, secrets)
        kept = outcome.details["evidence"]
        assert kept["head"].startswith("HTTP/1.0 500")
        assert "Set-Cookie: [redacted]" in kept["head"]
        assert '"/status/500"' in kept["body"]
        for secret in ("token-of-ours", "key-of-ours", "very-secret-session"):
            assert secret not in str(outcome.details)
        assert outcome.failure.message == "The answer was HTTP 500 Internal Server Error."

    def test_the_same_failure_is_not_kept_again(self):
        message = "The answer was HTTP 500 Internal Server Error."
        with echo() as peer:
            outcome = checked(peer.url("/status/500"), last_error=message)
        assert outcome.details is None

    def test_a_failure_never_says_a_secret(self):
        with echo() as peer:
            options = CheckOptions(keyword="key-of-ours")
            outcome = checked(peer.url(), options, CheckSecrets(token="key-of-ours"))
        assert outcome.failure.message == "The answer does not contain '[redacted]'."


class TestDegraded:
    def test_slower_than_wished(self):
        with serve() as site:
            site.release.set()
            outcome = checked(site.url("/slow"), CheckOptions(slow_ms=1))
        assert outcome.status in ("UP", "DEGRADED")
        if outcome.phases.total > 1:
            assert outcome.warning.endswith("more than 1.")

    def test_a_certificate_that_ends_soon(self, authority):
        with serve(authority.issue("localhost", 5)) as site:
            url = site.url(host="localhost")
            soon = checked(url, ca_file=authority.file)
            never_mind = checked(url, CheckOptions(certificate_days=0), ca_file=authority.file)
        assert soon.status == "DEGRADED"
        assert soon.warning in (
            "The certificate ends in 4 days.",
            "The certificate ends in 5 days.",
        )
        assert never_mind.status == "UP"


class TestCertificate:
    def test_it_is_read_when_it_is_not_known_and_once_an_hour(self, authority):
        with serve(authority.issue("localhost")) as site:
            url = site.url(host="localhost")
            first = checked(url, ca_file=authority.file).certificate
            again = checked(url, ca_file=authority.file, certificate=first)
            old = {**first, "seen_at": (clock.now() - timedelta(hours=2)).isoformat()}
            later = checked(url, ca_file=authority.file, certificate=old)
        assert (first["subject"], first["issuer"]) == ("localhost", "Test authority")
        assert first["names"] == ["localhost"]
        assert first["problem"] is None
        assert again.certificate is None
        assert later.certificate["fingerprint"] == first["fingerprint"]

    @pytest.mark.parametrize(
        ("name", "days", "why", "problem"),
        [
            ("localhost", -1, "tls_expired", "expired"),
            ("elsewhere.example", 30, "tls_hostname", "The certificate is for another name."),
        ],
    )
    def test_one_that_is_refused_is_looked_at_nonetheless(
        self, authority, name, days, why, problem
    ):
        with echo(authority.issue(name, days)) as peer:
            url = peer.url(host="localhost")
            outcome = checked(url, ca_file=authority.file)
            again = checked(url, ca_file=authority.file, certificate=outcome.certificate)
        assert reason(outcome) == reason(again) == why
        assert outcome.certificate["subject"] == name
        assert outcome.certificate["problem"] == problem
        assert again.certificate is None
        assert peer.asked == []

    def test_one_that_was_refused_is_read_again_until_it_passes(self, authority):
        with serve(authority.issue("localhost")) as site:
            url, message = site.url(host="localhost"), "The certificate has expired."
            known = checked(url, ca_file=authority.file).certificate
            fixed = checked(url, ca_file=authority.file, certificate=known, last_error=message)
        assert fixed.certificate is not None

    def test_an_unknown_authority_is_named_or_passed_when_it_is_not_verified(self, authority):
        with serve(authority.issue("localhost")) as site:
            url = site.url(host="localhost")
            refused = checked(url)
            passed = checked(url, CheckOptions(verify_tls=False))
        assert reason(refused) == "tls_untrusted"
        assert refused.certificate["problem"].startswith("signed by an unknown authority")
        assert passed.status == "UP"
        assert passed.details == {"chain_problem": "signed by an unknown authority"}


def test_a_pattern_that_takes_too_long_is_given_up_and_delays_nobody(site):
    probe = Probe(private_allowed=True)
    options = CheckOptions(method="POST", body="a" * 60_000, pattern=r'aaaa(?:a|aa)+[^a"]')
    found, began = [], time.monotonic()
    with echo() as peer:
        probe.start(target(peer.url(), options))
        while not peer.asked:
            probe.run(0.01)
        probe.run(0.1)
        probe.start(target(site.url()))
        while len(found) < 2 and time.monotonic() - began < 10:
            found += [(o, time.monotonic() - began) for o in probe.run(5)]
    probe.close()
    (quick, quick_s), (stuck, stuck_s) = found
    assert (quick.failure, quick_s < stuck_s) == (None, True)
    assert stuck.failure.message == "The pattern was not found within 1 s."
    assert stuck_s >= 0.99


def test_what_is_our_own_trouble_is_unknown_and_sends_nothing(site):
    outcome = checked(site.url(), trouble="The secrets cannot be read.")
    assert (outcome.status, reason(outcome)) == ("UNKNOWN", "monitor")
    assert site.seen == []


def test_a_heartbeat_that_falls_due_was_missed():
    assert reason(checked("heartbeat://nightly")) == "heartbeat_missed"


def led(location):
    return b"HTTP/1.1 302 X\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (led(b"/\xff\xfe\x01"), "too_many_redirects"),
        (led(b"http://\xff\xfe.example/"), "other"),
        (led(b"http://[::bad/"), "other"),
        (led(b"http://a:99999/"), "other"),
        (led("http://ü.invalid/".encode()), "dns"),
        (led(b"gopher://a.example/"), "address_refused"),
        (b"HTTP/1.1 500 \xff\r\nX: \xff\r\nContent-Length: 3\r\n\r\n\xff\x00\x01", "status"),
        (b"HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n", "other"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "other"),
        (b"\xff\xfe", "other"),
        (b"", "other"),
    ],
)
def test_nonsense_is_a_failure_of_the_website_and_not_of_ours(answer, why):
    with raw(answer) as url:
        outcome = checked(url, CheckOptions(maximum_redirects=3))
    assert reason(outcome) == why
    assert "\x00" not in str(outcome.details)


def test_a_check_that_cannot_be_concluded_ends_alone(site, monkeypatch):
    def stumble(*_arguments):
        raise RuntimeError("odd")

    monkeypatch.setattr("webapp.websites.walks.answers.objection", stumble)
    outcome = checked(site.url())
    assert (outcome.status, reason(outcome)) == ("UNKNOWN", "monitor")
