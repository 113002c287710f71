"""What the list shows beside each website."""

from datetime import timedelta

from tests.statements import count_statements
from tests.websites.makers import period, website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import filing, listing, queries
from webapp.websites.models import CheckRollup, RollupSpan
from webapp.websites.summaries import HOUR, Summary, floor

NOW = clock.now()


def test_a_line_has_bar_uptimes_pace_and_tags(context):
    now = clock.now()
    one = website(1, response_time_ms=7.0, last_checked_at=now)
    period(one, "DOWN", 24 * 7, 24 * 3)
    period(one, "UP", 24 * 3)
    filing.put_tags(one, ["b", "a"])
    summary = Summary()
    summary.add("UP", (40.0, None, None, None, None))
    hour = floor(now, HOUR) - 2 * HOUR
    db.session.add(
        CheckRollup(website_id=1, span=RollupSpan.HOUR, started_at=hour, **summary.to_row())
    )
    db.session.commit()
    (line,) = listing.lines([one], now + timedelta(milliseconds=1))
    assert line.tags == ["a", "b"]
    assert line.bar.text == "48 up"
    assert list(line.uptimes) == ["24 h", "7 d", "30 d", "90 d"]
    assert line.uptimes["24 h"] == listing.Uptime("100 %", "")
    assert line.uptimes["90 d"].text.startswith("42.85")
    assert line.uptimes["90 d"].observed == "7 % observed"
    assert line.pace.width == listing.SPARK_HOURS - 1
    assert line.pace.text == "lowest 7, highest 40, latest 7"
    assert line.pace.line.count("M") == 2


def test_a_page_costs_two_statements_and_reads_no_checks(context):
    for number in range(30):
        period(website(number), "UP", 5)
    db.session.commit()
    websites, _ = queries.get_all(0, 25)
    with count_statements(context) as statements:
        listing.lines(websites, NOW)
    assert len(statements) == 2
    assert not [s for s in statements if "monitor_checks" in s]


def test_the_words_in_use(context):
    one, two = website(1, group_name="EU"), website(2)
    filing.put_tags(one, ["shop", "blog"])
    filing.put_tags(two, ["shop"])
    db.session.commit()
    assert listing.all_tags() == ["blog", "shop"]
    assert listing.all_groups() == ["EU"]
    assert [w.id for w in queries.get_all(tag="blog")[0]] == [1]
    assert [w.id for w in queries.get_all(group="EU")[0]] == [1]
    assert queries.get_all(tag="none")[1] == 0
