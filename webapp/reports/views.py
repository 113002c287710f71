"""The front page. Each of its panels has a URL: the whole page for a browser, itself for htmx."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response

from webapp.activity.queries import activity_version, latest_events
from webapp.core import clock, htmx
from webapp.core.access import Role, needs
from webapp.issues.queries import issues_version, open_issues
from webapp.metrics.cards import Card, Machine
from webapp.metrics.queries import machine_cards, metrics_version, stale_after_s
from webapp.reports import queries
from webapp.reports.verdict import ORDER, Facts, judge
from webapp.websites.queries import WebsitesSummary, websites_summary, websites_version

PAGE = "front/index.html"
EVENTS_SHOWN = 8
MACHINES_SHOWN = 4
CARDS_SHOWN = 4
ISSUES_SHOWN = 6

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """Is anything wrong; what waits; what changed; how are the machines and the websites."""
    moment = clock.now()
    summary = websites_summary(moment)
    return htmx.render(
        PAGE,
        "front_now",
        200,
        **_now(queries.facts(summary, moment), moment),
        **_issues(issues_version()),
        **_changes(activity_version()),
        **_machines(metrics_version(moment), moment),
        **_websites(websites_version(), summary),
    )


@blueprint.get("/front/now")
@needs(Role.VIEWER)
def now() -> Response:
    """Is anything wrong now."""
    recent = queries.recent_version() if htmx.block_wanted() else None
    if recent is not None and (answer := htmx.nothing_new(recent)) is not None:
        return answer
    moment = clock.now()
    found = _now(queries.facts(websites_summary(moment), moment), moment)
    return _panel("front_now", found["now_version"], lambda: found)


@blueprint.get("/front/issues")
@needs(Role.VIEWER)
def issues() -> Response:
    """What waits for somebody."""
    version = issues_version()
    return _panel("front_issues", version, lambda: _issues(version))


@blueprint.get("/front/changes")
@needs(Role.VIEWER)
def changes() -> Response:
    """What changed lately."""
    version = activity_version()
    return _panel("front_changes", version, lambda: _changes(version))


@blueprint.get("/front/machines")
@needs(Role.VIEWER)
def machines() -> Response:
    """How the machines are."""
    moment = clock.now()
    version = metrics_version(moment)
    return _panel("front_machines", version, lambda: _machines(version, moment))


@blueprint.get("/front/websites")
@needs(Role.VIEWER)
def websites() -> Response:
    """How the websites are."""
    version = websites_version()
    return _panel(
        "front_websites", version, lambda: _websites(version, websites_summary(clock.now()))
    )


def _panel(block: str, version: object, context: Callable[[], dict[str, Any]]) -> Response:
    if not htmx.block_wanted():
        return index()
    return htmx.nothing_new(version) or htmx.render(PAGE, block, 200, **context())


def _now(facts: Facts, moment: datetime) -> dict[str, Any]:
    return {
        "verdict": judge(facts),
        "troubles": facts.troubles,
        "more": facts.more,
        "moment": moment,
        "now_version": queries.facts_version(facts),
    }


def _issues(version: str) -> dict[str, Any]:
    return {"waiting": open_issues(ISSUES_SHOWN), "issues_version": version}


def _changes(version: int) -> dict[str, Any]:
    return {"events": latest_events(EVENTS_SHOWN), "changes_version": version}


def _machines(version: str, moment: datetime) -> dict[str, Any]:
    found = sorted(machine_cards(moment), key=_badness)
    return {
        "machines": [_judged(machine) for machine in found[:MACHINES_SHOWN]],
        "machines_more": len(found) - MACHINES_SHOWN,
        "machines_version": version,
        "stale_after_s": stale_after_s(),
    }


def _websites(version: str, summary: WebsitesSummary) -> dict[str, Any]:
    # Those in trouble are named in the first panel already.
    return {"summary": replace(summary, troubled=()), "websites_version": version}


def _judged(machine: Machine) -> Machine:
    """The machine with the worst of the cards that can be good or bad; its page has the rest."""
    judged = [card for card in machine.cards if card.status is not None]
    worst = sorted(judged, key=_badness)[:CARDS_SHOWN]
    return replace(machine, cards=[card for card in judged if card in worst])


def _badness(shown: Machine | Card) -> int:
    return ORDER.index(shown.status) if shown.status in ORDER else len(ORDER)
