"""/healthz, /metrics and the health page, as page and as block."""

import pytest

from tests.statements import MENU, count_statements
from webapp.selfcheck.probes import Probed

GONE = Probed(None, "the database is gone", 12.0)
PANELS = [
    ("/selfcheck/health", "monitor_health"),
    ("/selfcheck/queues", "queues"),
    ("/selfcheck/workers", "workers"),
    ("/selfcheck/failed-jobs", "failed_jobs"),
]


def seen(block):
    return block.text.split("seen=")[1].split('"')[0]


def test_healthz_is_one_line_of_json_for_everybody(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.text.count("\n") == 1
    assert answer.json == {
        "status": "degraded",
        "database": "ok",
        "redis": "ok",
        "workers": "missing",
        "scheduler": "missing",
    }


def test_healthz_answers_503_without_redis(without_redis):
    answer = without_redis.test_client().get("/healthz")
    assert answer.status_code == 503
    assert (answer.json["status"], answer.json["redis"]) == ("failed", "failed")


def test_healthz_answers_503_without_the_database(client, monkeypatch):
    monkeypatch.setattr("webapp.selfcheck.queries.probe_database", lambda _: GONE)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["database"]) == (503, "failed")


def test_healthz_notes_a_change_and_only_that(app, client):
    client.get("/healthz")
    with count_statements(app) as statements:
        client.get("/healthz")
    assert not [s for s in statements if s.startswith(("INSERT", "UPDATE"))]


def test_the_page_lists_every_part_with_its_past(app, viewer):
    page = viewer.get("/selfcheck/").text
    for label in ("Web server", "API", "Database", "Redis", "Workers", "Scheduler", "Queues"):
        assert f'<th scope="row">{label}</th>' in page
    assert "No worker reports." in page
    assert "under 10 ms" in page


def test_metrics_are_for_tokens_and_people_and_not_for_strangers(app, client, read_token):
    answer = app.test_client().get("/metrics", headers=read_token)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    assert 'watchkeeper_up{part="database"} 1.0' in answer.text
    assert client.get("/metrics").status_code in (303, 401)


@pytest.mark.parametrize(("url", "block"), PANELS)
def test_each_panel_has_a_url_the_page_for_a_browser_and_the_block_for_htmx(viewer, url, block):
    page = viewer.get(url)
    assert all(f'id="{name}"' in page.text for _, name in PANELS)
    part = viewer.get(url, htmx=True)
    assert part.text.strip().startswith('<section class="panel')
    assert f'id="{block}"' in part.text
    assert "<main" not in part.text


@pytest.mark.parametrize(("url", "block"), PANELS)
def test_a_panel_that_shows_all_there_is_answers_204(viewer, url, block):
    version = seen(viewer.get(url, htmx=True))
    assert viewer.get(f"{url}?seen={version}", htmx=True).status_code == 204


def test_a_dead_worker_is_called_late_and_a_live_one_not(app, viewer, jobs):
    with app.app_context():
        jobs.worker("alive")
    before = viewer.get("/selfcheck/workers", htmx=True)
    assert "Late" not in before.text
    with app.app_context():
        jobs.worker("dead", silent_s=61)
    after = viewer.get(f"/selfcheck/workers?seen={seen(before)}", htmx=True)
    assert "Late" in after.text


def test_a_failed_job_is_shown_with_its_traceback_and_an_operator_retries_it(app, operator, jobs):
    with app.app_context():
        (job_id,) = jobs.fail(7)
    page = operator.get("/selfcheck/")
    assert "RuntimeError: broken on purpose 7" in page.text
    answer = operator.post(f"/selfcheck/jobs/{job_id}/retry")
    assert answer.status_code == 303
    assert "back on its queue" in operator.get("/selfcheck/").text
    assert operator.post(f"/selfcheck/jobs/{job_id}/retry").status_code == 404


def test_delete_under_htmx_answers_with_the_panel(app, operator, jobs):
    with app.app_context():
        job_id, other = jobs.fail(1, 2)
    answer = operator.post(f"/selfcheck/jobs/{job_id}/delete", htmx=True)
    assert answer.status_code == 200
    assert 'id="failed_jobs"' in answer.text
    assert job_id not in answer.text
    assert other in answer.text


def test_all_are_deleted_after_a_question(app, operator, jobs):
    with app.app_context():
        jobs.fail(1, 2)
    assert "Delete all failed jobs?" in operator.get("/selfcheck/failed-jobs/delete").text
    assert operator.post("/selfcheck/failed-jobs/delete").status_code == 303
    assert "No job has failed" in operator.get("/selfcheck/").text


def test_a_viewer_sees_failed_jobs_and_changes_none(app, viewer, jobs):
    with app.app_context():
        (job_id,) = jobs.fail(1)
    page = viewer.get("/selfcheck/")
    assert "fail_on_purpose" in page.text
    assert "Retry" not in page.text
    assert "Delete" not in page.text
    for path in (f"jobs/{job_id}/retry", f"jobs/{job_id}/delete", "failed-jobs/delete"):
        assert viewer.post(f"/selfcheck/{path}").status_code == 403


def test_many_failed_jobs_come_in_pages(app, viewer, jobs, monkeypatch):
    monkeypatch.setattr("webapp.selfcheck.views.PAGE_SIZE", 2)
    with app.app_context():
        jobs.fail(1, 2, 3)
    assert "1 to 2 of 3" in viewer.get("/selfcheck/").text
    assert "3 to 3 of 3" in viewer.get("/selfcheck/?page=2").text


def test_a_traceback_is_shown_as_text_and_never_as_markup(app, viewer, jobs):
    with app.app_context():
        jobs.fail("<script>alert(1)</script>")
    assert "<script>alert" not in viewer.get("/selfcheck/").text


def test_without_redis_the_page_says_so(without_redis, viewer):
    page = viewer.get("/selfcheck/")
    assert page.status_code == 200
    assert "Redis does not answer" in page.text


def test_a_redis_that_hangs_is_waited_for_once(app, viewer, monkeypatch):
    asked = []

    def hang(_redis):
        asked.append(1)
        return Probed(None, "No answer within 1 s.", 1000.0)

    def must_not_be_asked(*_arguments, **_more):
        raise AssertionError("Redis was asked again although it hangs")

    monkeypatch.setattr("webapp.selfcheck.queries.probe_redis", hang)
    monkeypatch.setattr("webapp.selfcheck.views.failed_jobs", must_not_be_asked)
    monkeypatch.setattr("webapp.selfcheck.views.failed_version", must_not_be_asked)
    page = viewer.get("/selfcheck/")
    assert "No answer within 1 s." in page.text
    assert asked == [1]


def test_the_page_asks_the_database_little(app, viewer):
    viewer.get("/selfcheck/")
    with count_statements(app) as statements:
        viewer.get("/selfcheck/")
    assert len(statements) <= 4 + MENU, statements
