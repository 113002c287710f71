"""Redis about itself, from its INFO command."""

from collections.abc import Iterator
from typing import Any

from webapp.core import queue
from webapp.metrics.readings import Measure, Reading, SystemMetricType, Total

CACHE = SystemMetricType.CACHE
MEMORY = Measure(
    CACHE, "cache_memory", "bytes", "Redis memory", "Memory Redis has allocated.", "cache_memory"
)
CLIENTS = Measure(
    CACHE, "cache_clients", "", "Redis clients", "Connections to Redis.", "cache_clients"
)
KEYS = Measure(CACHE, "cache_keys", "", "Redis keys", "Keys in all databases.", "cache_keys")
HITS = Measure(
    CACHE,
    "cache_hit_percent",
    "%",
    "Redis hit rate",
    "Look-ups that found their key.",
    "cache_hits",
    100,
)
MEASURES = (MEMORY, CLIENTS, KEYS, HITS)


def read_cache() -> Iterator[Reading | Total]:
    """Memory, clients, keys and hit rate of Redis."""
    info: dict[str, Any] = queue.connection().info()
    keys = sum(found["keys"] for name, found in info.items() if name.startswith("db"))
    yield Reading(MEMORY, info["used_memory"])
    yield Reading(CLIENTS, info["connected_clients"])
    yield Reading(KEYS, keys)
    hits, misses = info["keyspace_hits"], info["keyspace_misses"]
    yield Total(HITS, hits, hits + misses)
