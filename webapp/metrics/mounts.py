"""File systems: space and inodes of each real mount, from /proc/self/mounts and statvfs(3)."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.metrics import kernel
from webapp.metrics.readings import Measure, Reading, SystemMetricType

DISK = SystemMetricType.DISK
SPACE_DIGITS = -5

PERCENT = Measure(
    DISK, "disk_percent", "%", "Disk", "Space in use of what users may fill.", "disk", 100
)
USED = Measure(
    DISK, "disk_used", "bytes", "Disk used", "Space in use.", "disk_used", digits=SPACE_DIGITS
)
FREE = Measure(
    DISK,
    "disk_free",
    "bytes",
    "Disk free",
    "Space that users may still fill.",
    "disk_free",
    digits=SPACE_DIGITS,
)
INODES = Measure(
    DISK,
    "inodes_percent",
    "%",
    "Inodes",
    "Places for files in use; a disk without one takes no new file.",
    "inodes",
    100,
)
MEASURES = (PERCENT, USED, FREE, INODES)
ROOT = "/"
READ_ONLY_IMAGES = ("squashfs", "iso9660", "erofs")
REAL = ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "reiserfs", "jfs")
FOREIGN = ("vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "hfsplus")
MOST = 50
ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True)
class Mount:
    """A line of /proc/self/mounts."""

    device: str
    place: str
    kind: str
    options: tuple[str, ...]


def read_mounts() -> Iterator[Reading]:
    """Space and inodes of each real mount; one that has gone meanwhile is left out."""
    for place in real_mounts(kernel.proc("self/mounts")):
        try:
            told = os.statvfs(place)
        except OSError:
            continue
        yield from _usage(place, told)


def _usage(place: str, told: os.statvfs_result) -> Iterator[Reading]:
    labels = {"mount": place}
    used, free = told.f_blocks - told.f_bfree, told.f_bavail
    if used + free > 0:
        # As df tells it: what only root may fill counts neither as used nor as free.
        yield Reading(PERCENT, 100 * used / (used + free), labels)
        yield Reading(USED, used * told.f_frsize, labels)
        yield Reading(FREE, free * told.f_frsize, labels)
    if told.f_files > 0:
        yield Reading(INODES, 100 * (told.f_files - told.f_ffree) / told.f_files, labels)


def real_mounts(told: str) -> list[str]:
    """Where writable disks are mounted: the root first, each device once, at most `MOST`."""
    by_device: dict[str, str] = {}
    for mount in sorted(_mounts(told), key=lambda mount: len(mount.place)):
        if _is_real(mount):
            by_device.setdefault(mount.device, mount.place)
    others = [place for place in by_device.values() if place != ROOT]
    return [ROOT, *others][:MOST]


def _mounts(told: str) -> Iterator[Mount]:
    for line in told.splitlines():
        words = [_unescape(word) for word in line.split(" ")]
        if len(words) >= 4:
            yield Mount(words[0], words[1], words[2], tuple(words[3].split(",")))


def _unescape(word: str) -> str:
    return ESCAPED.sub(lambda found: chr(int(found[1], 8)), word)


def _is_real(mount: Mount) -> bool:
    if mount.place == ROOT:
        return True
    if mount.kind in READ_ONLY_IMAGES or "ro" in mount.options:
        return False
    # A container sees single files of its host's disk as mounts. A network's file system is left
    # out: to ask one whose server is gone may wait for ever.
    return mount.kind in (*REAL, *FOREIGN) and os.path.isdir(mount.place)
