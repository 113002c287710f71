"""Checks of DNS records, against a name server on loopback."""

import pytest

from tests.websites.peers import name_server
from tests.websites.probing import NOW, checked, reason, target
from webapp.websites.lookups import look_up
from webapp.websites.options import CheckOptions

RECORDS = {
    ("shop.example.", "A"): ["192.0.2.1", "192.0.2.2"],
    ("shop.example.", "MX"): ["10 Mail.Example."],
    ("shop.example.", "TXT"): ['"v=spf1 -all"'],
    ("1.2.0.192.in-addr.arpa.", "PTR"): ["shop.example."],
}


@pytest.fixture(scope="module")
def server():
    with name_server(RECORDS) as address:
        yield address


@pytest.mark.parametrize(
    ("url", "expected", "why"),
    [
        ("dns://shop.example/A", [], None),
        ("dns://shop.example/A", ["192.0.2.2"], None),
        ("dns://shop.example/A", ["192.0.2.3"], "dns_answer"),
        ("dns://shop.example/MX", ["10 mail.example"], None),
        ("dns://shop.example/TXT", ["v=spf1 -all"], None),
        ("dns://192.0.2.1/PTR", ["shop.example"], None),
        ("dns://shop.example/AAAA", [], "dns"),
        ("dns://nobody.example/A", [], "dns"),
    ],
)
def test_a_record_is_asked_for_and_compared(server, url, expected, why):
    outcome = checked(url, CheckOptions(dns_server=server, dns_expected=expected))
    assert reason(outcome) == why
    if not why:
        assert outcome.details["answers"]
        assert 0 < outcome.phases.dns <= outcome.phases.total


def test_the_sentence_names_what_is_missing_and_what_came_instead(server):
    outcome = checked(
        "dns://shop.example/A", CheckOptions(dns_server=server, dns_expected=["192.0.2.9"])
    )
    assert outcome.failure.message == "The answer lacks 192.0.2.9; it is 192.0.2.1, 192.0.2.2."


def test_a_silent_server_is_given_up_in_time(server):
    options = CheckOptions(dns_server=server)
    outcome = look_up(target("dns://silent/A", options, timeout_s=1), NOW, True)
    assert outcome.failure.message == "The name server did not answer in time."
    assert 900 < outcome.phases.total < 3000


def test_the_server_asked_is_filtered_like_any_address(server):
    options = CheckOptions(dns_server=server)
    refused = checked("dns://shop.example/A", options, private_allowed=False)
    assert reason(refused) == "address_refused"
    metadata = CheckOptions(dns_server="169.254.169.253")
    assert reason(checked("dns://shop.example/A", metadata)) == "address_refused"


def test_a_slow_answer_is_degraded(server):
    target_ = target("dns://shop.example/A", CheckOptions(dns_server=server))
    assert look_up(target_, NOW, True).status == "UP"
