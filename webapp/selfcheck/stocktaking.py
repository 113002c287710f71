"""Take stock: compare what is found of each part with what is stored, and store what is new.

While the database is away nothing can be stored: a note in Redis says since when it has been, and
the first look after its return puts that into its row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import cast

from flask import current_app
from redis import RedisError
from sqlalchemy.dialects import postgresql, sqlite

from webapp.config import Settings
from webapp.core import clock
from webapp.core.db import db
from webapp.core.workforce import impatient_redis
from webapp.issues import judging_ourselves
from webapp.issues.judging_ourselves import PartState
from webapp.selfcheck import queries
from webapp.selfcheck.components import (
    API,
    DATABASE,
    DOWN,
    STATSD,
    WEB,
    Finding,
    Standing,
    after,
    findings,
    is_news,
    listening,
    shown,
)
from webapp.selfcheck.health import OK, Facts
from webapp.selfcheck.models import HealthState
from webapp.selfcheck.probes import Probed, probe_web

NOTE = "watchkeeper:database-away"
NOTE_KEPT_S = 30 * 86_400
ANY_PAGE, ITS_STATUS = "/static/favicon.svg", (200,)
ANY_QUESTION, REFUSED = "/api/system/metrics", (401,)  # we send no token


def take_stock(
    facts: Facts,
    now: datetime,
    found: Mapping[str, Finding] | None = None,
    *,
    with_numbers: bool = False,
) -> dict[str, Standing]:
    """Each part as it stands, by name, with what `facts` and `found` say of some of them.

    Stores the changes of state; `with_numbers` also when each was looked at and how long it took.
    """
    looked = findings(facts) | dict(found or {})
    if facts.database_ms is None:
        return _without_database(looked, now)
    known = queries.standings()
    if facts.redis_ms is not None and (note := _news_of_note(known.get(DATABASE))) is not None:
        known[DATABASE] = note
        _tell_outage(note, now)
    stood = {name: after(known.get(name), name, finding, now) for name, finding in looked.items()}
    store = [s for name, s in stood.items() if with_numbers or is_news(known.get(name), s)]
    if store:
        _store(store)
    return {name: Standing(name) for name in (WEB, API)} | known | stood


def tell_faults(standings: Mapping[str, Standing], now: datetime) -> None:
    """Let the judge know how each part was found to be."""
    judging_ourselves.note_parts(
        {
            name: PartState(part.label, shown(part, now, ()).state, part.since_at, part.last_error)
            for name, part in standings.items()
            if part.since_at is not None
        },
        now,
    )


def look_at_web() -> dict[str, Finding]:
    """Ask our own web server and API over the network, as a client does."""
    addresses = own_addresses(current_app.extensions["settings"])
    return {
        WEB: _finding(probe_web(addresses, ANY_PAGE, ITS_STATUS)),
        API: _finding(probe_web(addresses, ANY_QUESTION, REFUSED)),
    }


def look_at_statsd(now: datetime) -> dict[str, Finding]:
    """Whether the StatsD listener stores what it hears, where there is to be one."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.statsd_port:
        return {}
    return {STATSD: listening(queries.statsd_newest_at(), now, settings.statsd_flush_s)}


def own_addresses(settings: Settings) -> list[str]:
    """Where our web server listens on this machine, then where people reach it."""
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 (compared, not bound)
    host = anywhere.get(settings.host) or (
        f"[{settings.host}]" if ":" in settings.host else settings.host
    )
    return list(dict.fromkeys([f"http://{host}:{settings.port}", settings.base_url]))


def _finding(probed: Probed[bool]) -> Finding:
    return Finding(OK if probed.value else DOWN, probed.error, probed.ms)


def _without_database(looked: dict[str, Finding], now: datetime) -> dict[str, Standing]:
    """What can be known without rows: the states, and since when the database is away."""
    before = _write_note(looked[DATABASE].error or "", now)
    stood = {name: after(None, name, finding, now) for name, finding in looked.items()}
    stood[DATABASE] = after(before, DATABASE, looked[DATABASE], now)
    return {
        name: s
        if name == DATABASE
        else Standing(name, s.state, checked_at=now, probe_ms=s.probe_ms)
        for name, s in stood.items()
    }


def _store(standings: Iterable[Standing]) -> None:
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(HealthState)
    rows = sorted((asdict(s) for s in standings), key=lambda row: str(row["component"]))
    changes = {name: insert.excluded[name] for name in rows[0] if name != "component"}
    statement = insert.on_conflict_do_update(index_elements=["component"], set_=changes)
    db.session.execute(statement.values(rows))


def _tell_outage(note: Standing, now: datetime) -> None:
    """The database is back: only now can it be told that it was away."""
    assert note.since_at is not None
    judging_ourselves.note_outage(note.since_at, now, note.last_error, now)


def _write_note(error: str, now: datetime) -> Standing | None:
    """Note that the database is away; how it stood before, None when Redis is away too."""
    at_ms = clock.to_ms(now)
    try:
        with impatient_redis().pipeline() as pipeline:
            pipeline.hsetnx(NOTE, "since_ms", at_ms)
            pipeline.hset(NOTE, mapping={"at_ms": at_ms, "error": error})
            pipeline.expire(NOTE, NOTE_KEPT_S)
            pipeline.execute()
    except RedisError:
        return None
    return _read_note()


def _news_of_note(stored: Standing | None) -> Standing | None:
    """The note, if its row does not have it yet; one that was taken over is dropped."""
    note = _read_note()
    if note is None or note.last_error_at is None:
        return None
    if stored and stored.last_error_at and stored.last_error_at >= note.last_error_at:
        impatient_redis().delete(NOTE)
        return None
    return note


def _read_note() -> Standing | None:
    try:
        found = impatient_redis().hmget(NOTE, "since_ms", "at_ms", "error")
    except RedisError:
        return None
    since_ms, at_ms, error = cast(list[bytes | None], found)
    if since_ms is None or at_ms is None:
        return None
    since_at, at = clock.from_ms(int(since_ms)), clock.from_ms(int(at_ms))
    return Standing(DATABASE, DOWN, since_at, error.decode() if error else None, at, at)
