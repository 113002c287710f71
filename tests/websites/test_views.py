"""Pages: as page and as block, the normal path and the refusals."""

import re

import pytest

from tests.statements import count_statements
from tests.websites.makers import check, period, website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import queries
from webapp.websites.models import MonitorStatus


@pytest.fixture
def made(app):
    with app.app_context():
        one = website(name="Shop", status=MonitorStatus.UP, response_time_ms=12.5)
        check(one, 10)
        check(
            one, 5, status=MonitorStatus.DOWN, http_status_code=None, failure_reason="refused",
            error_message="The connection was refused.", late_ms=2500,
        )  # fmt: skip
        period(one, "DOWN", 30, 2)
        period(one, "UP", 2)
        db.session.commit()
        return one.id


def state_of(app, website_id):
    with app.app_context():
        return queries.get_by_id(website_id)


def seen(text):
    return re.search(r"seen=([\w-]+)", text).group(1)


class TestList:
    def test_it_shows_each_website_with_word_and_shape(self, viewer, made):
        page = viewer.get("/websites/").text
        assert f'href="/websites/{made}"' in page
        for part in ("Shop", "http://127.0.0.1:9/1", "12.5 ms", ">Up</span>", 'href="#tick"'):
            assert part in page, part
        assert "Last 24 hours of Shop: 44 down, 4 up" in page
        assert "8.333 %" in page
        assert "Add a website" not in page

    def test_as_a_block_it_is_the_panel_alone_and_nothing_when_nothing_is_new(
        self, app, viewer, made
    ):
        block = viewer.get("/websites/", htmx=True).text
        assert block.lstrip().startswith("<section")
        assert "<html" not in block
        again = f"/websites/?seen={seen(block)}"
        with count_statements(app) as statements:
            assert viewer.get(again, htmx=True).status_code == 204
        assert len([s for s in statements if "monitor_checks" in s or "websites" in s]) == 1
        with app.app_context():
            check(queries.get_by_id(made))
            db.session.commit()
        assert viewer.get(again, htmx=True).status_code == 200

    def test_it_costs_as_many_statements_for_many_as_for_one(self, app, viewer, made):
        counts = []
        for more in (0, 30):
            with app.app_context():
                for number in range(more):
                    check(website(100 + number), 1)
                db.session.commit()
            with count_statements(app) as statements:
                viewer.get("/websites/")
            counts.append(len([s for s in statements if "websites" in s or "checks" in s]))
        assert counts[0] == counts[1] <= 4

    def test_it_says_what_counts_and_how_much_was_observed_and_keeps_the_choice(self, viewer, made):
        page = viewer.get("/websites/?q=Shop").text
        assert "maintenance and unknown time are left out" in page
        assert "% observed" in page
        chosen = viewer.get("/websites/?q=Shop&unknown=down").text
        assert "maintenance is left out, unknown time is counted as down" in chosen
        assert '<input type="hidden" name="q" value="Shop">' in chosen
        assert "q=Shop&amp;unknown=down" in chosen

    def test_search_filter_and_order_are_kept_while_turning_pages(self, app, viewer):
        with app.app_context():
            for number in range(30):
                website(number, name=f"site {number:02}")
        page = viewer.get("/websites/?q=site&state=unknown&order=name").text
        assert "1 to 25 of 30" in page
        assert "site 24" in page
        assert "site 25" not in page
        assert "q=site&amp;state=unknown&amp;order=name&amp;page=2" in page
        assert "site 25" in viewer.get("/websites/?q=site&order=name&page=2").text

    @pytest.mark.parametrize(
        "query", ["state=odd", "order=odd", "page=0", "page=x", "odd=1", "q=%00", "unknown=odd"]
    )
    def test_an_address_we_never_gave_is_refused(self, viewer, query):
        assert viewer.get(f"/websites/?{query}").status_code == 400

    def test_an_empty_list_says_what_to_do(self, viewer, operator):
        assert "An operator can add the first one" in viewer.get("/websites/").text
        assert 'href="/websites/new"' in operator.get("/websites/").text
        assert "No website fits" in viewer.get("/websites/?q=x").text


