"""What a server's answer means for what was sent."""

import pytest

from webapp.agent.outcomes import Outcome, judge

REFUSED = b'{"accepted":3,"new":3,"refused":[{"index":1,"field":"value","message":"Not finite."}]}'
NOTHING = b'{"accepted":0,"new":0,"refused":[{"index":0,"field":"value","message":"Not finite."}]}'
PROBLEM = b'{"status":422,"detail":"Not accepted: host."}'


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b'{"accepted":3,"new":0,"refused":[]}', Outcome.STORED),
        (200, REFUSED, Outcome.STORED),
        (422, NOTHING, Outcome.ASIDE),
        (422, PROBLEM, Outcome.SPLIT),
        (400, b"", Outcome.SPLIT),
        (413, b"<html>", Outcome.SPLIT),
        (401, b"{}", Outcome.DENIED),
        (403, b"{}", Outcome.DENIED),
        (408, b"", Outcome.LATER),
        (429, b"", Outcome.LATER),
        (500, b"", Outcome.BROKEN),
        (502, b"<html>", Outcome.LATER),
        (503, b"{}", Outcome.LATER),
        (200, b"<html>please sign in to this network", Outcome.MISLED),
        (200, b"[]", Outcome.MISLED),
        (200, b'{"hello":"world"}', Outcome.MISLED),
        (301, b"", Outcome.MISLED),
        (404, b"", Outcome.MISLED),
        (405, b"", Outcome.MISLED),
    ],
)
def test_an_answer_decides_about_the_batch(status, body, outcome):
    assert judge(status, body, compressed=False).outcome is outcome


def test_a_server_that_cannot_inflate_gets_it_plain_and_only_once():
    assert judge(415, b"", compressed=True).outcome is Outcome.PLAIN
    assert judge(415, b"", compressed=False).outcome is Outcome.MISLED


def test_refused_samples_are_counted_and_the_first_is_named():
    verdict = judge(200, REFUSED, compressed=True)
    assert verdict.refused == 1
    assert verdict.why == "value: Not finite."


def test_a_refused_token_says_what_to_look_at():
    assert "scope write" in judge(403, b'{"detail":"Only to read."}', compressed=True).why
