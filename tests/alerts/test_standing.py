"""Which steps an alert may take."""

import pytest

from webapp.alerts.standing import AlertStatus, Illegal, after

ACTIVE, ACKNOWLEDGED, RESOLVED, DISMISSED = AlertStatus
LEGAL = {
    ("acknowledge", ACTIVE): ACKNOWLEDGED,
    ("unacknowledge", ACKNOWLEDGED): ACTIVE,
    ("resolve", ACTIVE): RESOLVED,
    ("resolve", ACKNOWLEDGED): RESOLVED,
    ("dismiss", ACTIVE): DISMISSED,
    ("dismiss", ACKNOWLEDGED): DISMISSED,
}
ALL = [
    (verb, status)
    for verb in ("acknowledge", "unacknowledge", "resolve", "dismiss")
    for status in AlertStatus
]


@pytest.mark.parametrize(("verb", "status"), ALL)
def test_a_step_is_legal_or_refused_in_a_sentence(verb, status):
    if (verb, status) in LEGAL:
        assert after(verb, status) is LEGAL[verb, status]
        return
    with pytest.raises(Illegal, match=f"This alert is {status.value}; only one that is .*"):
        after(verb, status)


def test_what_is_over_takes_no_step_any_more():
    assert [status for status in AlertStatus if status.is_over] == [RESOLVED, DISMISSED]
    assert not {status for _, status in LEGAL if status.is_over}