class TestForms:
    def test_a_website_is_added_and_shown(self, app, operator):
        form = {"url": "http://Example.org", "check_interval": "30", "timeout": "5"}
        answer = operator.post("/websites/new", form)
        assert (answer.status_code, answer.location) == (303, "/websites/1")
        assert "The website was added." in operator.get("/websites/1").text
        assert state_of(app, 1).check_interval == 30

    def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(self, operator):
        answer = operator.post("/websites/new", {"url": "ftp://x", "name": "Kept", "timeout": "0"})
        assert answer.status_code == 422
        for part in ('id="url_error"', 'id="timeout_error"', 'value="Kept"', 'value="ftp://x"'):
            assert part in answer.text

    def test_a_url_that_exists_is_named(self, operator, made):
        form = {"url": "http://127.0.0.1:9/1", "name": "Other"}
        answer = operator.post("/websites/new", form)
        assert answer.status_code == 422
        assert "exists already" in answer.text

    def test_it_is_edited_and_an_emptied_description_is_gone(self, app, operator, made):
        form = {"url": "http://127.0.0.1:9/1", "name": "Shop", "check_interval": "60"}
        operator.post(f"/websites/{made}/edit", form | {"timeout": "9", "description": "text"})
        assert state_of(app, made).description == "text"
        assert 'value="9"' in operator.get(f"/websites/{made}/edit").text
        operator.post(f"/websites/{made}/edit", form | {"timeout": "9", "description": " "})
        assert state_of(app, made).description is None

    def test_an_edit_to_the_url_of_another_is_refused_in_place(self, app, operator, made):
        with app.app_context():
            website(2)
        form = {"url": "http://127.0.0.1:9/2", "name": "x"}
        answer = operator.post(f"/websites/{made}/edit", form)
        assert answer.status_code == 422
        assert "Another website has this URL." in answer.text
        assert state_of(app, made).name == "Shop"

    def test_it_is_paused_and_resumed(self, app, operator, made):
        assert operator.post(f"/websites/{made}/pause").status_code == 303
        page = operator.get(f"/websites/{made}").text
        assert "Paused" in page
        assert "Check now" not in page
        assert operator.post(f"/websites/{made}/check-now").status_code == 409
        operator.post(f"/websites/{made}/resume")
        assert state_of(app, made).is_active

    def test_it_is_deleted_only_after_a_question(self, app, operator, made):
        assert "Delete Shop?" in operator.get(f"/websites/{made}/delete").text
        assert state_of(app, made) is not None
        assert operator.post(f"/websites/{made}/delete").location == "/websites/"
        assert state_of(app, made) is None
        assert operator.get(f"/websites/{made}").status_code == 404

    @pytest.mark.parametrize("path", ["new", "1/edit", "1/pause", "1/delete", "1/check-now"])
    def test_a_viewer_changes_nothing(self, viewer, made, path):
        assert viewer.post(f"/websites/{path}").status_code == 403


