"""Pages: a person's dashboards, one of them with its charts, and how it is arranged."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for

from webapp.core import htmx, web
from webapp.core.access import Role, identity, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.metrics import boards, dashboard_queries, dashboards, gallery
from webapp.metrics.asked import PAGE_SIZE, AddQuery, SeriesListQuery, asked, time_range
from webapp.metrics.boards import Board, read_board
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.dashboard_forms import DashboardEdit, Move, NewChart, NewDashboard
from webapp.metrics.models import Dashboard
from webapp.metrics.pictures import pictures
from webapp.metrics.ranges import COMPARISONS, RANGES, TimeRange

blueprint = Blueprint("dashboards", __name__, url_prefix="/dashboards")


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """The person's own dashboards, and a form for another one."""
    return _list({}, {})


@blueprint.post("/")
@needs(Role.VIEWER)
def create() -> Response:
    """A new dashboard; then its page, or the one to arrange it when it is empty."""
    form, errors = web.parse_form(NewDashboard)
    if form is not None:
        try:
            dashboard = dashboards.create(_user_id(), form.name, form.host)
            db.session.commit()
            view = "show" if read_board(dashboard.content).charts else "arrange"
            return htmx.redirect(url_for(f"dashboards.{view}", dashboard_id=dashboard.id))
        except Problem as problem:
            db.session.rollback()
            errors = web.by_field(problem.errors)
    return _list(request.form.to_dict(), errors)


@blueprint.get("/add")
@needs(Role.VIEWER)
def choose() -> Response:
    """To which of the person's dashboards a chart of a machine or service is to be added."""
    query = asked(AddQuery)
    chart = query.chart or ""
    if chart and not gallery.names_of(chart, DESCRIBED):
        raise Problem(404, "There is no such chart.")
    shown = Board().plus(query.kind.value, query.source, chart, query.pick)
    return htmx.render(
        "metrics/dashboard_add.html",
        "main",
        query=query,
        title=pictures(shown, 0)[0].title if chart else query.source,
        dashboards=dashboard_queries.dashboards_of(_user_id()),
        most=dashboards.MOST_DASHBOARDS,
    )


@blueprint.get("/<int:dashboard_id>")
@needs(Role.VIEWER)
def show(dashboard_id: int) -> Response:
    """The charts of a dashboard over one range; one statement beside the sign-in."""
    dashboard = dashboards.own(_user_id(), dashboard_id)
    board = read_board(dashboard.content)
    return htmx.render(
        "metrics/dashboard.html",
        "main",
        dashboard=dashboard,
        pictures=pictures(board, dashboard_id),
        chosen=_range(board),
        ranges=RANGES,
        comparisons=COMPARISONS,
        url=partial(url_for, "dashboards.show", dashboard_id=dashboard_id),
    )


@blueprint.get("/<int:dashboard_id>/arrange")
@needs(Role.VIEWER)
def arrange(dashboard_id: int) -> Response:
    """Name, range, order, and a search for charts to add."""
    return _arranging(dashboards.own(_user_id(), dashboard_id))


@blueprint.post("/<int:dashboard_id>/arrange")
@needs(Role.VIEWER)
def rename(dashboard_id: int) -> Response:
    """Another name, and the range that it opens with."""
    form, errors = web.parse_form(DashboardEdit)
    if form is None:
        dashboard = dashboards.own(_user_id(), dashboard_id)
        return _arranging(dashboard, request.form.to_dict(), errors)
    dashboards.rename(_user_id(), dashboard_id, form.name, form.range)
    db.session.commit()
    flash("The dashboard was saved.", "success")
    return htmx.redirect(url_for("dashboards.show", dashboard_id=dashboard_id))


@blueprint.get("/<int:dashboard_id>/delete")
@needs(Role.VIEWER)
def confirm_delete(dashboard_id: int) -> Response:
    """Ask before it is deleted."""
    dashboard = dashboards.own(_user_id(), dashboard_id)
    return htmx.render("metrics/dashboard_delete.html", "main", dashboard=dashboard)


