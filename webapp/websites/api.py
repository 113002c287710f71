"""JSON: /api/monitoring/websites/."""

from flask import Response

from webapp.core import clock, web
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import FieldError, Problem, invalid
from webapp.websites import actions, filing, history, keeping, listing, queries, schemas
from webapp.websites.models import Website

blueprint = json_blueprint("websites", "/api/monitoring/websites")


@blueprint.get("/")
@operation(
    "List websites",
    role=Role.VIEWER,
    query=schemas.WebsiteQuery,
    returns=schemas.WebsiteListResponse,
)
def list_websites(query: schemas.WebsiteQuery) -> object:
    """One page of websites."""
    return queries.get_all(
        (query.page - 1) * query.page_size,
        query.page_size,
        active_only=query.active_only,
        text=query.q,
        state=query.state,
        order=query.order,
        tag=query.tag,
        group=query.group,
    )


@blueprint.post("/")
@operation(
    "Add a website; 200 when it exists already with the same values, 409 with other ones",
    role=Role.OPERATOR,
    body=schemas.WebsiteCreate,
    returns=schemas.WebsiteRead,
    status=201,
)
def add_website(body: schemas.WebsiteCreate) -> object:
    """The new website, or the one that has this URL."""
    fields = body.fields()
    if fields.get("name", "") is None:
        del fields["name"]
    website, is_new = actions.add(fields, clock.now())
    return website if is_new else _as_it_was(website)


@blueprint.post("/bulk/")
@operation(
    "Pause, resume, tag, group, retime or delete many websites: all of them, or none",
    role=Role.OPERATOR,
    body=schemas.WebsitesDeed,
    returns=schemas.WebsitesDone,
)
def change_many(body: schemas.WebsitesDeed) -> object:
    """What was done."""
    websites = filing.chosen(body.website_ids)
    if missing := set(body.website_ids) - {website.id for website in websites}:
        raise invalid(FieldError("website_ids", f"There is no website {min(missing)}."))
    return {
        "count": len(websites),
        "message": filing.do(body.deed, websites, body.word, clock.now()),
    }


@blueprint.get("/<int:website_id>/")
@operation("Read a website", role=Role.VIEWER, returns=schemas.WebsiteWithStats)
def read_website(website_id: int) -> object:
    """One website with its statistics."""
    return _with_stats(web.get_or_404(Website, website_id))


@blueprint.put("/<int:website_id>/")
@operation(
    "Change a website: the fields that are given",
    role=Role.OPERATOR,
    body=schemas.WebsiteUpdate,
    returns=schemas.WebsiteRead,
)
def change_website(website_id: int, body: schemas.WebsiteUpdate) -> object:
    """The website as it is now."""
    website = web.get_or_404(Website, website_id)
    actions.edit(website, body.fields(), clock.now())
    return website


@blueprint.delete("/<int:website_id>/")
@operation("Delete a website and its checks", role=Role.OPERATOR)
def delete_website(website_id: int) -> None:
    """Nothing is left of it but the diary."""
    actions.remove(web.get_or_404(Website, website_id))


@blueprint.get("/<int:website_id>/checks/")
@operation(
    "List a website's checks, newest first",
    role=Role.VIEWER,
    query=schemas.CheckQuery,
    returns=schemas.MonitorCheckListResponse,
)
def list_checks(website_id: int, query: schemas.CheckQuery) -> object:
    """One page of checks."""
    web.get_or_404(Website, website_id)
    if query.from_ and query.to and query.from_ >= query.to:
        raise invalid(FieldError("to", "This must be later than from."))
    return queries.get_by_website(
        website_id,
        (query.page - 1) * query.page_size,
        query.page_size,
        since=query.from_,
        until=query.to,
        status=query.status,
    )


@blueprint.post("/<int:website_id>/check-now/")
@operation(
    "Ask for a check now; it is done when check_requested_at is null again",
    role=Role.OPERATOR,
    returns=schemas.WebsiteRead,
    status=202,
)
def check_now(website_id: int) -> object:
    """The website, with the time of the request."""
    website = web.get_or_404(Website, website_id)
    actions.request_check(website, clock.now())
    return website


@blueprint.get("/<int:website_id>/heartbeat/")
@operation(
    "Read the address that a heartbeat calls", role=Role.OPERATOR, returns=schemas.HeartbeatRead
)
def read_heartbeat(website_id: int) -> object:
    """Its address; add /start, /fail or /<exit code> to say more than that it succeeded."""
    url = keeping.heartbeat_url(web.get_or_404(Website, website_id))
    if url is None:
        raise Problem(404, "This website is not a heartbeat.")
    return {"url": url}


def _with_stats(website: Website) -> schemas.WebsiteWithStats:
    last, now = queries.get_latest_by_website(website.id), clock.now()
    periods = history.periods_of([website.id], now - listing.LONGEST)[website.id]
    figures = listing.figures(periods, now)
    day = history.summary(website.id, history.window(now - listing.UPTIMES["24 h"], now), now)
    return schemas.WebsiteWithStats(
        **schemas.WebsiteRead.model_validate(website).model_dump(),
        uptime_percentage_24h=figures["24 h"].percent,
        coverage_percentage_24h=figures["24 h"].coverage_percent,
        uptime_percentage_7d=figures["7 d"].percent,
        coverage_percentage_7d=figures["7 d"].coverage_percent,
        uptime_percentage_30d=figures["30 d"].percent,
        coverage_percentage_30d=figures["30 d"].coverage_percent,
        uptime_percentage_90d=figures["90 d"].percent,
        coverage_percentage_90d=figures["90 d"].coverage_percent,
        checks_count_24h=day.checks,
        failed_checks_count_24h=day.counts["DOWN"],
        p50_ms_24h=day.quantile("total", 0.5),
        p95_ms_24h=day.quantile("total", 0.95),
        p99_ms_24h=day.quantile("total", 0.99),
        last_check=schemas.MonitorCheckRead.model_validate(last) if last else None,
    )


def _as_it_was(website: Website) -> Response:
    document = schemas.WebsiteRead.model_validate(website).model_dump_json()
    return Response(document, 200, content_type="application/json")
