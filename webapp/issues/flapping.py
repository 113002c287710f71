"""How restlessly something comes and goes: pure.

The last hour is looked at in twenty slots. The score is the share, in percent, of the slots in
which it came or went; what is recent weighs half as much again as what is nearly an hour ago. It
flaps from more than 30 on, until it has fallen below 25.
"""

from collections.abc import Sequence

SLOTS = 20
SLOT_MS = 180_000
BEGINS, ENDS = 30.0, 25.0
OLDEST, NEWEST = 0.8, 1.2  # weights; those between rise evenly
MOST_FLIPS = 100


def noted(flips: Sequence[int], at_ms: int) -> list[int]:
    """The moments of coming and going with one more, without those that no longer count."""
    kept = [flip for flip in flips if at_ms - flip < SLOTS * SLOT_MS]
    return [*kept, at_ms][-MOST_FLIPS:]


def score(flips: Sequence[int], now_ms: int) -> float:
    """How restless it is at `now_ms`, from 0 to 100."""
    slots = {(now_ms - flip) // SLOT_MS for flip in flips if flip <= now_ms}
    restless = sum(_weight(slot) for slot in slots if slot < SLOTS)
    return round(100 * restless / sum(map(_weight, range(SLOTS))), 1)


def is_flapping(score_now: float, was_flapping: bool) -> bool:
    """Whether it flaps, with a margin so that this does not flap itself."""
    return score_now >= ENDS if was_flapping else score_now > BEGINS


def _weight(age: int) -> float:
    return NEWEST - (NEWEST - OLDEST) * age / (SLOTS - 1)
