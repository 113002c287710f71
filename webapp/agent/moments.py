"""When to send, and whether the clock was set meanwhile. Pure."""

import zlib
from dataclasses import dataclass

JUMP_S = 2.0
SPREAD = 0.8  # of the time between two sends, over which hosts are spread


def phase_s(host: str, every_s: float, longest_s: float) -> float:
    """Seconds after a multiple of `every_s` that `host` sends: hosts do not all send at once."""
    share = zlib.crc32(host.encode()) / 2**32
    return share * SPREAD * min(every_s, longest_s)


@dataclass(frozen=True)
class Clocks:
    """The wall clock and the monotonic clock at one moment, in seconds."""

    wall_s: float
    steady_s: float

    def jumped_since(self, before: "Clocks") -> float:
        """Seconds that the wall clock was set forward (negative: back) since `before`, or 0.

        A machine that slept counts as set forward, because its monotonic clock stood still.
        """
        off_s = (self.wall_s - before.wall_s) - (self.steady_s - before.steady_s)
        return off_s if abs(off_s) > JUMP_S else 0.0
