"""What changed between the last good check and the first bad one."""

from webapp.websites.changes import Change, changes
from webapp.websites.models import MonitorCheck

GOOD = {
    "http_status_code": 200, "address": "192.0.2.1", "http_version": "2", "size_bytes": 900,
    "response_time_ms": 40.0, "dns_time_ms": 2.0, "connect_time_ms": 8.0, "ttfb_ms": 20.0,
    "details": {"certificate": {"issuer": "A", "expires_at": "2027-01-01"}},
}  # fmt: skip


def between(**bad):
    return changes(MonitorCheck(**GOOD), MonitorCheck(**GOOD | bad))


def test_the_same_is_nothing():
    assert between() == []


def test_facts_that_differ_stand_side_by_side():
    found = between(http_status_code=502, failure_reason="status", address="192.0.2.7")
    assert found == [
        Change("HTTP status", "200", "502"),
        Change("Reason", "none", "status"),
        Change("Address", "192.0.2.1", "192.0.2.7"),
    ]


def test_a_phase_counts_when_it_took_far_longer_or_was_not_reached():
    found = between(dns_time_ms=3.9, connect_time_ms=2000.0, ttfb_ms=None)
    assert found == [
        Change("Connect", "8.0 ms", "2000.0 ms"),
        Change("First byte", "20.0 ms", "not reached"),
    ]


def test_another_certificate_is_seen():
    other = {"certificate": {"issuer": "B", "expires_at": "2027-01-01"}}
    assert between(details=other) == [Change("Certificate issuer", "A", "B")]
    assert between(details=None)[0] == Change("Certificate expires", "2027-01-01", "none")
