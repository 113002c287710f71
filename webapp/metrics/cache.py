"""Redis about itself, from its INFO command."""

from collections.abc import Iterator
from typing import Any

from webapp.core import queue
from webapp.metrics.readings import Measure, Reading, SystemMetricType, Total

CACHE = SystemMetricType.CACHE


def _measure(
    name: str, unit: str, label: str, description: str, chart: str, digits: int = 2
) -> Measure:
    ceiling = 100 if unit == "%" else None
    return Measure(CACHE, name, unit, label, description, chart, ceiling, digits)


HELD = "Memory Redis has given to data, and what the system has given to Redis."
GONE = "Keys that went because their time was over, and because there was no room."
MEMORY = _measure("cache_memory", "bytes", "Redis memory", HELD, "cache_memory", -3)
RESIDENT = _measure("cache_resident", "bytes", "Held by Redis", HELD, "cache_memory", -3)
CLIENTS = _measure(
    "cache_clients", "", "Redis clients", "Connections to Redis.", "cache_clients", 0
)
BLOCKED = _measure(
    "cache_blocked",
    "",
    "Clients that wait",
    "Connections that wait for something to come, as idle workers do.",
    "cache_clients",
    0,
)
KEYS = _measure("cache_keys", "", "Redis keys", "Keys in all databases.", "cache_keys", 0)
HITS = _measure(
    "cache_hit_percent", "%", "Redis hit rate", "Look-ups that found their key.", "cache_hits"
)
COMMANDS = _measure(
    "cache_commands", "/s", "Redis commands", "Commands Redis has carried out.", "cache_commands", 1
)
EVICTED = _measure("cache_evictions", "/s", "Evicted", GONE, "cache_gone")
EXPIRED = _measure("cache_expirations", "/s", "Expired", GONE, "cache_gone")
MEASURES = (
    *(MEMORY, RESIDENT, CLIENTS, BLOCKED, KEYS),
    *(HITS, COMMANDS, EVICTED, EXPIRED),
)
GAUGES = {
    "used_memory": MEMORY,
    "used_memory_rss": RESIDENT,
    "connected_clients": CLIENTS,
    "blocked_clients": BLOCKED,
}
COUNTERS = {
    "total_commands_processed": COMMANDS,
    "evicted_keys": EVICTED,
    "expired_keys": EXPIRED,
}


def read_cache() -> Iterator[Reading | Total]:
    """Memory, clients, keys, hit rate, commands and keys that went."""
    yield from readings_of(queue.connection().info())


def readings_of(info: dict[str, Any]) -> Iterator[Reading | Total]:
    """What Redis, or one that speaks like it, tells in `info`; the rest is left out."""
    for name, measure in GAUGES.items():
        if name in info:
            yield Reading(measure, info[name])
    for name, measure in COUNTERS.items():
        if name in info:
            yield Total(measure, info[name])
    databases = [told for name, told in info.items() if name[:2] == "db" and name[2:].isdigit()]
    yield Reading(KEYS, sum(told["keys"] for told in databases))
    if "keyspace_hits" in info:
        hits, misses = info["keyspace_hits"], info["keyspace_misses"]
        yield Total(HITS, hits, hits + misses)
