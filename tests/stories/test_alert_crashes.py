"""A process that dies before or after any statement of raise, route, send and record."""

import gc
import os
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import event

from tests.alerts.makers import channel, issue, route
from tests.alerts.receivers import receiver
from webapp.alerts import channels, errands
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.kinds import IssueStatus

STEP = timedelta(minutes=2)  # longer than a lease
STRIDE = int(os.environ.get("CRASH_STRIDE", "8"))  # 1 kills at every step, which takes minutes


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def server():
    with receiver() as found:
        yield found


class Fuse:
    """Ends the process at its n-th step: before or after a statement, a commit, or the wire."""

    def __init__(self):
        self.left = None

    def burn(self, *_arguments):
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Killed


@pytest.fixture
def fuse(context, monkeypatch):
    made = Fuse()
    moments = ("before_cursor_execute", "after_cursor_execute", "commit")
    for moment in moments:
        event.listen(db.engine, moment, made.burn)
    real = channels.send

    def send(parcel):
        made.burn()
        outcome = real(parcel)
        made.burn()
        return outcome

    monkeypatch.setattr(channels, "send", send)
    yield made
    for moment in moments:
        event.remove(db.engine, moment, made.burn)


def everything():
    errands.raise_once()
    errands.deliver_once()


def killed_at(fuse, step):
    """Whether the work was cut off at that step; False when it was over before."""
    fuse.left = step
    try:
        everything()
    except Killed:
        return True
    finally:
        fuse.left = None
        _close_what_the_process_held()
    return False


def _close_what_the_process_held():
    db.session.remove()
    db.engine.dispose()
    gc.collect()


def test_wherever_it_is_killed_nothing_is_lost_and_the_order_holds(
    context, server, fuse, monkeypatch
):
    route(channel(url=server.url), interval_s=0)
    db.session.commit()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    kills = 0
    for step in count(0, STRIDE):
        made = issue(subject=str(step), title=f"Trouble {step}", updated_at=now)
        before = len(server.got)
        was_killed = killed_at(fuse, step)
        now += STEP
        everything()
        made = db.session.merge(made)
        made.status, made.updated_at = IssueStatus.RESOLVED, now
        db.session.commit()
        was_killed |= killed_at(fuse, step)
        now += STEP
        everything()
        told = server.taken()[before:]
        news = [(m["id"], tuple(a["news"])) for m in told for a in m["alerts"]]
        distinct = list(dict.fromkeys(news))
        assert [n for _, n in distinct] in ([("firing",), ("resolved",)], [("firing", "resolved")])
        assert len(news) - len(distinct) <= 2, "one more for each kill, under the same id"
        kills += was_killed
        if not was_killed:
            break
        now += STEP
    assert kills >= 40 // STRIDE
