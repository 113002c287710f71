"""From newest values to cards."""

from webapp.metrics.cards import CARDS, Latest, draw_machines, series_label
from webapp.metrics.catalogue import DESCRIBED

NOW_MS = 10_000_000
STALE_MS = 15_000


def latest(name, value, *, series_id=1, host="a", age_ms=0, **labels):
    return Latest(series_id, host, name, DESCRIBED[name].unit, labels, NOW_MS - age_ms, value)


def draw(*values, points=None):
    return draw_machines(values, points or {}, DESCRIBED, NOW_MS, STALE_MS)


def card(*values, **options):
    return draw(*values, **options)[0].cards[0]


def test_machines_come_by_name_and_cards_in_their_order():
    found = draw(
        latest("load_1", 1), latest("cpu_percent", 1), latest("cpu_percent", 1, host="B-2")
    )
    assert [m.host for m in found] == ["B-2", "a"]
    assert [c.label for c in found[1].cards] == ["CPU", "Load, 1 min"]


def test_every_card_is_described():
    assert set(CARDS) <= set(DESCRIBED)


def test_a_disk_each_has_its_card_named_by_its_mount():
    found = draw(latest("disk_percent", 1, mount="/home"), latest("disk_percent", 2, mount="/"))
    assert [c.label for c in found[0].cards] == ["Disk /", "Disk /home"]


def test_a_percentage_is_drawn_from_0_to_100_and_judged():
    found = card(latest("cpu_percent", 91.0), points={1: [1.0, None]})
    assert (found.status, found.low, found.high) == ("critical", 0, 100)
    assert found.points == [1.0, None]


def test_a_value_without_threshold_has_no_status():
    found = card(latest("network_in", 5.0))
    assert (found.status, found.low, found.high, found.unit) == (None, None, None, "bytes/s")


def test_connections_are_judged_by_the_maximum_beside_them():
    found = card(latest("db_connections", 80), latest("db_max_connections", 100))
    assert (found.status, found.detail) == ("warning", "of at most 100")


def test_load_tells_its_longer_averages():
    found = card(latest("load_1", 1), latest("load_5", 0.84), latest("load_15", 2))
    assert found.detail == "0.8 over 5 min, 2.0 over 15 min"


def test_a_silent_machine_is_stale_with_all_its_cards():
    found = draw(latest("cpu_percent", 99, age_ms=STALE_MS + 1))[0]
    assert (found.is_stale, found.status, found.cards[0].status) == (True, "stale", "stale")


def test_a_machine_is_as_bad_as_its_worst_card():
    found = draw(latest("cpu_percent", 71), latest("ram_percent", 90), latest("network_in", 1))[0]
    assert (found.is_stale, found.status) == (False, "critical")


def test_one_silent_source_is_stale_and_the_machine_is_not():
    found = draw(latest("cpu_percent", 5), latest("db_connections", 5, age_ms=60_000))[0]
    assert [c.status for c in found.cards] == ["healthy", "stale"]
    assert (found.is_stale, found.status) == (False, "healthy")


def test_a_disk_that_is_gone_for_an_hour_has_no_card():
    found = draw(latest("cpu_percent", 5), latest("disk_percent", 5, age_ms=3_600_001, mount="/x"))
    assert [c.label for c in found[0].cards] == ["CPU"]


def test_that_nobody_asked_is_no_fault_of_the_answer_time():
    silent = latest("latency_ms", 900, series_id=2, age_ms=600_000)
    points = {2: [900.0, None, None, None, None, None]}
    found = draw(latest("cpu_percent", 5), silent, points=points)[0].cards[1]
    assert (found.value, found.status, found.detail) == (None, None, "Nobody asked lately")


def test_the_answer_time_is_the_mean_of_some_minutes():
    slow = latest("latency_ms", 900, series_id=2, age_ms=30_000)
    points = {2: [5000.0, 100.0, None, 200.0, None, 900.0]}
    found = draw(latest("cpu_percent", 5), slow, points=points)[0].cards[1]
    assert (found.value, found.status, found.detail) == (400, "warning", "over 5 min")


def test_connections_are_a_whole_number():
    assert str(card(latest("db_connections", 3.0)).value) == "3"


def test_uptime_is_told_beside_the_cards():
    found = draw(latest("cpu_percent", 5), latest("uptime_s", 60))[0]
    assert (found.uptime_s, len(found.cards)) == (60, 1)


def test_a_machine_has_its_page():
    assert draw(latest("cpu_percent", 1, host="a/b"))[0].href == "/machines/a~2Fb"


def test_the_host_of_our_own_service_is_not_part_of_a_label():
    assert series_label(DESCRIBED["latency_ms"], {"host": "web-1"}) == "Answer time"
