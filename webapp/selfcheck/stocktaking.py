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
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
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
    elsewhere,
    findings,
    is_better_known,
    is_news,
    is_told,
    listening,
    sentence,
    shown,
)
from webapp.selfcheck.health import OK, Facts
from webapp.selfcheck.models import HealthState
from webapp.selfcheck.probes import Probed, probe_web

NOTE = "watchkeeper:database-away"
NOTE_KEPT_S = 30 * 86_400
SERVES, SERVES_FOR_S = "watchkeeper:serves:{host}", 7 * 86_400
TOLD = {OK: ActivityType.SYSTEM_RECOVERED, DOWN: ActivityType.SYSTEM_ERROR}
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
    stored = queries.standings()
    known = dict(stored)
    if facts.redis_ms is not None and (note := _news_of_note(known.get(DATABASE))) is not None:
        known[DATABASE] = note
        _tell_outage(note, now)
    stood = {
        name: after(known.get(name), name, finding, now)
        for name, finding in looked.items()
        if not is_better_known(known.get(name), finding, now)
    }
    _tell(stored, known, stood)
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
    """Ask our own web server and API over the network, as a client does.

    Where none listens on this machine and none has before, nobody can tell.
    """
    settings: Settings = current_app.extensions["settings"]
    addresses = own_addresses(settings)
    found = {
        WEB: _finding(probe_web(addresses, ANY_PAGE, ITS_STATUS)),
        API: _finding(probe_web(addresses, ANY_QUESTION, REFUSED)),
    }
    if settings.public_url:
        return found
    is_here = _is_here(settings.own_host, any(f.state == OK for f in found.values()))
    return {name: elsewhere(finding, is_here) for name, finding in found.items()}


def _is_here(host: str, answers: bool) -> bool:
    """Whether a web server belongs to this machine: one answers, or has within the last days."""
    key = SERVES.format(host=host)
    try:
        if answers:
            impatient_redis().set(key, 1, ex=SERVES_FOR_S)
        return answers or bool(impatient_redis().exists(key))
    except RedisError:
        return answers


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


def _tell(
    stored: Mapping[str, Standing], known: Mapping[str, Standing], stood: Mapping[str, Standing]
) -> None:
    """Write changes into the diary, each by the one process that is the first to store it."""
    told = [name for name in sorted(stored) if name in stood and is_told(known[name], stood[name])]
    if told:
        # All rows in the order in which they are stored, so that nobody waits in a circle.
        rows = select(HealthState.component).order_by(HealthState.component)
        db.session.execute(rows.with_for_update()).all()
    for name in told:
        before, standing = known[name], stood[name]
        if _take(stored[name], standing):
            type = TOLD.get(standing.state, ActivityType.SYSTEM_WARNING)
            details = {"component": name, "before": before.state, "state": standing.state}
            diary.record(type, sentence(before, standing), user_email="", details=details)


def _take(row: Standing, standing: Standing) -> bool:
    """Whether the row was still as we had read it, and has the new state now."""
    mine = update(HealthState).where(
        HealthState.component == row.component,
        HealthState.state == row.state,
        HealthState.since_at == row.since_at,
    )
    done = db.session.execute(mine.values(state=standing.state, since_at=standing.since_at))
    return bool(done.rowcount)  # type: ignore[attr-defined]


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
