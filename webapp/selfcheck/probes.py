"""Questions to the monitor's parts, each bounded in time: whatever hangs, an answer comes."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from redis import Redis
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from webapp.core import outbound
from webapp.core.workforce import PATIENCE_S, Workforce, workforce
from webapp.websites.models import Website

LIMIT_S = 2.0  # for our own web server, which may have a queue of its own
SHORTEST_S = 0.01  # libcurl takes a limit below a millisecond for none
LONGEST_REASON = 300

Found = TypeVar("Found")
_asking: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


@dataclass(frozen=True)
class Probed(Generic[Found]):
    """What was found, or why nothing was, and how long that took."""

    value: Found | None
    error: str | None
    ms: float


def probe_database(engine: Engine) -> Probed[bool]:
    """Whether a row can be read."""

    def ask() -> bool:
        with engine.connect() as connection:
            connection.execute(select(Website.id).limit(1)).all()
        return True

    return bounded("database", ask)


def probe_redis(redis: Redis) -> Probed[Workforce]:
    """What Redis says of queues, workers and schedulers."""
    return bounded("redis", lambda: workforce(redis))


def probe_web(addresses: Iterable[str], path: str, expected: tuple[int, ...]) -> Probed[bool]:
    """Whether one of the addresses answers `path` with an expected status."""
    began, why = time.perf_counter(), "There is no address to ask."
    for address in addresses:
        left_s = LIMIT_S - (time.perf_counter() - began)
        if left_s < SHORTEST_S:
            break
        answer = outbound.fetch(address + path, timeout_s=left_s)
        if answer.status in expected:
            return Probed(True, None, _since(began))
        why = f"{address}: {answer.error or f'answered with {answer.status}'}"
    return Probed(None, why[:LONGEST_REASON], _since(began))


def bounded(name: str, ask: Callable[[], Found], limit_s: float | None = None) -> Probed[Found]:
    """What `ask` returns, or why it did not within `limit_s`.

    It runs in a thread of its own, because a driver that hangs cannot be interrupted. One that
    still hangs keeps the next from being started.
    """
    limit_s = PATIENCE_S if limit_s is None else limit_s
    began, box = time.perf_counter(), list[Probed[Found]]()
    if _asking[name].acquire(timeout=limit_s):
        thread = threading.Thread(target=_ask, args=(name, ask, box, began), daemon=True)
        thread.start()
        thread.join(limit_s)
    return box[0] if box else Probed(None, f"No answer within {limit_s:g} s.", _since(began))


def _ask(name: str, ask: Callable[[], Found], box: list[Probed[Found]], began: float) -> None:
    try:
        value = ask()
        box.append(Probed(value, None, _since(began)))
    except Exception as error:
        box.append(Probed(None, reason(error), _since(began)))
    finally:
        _asking[name].release()


def reason(error: Exception) -> str:
    """An error in one line, without the statement that met it."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    text = " ".join(str(cause).split())
    return (text or type(cause).__name__)[:LONGEST_REASON]


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
