"""A traceback as it is read: the failing line first, a team's own code in front. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from webapp.issues.frames import Frame, Link, Raised, Trace

SENTENCES = {
    Link.FIRST: "It began with",
    Link.CAUSED: "which caused",
    Link.DURING: "and while that was handled came",
    Link.MEMBER: "one of the group",
}


@dataclass(frozen=True)
class Stretch:
    """Calls in a row that are all the team's own, or all a library's, the innermost first."""

    is_own: bool
    frames: Sequence[Frame]


@dataclass(frozen=True)
class Told:
    """An exception with its calls; `link` says how it came from the one before it in time."""

    exception_type: str
    message: str
    link: str
    stretches: Sequence[Stretch]


def folded(trace: Trace) -> list[Told]:
    """The exceptions, the one that was told last first."""
    several = len(trace.chain) > 1
    return [
        Told(
            raised.exception_type,
            raised.message,
            SENTENCES[raised.link] if several else "",
            _stretches(raised),
        )
        for raised in reversed(trace.chain)
    ]


def _stretches(raised: Raised) -> list[Stretch]:
    """Where nothing is the team's own, the innermost call stands for it."""
    calls = list(reversed(raised.frames))
    if calls and not raised.own_frames:
        return [Stretch(True, calls[:1])] + ([Stretch(False, calls[1:])] if calls[1:] else [])
    return [Stretch(is_own, list(group)) for is_own, group in groupby(calls, lambda f: f.is_in_app)]
