"""What the Linux kernel tells of itself as text in /proc and /sys.

Missing is not failing: a kernel without the one or the other file simply does not tell it.
"""

import os

PROC = "/proc"
SYS = "/sys"


def proc(name: str) -> str:
    """The text of /proc/`name`, "" where there is none."""
    return text(f"{PROC}/{name}")


def text(path: str) -> str:
    """The text of the file at `path`, "" where there is none or it may not be read."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return _whole(number).decode("utf-8", "replace")
    except OSError:
        return ""  # it went away between opening and reading
    finally:
        os.close(number)


def _whole(number: int) -> bytes:
    parts = []
    while part := os.read(number, 65_536):
        parts.append(part)
    return b"".join(parts)


def number(path: str) -> float | None:
    """The number in the file at `path`, None where there is none."""
    try:
        return float(text(path))
    except ValueError:
        return None


def names(path: str) -> list[str]:
    """What is in the folder at `path`, in order; nothing where it cannot be listed."""
    try:
        return sorted(os.listdir(path))
    except OSError:
        return []


def numbers(told: str) -> dict[str, int]:
    """Name and first number of each line of `told`, as in `MemTotal:  1024 kB`."""
    found = {}
    for line in told.splitlines():
        words = line.split(None, 2)
        if len(words) > 1 and words[1].isdigit():
            found[words[0].rstrip(":")] = int(words[1])
    return found
