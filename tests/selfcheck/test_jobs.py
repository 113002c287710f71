"""A dead worker is noticed, once."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from webapp.activity.models import ActivityEvent
from webapp.core import clock, workforce
from webapp.core.db import db
from webapp.issues.models import Fault
from webapp.selfcheck import stocktaking
from webapp.selfcheck.components import Finding
from webapp.selfcheck.jobs import sweep_dead_workers, take_stock
from webapp.selfcheck.models import HealthState


def diary():
    return db.session.scalars(select(ActivityEvent.message)).all()


def test_a_dead_worker_is_in_the_diary_once_however_often_the_sweep_runs(context, jobs):
    job = jobs.running_on(jobs.worker("dead"), silent_s=45)
    jobs.worker("alive")
    for _ in range(2):
        sweep_dead_workers()
        (entry,) = diary()
        assert "stopped reporting while it ran fail_on_purpose" in entry
        found, total = workforce.failed_jobs(context.extensions["redis"], offset=0, limit=1)
        assert (total, found[0].id) == (1, job.id)


def test_live_workers_and_their_jobs_are_left_alone(context, jobs):
    jobs.running_on(jobs.worker("busy"), silent_s=12)
    jobs.worker("idle", silent_s=31)
    sweep_dead_workers()
    found = workforce.workforce(context.extensions["redis"])
    assert (diary(), found.failed, len(found.workers)) == ([], 0, 2)


def test_a_worker_without_a_record_leaves_the_register(context, jobs):
    redis = context.extensions["redis"]
    redis.delete(jobs.worker("vanished").key)
    sweep_dead_workers()
    assert redis.smembers("rq:workers") == set()


def states():
    db.session.expire_all()
    return {row.component: row.state for row in db.session.scalars(select(HealthState))}


def test_stock_is_taken_of_every_part_however_often_it_runs(context, monkeypatch):
    nowhere = replace(
        context.extensions["settings"], port=9, statsd_port=8125, public_url="http://127.0.0.1:9"
    )
    monkeypatch.setitem(context.extensions, "settings", nowhere)
    for _ in range(2):
        take_stock()
        assert states() == {
            "web": "down", "api": "down", "database": "ok", "cache": "ok", "workers": "down",
            "scheduler": "down", "queues": "ok", "statsd": "down",
        }  # fmt: skip


def test_where_nobody_listens_for_statsd_it_is_no_part(context, monkeypatch):
    nowhere = replace(context.extensions["settings"], port=9)
    monkeypatch.setitem(context.extensions, "settings", nowhere)
    take_stock()
    assert "statsd" not in states()


def faults():
    db.session.expire_all()
    found = db.select(Fault.error_code, Fault.is_ongoing).order_by(Fault.id)
    return [tuple(row) for row in db.session.execute(found)]


def test_a_part_that_stays_down_becomes_a_fault_and_its_return_ends_it(context, monkeypatch):
    settings = context.extensions["settings"]
    nowhere = replace(settings, port=9, public_url="http://127.0.0.1:9")
    monkeypatch.setitem(context.extensions, "settings", nowhere)
    take_stock()
    assert faults() == []
    long_ago = clock.now() - timedelta(minutes=5)
    db.session.execute(db.update(HealthState).values(since_at=long_ago))
    db.session.commit()
    take_stock()
    take_stock()
    assert sorted(faults()) == [
        ("MONITOR_IMPAIRED", True),
        ("MONITOR_IMPAIRED", True),
        ("SCHEDULER_MISSING", True),
        ("WORKERS_MISSING", True),
    ]
    well = {"web": Finding("ok"), "api": Finding("ok")}
    monkeypatch.setattr(stocktaking, "look_at_web", lambda: well)
    take_stock()
    assert [lasts for code, lasts in faults() if code == "MONITOR_IMPAIRED"] == [False, False]