class TestShow:
    def test_it_shows_facts_and_checks(self, viewer, made):
        page = viewer.get(f"/websites/{made}").text
        for part in (
            "Uptime in 24 h",
            "The connection was refused.",
            "Began 2 s late.",
            "HTTP 200",
        ):
            assert part in page, part
        assert "Check now" not in page

    @pytest.mark.parametrize(
        ("block", "path"),
        [("website_now", ""), ("website_checks", "/checks"), ("website_history", "/history")],
    )
    def test_each_panel_comes_alone_and_is_quiet_when_nothing_is_new(
        self, viewer, made, block, path
    ):
        url = f"/websites/{made}{path}"
        text = viewer.get(url, htmx=True).text
        assert text.lstrip().startswith("<section")
        assert f'id="{block}"' in text
        assert viewer.get(f"{url}?seen={seen(text)}", htmx=True).status_code == 204
        assert "<html" in viewer.get(url).text

    def test_its_chart_is_json(self, viewer, made):
        series = viewer.get(f"/websites/{made}/chart.json").get_json()["series"]
        assert series[0]["label"] == "Total"
        assert [value for _, value in series[0]["points"]] == [12.5, None]

    @pytest.mark.parametrize("chosen", ["24h", "7d", "30d", "90d", "1y"])
    def test_its_chart_reaches_as_far_back_as_is_asked(self, viewer, made, chosen):
        series = viewer.get(f"/websites/{made}/chart.json?range={chosen}").get_json()["series"]
        assert [s["label"] for s in series] == ["Total p95", "Total p50"]
        assert f"range={chosen}" in viewer.get(f"/websites/{made}?range={chosen}").text

    @pytest.mark.parametrize("query", ["days=31", "range=9y", "range="])
    def test_a_stretch_of_time_we_never_gave_is_refused(self, viewer, made, query):
        assert viewer.get(f"/websites/{made}?{query}").status_code == 400

    def test_its_history_has_bar_year_and_downtimes(self, app, viewer, made):
        page = viewer.get(f"/websites/{made}?days=90").text
        for part in ("up in 90 days", "A year of days", "There has been none.", 'class="day-'):
            assert part in page, part
        assert page.count('<th scope="col">') > 53

    def test_it_is_told_what_counts_and_in_the_readers_zone(self, viewer, made):
        page = viewer.get(f"/websites/{made}").text
        assert "Maintenance and unknown time are left out." in page
        assert "Availability of each day in UTC" in page
        viewer.client.set_cookie("zone", "Asia/Kolkata")
        path = f"/websites/{made}/history?days=90&maintenance=down"
        block = viewer.get(path, htmx=True).text
        assert "Maintenance is counted as down, unknown time is left out." in block
        assert "Availability of each day in Asia/Kolkata" in block
        assert "days=90&amp;maintenance=down" in block
        assert viewer.get(f"/websites/{made}?unknown=odd").status_code == 400

    def test_a_page_costs_a_fixed_number_of_statements(self, app, viewer, made):
        counts = []
        for more in (0, 40):
            with app.app_context():
                one = queries.get_by_id(made)
                for number in range(more):
                    check(one, 20 + number)
                    period(website(500 + number), "UP", 4)
                db.session.commit()
            with count_statements(app) as statements:
                viewer.get(f"/websites/{made}?range=90d&days=90")
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 16

    def test_what_a_site_is_called_is_text(self, app, viewer):
        with app.app_context():
            website(name="<script>x</script>", description="<b>", error_message="<i>")
        for path in ("/websites/", "/websites/1"):
            page = viewer.get(path).text
            assert "<script>x" not in page
            assert "<b>" not in page

    @pytest.mark.parametrize("path", ["", "/checks", "/chart.json", "/check-now"])
    def test_one_that_is_gone_is_not_found(self, viewer, path):
        assert viewer.get(f"/websites/77{path}").status_code == 404


class TestCheckNow:
    def test_it_asks_for_itself_until_the_answer_is_there(self, app, operator, made):
        block = operator.post(f"/websites/{made}/check-now", htmx=True).text
        assert "Checking" in block
        url = re.search(r'hx-get="([^"]+)"', block).group(1)
        assert state_of(app, made).check_requested_at is not None
        assert 'hx-trigger="load delay:1s"' in operator.get(url, htmx=True).text
        with app.app_context():
            check(queries.get_by_id(made))
            db.session.commit()
        done = operator.get(url, htmx=True).text
        assert "Answered HTTP 200." in done
        assert "hx-trigger" not in done
        assert "Check now" in done

    def test_without_a_worker_it_says_so_after_a_while(self, operator, made):
        asked = clock.to_ms(clock.now()) - 11_000
        text = operator.get(f"/websites/{made}/check-now?asked={asked}", htmx=True).text
        assert "No worker has taken the check up." in text
        assert "hx-trigger" not in text

    def test_without_javascript_it_is_a_page(self, operator, made):
        answer = operator.post(f"/websites/{made}/check-now")
        assert answer.status_code == 303
        page = operator.get(answer.location).text
        assert "<html" in page
        assert "See whether it is done" in page
