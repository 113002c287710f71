"""The panel with a website's chart, out of the page's address: a range, or a stretch of time.

A stretch is `from` and `to` in milliseconds since 1970. It is drawn as finely as what is kept of
that time allows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from webapp.core import clock
from webapp.websites import charts, grains, history, queries
from webapp.websites.models import RollupSpan, Website
from webapp.websites.summaries import DAY, HOUR

CHART_CHECKS = 300
SHORTEST = timedelta(seconds=10)
RANGES = {charts.RECENT: "Last checks"} | {name: r.label for name, r in charts.RANGES.items()}


@dataclass(frozen=True)
class Stretch:
    """A time that somebody looks at closer."""

    since: datetime
    until: datetime

    @property
    def address(self) -> dict[str, int]:
        """The same as parameters of a page's address."""
        return {"from": clock.to_ms(self.since), "to": clock.to_ms(self.until)}

    def moved(self, share: float) -> "Stretch":
        """As long, and that share of its length later."""
        by = share * (self.until - self.since)
        return Stretch(self.since + by, self.until + by)

    def scaled(self, factor: float) -> "Stretch":
        """That many times as long around the same middle, no shorter than one can be."""
        length = self.until - self.since
        by = (max(factor * length, SHORTEST) - length) / 2
        return Stretch(self.since - by, self.until + by)


def chosen_range() -> str:
    """The name of the range that the address asks for."""
    chosen = request.args.get("range", charts.RECENT)
    if chosen not in RANGES:
        raise BadRequest("There is no such range.")
    return chosen


def chosen_stretch() -> Stretch | None:
    """The stretch that the address asks for, if any."""
    given = [request.args.get(name) for name in ("from", "to")]
    if given == [None, None]:
        return None
    try:
        since, until = (clock.from_ms(int(text or "")) for text in given)
    except (ValueError, OverflowError, OSError) as error:
        raise BadRequest("Give from and to, in milliseconds since 1970.") from error
    if until - since < SHORTEST:
        raise BadRequest("The time from and to must be at least 10 seconds long.")
    return Stretch(since, until)


def panel(website: Website, now: datetime) -> dict[str, Any]:
    """What the panel shows beside its chart, with links for who does not drag over it."""
    stretch = chosen_stretch()
    step = grains.grain(stretch.until - stretch.since, website.check_interval) if stretch else None
    return {
        "ranges": RANGES,
        "chosen": chosen_range(),
        "stretch": stretch,
        "grain": None if step is None else grains.told(step),
        "moves": _moves(stretch) if stretch else {"Closer": _newest(website, now)},
    }


def _moves(stretch: Stretch) -> dict[str, Stretch]:
    moves = {"Earlier": stretch.moved(-0.5), "Later": stretch.moved(0.5)}
    return moves | {"Closer": stretch.scaled(0.5), "Wider": stretch.scaled(2)}


def _newest(website: Website, now: datetime) -> Stretch:
    """The newer half of what the chart shows."""
    chosen = charts.RANGES.get(chosen_range())
    shown = chosen.length if chosen else CHART_CHECKS * timedelta(seconds=website.check_interval)
    return Stretch(now - max(shown / 2, SHORTEST), now)


def lines(website: Website, now: datetime) -> dict[str, Any]:
    """The numbers of the chart."""
    if stretch := chosen_stretch():
        return _close(website, stretch.since, min(stretch.until, now), now)
    chosen = charts.RANGES.get(chosen_range())
    if chosen is None:
        return charts.phases(queries.get_recent_checks(website.id, CHART_CHECKS))
    found = history.points(website.id, chosen.span, now - chosen.length, now)
    return charts.percentiles(found, chosen, now)


def _close(website: Website, since: datetime, until: datetime, now: datetime) -> dict[str, Any]:
    step = grains.grain(until - since, website.check_interval)
    if step < HOUR:
        drawn = _checks(website, since, until, step)
        if drawn["series"]:
            return drawn
        step = HOUR  # so long ago that its checks are forgotten
    span = RollupSpan.DAY if step == DAY else RollupSpan.HOUR
    found = history.points(website.id, span, since, now, until)
    return charts.quantiles(found, step, since, until)


def _checks(website: Website, since: datetime, until: datetime, step: timedelta) -> dict[str, Any]:
    if step:
        found = history.steps(website.id, since, until, step)
        return charts.quantiles(found, step, since, until)
    # Twice as many, because the interval may have been shorter then.
    most = 2 * grains.MOST_DRAWN
    return charts.phases(queries.get_checks_between(website.id, since, until, most))
