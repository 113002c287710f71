"""Containers: what each uses, from the control groups (version 2) that engines make for them.

No engine is asked: docker, podman, containerd and CRI-O name the group after the container's
identity. What people call it stands in files of docker and podman, where they may be read; else it
is called by the first digits of its identity. The files of the groups are in the kernel's
Documentation/admin-guide/cgroup-v2.rst.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.metrics import kernel
from webapp.metrics.readings import Measure, Reading, SystemMetricType, Total

CPU = Measure(
    SystemMetricType.CPU,
    "container_cpu_percent",
    "%",
    "CPU of",
    "Time of a core each container used; two cores make 200 %.",
    "container_cpu",
)
MEMORY = Measure(
    SystemMetricType.MEMORY,
    "container_memory",
    "bytes",
    "Memory of",
    "Memory of each container, caches that could be given up left out.",
    "container_memory",
    digits=-5,
)
COUNT = Measure(
    SystemMetricType.CPU, "container_count", "", "Containers", "Containers that run.", "containers"
)
MEASURES = (CPU, MEMORY, COUNT)
ROOTS = ("fs/cgroup", "fs/cgroup/unified")
NAME = re.compile(r"^(?:(?:docker|libpod|cri-containerd|crio)-)?([0-9a-f]{64})(?:\.scope)?$")
DOCKER = "/var/lib/docker/containers/{}/config.v2.json"
PODMAN = "/var/lib/containers/storage/overlay-containers/containers.json"
DIGITS, LONGEST = 12, 100
DEEPEST = 8
MOST = 100
MICROSECONDS_IN_A_PERCENT = 10_000  # of a second


@dataclass
class Reader:
    """Knows what was where, so that the whole tree is not walked each time."""

    walks_every: int = 3
    turn: int = 0
    places: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def read(self) -> Iterator[Reading | Total]:
        """Processor time and memory of each container; nothing where there are no groups."""
        if self.turn % self.walks_every == 0:
            self.places = dict(_walk())
            self.names = _named(self.places, self.names)
        self.turn += 1
        count = 0
        for identity, place in self.places.items():
            found = list(_uses(place, {"container": self.names[identity]}))
            count += bool(found)
            yield from found
        if self.places:
            yield Reading(COUNT, count)


def _named(identities: Iterable[str], before: Mapping[str, str]) -> dict[str, str]:
    """What each container is called, asked once for each; no two are called the same."""
    names = {identity: before[identity] for identity in identities if identity in before}
    taken = set(names.values())
    for identity in identities:
        if identity not in names:
            short = identity[:DIGITS]
            name = _told_by_docker(identity) or _told_by_podman(identity) or short
            names[identity] = f"{name} ({short})" if name in taken else name
            taken.add(names[identity])
    return names


def _told_by_docker(identity: str) -> str | None:
    told = _json(DOCKER.format(identity))
    name = told.get("Name") if isinstance(told, dict) else None
    return name.lstrip("/")[:LONGEST] if isinstance(name, str) else None


def _told_by_podman(identity: str) -> str | None:
    told = _json(PODMAN)
    for entry in told if isinstance(told, list) else []:
        if isinstance(entry, dict) and entry.get("id") == identity and entry.get("names"):
            return str(entry["names"][0])[:LONGEST]
    return None


def _json(path: str) -> Any:
    try:
        return json.loads(kernel.text(path) or "null")
    except ValueError:
        return None  # it is being written


def _walk() -> Iterator[tuple[str, str]]:
    """Identity and folder of each container; of nested groups of one the outermost."""
    for root in ROOTS:
        top = f"{kernel.SYS}/{root}"
        if os.path.exists(f"{top}/cgroup.controllers"):
            yield from list(_below(top, 0))[:MOST]
            return


def _below(folder: str, depth: int) -> Iterator[tuple[str, str]]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return  # it went away, or is not ours to look into
    for name in names:
        place = f"{folder}/{name}"
        if found := NAME.match(name):
            yield found[1], place
        elif depth < DEEPEST:
            yield from _below(place, depth + 1)


def _uses(place: str, labels: dict[str, str]) -> Iterator[Reading | Total]:
    used = kernel.numbers(kernel.text(f"{place}/cpu.stat")).get("usage_usec")
    if used is not None:
        yield Total(CPU, used / MICROSECONDS_IN_A_PERCENT, labels=labels)
    held = kernel.number(f"{place}/memory.current")
    if held is not None:
        given_up = kernel.numbers(kernel.text(f"{place}/memory.stat")).get("inactive_file", 0)
        yield Reading(MEMORY, max(held - given_up, 0), labels)
