"""Questions about the monitor itself. Each answer is bounded in time."""

import shutil
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app
from redis import RedisError
from sqlalchemy import Engine, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from webapp.config import Settings
from webapp.core.db import db
from webapp.core.workforce import PATIENCE_S, Workforce, impatient_redis, workforce
from webapp.metrics.models import MetricKind, MetricSeries
from webapp.selfcheck.health import Facts
from webapp.websites.models import Website

_probing = threading.Lock()


@dataclass(frozen=True)
class Monitor:
    """What was found at one moment; `workforce` is None when Redis does not answer."""

    facts: Facts
    workforce: Workforce | None


def monitor(now: datetime) -> Monitor:
    """The monitor's parts, asked with patience for about a second each."""
    database_ms = database_answer_ms()
    began = time.perf_counter()
    try:
        found = workforce(impatient_redis())
    except RedisError:
        return Monitor(Facts(database_ms, None), None)
    facts = Facts(
        database_ms,
        (time.perf_counter() - began) * 1000,
        workers=len(found.on_time(now)),
        late_workers=len(found.late(now)),
        has_scheduler=found.has_scheduler,
        failed_jobs=found.failed,
    )
    return Monitor(facts, found)


def database_answer_ms() -> float | None:
    """How long one read took, in ms; None when it failed or took longer than a second.

    The read runs in a thread of its own, because a driver that hangs cannot be interrupted. One
    that still hangs keeps the next from being started.
    """
    engine, answers = db.engine, list[float]()
    if not _probing.acquire(timeout=PATIENCE_S):
        return None
    thread = threading.Thread(target=_probe, args=(engine, answers), daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    return answers[0] if answers else None


def database_bytes() -> int | None:
    """Size of the database in bytes, None when it cannot be told."""
    url = make_url(settings().sqlalchemy_url)
    if url.get_backend_name() == "sqlite":
        return _file_bytes(url.database or "")
    return db.session.scalar(select(func.pg_database_size(func.current_database())))


def disk_free() -> tuple[int, int]:
    """Free and whole bytes of the disk that holds DATA_DIR."""
    found = shutil.disk_usage(settings().data_dir)
    return found.free, found.total


def newest_readings(since_ms: int) -> list[MetricSeries]:
    """The machines' series that were read since then, with their newest values."""
    wanted = select(MetricSeries).where(
        MetricSeries.kind == MetricKind.SYSTEM, MetricSeries.newest_ms >= since_ms
    )
    return list(db.session.scalars(wanted.order_by(MetricSeries.source, MetricSeries.name)))


def settings() -> Settings:
    """The settings the product runs with."""
    found: Settings = current_app.extensions["settings"]
    return found


def _probe(engine: Engine, answers: list[float]) -> None:
    began = time.perf_counter()
    try:
        with engine.connect() as connection:
            connection.execute(select(Website.id).limit(1)).all()
        answers.append((time.perf_counter() - began) * 1000)
    except SQLAlchemyError:
        return
    finally:
        _probing.release()


def _file_bytes(path: str) -> int:
    files = (Path(path + suffix) for suffix in ("", "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
