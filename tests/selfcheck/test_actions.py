"""Failed jobs are retried and deleted; silent ones are given up."""

import pytest
from rq.registry import FailedJobRegistry
from sqlalchemy import select

from webapp.activity.models import ActivityEvent
from webapp.core import clock, counted, queue, workforce
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.selfcheck import actions


def diary():
    return db.session.scalars(select(ActivityEvent.message).order_by(ActivityEvent.id)).all()


def failed(context):
    return workforce.workforce(context.extensions["redis"]).failed


def test_a_retried_job_waits_again_and_the_diary_says_so(context, jobs):
    (job_id,) = jobs.fail(1)
    actions.retry_job(job_id)
    assert queue.queue("default").job_ids == [job_id]
    assert failed(context) == 0
    assert diary() == ["Failed job fail_on_purpose was put back on its queue"]


def test_a_deleted_job_is_gone_with_its_traceback(context, jobs):
    (job_id,) = jobs.fail(1)
    actions.delete_job(job_id)
    assert failed(context) == 0
    assert context.extensions["redis"].keys(f"*{job_id}*") == []
    assert diary() == ["Failed job fail_on_purpose was deleted"]


@pytest.mark.parametrize("verb", [actions.retry_job, actions.delete_job])
def test_a_job_that_is_not_among_the_failed_is_refused(context, jobs, verb):
    for job_id in (jobs.wait(), "no-such-job"):
        with pytest.raises(Problem) as refused:
            verb(job_id)
        assert refused.value.status == 404
    assert len(queue.queue("slow").job_ids) == 1


def test_all_failed_jobs_are_deleted_at_once_with_one_entry(context, jobs):
    jobs.fail(1, 2)
    jobs.fail(3, name="fast")
    assert actions.delete_failed_jobs() == 3
    assert actions.delete_failed_jobs() == 0
    assert (failed(context), diary()) == (0, ["All 3 failed jobs were deleted"])


@pytest.mark.parametrize(("silent_s", "given_up"), [(5, False), (35, False), (45, True)])
def test_a_running_job_is_given_up_once_its_worker_is_silent_for_40_s(
    context, jobs, silent_s, given_up
):
    job = jobs.running_on(jobs.worker("w"), silent_s)
    assert (actions.give_up_silent_jobs() == [job.id]) is given_up
    assert (job.id in FailedJobRegistry(queue=queue.queue("default"))) is given_up
    if given_up:
        found, _ = workforce.failed_jobs(context.extensions["redis"], offset=0, limit=1)
        assert found[0].traceback == workforce.ABANDONED
    _, tally = counted.take(context.extensions["redis"], clock.now())
    assert sum(tally.counts.values()) == given_up


def test_only_the_newest_failed_jobs_of_a_queue_are_kept(context, jobs, monkeypatch):
    monkeypatch.setattr(actions, "FAILED_KEPT", 2)
    moment = [1_800_000_000]
    monkeypatch.setattr("rq.registry.current_timestamp", lambda: moment[0])
    for number in (1, 2, 3):
        moment[0] += 1
        jobs.fail(number)
    actions.tidy_registries()
    found, total = workforce.failed_jobs(context.extensions["redis"], offset=0, limit=9)
    assert total == 2
    assert [job.call[-2] for job in found] == ["3", "2"]
