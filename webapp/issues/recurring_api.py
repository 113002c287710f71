"""JSON: /api/monitoring/recurring-issues/, reading: the list, one issue, and what is kept of it."""

from datetime import UTC, timedelta

from webapp.core import clock, web
from webapp.core.access import Role
from webapp.core.jsonapi import PageQuery, json_blueprint, operation
from webapp.core.problems import FieldError, invalid
from webapp.issues import patterns, queries, sparks, work_queries
from webapp.issues import recurring_schemas as schemas
from webapp.issues.models import RecurringIssue

blueprint = json_blueprint("recurring_issues", "/api/monitoring/recurring-issues")
PATTERN = timedelta(days=90)
USUAL_HOURS, MOST_HOURS = timedelta(days=7), timedelta(days=366)


@blueprint.get("/")
@operation(
    "List recurring issues, open ones first",
    role=Role.VIEWER,
    query=schemas.RecurringIssueQuery,
    returns=schemas.RecurringIssueListResponse,
)
def list_issues(query: schemas.RecurringIssueQuery) -> object:
    """One page of issues; those that were merged into others are left out."""
    return queries.issues(query.filters(), query.page, query.page_size)


@blueprint.get("/<int:issue_id>/")
@operation(
    "Read a recurring issue with its fingerprints, links and pattern",
    role=Role.VIEWER,
    returns=schemas.RecurringIssueDetail,
)
def read_issue(issue_id: int) -> object:
    """One issue; one that was merged into another is told as it was then."""
    issue, now = web.get_or_404(RecurringIssue, issue_id), clock.now()
    hours = work_queries.hours(issue.id, now - PATTERN, now)
    return schemas.RecurringIssueRead.model_validate(issue).model_dump() | {
        "fingerprints": work_queries.fingerprints(issue.id),
        "links": work_queries.links(issue.id),
        "merged_issue_ids": [member.id for member in work_queries.members(issue.id)],
        "last_hours": sparks.hourly(hours, now, 24),
        "pattern": patterns.pattern(hours, UTC),
    }


@blueprint.get("/<int:issue_id>/transitions/")
@operation(
    "List what was done with a recurring issue",
    role=Role.VIEWER,
    query=PageQuery,
    returns=schemas.TransitionListResponse,
)
def list_transitions(issue_id: int, query: PageQuery) -> object:
    """One page of steps."""
    issue = web.get_or_404(RecurringIssue, issue_id)
    return work_queries.transitions(issue.id, _skipped(query), query.page_size)


@blueprint.get("/<int:issue_id>/comments/")
@operation(
    "List what was written under a recurring issue",
    role=Role.VIEWER,
    query=PageQuery,
    returns=schemas.CommentListResponse,
)
def list_comments(issue_id: int, query: PageQuery) -> object:
    """One page of comments."""
    issue = web.get_or_404(RecurringIssue, issue_id)
    return work_queries.comments(issue.id, _skipped(query), query.page_size)


@blueprint.get("/<int:issue_id>/affected/")
@operation(
    "List the hosts, services and people that a recurring issue touched",
    role=Role.VIEWER,
    query=schemas.AffectedQuery,
    returns=schemas.AffectedListResponse,
)
def list_affected(issue_id: int, query: schemas.AffectedQuery) -> object:
    """One page of names."""
    issue = web.get_or_404(RecurringIssue, issue_id)
    return work_queries.affected(issue.id, query.what, _skipped(query), query.page_size)


@blueprint.get("/<int:issue_id>/hours/")
@operation(
    "Read how often a recurring issue came, by the hour",
    role=Role.VIEWER,
    query=schemas.HoursQuery,
    returns=schemas.HoursRead,
)
def read_hours(issue_id: int, query: schemas.HoursQuery) -> object:
    """The hours in which it came, of up to a year."""
    issue = web.get_or_404(RecurringIssue, issue_id)
    until = query.to or clock.now()
    since = query.from_ or until - USUAL_HOURS
    if not since < until <= since + MOST_HOURS:
        raise invalid(FieldError("to", "This must be later than from, by a year at most."))
    hours = work_queries.hours(issue.id, since, until)
    return {"hours": [{"hour_at": at, "count": count} for at, count in hours.items()]}


def _skipped(query: PageQuery) -> int:
    return (query.page - 1) * query.page_size
