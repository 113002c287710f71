"""Checks of real servers, over real sockets."""

import time
from datetime import UTC, datetime

import pytest

from tests.websites.sites import serve
from webapp.websites.lanes import Target
from webapp.websites.options import DEFAULT_OPTIONS, MAXIMUM_BODY_BYTES
from webapp.websites.probe import Probe

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def check(*urls, timeout_s=5, private_allowed=True, ca_file=None):
    """The outcomes of checks that run side by side, in the order of `urls`."""
    probe = Probe(private_allowed=private_allowed, ca_file=str(ca_file) if ca_file else None)
    found = {}
    try:
        for number, url in enumerate(urls):
            probe.start(Target(number, url, url, timeout_s, NOW, NOW))
        while probe.in_flight():
            found |= {o.target.website_id: o for o in probe.run(10)}
    finally:
        probe.close()
    return [found[number] for number in range(len(urls))]


def reason(outcome):
    return outcome.failure.reason.value if outcome.failure else None


def test_a_good_answer_is_up_with_the_time_of_each_phase(site):
    (outcome,) = check(site.url())
    phases = outcome.phases
    assert (outcome.failure, outcome.http_status) == (None, 200)
    assert phases.tls is None
    for phase in (phases.dns, phases.connect, phases.ttfb):
        assert phase is not None
        assert 0 <= phase <= phases.total
    assert phases.dns + phases.connect + phases.ttfb <= phases.total


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/status/204", None), ("/status/304", None), ("/status/404", "status"),
     ("/status/500", "status"), ("/hop", None), ("/loop", "too_many_redirects"),
     ("/huge", "too_large"), ("/to?file:///etc/passwd", "address_refused"),
     ("/to?ftp://127.0.0.1/", "address_refused")],
)  # fmt: skip
def test_an_answer_is_judged(site, path, expected):
    (outcome,) = check(site.url(path))
    assert reason(outcome) == expected


def test_each_redirect_is_a_connection_of_its_own(site):
    direct, hop = check(site.url("/"), site.url("/hop"))
    assert site.seen.count("/hop") == 1
    assert site.seen.count("/") == 2
    assert hop.http_status == direct.http_status == 200
    check(site.url("/loop"))
    assert site.seen.count("/loop") == DEFAULT_OPTIONS.maximum_redirects + 1


def test_a_huge_body_is_not_read_to_its_end(site):
    began = time.monotonic()
    (outcome,) = check(site.url("/huge"))
    assert reason(outcome) == "too_large"
    assert MAXIMUM_BODY_BYTES < 50 * 1024 * 1024
    assert time.monotonic() - began < 5


def test_nobody_listening_is_refused(closed_port):
    (outcome,) = check(f"http://127.0.0.1:{closed_port}/")
    assert reason(outcome) == "refused"
    assert outcome.phases.connect is None
    assert outcome.http_status is None


def test_a_name_that_does_not_exist_is_a_dns_failure():
    (outcome,) = check("http://nobody.invalid/")
    assert reason(outcome) == "dns"
    assert outcome.phases.dns is None


def test_a_silent_server_is_a_first_byte_timeout(site):
    slow, stalls = check(site.url("/slow"), site.url("/stalls"), timeout_s=1)
    assert reason(slow) == "first_byte_timeout"
    assert slow.phases.ttfb is None
    assert reason(stalls) == "transfer_timeout"
    assert stalls.phases.ttfb is not None
    assert 900 < slow.phases.total < 2500


def test_a_slow_site_delays_nobody(site):
    probe = Probe(private_allowed=True)
    try:
        probe.start(Target(0, site.url("/slow"), "a", 10, NOW, NOW))
        for number in range(1, 20):
            probe.start(Target(number, site.url(), "a", 10, NOW, NOW))
        finished = []
        while len(finished) < 19:
            finished += probe.run(5)
        assert [t.website_id for t in probe.in_flight()] == [0]
        assert all(o.failure is None for o in finished)
    finally:
        probe.close()


def test_waiting_for_nothing_ends_in_time():
    probe = Probe(private_allowed=True)
    began = time.monotonic()
    assert probe.run(0.1) == []
    assert 0.09 < time.monotonic() - began < 1
    probe.close()


def test_the_timeout_spans_all_redirects(site):
    (outcome,) = check(site.url("/to?" + site.url("/slow")), timeout_s=1)
    assert reason(outcome) == "first_byte_timeout"
    assert outcome.phases.total < 2500


class TestAddresses:
    def test_a_private_address_is_refused_when_the_setting_says_so(self, site):
        (outcome,) = check(site.url(), private_allowed=False)
        assert reason(outcome) == "address_refused"
        assert site.seen == []

    def test_a_name_for_a_private_address_is_refused_as_well(self, site):
        (outcome,) = check(site.url(host="localhost"), private_allowed=False)
        assert reason(outcome) == "address_refused"
        assert site.seen == []

    def test_the_metadata_address_is_refused_always_and_behind_a_redirect(self, site):
        direct, behind = check(
            "http://169.254.169.254/", site.url("/to?http://169.254.169.254/latest/")
        )
        assert reason(direct) == reason(behind) == "address_refused"
        assert "169.254.169.254" in behind.failure.message


class TestTls:
    def test_a_good_certificate_is_up_with_the_time_of_the_handshake(self, authority):
        with serve(authority.issue("localhost")) as site:
            (outcome,) = check(site.url(host="localhost"), ca_file=authority.file)
        assert outcome.failure is None
        assert outcome.phases.tls > 0

    @pytest.mark.parametrize(
        ("name", "days", "expected"),
        [("localhost", -1, "tls_expired"), ("elsewhere.example", 30, "tls_hostname")],
    )
    def test_a_bad_certificate_is_named(self, authority, name, days, expected):
        with serve(authority.issue(name, days)) as site:
            (outcome,) = check(site.url(host="localhost"), ca_file=authority.file)
        assert reason(outcome) == expected
        assert outcome.http_status is None

    def test_an_unknown_issuer_is_not_trusted(self, authority):
        with serve(authority.issue("localhost")) as site:
            (outcome,) = check(site.url(host="localhost"))
        assert reason(outcome) == "tls_untrusted"

    def test_a_server_without_tls_is_named(self, site):
        (outcome,) = check(site.url().replace("http:", "https:"))
        assert reason(outcome) == "tls_other"

    def test_http_that_leads_to_https_has_honest_phases(self, site, authority):
        with serve(authority.issue("localhost")) as secure:
            url = site.url("/to?" + secure.url(host="localhost"))
            (outcome,) = check(url, ca_file=authority.file)
        phases = outcome.phases
        assert outcome.failure is None
        assert phases.tls > 0
        assert phases.dns + phases.connect + phases.tls + phases.ttfb <= phases.total
