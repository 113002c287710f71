"""How long a server is left alone."""

import pytest

from webapp.agent.pauses import LONGEST_S, pause_s


@pytest.mark.parametrize(
    ("failures", "longest_s"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (5000, 60)]
)
def test_a_pause_doubles_up_to_a_minute_and_chance_takes_up_to_half(failures, longest_s):
    assert pause_s(failures, 0) == longest_s
    assert pause_s(failures, 1) == longest_s / 2
    assert pause_s(failures, 0.5) <= LONGEST_S
