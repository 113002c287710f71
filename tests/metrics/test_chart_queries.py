"""The numbers behind charts."""

from datetime import timedelta

import pytest

from tests.metrics.makers import HOST, record, sample
from tests.metrics.sources import over_an_hour, own, roll_up
from webapp.core import clock
from webapp.metrics import chart_queries, series_queries, strokes
from webapp.metrics.ranges import parse


@pytest.fixture
def now():
    return clock.now().replace(second=0, microsecond=0)


def draw(app, chart, now, points=60, **asked):
    given = {name.rstrip("_"): str(value) for name, value in asked.items()}
    roll_up(app)
    with app.app_context():
        chosen = parse(given, clock.to_ms(now))
        series, total = series_queries.lines_of(series_queries.host(HOST), chart, 0)
        return chart_queries.drawing(series, total, chosen, points)


def at(drawn, line, moment):
    place = (clock.to_ms(moment) - drawn["start_ms"]) // drawn["step_ms"]
    return drawn["series"][line]["values"][place]


def test_a_line_stands_on_the_grid_of_its_drawing(app, now):
    record(app, *over_an_hour(lambda t, n: sample("cpu_percent", n, at=t), now))
    drawn = draw(app, "cpu", now + timedelta(seconds=1), range="1h")
    (line,) = drawn["series"]
    assert (line["label"], line["unit"], drawn["total"]) == ("CPU", "%", 1)
    assert at(drawn, 0, now - timedelta(minutes=30)) == pytest.approx(30, abs=1)
    assert drawn["to_ms"] - drawn["from_ms"] == 3_600_000
    assert drawn["words"].startswith("Means of ")


def test_readings_that_are_further_apart_than_the_grid_are_one_line(app, now):
    record(app, *over_an_hour(lambda t, n: sample("cpu_percent", n, at=t), now))
    drawn = draw(app, "cpu", now + timedelta(seconds=1), points=600)
    (line,) = drawn["series"]
    assert drawn["step_ms"] < 60_000
    assert line["bridge"] * drawn["step_ms"] >= 60_000


def test_a_pause_is_a_gap(app, now):
    hour = over_an_hour(lambda t, n: sample("cpu_percent", n, at=t), now, every_s=10)
    record(app, *hour[:100], *hour[160:])
    drawn = draw(app, "cpu", now + timedelta(seconds=1))
    (line,) = drawn["series"]
    assert line["values"].count(None) >= 9
    assert line["bridge"] <= 1


def test_the_same_time_a_day_earlier_stands_beside(app, now):
    moments = [now - timedelta(minutes=n) for n in range(1, 30)]
    record(app, *(sample("cpu_percent", 20, at=t) for t in moments))
    record(app, *(sample("cpu_percent", 70, at=t - timedelta(days=1)) for t in moments))
    drawn = draw(app, "cpu", now, range="1h", compare="1d")
    (line,) = drawn["series"]
    assert len(line["before"]) == len(line["values"])
    known = [(a, b) for a, b in zip(line["values"], line["before"], strict=True) if a and b]
    assert len(known) > 20
    assert set(known) == {(20, 70)}


def test_nothing_to_draw_is_no_line(app, now):
    drawn = draw(app, "cpu", now, compare="1w")
    assert (drawn["series"], drawn["total"]) == ([], 0)


def test_only_a_few_lines_have_bands(app, now):
    most = strokes.LINES_WITH_BAND
    for count, banded in ((most, True), (most + 1, False)):
        name = f"n{count}"
        record(
            app,
            *(own(name, v, now - timedelta(seconds=v), k=str(k)) for v in (70, 71, 72, 73)
              for k in range(count)),
        )  # fmt: skip
        drawn = draw(app, f"metric-{name}", now, points=50)
        assert ["low" in line for line in drawn["series"]] == [banded] * count


@pytest.mark.parametrize("points", [1, 100_000])
def test_how_fine_it_is_has_bounds(app, now, points):
    record(app, sample("cpu_percent", 1, at=now - timedelta(seconds=1)))
    drawn = draw(app, "cpu", now, points=points)
    assert 2 < len(drawn["series"][0]["values"]) <= 4000


def test_what_the_title_says_is_not_said_again_of_each_line(app, now):
    at = now - timedelta(seconds=5)
    mounts = ("/", "/home")
    record(app, *(sample("disk_percent", 5.0, at=at, mount=mount) for mount in mounts))
    record(app, *(sample(f"load_{n}", 5.0, at=at) for n in (1, 5)))
    assert [line["label"] for line in draw(app, "disk", now)["series"]] == ["/", "/home"]
    assert draw(app, "load", now)["series"][1]["label"] == "Load, 5 min"
