"""Ranges of time as URLs say them."""

import pytest

from webapp.metrics.ranges import DAY_MS, HOUR_MS, RANGES, SHORTEST_MS, RangeError, parse

NOW = 1_795_000_000_000


def ask(**given):
    return parse({name.rstrip("_"): str(value) for name, value in given.items()}, NOW)


def absolute(start, end, **more):
    return ask(from_=start, to=end, **more)


def test_without_a_word_it_is_the_last_hour():
    found = ask()
    assert (found.name, found.from_ms, found.to_ms) == ("1h", NOW - HOUR_MS, NOW)
    assert found.label == "hour"


@pytest.mark.parametrize("name", RANGES)
def test_a_relative_range_ends_now_and_says_itself(name):
    found = ask(range=name)
    assert (found.to_ms, found.length_ms) == (NOW, RANGES[name][0])
    assert found.params == {"range": name}


@pytest.mark.parametrize(
    "text",
    [
        "1794998800000",
        "2026-11-18T08:26:40Z",
        "2026-11-18T08:26:40",
        "2026-11-18T09:26:40+01:00",
        "2026-11-18T09:26:40 01:00",
        "2026-11-18 08:26:40",
    ],
)
def test_a_moment_may_be_written_in_several_ways(text):
    expected = 1_794_990_400_000 if "T" in text or " " in text else 1_794_998_800_000
    assert absolute(text, NOW).from_ms == expected


def test_an_absolute_range_says_itself_and_its_comparison():
    found = absolute(NOW - 60_000, NOW, compare="1w")
    assert found.params == {"from": NOW - 60_000, "to": NOW, "compare": "1w"}
    assert (found.name, found.shift_ms) == (None, 7 * DAY_MS)
    assert (found.to_at - found.from_at).total_seconds() == 60


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"range": "2h"}, "no such range"),
        ({"compare": "2w"}, "Compare with"),
        ({"from_": "yesterday", "to": NOW}, "Give from as"),
        ({"from_": NOW - 60_000}, "Give to as"),
        ({"to": NOW}, "Give from as"),
        ({"from_": "-1", "to": NOW}, "Give from as"),
        ({"from_": "9" * 30, "to": NOW}, "Give from as"),
        ({"from_": "٣", "to": NOW}, "Give from as"),
        ({"from_": "0001-01-01", "to": NOW}, "Give from as"),
        ({"from_": NOW, "to": NOW - 1}, "at least 10 seconds"),
        ({"from_": NOW - 9_999, "to": NOW}, "at least 10 seconds"),
        ({"from_": NOW + 1, "to": NOW + HOUR_MS}, "in the future"),
        ({"from_": 0, "to": NOW}, "ten years"),
        ({"from_": 0, "to": NOW, "range": "1h"}, "either"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_sentence(given, word):
    with pytest.raises(RangeError, match=word) as caught:
        ask(**given)
    assert str(caught.value).endswith(".")


def test_earlier_and_later_move_by_half():
    found = absolute(NOW - 10 * HOUR_MS, NOW - 8 * HOUR_MS)
    assert (found.earlier().from_ms, found.earlier().length_ms) == (NOW - 11 * HOUR_MS, 2 * HOUR_MS)
    assert found.later().to_ms == NOW - 7 * HOUR_MS


def test_later_ends_at_now():
    assert ask(range="1h").later().to_ms == NOW
    assert absolute(NOW - 2 * HOUR_MS, NOW - HOUR_MS // 4).later().to_ms == NOW


def test_wider_and_narrower_keep_the_middle():
    found = absolute(NOW - 10 * HOUR_MS, NOW - 8 * HOUR_MS)
    assert (found.wider().from_ms, found.wider().to_ms) == (NOW - 11 * HOUR_MS, NOW - 7 * HOUR_MS)
    assert found.narrower().length_ms == HOUR_MS
    assert found.narrower().wider() == found


def test_wider_than_now_reaches_back():
    found = ask(range="1h").wider()
    assert (found.to_ms, found.length_ms, found.name) == (NOW, 2 * HOUR_MS, None)


def test_there_is_a_narrowest_and_a_widest():
    assert absolute(NOW - SHORTEST_MS, NOW).narrower().length_ms == SHORTEST_MS
    found = ask(range="1y")
    for _ in range(6):
        found = found.wider()
    assert parse({k: str(v) for k, v in found.params.items()}, NOW) == found


def test_another_range_keeps_the_comparison():
    found = ask(range="1h", compare="1d").called("7d")
    assert found.params == {"range": "7d", "compare": "1d"}
    assert found.beside(None).params == {"range": "7d"}