@blueprint.post("/<int:dashboard_id>/delete")
@needs(Role.VIEWER)
def delete(dashboard_id: int) -> Response:
    """Delete it."""
    dashboards.delete(_user_id(), dashboard_id)
    db.session.commit()
    flash("The dashboard was deleted.", "success")
    return htmx.redirect(url_for("dashboards.index"))


@blueprint.post("/<int:dashboard_id>/charts")
@needs(Role.VIEWER)
def add(dashboard_id: int) -> Response:
    """Put a chart at the end."""
    form, _errors = web.parse_form(NewChart)
    if form is None:
        dashboards.own(_user_id(), dashboard_id)
        abort(422, "There is no such chart.")

    def plus(board: Board) -> Board:
        return board.plus(form.kind.value, form.source, form.chart, form.pick)

    return _changed(dashboard_id, plus)


@blueprint.post("/<int:dashboard_id>/charts/<int:chart_id>/move")
@needs(Role.VIEWER)
def move(dashboard_id: int, chart_id: int) -> Response:
    """One place up or down."""
    form, _errors = web.parse_form(Move)
    if form is None:
        dashboards.own(_user_id(), dashboard_id)
        abort(422, "A chart moves up or down.")
    by = -1 if form.to == "up" else 1
    return _changed(dashboard_id, lambda board: board.moved(chart_id, by))


@blueprint.post("/<int:dashboard_id>/charts/<int:chart_id>/remove")
@needs(Role.VIEWER)
def remove(dashboard_id: int, chart_id: int) -> Response:
    """Take a chart away; what it shows is still measured."""
    return _changed(dashboard_id, lambda board: board.without(chart_id))


def _changed(dashboard_id: int, how: Any) -> Response:
    try:
        dashboard = dashboards.change(_user_id(), dashboard_id, how)
        db.session.commit()
    except Problem as problem:
        if problem.status != 409:
            raise
        db.session.rollback()
        dashboard = dashboards.own(_user_id(), dashboard_id)
        return _arranging(dashboard, errors={"": problem.detail})
    if htmx.block_wanted():
        return _arranging(dashboard)
    q = request.args.get("q")
    return htmx.redirect(url_for("dashboards.arrange", dashboard_id=dashboard_id, q=q))


def _list(values: dict[str, Any], errors: dict[str, str]) -> Response:
    found = dashboard_queries.dashboards_of(_user_id())
    return htmx.render(
        "metrics/dashboards.html",
        "main",
        422 if errors else 200,
        dashboards=[(one, len(read_board(one.content).charts)) for one in found],
        hosts=dashboard_queries.hosts_to_begin_with(),
        most=dashboards.MOST_DASHBOARDS,
        values=values,
        errors=errors,
    )


def _arranging(
    dashboard: Dashboard,
    values: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    query = asked(SeriesListQuery)
    board = read_board(dashboard.content)
    skip = (query.page - 1) * PAGE_SIZE
    found, total = dashboard_queries.offers(query.q, skip, PAGE_SIZE)
    return htmx.render(
        "metrics/dashboard_arrange.html",
        "arrangement",
        422 if errors else 200,
        dashboard=dashboard,
        pictures=pictures(board, dashboard.id),
        offers=found,
        taken={(c.kind, c.source, c.chart) for c in board.charts if not c.picked},
        is_full=len(board.charts) >= boards.MOST_CHARTS,
        most=boards.MOST_CHARTS,
        total=total,
        page_size=PAGE_SIZE,
        query=query,
        ranges=RANGES,
        values=values or {"name": dashboard.name, "range": board.range},
        errors=errors or {},
    )


def _range(board: Board) -> TimeRange:
    chosen = time_range()
    says_nothing = not {"range", "from", "to"} & request.args.keys()
    return chosen.called(board.range) if says_nothing else chosen


def _user_id() -> int:
    who = identity()
    if who is None or who.user_id is None:
        raise Problem(403, "Dashboards belong to people; a token has none.")
    return who.user_id
