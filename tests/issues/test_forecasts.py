"""When something will be full: what fills is seen, what breathes or is emptied by turns is not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.issues.forecasts import FULL, Forecast, forecast, severity_of
from webapp.issues.kinds import Severity


def filling(per_hour, start=50.0, hours=24.0, step=0.5):
    count = int(hours / step)
    return [(n * step, start + per_hour * n * step) for n in range(count)]


def with_noise(points, size, seed=1):
    noise = random.Random(seed)
    return [(hour, value + noise.uniform(-size, size)) for hour, value in points]


@pytest.mark.parametrize("per_hour", [0.1, 0.5, 1.5])
def test_what_fills_steadily_is_told_when_it_is_full(per_hour):
    points = filling(per_hour)
    found = forecast(points)
    assert found.per_hour == pytest.approx(per_hour)
    assert found.hours_left == pytest.approx((FULL - points[-1][1]) / per_hour)


def test_a_few_wild_readings_change_little():
    points = filling(0.5)
    for number in range(0, len(points), 8):
        points[number] = (points[number][0], 5.0)
    assert forecast(points[:-1]).per_hour == pytest.approx(0.5, rel=0.1)


def test_trembling_values_are_read_through():
    assert forecast(with_noise(filling(0.5), 0.3)).per_hour == pytest.approx(0.5, rel=0.1)


@pytest.mark.parametrize(
    ("what", "points"),
    [
        ("nothing", []),
        ("one reading", [(0.0, 99.0)]),
        ("too short", filling(2.0, hours=5.5)),
        ("too few", filling(2.0, hours=24, step=2.4)[:11]),
        ("still", filling(0.0, start=95)),
        ("trembling around one level", with_noise(filling(0.0, start=95), 0.4)),
        ("shrinking", filling(-0.5, start=99)),
        ("filled long ago, and still since", [(h, min(60 + h * 3, 95)) for h in range(24)]),
        ("emptied each hour", [(n * 0.5, 90 + 4 * (n % 2)) for n in range(48)]),
        ("emptied at night", [(n * 0.5, 70 + (n % 24)) for n in range(48)]),
    ],
)
def test_no_forecast_where_there_is_no_steady_rise(what, points):
    assert forecast(points) is None


def test_what_is_full_has_no_hours_left():
    assert forecast([(0.0, 100.0)]) == Forecast(0.0, 0.0)


@given(st.floats(0.05, 2), st.floats(0, 50))
def test_the_forecast_is_the_line_prolonged(per_hour, start):
    points = filling(per_hour, start=start)
    found = forecast(points)
    assert found is not None
    full_at = points[-1][0] + found.hours_left
    assert start + per_hour * full_at == pytest.approx(FULL, abs=0.01)


@pytest.mark.parametrize(
    ("hours", "before", "expected"),
    [
        (80, None, None),
        (71, None, Severity.WARNING),
        (80, Severity.WARNING, Severity.WARNING),
        (109, Severity.WARNING, None),
        (23, Severity.WARNING, Severity.ERROR),
        (30, Severity.ERROR, Severity.ERROR),
        (37, Severity.ERROR, Severity.WARNING),
        (5, Severity.ERROR, Severity.CRITICAL),
        (0, None, Severity.CRITICAL),
    ],
)
def test_a_level_holds_until_it_has_clearly_eased(hours, before, expected):
    assert severity_of(Forecast(hours, 1.0), before) is expected


def test_without_a_forecast_nothing_is_wrong():
    assert severity_of(None, Severity.ERROR) is None
