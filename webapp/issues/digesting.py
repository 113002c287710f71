"""The one verb through which all trouble comes: occurrences become rows, counts and issues.

A batch costs about as many statements as one occurrence does. What is slow, scrubbing and
fingerprinting, is done before anything is locked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from webapp.issues import announcing, belonging, counting, gathering, origins, storing
from webapp.issues.kinds import IssueKind
from webapp.issues.occurrences import Occurrence
from webapp.issues.origins import Origin
from webapp.issues.preparing import Prepared, prepare


@dataclass(frozen=True, slots=True)
class Digested:
    """What became of an occurrence; `occurrence_id` is None when it was counted but not kept.

    `is_new` and `is_regressed` are said of the first one of a batch that opened its issue.
    """

    kind: IssueKind
    occurrence_id: int | None
    recurring_issue_id: int
    is_new: bool = False
    is_regressed: bool = False


def digest(
    occurrences: Sequence[Occurrence], now: datetime, *, keeps_all: bool = False
) -> list[Digested]:
    """Store occurrences and count them in their recurring issues; flushes, never commits.

    The answer has one entry for each, in order. One whose `origin` is already stored changes
    nothing, and is answered with what is stored. Of a storm all are counted and few are kept,
    unless it `keeps_all`. Call it once in a transaction: on PostgreSQL batches of which one has
    two parts could wait for each other in a circle.
    """
    return write_down(prepare(occurrences), now, keeps_all=keeps_all)


def write_down(
    prepared: Sequence[Prepared], now: datetime, *, keeps_all: bool = False
) -> list[Digested]:
    """The same for occurrences that are prepared."""
    if not prepared:
        return []
    belonging.stands_still()
    known = _known(prepared)
    fresh = _not_yet_there(prepared, known)
    done = dict(zip(fresh, _add([prepared[i] for i in fresh], now, keeps_all), strict=True))
    known |= {o: done[i] for i in fresh if (o := origins.of(prepared[i].occurrence))}
    return [done[i] if i in done else _as_known(each, known) for i, each in enumerate(prepared)]


def _add(prepared: Sequence[Prepared], now: datetime, keeps_all: bool) -> list[Digested]:
    if not prepared:
        return []
    counted = counting.count(gathering.gather(prepared, now), now)
    ids = storing.store(counted, keeps_all=keeps_all)
    origins.remember(counted, ids, now)
    announcing.tell(counted, now)
    found: dict[int, Digested] = {}
    for each in counted:
        for number, occurrence in each.group.members.items():
            is_first = number == each.group.first
            found[number] = Digested(
                occurrence.kind,
                ids.get(number),
                each.group.issue.id,
                is_new=is_first and each.group.is_new,
                is_regressed=is_first and each.is_regressed,
            )
    return [found[number] for number in range(len(prepared))]


def _not_yet_there(prepared: Sequence[Prepared], known: Mapping[Origin, Digested]) -> list[int]:
    """The numbers of those to be added; of several with one origin that is only the first."""
    seen = set(known)
    found = []
    for number, each in enumerate(prepared):
        origin = origins.of(each.occurrence)
        if origin is None or origin not in seen:
            found.append(number)
        if origin is not None:
            seen.add(origin)
    return found


def _as_known(prepared: Prepared, known: Mapping[Origin, Digested]) -> Digested:
    origin = origins.of(prepared.occurrence)
    assert origin is not None
    return replace(known[origin], is_new=False, is_regressed=False)


def _known(prepared: Sequence[Prepared]) -> dict[Origin, Digested]:
    found = origins.known([each.occurrence for each in prepared])
    return {(kind, name): Digested(kind, *ids) for (kind, name), ids in found.items()}
