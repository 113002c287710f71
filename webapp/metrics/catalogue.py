"""All measures of the product, everything that can be asked for them, and how they are drawn."""

from dataclasses import dataclass

from webapp.metrics import answers, cache, database, own_measures, statsd_sums
from webapp.metrics.collection import Source
from webapp.metrics.machine import SOURCES_OF_A_MACHINE
from webapp.metrics.readings import Measure

SOURCES: dict[str, Source] = {
    **SOURCES_OF_A_MACHINE,
    "answer times": Source(answers.read_answers, answers.MEASURES),
    "Redis": Source(cache.read_cache, cache.MEASURES, every_s=5),
    "database": Source(database.read_database, database.OF_DATABASE, every_s=5),
    "database size": Source(database.read_size, database.OF_SIZE, every_s=30),
}
DESCRIBED: dict[str, Measure] = {
    measure.name: measure for source in SOURCES.values() for measure in source.measures
} | {measure.name: measure for measure in (*own_measures.MEASURES, *statsd_sums.MEASURES)}


@dataclass(frozen=True)
class Chart:
    """How measures are drawn together.

    A `stacked` chart piles its lines up, because they are parts of one whole. `by` is the label
    whose values make the lines, "" where each measure is one line. `section` groups charts.
    """

    title: str
    section: str
    stacked: bool = False
    by: str = ""


CHARTS: dict[str, Chart] = {
    "cpu": Chart("CPU", "Processor"),
    "cpu_states": Chart("What the CPU does", "Processor", stacked=True),
    "cores": Chart("Cores", "Processor", by="core"),
    "load": Chart("Load", "Processor"),
    "pressure": Chart("Waiting for what was short", "Processor"),
    "run_queue": Chart("Processes that run or wait", "Processor"),
    "switches": Chart("Context switches", "Processor"),
    "forks": Chart("Processes started", "Processor"),
    "processes": Chart("Processes", "Processor"),
    "threads": Chart("Threads", "Processor"),
    "zombies": Chart("Zombies", "Processor"),
    "temperature": Chart("Temperatures", "Processor", by="sensor"),
    "units": Chart("Units of systemd", "Processor"),
    "failed_units": Chart("Units that failed", "Processor", by="unit"),
    "memory": Chart("Memory", "Memory"),
    "memory_used": Chart("Memory in use and available", "Memory", stacked=True),
    "memory_kinds": Chart("What memory holds", "Memory"),
    "swap_used": Chart("Swap in use", "Memory"),
    "swap_io": Chart("Swap reads and writes", "Memory"),
    "faults": Chart("Major page faults", "Memory"),
    "kills": Chart("Killed for want of memory", "Memory"),
    "disk": Chart("Disk space", "Disks", by="mount"),
    "disk_used": Chart("Disk space in use", "Disks", by="mount"),
    "disk_free": Chart("Disk space free", "Disks", by="mount"),
    "inodes": Chart("Places for files in use", "Disks", by="mount"),
    "disk_io": Chart("Disk reads and writes", "Disks"),
    "device_io": Chart("Reads and writes of each disk", "Disks", by="device"),
    "device_requests": Chart("Requests of each disk", "Disks", by="device"),
    "device_busy": Chart("Busy time of each disk", "Disks", by="device"),
    "device_wait": Chart("Waiting for each disk", "Disks", by="device"),
    "network": Chart("Network", "Network"),
    "packets": Chart("Packets", "Network"),
    "network_trouble": Chart("Packets damaged and dropped", "Network"),
    "interfaces": Chart("Each interface", "Network", by="interface"),
    "interface_trouble": Chart("Packets each interface lost", "Network", by="interface"),
    "tcp": Chart("TCP connections", "Network"),
    "tcp_resent": Chart("TCP segments sent again", "Network"),
    "conntrack": Chart("Connections the firewall tracks", "Network"),
    "containers": Chart("Containers", "Containers"),
    "container_cpu": Chart("CPU of containers", "Containers", by="container"),
    "container_memory": Chart("Memory of containers", "Containers", stacked=True, by="container"),
    "answers": Chart("Answer time of Watchkeeper", "Watchkeeper"),
    "statsd": Chart("StatsD", "Watchkeeper"),
    "database": Chart("Database connections", "Database"),
    "database_time": Chart("Database answer time", "Database"),
    "database_transactions": Chart("Transactions", "Database"),
    "database_rate": Chart("Statements", "Database"),
    "database_hits": Chart("Database cache hits", "Database"),
    "database_activity": Chart("Statements that run now", "Database"),
    "database_longest": Chart("What takes long now", "Database"),
    "database_deadlocks": Chart("Deadlocks", "Database"),
    "database_size": Chart("Database size", "Database"),
    "cache_memory": Chart("Redis memory", "Redis"),
    "cache_clients": Chart("Redis clients", "Redis"),
    "cache_keys": Chart("Redis keys", "Redis"),
    "cache_hits": Chart("Redis hit rate", "Redis"),
    "cache_commands": Chart("Redis commands", "Redis"),
    "cache_gone": Chart("Keys that went", "Redis"),
} | {
    measure.chart: Chart(measure.label, section)
    for section, measures in own_measures.SECTIONS.items()
    for measure in measures
}


def in_chart(chart: str) -> list[str]:
    """Names of the measures that `chart` draws."""
    return [measure.name for measure in DESCRIBED.values() if measure.chart == chart]
