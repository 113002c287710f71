"""Which of many occurrences to keep: the first, the last and a spread of what lies between."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from heapq import heapify, heappop, heappush

FEWEST = 2  # the first and the last


def superfluous(
    moments: Sequence[int], keep: int, held: Collection[int] = frozenset()
) -> list[int]:
    """Which places in `moments` (ms, ascending) to leave out so that `keep` are left.

    The first, the last and the places that are `held` stay. Of the others always that one goes
    whose neighbours are closest to each other: so gaps grow evenly, and what stands alone in time
    stays longest.
    """
    count = len(moments)
    before, after = list(range(-1, count - 1)), list(range(1, count + 1))
    gaps = [(moments[at + 1] - moments[at - 1], at) for at in range(1, count - 1) if at not in held]
    heapify(gaps)
    gone: list[int] = []
    while gaps and count - len(gone) > max(keep, FEWEST):
        gap, at = heappop(gaps)
        left, right = before[at], after[at]
        now_ms = moments[right] - moments[left]
        if now_ms > gap:  # a neighbour went meanwhile
            heappush(gaps, (now_ms, at))
            continue
        gone.append(at)
        after[left], before[right] = right, left
    return sorted(gone)


def places_at(moments: Sequence[int], turns: Iterable[int]) -> set[int]:
    """The last place in `moments` (ascending) that is not after each of `turns`."""
    places = (bisect_right(moments, turn) - 1 for turn in turns)
    return {place for place in places if place >= 0}


def level(stored: Sequence[tuple[int, float]], room: float) -> int:
    """How many each may keep so that all of them fit into `room`: those with most give first.

    `stored` has a count and what one of them weighs, in the unit of `room`. At least `FEWEST`.
    """
    low, high = FEWEST, max((count for count, _ in stored), default=FEWEST)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(count, middle) * weight for count, weight in stored) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def share(limit: int, total: int, part: int) -> int:
    """How many of `part` to keep so that of `total` about `limit` are kept."""
    return max(FEWEST, limit * part // max(total, 1))
