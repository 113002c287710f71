"""What short-lived and parallel processes counted, added up in Redis until somebody records it.

The bag is one hash: a field for each count, and for each sum and bucket of a timing, so that the
bags of any number of processes are simply added. Whoever records takes the bag: it gets the moment
of its taking and waits aside until it is forgotten, so that a recorder that is killed is followed
by one that records the same values at the same moment.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson
from redis import Redis
from redis.exceptions import ResponseError

from webapp.client.tally import Key, Tally, Timing, middle
from webapp.core import clock

BAG = "watchkeeper:counted"
TAKEN = f"{BAG}:taken"
HAD = f"{BAG}:had:"
SEEN = "watchkeeper:seen:"
TAKEN_AT = b"taken_at_ms"
KEPT_S = 3600
COUNT, NUMBER, SUM = "count", "number", "sum"
# All or nothing, and once: a sender whose answer got lost sends the same again.
ADD_ONCE = """
if not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then return 0 end
for i = 2, #ARGV, 3 do redis.call('HINCRBYFLOAT', ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""
Increment = tuple[str, str | bytes, float]  # of a hash, its field, by how much


def add(redis: Redis, identity: str, tally: Tally, beside: Iterable[Increment] = ()) -> None:
    """Put the counts and timings of `tally` into the bag, once for each `identity`.

    `beside` are increments of other hashes, done in the same stroke.
    """
    increments = [*_increments(tally), *beside]
    if increments:
        arguments = [part for increment in increments for part in increment]
        redis.eval(ADD_ONCE, 2, BAG, HAD + identity, KEPT_S, *arguments)


def take(redis: Redis, now: datetime) -> tuple[int, Tally]:
    """Take the bag, or the one taken before that was never forgotten: when (ms), and what is in."""
    with redis.pipeline(transaction=True) as pipeline:
        pipeline.renamenx(BAG, TAKEN)
        pipeline.hsetnx(TAKEN, TAKEN_AT.decode(), str(clock.to_ms(now)))
        pipeline.hgetall(TAKEN)
        renamed, _, found = pipeline.execute(raise_on_error=False)
    if isinstance(renamed, Exception) and not isinstance(renamed, ResponseError):
        raise renamed
    at_ms = int(found.pop(TAKEN_AT))
    return at_ms, _tally(found)


def forget(redis: Redis) -> None:
    """Throw away what was taken: it has been recorded."""
    redis.delete(TAKEN)


def note_seen(redis: Redis, name: str, who: Iterable[Any], now: datetime) -> None:
    """Note under `name` that these were seen at `now`."""
    moment = now.timestamp()
    redis.zadd(SEEN + name, {str(each): moment for each in who})


def seen_since(redis: Redis, name: str, moment: datetime) -> int:
    """How many were seen under `name` since then; those who were not are forgotten."""
    with redis.pipeline(transaction=False) as pipeline:
        pipeline.zremrangebyscore(SEEN + name, "-inf", f"({moment.timestamp()}")
        pipeline.zcard(SEEN + name)
        return int(pipeline.execute()[1])


def _increments(tally: Tally) -> Iterator[Increment]:
    for key, n in tally.counts.items():
        yield BAG, _field(COUNT, key), n
    for key, timing in tally.timings.items():
        yield BAG, _field(NUMBER, key), timing.count
        yield BAG, _field(SUM, key), timing.total
        for bucket, count in timing.buckets.items():
            yield BAG, _field(bucket, key), count


def _field(what: str | int, key: Key) -> bytes:
    return orjson.dumps([what, *key])


def _tally(found: dict[bytes, bytes]) -> Tally:
    tally = Tally()
    for name, value in found.items():
        what, metric_type, metric, unit, labels = orjson.loads(name)
        key = Key(metric_type, metric, unit, tuple((k, v) for k, v in labels))
        if what == COUNT:
            tally.counts[key] = float(value)
        else:
            _put(tally.timings.setdefault(key, Timing()), what, float(value))
    return tally


def _put(timing: Timing, what: str | int, value: float) -> None:
    if what == NUMBER:
        timing.count = int(value)
    elif what == SUM:
        timing.total = value
    else:
        timing.buckets[int(what)] = int(value)
        timing.maximum = max(timing.maximum, middle(int(what)))
