"""The pages of issues, and the number in the menu of every page."""

from flask import Flask, g

from webapp.issues import (
    bulk_pages,
    form_pages,
    grouping_pages,
    issue_pages,
    queries,
    raw_pages,
    received_pages,
    rule_views,
    talk_pages,
    views,
    work_pages,
)

MOST_COUNTED = 100


def init_app(app: Flask) -> None:
    """Add the pages, and tell templates how many issues are open."""
    for module in (
        views, issue_pages, work_pages, talk_pages, bulk_pages, form_pages, raw_pages,
        received_pages, rule_views, grouping_pages,
    ):  # fmt: skip
        app.register_blueprint(module.blueprint)
    app.context_processor(lambda: {"open_issues": open_issues})


def open_issues() -> str:
    """How many issues are open, for the menu; empty where none is; asked once a page."""
    if "open_issues" not in g:
        number = queries.open_count(MOST_COUNTED)
        g.open_issues = f"{MOST_COUNTED - 1}+" if number == MOST_COUNTED else str(number or "")
    found: str = g.open_issues
    return found
