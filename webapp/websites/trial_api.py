"""JSON: /api/monitoring/websites/test/: check what is not saved."""

from typing import Any

from webapp.core import queue, web
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import FieldError, Problem, invalid
from webapp.websites import trial_schemas as schemas
from webapp.websites import trials
from webapp.websites.jobs import try_draft
from webapp.websites.models import Website
from webapp.websites.urls import kind_of

blueprint = json_blueprint("website_trials", "/api/monitoring/websites/test")


@blueprint.post("/")
@operation(
    "Test a website without saving it; ask for the result until it is done",
    role=Role.OPERATOR,
    body=schemas.WebsiteTrial,
    returns=schemas.TrialRead,
    status=202,
)
def start_trial(body: schemas.WebsiteTrial) -> object:
    """The test that a worker was asked for."""
    if kind_of(body.url) == "heartbeat":
        raise invalid(FieldError("url", "A heartbeat cannot be tested: it calls us."))
    website = web.get_or_404(Website, body.website_id) if body.website_id else None
    name = trials.propose(trials.drafted(website, body.fields()))
    queue.enqueue(try_draft, name, queue="default", job_id=f"try_draft-{name}")
    return {"id": name, "state": "waiting"}


@blueprint.get("/<trial_id>/")
@operation("Read how a test stands", role=Role.OPERATOR, returns=schemas.TrialRead)
def read_trial(trial_id: str) -> object:
    """What the test found, or that it goes on."""
    if found := trials.found_for(trial_id):
        return {"id": trial_id, "state": "done", "result": _result(found)}
    if trials.draft_of(trial_id) is None:
        raise Problem(404, "There is no such test; one is kept for 10 minutes.")
    return {"id": trial_id, "state": "waiting"}


def _result(found: dict[str, Any]) -> dict[str, Any]:
    phases, failure = found["phases"], found["failure"] or {}
    return found | {
        "failure_reason": failure.get("reason"),
        "http_status_code": found["http_status"],
        "response_time_ms": phases["total"],
        "dns_time_ms": phases["dns"],
        "connect_time_ms": phases["connect"],
        "tls_time_ms": phases["tls"],
        "ttfb_ms": phases["ttfb"],
    }
