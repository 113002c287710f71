"""Which routes an alert takes, and what of it becomes one message. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from webapp.alerts.matching import Facts, Matchers

GROUPABLE = ("severity", "source", "host", "service")


@dataclass(frozen=True)
class Branch:
    """A route as it is decided by: which alerts, to which channels, and how patiently."""

    id: int
    name: str
    matchers: Matchers
    channel_ids: tuple[int, ...] = ()
    continues: bool = False
    group_by: tuple[str, ...] = ()
    wait_s: int = 0
    interval_s: int = 300
    repeat_s: int = 0
    below: tuple["Branch", ...] = field(default=())


@dataclass(frozen=True)
class Look:
    """One route that was looked at: whether it was taken, and why not."""

    branch: Branch
    path: tuple[str, ...]
    why_not: str | None


def looks(branches: Sequence[Branch], facts: Facts, at: datetime) -> list[Look]:
    """Every route that is looked at for the alert, in order; `why_not` is None of those taken.

    The first route that fits decides, unless it continues. A route below it is taken instead of
    it, where one fits.
    """
    return list(_walk(branches, facts, at, ()))


def taken(branches: Sequence[Branch], facts: Facts, at: datetime) -> list[Branch]:
    """The routes whose channels are told, in order."""
    return [look.branch for look in looks(branches, facts, at) if look.why_not is None]


def _walk(
    branches: Sequence[Branch], facts: Facts, at: datetime, above: tuple[str, ...]
) -> Iterator[Look]:
    for branch in branches:
        path = (*above, branch.name)
        why_not = branch.matchers.why_not(facts, at)
        if why_not is not None:
            yield Look(branch, path, why_not)
            continue
        deeper = list(_walk(branch.below, facts, at, path))
        yield from deeper
        if any(look.why_not is None for look in deeper):
            yield Look(branch, path, "a route below it takes the alert")
        else:
            yield Look(branch, path, None)
        if not branch.continues:
            return


def group_key(branch: Branch, facts: Facts) -> str:
    """What alerts of one message have in common: the values of what the route groups by."""
    tags: Mapping[str, str] = facts.tags
    values = [
        _value(facts, name) if name in GROUPABLE else tags.get(name, "") for name in branch.group_by
    ]
    return f"{branch.id}:" + "|".join(value.replace("|", "/") for value in values)


def _value(facts: Facts, name: str) -> str:
    return facts.severity.value if name == "severity" else getattr(facts, name) or ""
