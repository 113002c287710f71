"""Dashboards: made, arranged, shown to their owner alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import csrf_of
from tests.metrics.makers import HOST, machine, record, sample
from tests.statements import MENU, count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import dashboard_queries, dashboards
from webapp.metrics.boards import Board, as_content, read_board
from webapp.metrics.models import Dashboard, Host, MetricSeries


@pytest.fixture
def measured(app):
    now = clock.now()
    record(app, *machine(now), *machine(now - timedelta(minutes=5)))
    with app.app_context():
        host = db.session.get(Host, HOST) or Host(name=HOST, interval_s=5, details={})
        host.last_seen_at = now
        db.session.add(host)
        db.session.commit()
    return app


def made(browser, name="Mine", **more):
    answer = browser.post("/dashboards/", {"name": name, **more})
    assert answer.status_code == 303, answer.text
    return int(answer.location.split("/")[2])


def board(app, dashboard_id):
    with app.app_context():
        return read_board(db.session.get(Dashboard, dashboard_id).content)


def charts(app, dashboard_id):
    return [chart.chart for chart in board(app, dashboard_id).charts]


def add(browser, dashboard_id, chart, **more):
    given = {"kind": "system", "source": HOST, "chart": chart, **more}
    return browser.post(f"/dashboards/{dashboard_id}/charts", given)


def test_a_first_dashboard_is_offered_from_a_host(measured, viewer):
    page = viewer.get("/dashboards/")
    assert "begin with the usual charts" in page.text
    dashboard_id = made(viewer, HOST, host=HOST)
    assert charts(measured, dashboard_id)[:3] == ["cpu", "memory", "load"]
    shown = viewer.get(f"/dashboards/{dashboard_id}")
    assert f"CPU, {HOST}" in shown.text
    assert f'data-src="/machines/{HOST}/charts/cpu"' in shown.text
    assert f"/dashboards/{dashboard_id}/charts/1.csv" in shown.text
    assert "begin with the usual charts" not in viewer.get("/dashboards/").text


def test_an_empty_one_leads_to_the_search_for_charts(measured, viewer):
    answer = viewer.post("/dashboards/", {"name": "Shop"})
    assert answer.location.endswith("/arrange")
    page = viewer.get(f"{answer.location}?q=cpu+{HOST}")
    assert page.text.count(">Add<") == 1
    assert "cpu_percent" in page.text


@pytest.mark.parametrize(("q", "found"), [("memory", True), ("MOUNT", True), ("nothing%", False)])
def test_charts_are_found_by_metric_title_or_label(measured, viewer, q, found):
    dashboard_id = made(viewer)
    page = viewer.get(f"/dashboards/{dashboard_id}/arrange", query_string={"q": q}).text
    assert (">Add<" in page) is found
    assert ("Nothing fits" in page) is not found


def test_charts_are_added_ordered_and_removed_without_javascript(measured, viewer):
    dashboard_id = made(viewer)
    for chart in ("cpu", "memory", "load"):
        answer = add(viewer, dashboard_id, chart)
        assert answer.status_code == 303
        assert answer.location.startswith(f"/dashboards/{dashboard_id}/arrange")
    path = f"/dashboards/{dashboard_id}/charts"
    assert viewer.post(f"{path}/3/move", {"to": "up"}).status_code == 303
    assert charts(measured, dashboard_id) == ["cpu", "load", "memory"]
    viewer.post(f"{path}/1/move", {"to": "down"})
    assert charts(measured, dashboard_id) == ["load", "cpu", "memory"]
    viewer.post(f"{path}/1/remove")
    assert charts(measured, dashboard_id) == ["load", "memory"]


def test_under_htmx_a_change_answers_with_the_arrangement(measured, viewer):
    dashboard_id = made(viewer)
    answer = viewer.post(
        f"/dashboards/{dashboard_id}/charts",
        {"kind": "system", "source": HOST, "chart": "cpu"},
        htmx=True,
    )
    assert answer.status_code == 200
    assert 'id="arrangement"' in answer.text
    assert "<main" not in answer.text
    assert "on it" in answer.text


def test_one_series_alone_can_be_put_on_it(measured, viewer):
    dashboard_id = made(viewer)
    add(viewer, dashboard_id, "cpu", pick=7)
    assert board(measured, dashboard_id).charts[0].picked == (7,)
    assert 'data-pick="7"' in viewer.get(f"/dashboards/{dashboard_id}").text


def test_only_the_series_that_were_searched_for_can_be_put_on_it(measured, viewer, monkeypatch):
    now = clock.now()
    record(measured, *[sample("core_percent", 5.0, at=now, core=f"number{n}") for n in range(20)])
    dashboard_id = made(viewer)
    path = f"/dashboards/{dashboard_id}/arrange"
    assert "Add only what fits" not in viewer.get(f"{path}?q=core_percent").text
    monkeypatch.setattr(dashboard_queries, "MOST_PICKED", 10)
    assert "Add only what fits" not in viewer.get(f"{path}?q=number1").text, "eleven of them fit"
    page = viewer.get(f"{path}?q=number1+number19").text
    pick = page.split('name="pick" value="')[1].split('"')[0]
    add(viewer, dashboard_id, "cores", pick=pick)
    (chart,) = board(measured, dashboard_id).charts
    with measured.app_context():
        labels = [db.session.get(MetricSeries, i).details["core"] for i in chart.picked]
    assert labels == ["number19"]


def test_a_search_costs_as_many_statements_however_much_it_finds(measured, viewer):
    dashboard_id = made(viewer)
    path = f"/dashboards/{dashboard_id}/arrange?q={HOST}"
    viewer.get(path)
    with count_statements(measured) as statements:
        viewer.get(path)
    assert len(statements) <= 7 + MENU, statements


def test_it_is_renamed_and_opens_with_its_range(measured, viewer):
    dashboard_id = made(viewer, host=HOST)
    answer = viewer.post(f"/dashboards/{dashboard_id}/arrange", {"name": "Ours", "range": "7d"})
    assert answer.status_code == 303
    page = viewer.get(f"/dashboards/{dashboard_id}").text
    assert "<h1" in page
    assert "Ours" in page
    assert 'data-range="7d"' in page
    assert 'data-range="6h"' in viewer.get(f"/dashboards/{dashboard_id}?range=6h").text
    absolute = viewer.get(f"/dashboards/{dashboard_id}?from=1700000000000&to=1700003600000")
    assert 'data-from-ms="1700000000000"' in absolute.text


def test_it_is_deleted_after_a_question(measured, viewer):
    dashboard_id = made(viewer, "<b>Shop</b>")
    question = viewer.get(f"/dashboards/{dashboard_id}/delete").text
    assert "Delete &lt;b&gt;Shop&lt;/b&gt;?" in question
    assert viewer.post(f"/dashboards/{dashboard_id}/delete").status_code == 303
    assert viewer.get(f"/dashboards/{dashboard_id}").status_code == 404
    assert "Shop" not in viewer.get("/dashboards/").text


PATHS = [
    ("get", ""),
    ("get", "/arrange"),
    ("get", "/delete"),
    ("get", "/charts/1.csv"),
    ("post", "/arrange"),
    ("post", "/delete"),
    ("post", "/charts"),
    ("post", "/charts/1/move"),
    ("post", "/charts/1/remove"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("who", ["operator", "administrator"])
def test_nobody_else_learns_that_it_exists(measured, viewer, request, who, method, path):
    dashboard_id = made(viewer, host=HOST)
    before = board(measured, dashboard_id)
    other = request.getfixturevalue(who)
    for number in (dashboard_id, 999, 2**40):
        url = f"/dashboards/{number}{path}"
        given = {"name": "x", "range": "1h", "to": "down", "kind": "system"}
        given |= {"source": HOST, "chart": "network"}
        answer = other.get(url) if method == "get" else other.post(url, given)
        assert answer.status_code == 404, (url, answer.text)
    assert board(measured, dashboard_id) == before
    assert "Mine" not in other.get("/dashboards/").text


def test_without_sign_in_or_csrf_nothing_is_shown_or_changed(measured, viewer, client):
    dashboard_id = made(viewer)
    assert client.get(f"/dashboards/{dashboard_id}").status_code == 303
    forged = viewer.client.post(f"/dashboards/{dashboard_id}/delete")
    assert forged.status_code == 400
    assert viewer.get(f"/dashboards/{dashboard_id}").status_code == 200


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"chart": "no such"}, 422),
        ({"chart": "cpu", "kind": "planet"}, 422),
        ({"chart": "cpu", "source": ""}, 422),
        ({"chart": "cpu", "pick": "x"}, 422),
    ],
)
def test_a_chart_that_cannot_be_is_refused(measured, viewer, given, status):
    dashboard_id = made(viewer)
    assert add(viewer, dashboard_id, **given).status_code == status
    assert charts(measured, dashboard_id) == []


def test_the_same_chart_twice_is_refused_in_words(measured, viewer):
    dashboard_id = made(viewer)
    add(viewer, dashboard_id, "cpu")
    answer = add(viewer, dashboard_id, "cpu")
    assert answer.status_code == 422
    assert "on the dashboard already" in answer.text
    assert charts(measured, dashboard_id) == ["cpu"]


def test_a_name_is_required_and_bounded_and_what_was_typed_stays(measured, viewer):
    for name in ("", "x" * 101):
        answer = viewer.post("/dashboards/", {"name": name})
        assert answer.status_code == 422
        assert 'id="name_error"' in answer.text
    dashboard_id = made(viewer)
    refused = viewer.post(f"/dashboards/{dashboard_id}/arrange", {"name": "ok", "range": "2h"})
    assert refused.status_code == 422
    assert 'value="ok"' in refused.text


def test_there_are_at_most_twenty(measured, viewer, monkeypatch):
    monkeypatch.setattr(dashboards, "MOST_DASHBOARDS", 2)
    made(viewer, "one")
    made(viewer, "two")
    answer = viewer.post("/dashboards/", {"name": "three"})
    assert answer.status_code == 422
    assert "Delete one first" in answer.text
    assert "all there can be" in viewer.get("/dashboards/").text


def test_a_full_one_takes_no_more(measured, viewer):
    dashboard_id = made(viewer)
    full = Board()
    for number in range(40):
        full = full.plus("system", f"web-{number}", "cpu")
    with measured.app_context():
        db.session.get(Dashboard, dashboard_id).content = as_content(full)
        db.session.commit()
    answer = add(viewer, dashboard_id, "memory")
    assert answer.status_code == 422
    assert "at most 40" in answer.text


def test_with_its_owner_it_is_gone(measured, viewer):
    made(viewer)
    with measured.app_context():
        from webapp.accounts.models import User

        db.session.delete(db.session.scalar(select(User)))
        db.session.commit()
        assert db.session.scalars(select(Dashboard)).all() == []


def test_a_page_of_many_charts_costs_one_statement_beside_the_sign_in(measured, viewer):
    dashboard_id = made(viewer, host=HOST)
    viewer.get(f"/dashboards/{dashboard_id}")
    with count_statements(measured) as statements:
        viewer.get(f"/dashboards/{dashboard_id}")
    assert len([s for s in statements if "dashboards" in s]) == 1
    assert len(statements) <= 2 + MENU, statements


def test_the_page_carries_the_value_that_its_forms_need(measured, viewer):
    dashboard_id = made(viewer, host=HOST)
    assert csrf_of(viewer.get(f"/dashboards/{dashboard_id}/arrange"))


def test_from_a_machine_its_charts_or_one_of_them_go_to_a_dashboard(measured, viewer):
    lead = f"/dashboards/add?kind=system&amp;source={HOST}"
    assert f'href="{lead}"' in viewer.get(f"/machines/{HOST}").text
    assert f'"{lead}&amp;chart=cpu"' in viewer.get(f"/machines/{HOST}/series?chart=cpu").text
    lead = lead.replace("&amp;", "&")
    assert f'name="host" value="{HOST}"' in viewer.get(lead).text
    dashboard_id = made(viewer)
    assert f'href="/dashboards/{dashboard_id}/arrange?q={HOST}"' in viewer.get(lead).text
    page = viewer.get(f"{lead}&chart=cpu&pick=1").text
    assert f"Add CPU, {HOST} to a dashboard" in page
    assert f'action="/dashboards/{dashboard_id}/charts?q={HOST}"' in page
    assert 'name="pick" value="1"' in page


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("kind=system", 400), ("kind=system&source=x&chart=odd", 404)],
)
def test_what_cannot_be_added_is_refused(viewer, query, status):
    assert viewer.get(f"/dashboards/add?{query}").status_code == status
