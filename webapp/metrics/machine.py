"""Everything that can be read of any machine, without a database: what an agent runs.

The quick sources stand first, so that the slow ones do not shift the moment of their counters.
"""

from webapp.metrics import (
    containers,
    disks,
    memory,
    mounts,
    network,
    pressure,
    processes,
    processor,
    temperatures,
    units,
)
from webapp.metrics.collection import Source

SOURCES_OF_A_MACHINE: dict[str, Source] = {
    "processor": Source(processor.read_processor, processor.MEASURES),
    "network": Source(network.read_network, network.MEASURES),
    "disks": Source(disks.read_disks, disks.MEASURES),
    "memory": Source(memory.read_memory, memory.MEASURES),
    "pressure": Source(pressure.read_pressure, pressure.MEASURES),
    "file systems": Source(mounts.read_mounts, mounts.MEASURES, every_s=5),
    "processes": Source(processes.Scanner().read, processes.MEASURES, every_s=10),
    "containers": Source(containers.Reader().read, containers.MEASURES, every_s=10),
    "temperatures": Source(temperatures.read_temperatures, temperatures.MEASURES, every_s=10),
    "units": Source(units.read_units, units.MEASURES, every_s=60),
}
