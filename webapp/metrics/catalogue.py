"""All measures of the product, and everything that can be asked for them."""

from webapp.metrics import answers, cache, database, system
from webapp.metrics.collection import Source
from webapp.metrics.readings import Measure

SOURCES: dict[str, Source] = {
    "processor": system.read_cpu,
    "memory": system.read_memory,
    "disks": system.read_disks,
    "network": system.read_network,
    "database": database.read_database,
    "Redis": cache.read_cache,
    "answer times": answers.read_answers,
}
DESCRIBED: dict[str, Measure] = {
    measure.name: measure
    for module in (system, database, cache, answers)
    for measure in module.MEASURES
}
CHARTS: dict[str, str] = {
    "cpu": "CPU",
    "load": "Load",
    "memory": "Memory",
    "memory_used": "Memory in use",
    "disk": "Disk space",
    "disk_used": "Disk space in use",
    "disk_io": "Disk reads and writes",
    "network": "Network",
    "answers": "Answer time of Watchkeeper",
    "database": "Database connections",
    "database_time": "Database answer time",
    "database_size": "Database size",
    "cache_memory": "Redis memory",
    "cache_hits": "Redis hit rate",
}


def in_chart(chart: str) -> list[str]:
    """Names of the measures that `chart` draws."""
    return [measure.name for measure in DESCRIBED.values() if measure.chart == chart]
