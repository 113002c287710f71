"""Which claimed website is checked next."""

from datetime import UTC, datetime, timedelta

from webapp.websites.lanes import PATIENCE_S, WAITING, Lanes, Target

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def target(number, host="a", due_s=0.0):
    due_at = NOW + timedelta(seconds=due_s)
    return Target(number, f"http://{host}/{number}", host, 10, due_at, NOW)


def lanes(*targets, concurrency=10, ceiling=100, per_host=10):
    made = Lanes(concurrency, ceiling, per_host)
    for one in targets:
        made.add(one)
    return made


def ids(targets):
    return [t.website_id for t in targets]


def test_targets_start_at_their_time_the_earliest_first():
    made = lanes(target(1, due_s=0.2), target(2, due_s=-1), target(3, due_s=-2))
    assert ids(made.take(NOW, 0)) == [3, 2]
    assert made.seconds_until_next(NOW, 0) == 0.2
    assert ids(made.take(NOW + timedelta(seconds=0.2), 0)) == [1]
    assert made.seconds_until_next(NOW, 0) is None


def test_no_more_run_at_once_than_allowed():
    made = lanes(*(target(n) for n in range(5)), concurrency=3)
    first = made.take(NOW, 0)
    assert len(first) == 3
    assert made.take(NOW, 0) == []
    made.done(first[0])
    assert len(made.take(NOW, 0)) == 1


def test_a_slow_one_stops_counting_after_a_while():
    made = lanes(*(target(n) for n in range(6)), concurrency=3, ceiling=5)
    made.take(NOW, 0)
    assert len(made.take(NOW, PATIENCE_S)) == 2, "the ceiling holds all the same"


def test_a_host_has_its_own_bound_and_delays_no_other():
    made = lanes(*(target(n) for n in range(4)), target(9, host="b", due_s=-1e-3), per_host=2)
    first = made.take(NOW, 0)
    assert ids(first) == [9, 0, 1]
    made.done(first[1])
    assert ids(made.take(NOW, 0)) == [2]
    assert ids(made.waiting()) == [3]
    made.done(first[2])
    assert ids(made.take(NOW, 0)) == [3]


def test_what_has_not_started_can_be_taken_back():
    made = lanes(*(target(n) for n in range(4)), per_host=1)
    made.take(NOW, 0)
    assert sorted(ids(made.clear())) == [1, 2, 3]
    assert made.waiting() == []
    assert list(made.running) == [0]


def test_no_more_are_claimed_than_there_is_room_for():
    made = lanes(target(1), target(2), ceiling=3)
    assert made.free() == 1
    made.take(NOW, 0)
    assert made.free() == 1
    made.add(target(3))
    assert made.free() == 0


def test_where_much_may_run_little_is_claimed_ahead():
    made = lanes(target(1), target(2), concurrency=2, ceiling=100)
    assert made.free() == 2 * WAITING - 2
    made.take(NOW, 0)
    assert made.free() == 2 * WAITING


def test_without_room_it_looks_again_soon():
    made = lanes(target(1), target(2), concurrency=1)
    made.take(NOW, 0)
    assert made.seconds_until_next(NOW, 0) == 0.05
