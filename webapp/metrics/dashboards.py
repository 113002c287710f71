"""Verbs on dashboards. Each belongs to one person, and nobody else learns that it exists."""

from collections.abc import Callable

from webapp.accounts.models import User
from webapp.core.db import begin_to_write, db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.metrics import dashboard_queries
from webapp.metrics.boards import Board, BoardError, as_content, first_board, read_board
from webapp.metrics.models import Dashboard

MOST_DASHBOARDS = 20


def create(user_id: int, name: str, host: str | None = None) -> Dashboard:
    """A new dashboard, empty or with the usual charts of `host`."""
    begin_to_write()
    # Locked, so that two requests at once do not both take the last place.
    db.session.get(User, user_id, with_for_update=True)
    if dashboard_queries.count_of(user_id) >= MOST_DASHBOARDS:
        why = f"You have {MOST_DASHBOARDS} dashboards, which is all there can be. Delete one first."
        raise invalid(FieldError("name", why))
    board = first_board(host, dashboard_queries.charts_of_host(host)) if host else Board()
    dashboard = Dashboard(user_id=user_id, name=name, content=as_content(board))
    db.session.add(dashboard)
    db.session.flush()
    return dashboard


def rename(user_id: int, dashboard_id: int, name: str, range: str) -> Dashboard:
    """Give it another name, and the range that it opens with."""
    dashboard = change(user_id, dashboard_id, lambda board: board.over(range))
    dashboard.name = name
    db.session.flush()
    return dashboard


def change(user_id: int, dashboard_id: int, how: Callable[[Board], Board]) -> Dashboard:
    """Change what it shows; one change waits for another."""
    begin_to_write()
    dashboard = own(user_id, dashboard_id, locked=True)
    try:
        dashboard.content = as_content(how(read_board(dashboard.content)))
    except BoardError as error:
        raise Problem(409, str(error)) from error
    db.session.flush()
    return dashboard


def delete(user_id: int, dashboard_id: int) -> None:
    """Delete it with all that it shows."""
    db.session.delete(own(user_id, dashboard_id))
    db.session.flush()


def own(user_id: int, dashboard_id: int, *, locked: bool = False) -> Dashboard:
    """The person's dashboard of that id; of anybody else's, too, there is none."""
    found = dashboard_queries.dashboard_of(user_id, dashboard_id, locked=locked)
    if found is None:
        raise Problem(404, "There is no such dashboard.")
    return found
