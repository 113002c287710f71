"""What tests of alerts are made of."""

import socket
from datetime import UTC, datetime, timedelta
from typing import Any

from webapp.alerts import actions
from webapp.alerts.actions import Trouble
from webapp.alerts.models import Alert, Channel, ChannelKind, Route, RouteChannel, Severity, Silence
from webapp.core.db import db
from webapp.issues.kinds import IssueKind, IssueStatus
from webapp.issues.models import RecurringIssue

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def trouble(key: str = "disk", **fields: Any) -> Trouble:
    """Trouble with a disk."""
    usual: dict[str, Any] = {
        "title": "The disk is full",
        "description": "Nothing is left on /.",
        "severity": Severity.ERROR,
        "source": "fault",
        "host": "web-1",
    }
    return Trouble(key, **usual | fields)


def raised(key: str = "disk", now: datetime = NOW, **fields: Any) -> Alert:
    """An alert that was just raised, committed."""
    alert, _ = actions.raise_alert(trouble(key, **fields), now)
    db.session.commit()
    return alert


def channel(name: str = "Team", url: str = "http://127.0.0.1:9/", **fields: Any) -> Channel:
    """A webhook."""
    usual = {"name": name, "kind": ChannelKind.WEBHOOK, "url": url, "hint": "127.0.0.1"}
    made = Channel(**usual | fields)
    db.session.add(made)
    db.session.flush()
    return made


def route(*channels: Channel, name: str = "All", **fields: Any) -> Route:
    """A route for every alert to these channels."""
    made = Route(**{"name": name, "matchers": {}, "group_by": {}, **fields})
    made.channels = [RouteChannel(channel_id=each.id) for each in channels]
    db.session.add(made)
    db.session.flush()
    return made


def silence(begins: datetime = NOW - HOUR, ends: datetime = NOW + HOUR, **matchers: Any) -> Silence:
    """A silence for what fits."""
    made = Silence(matchers=matchers, starts_at=begins, ends_at=ends, comment="Works")
    db.session.add(made)
    db.session.flush()
    return made


def issue(**fields: Any) -> RecurringIssue:
    """A recurring issue."""
    usual: dict[str, Any] = {
        "kind": IssueKind.FAULT,
        "title": "The website Shop is down",
        "subject": "WEBSITE_DOWN",
        "message": "Connection refused",
        "severity": Severity.CRITICAL,
        "status": IssueStatus.OPEN,
        "first_seen_at": NOW,
        "last_seen_at": NOW,
        "occurrences": 1,
        "updated_at": NOW,
    }
    made = RecurringIssue(**usual | fields)
    db.session.add(made)
    db.session.commit()
    return made


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
