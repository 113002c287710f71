"""Bells: who has written facts rings, and who reads them wakes up at once.

A bell is a Redis list that holds one mark at most, however often it was rung. It is a nudge and no
message: when Redis is away nobody is woken, and the reader looks by itself a moment later.
"""

import time
from collections.abc import Sequence

import structlog
from flask import current_app
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import event
from sqlalchemy.orm import Session

from webapp.core.db import db

KEPT_S = 60
LONGEST_WAIT_S, PATIENCE_S = 2.0, 0.5
SILENCE_S = 5.0  # how long nobody rings after Redis did not answer: each try may cost a second
RUNG = "watchkeeper.rung"
CONNECTION = "watchkeeper.bells"
SILENT_UNTIL = "watchkeeper.bells_silent_until_s"
log = structlog.get_logger(__name__)


def ring(*names: str) -> None:
    """Wake whoever waits for one of these bells; harmless when Redis is away."""
    kept = current_app.extensions
    if time.monotonic() < kept.get(SILENT_UNTIL, 0.0):
        return
    try:
        ring_at(_redis(), *names)
    except RedisError as error:
        kept[SILENT_UNTIL] = time.monotonic() + SILENCE_S
        log.debug("nobody was woken", bells=names, why=str(error))


def ring_at(redis: Redis, *names: str) -> None:
    """The same where there is no application; raises `RedisError` when Redis is away."""
    with redis.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.lpush(_key(name), 1)
            pipeline.ltrim(_key(name), 0, 0)
            pipeline.expire(_key(name), KEPT_S)
        pipeline.execute()


def ring_after_commit(name: str) -> None:
    """Ring once the outermost transaction under way has committed; not if it is rolled back."""
    db.session().info.setdefault(RUNG, set()).add(name)


def wait(names: Sequence[str], seconds: float) -> str | None:
    """The first of these bells that rings within so many seconds, None when none does.

    Of several readers one is woken. Raises `RedisError` when Redis is away.
    """
    found = _redis().blpop([_key(name) for name in names], timeout=min(seconds, LONGEST_WAIT_S))
    if not isinstance(found, (list, tuple)):
        return None
    name = found[0]
    return (name.decode() if isinstance(name, bytes) else name).removeprefix(_key(""))


def rung(names: Sequence[str]) -> list[str]:
    """Those of these bells that have been rung by now; they are silent again afterwards."""
    with _redis().pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.lpop(_key(name))
        return [name for name, mark in zip(names, pipeline.execute(), strict=True) if mark]


def _redis() -> Redis:
    """A connection that waits for bells as long as is asked, and never for Redis to return."""
    kept = current_app.extensions
    if CONNECTION not in kept:
        kept[CONNECTION] = Redis.from_url(
            kept["settings"].broker_url,
            socket_timeout=LONGEST_WAIT_S + PATIENCE_S,
            socket_connect_timeout=PATIENCE_S,
            retry=Retry(NoBackoff(), 1),
        )
    found: Redis = kept[CONNECTION]
    return found


def _key(name: str) -> str:
    return f"watchkeeper:bell:{name}"


@event.listens_for(Session, "after_commit")
def _ring_what_waits(session: Session) -> None:
    if not session.in_nested_transaction() and (names := session.info.pop(RUNG, None)):
        ring(*sorted(names))


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(RUNG, None)
