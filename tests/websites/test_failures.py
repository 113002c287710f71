"""Why a check failed."""

import errno

import pytest

from webapp.websites.failures import Ending, Failure, Reason, failure_of

CASES = [
    ("an answer", Ending(), None),
    ("no name", Ending(code=6), Reason.DNS),
    ("no name in time", Ending(code=28), Reason.DNS),
    ("nobody listens", Ending(code=7, errno=errno.ECONNREFUSED, resolved=True), Reason.REFUSED),
    ("no route", Ending(code=7, errno=errno.ENETUNREACH, resolved=True), Reason.UNREACHABLE),
    ("the system gave up", Ending(code=7, errno=errno.ETIMEDOUT), Reason.CONNECT_TIMEOUT),
    ("no connection in time", Ending(code=28, resolved=True), Reason.CONNECT_TIMEOUT),
    (
        "no handshake in time",
        Ending(code=28, resolved=True, connected=True, is_tls=True),
        Reason.CONNECT_TIMEOUT,
    ),
    ("no byte in time", Ending(code=28, resolved=True, connected=True), Reason.FIRST_BYTE_TIMEOUT),
    (
        "no end in time",
        Ending(code=28, resolved=True, connected=True, answered=True),
        Reason.TRANSFER_TIMEOUT,
    ),
    (
        "an old certificate",
        Ending(code=60, text="SSL certificate problem: certificate has expired"),
        Reason.TLS_EXPIRED,
    ),
    (
        "another's certificate",
        Ending(code=60, text="SSL: no alternative certificate subject name matches 'x'"),
        Reason.TLS_HOSTNAME,
    ),
    ("an unknown issuer", Ending(code=60, text="self-signed certificate"), Reason.TLS_UNTRUSTED),
    ("no client certificate", Ending(code=56, text="alert certificate required"), "tls_client"),
    ("hung up on after the handshake", Ending(code=55, is_tls=True, secured=True), "tls_client"),
    ("hung up on in plain HTTP", Ending(code=55), Reason.OTHER),
    ("a bad client certificate", Ending(code=58, text="unable to set it"), Reason.TLS_CLIENT),
    ("a proxy without a name", Ending(code=5), Reason.PROXY),
    ("a proxy that refuses", Ending(code=56, text="CONNECT tunnel failed, 407"), Reason.PROXY),
    ("no more files of ours", Ending(code=7, errno=errno.EMFILE), Reason.MONITOR),
    ("no TLS at all", Ending(code=35, text="wrong version number"), Reason.TLS_OTHER),
    ("another protocol", Ending(code=1, text='Protocol "file" is disabled'), "address_refused"),
    ("a private address", Ending(code=7, address_refused="10.0.0.1 is private"), "address_refused"),
    ("too long", Ending(code=23, is_too_large=True), Reason.TOO_LARGE),
    ("anything else", Ending(code=56, text="Connection reset by peer"), Reason.OTHER),
]


@pytest.mark.parametrize(("ending", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_an_ending_has_one_reason(ending, reason):
    failure = failure_of(ending)
    assert (failure and failure.reason) == reason
    if isinstance(failure, Failure):
        assert failure.message[0].isupper()
        assert failure.message.endswith(".")


def test_every_reason_of_a_transfer_can_happen():
    judged_elsewhere = {
        Reason.TOO_MANY_REDIRECTS, Reason.STATUS, Reason.HEADER, Reason.KEYWORD, Reason.PATTERN,
        Reason.JSON, Reason.DNS_ANSWER, Reason.HEARTBEAT_MISSED, Reason.HEARTBEAT_FAILED,
    }  # fmt: skip
    assert {reason for *_, reason in CASES if reason} == set(Reason) - judged_elsewhere


def test_a_long_text_is_cut():
    failure = failure_of(Ending(code=56, text="x" * 5000))
    assert failure is not None
    assert len(failure.message) < 400
