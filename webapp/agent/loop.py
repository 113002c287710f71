"""The agent's two threads: one measures at every interval, the other sends."""

import logging
import threading
import time
from collections.abc import Callable
from json import dumps

from webapp.agent import VERSION
from webapp.agent.delivery import Delivery
from webapp.agent.link import Link
from webapp.agent.moments import Clocks, phase_s
from webapp.agent.options import MEGABYTE, Options
from webapp.agent.rounds import Rounds
from webapp.agent.spool import Spool
from webapp.metrics import system
from webapp.metrics.machine import SOURCES_OF_A_MACHINE
from webapp.metrics.silence import HEARD_S, heard_every_s
from webapp.metrics.ticks import next_tick_s, stamp_ms

LAST_SEND_S = 5.0
FIRST_LOOK_S = 0.1
log = logging.getLogger(__name__)


def run(options: Options, wait: Callable[[float], bool]) -> None:
    """Measure and send until `wait`, which is given seconds, says that the end has come."""
    spool = Spool(options.spool, options.spool_mb * MEGABYTE)
    rounds = Rounds(options.host, spool, SOURCES_OF_A_MACHINE)
    link = Link(options.url, options.ca_file)
    delivery = Delivery(spool, link, lambda: _envelope(options, rounds), options.read_token)
    ended = threading.Event()
    sender = threading.Thread(target=_send, args=(delivery, options, ended), daemon=True)
    sender.start()
    log.info("measuring %s every %d s for %s", options.host, options.interval_s, options.url)
    _measure(rounds, link, options.interval_s, wait)
    ended.set()
    sender.join(LAST_SEND_S)
    if not sender.is_alive():
        link.close()
        spool.close()


def _measure(rounds: Rounds, link: Link, interval_s: int, wait: Callable[[float], bool]) -> None:
    while True:
        due_s = next_tick_s(time.time(), interval_s)
        # A wait may end a little early, and a clock may be set back while it lasts.
        while 0 < (left_s := due_s - time.time()) <= interval_s:
            if wait(left_s):
                return
        clocks = Clocks(time.time(), time.monotonic())
        rounds.take(stamp_ms(due_s, clocks.wall_s, interval_s), clocks)
        link.cut_if_late()


def _send(delivery: Delivery, options: Options, ended: threading.Event) -> None:
    """Send the first moment at once, so that a restart is not taken for silence; then in turn."""
    every_s = heard_every_s(options.interval_s)
    after_s = phase_s(options.host, every_s, HEARD_S)
    is_last = False
    while not (delivery.spool.waiting_bytes or is_last):
        is_last = ended.wait(FIRST_LOOK_S)
    _try_to_send(delivery)
    while not is_last:
        now_s = time.time()
        due_in_s = next_tick_s(now_s - after_s, every_s) + after_s - now_s
        is_last = ended.wait(min(due_in_s, delivery.rests_s or due_in_s))
        _try_to_send(delivery)


def _try_to_send(delivery: Delivery) -> None:
    try:
        delivery.send_all()
    except Exception:
        # Whatever it was: what is measured is in the spool, and the next try is near.
        log.exception("sending failed")


def _envelope(options: Options, rounds: Rounds) -> bytes:
    details = {**system.details(), "agent": VERSION}
    if rounds.failing:
        details["failing"] = rounds.failing
    told = {"host": options.host, "interval_s": options.interval_s, "details": details}
    if (booted_at := system.booted_at()) is not None:
        told["booted_at"] = booted_at.isoformat()
    return dumps(told).encode()
