"""The pages of services, as page and as block."""

from datetime import timedelta

import pytest

from tests.metrics.makers import machine, record
from tests.metrics.sources import metric
from tests.statements import count_statements
from webapp.core import clock
from webapp.metrics.paths import page_of_service


@pytest.fixture
def now():
    return clock.now()


def seen(page):
    return page.text.split("seen=")[1].split('"')[0]


class TestIndex:
    def test_without_any_it_says_how_to_send(self, viewer):
        page = viewer.get("/services/")
        assert page.status_code == 200
        assert "No application has sent metrics yet" in page.text

    def test_it_lists_applications_and_no_machines(self, app, viewer, now):
        record(app, *machine(now), metric("hits", 7.0, now, kind="request", unit="/s"))
        text = viewer.get("/services/").text
        assert 'href="/services/shop"' in text
        assert "web-1" not in text
        for word in ("Sending", "Requests", "7.0 /s"):
            assert word in text, word

    def test_htmx_gets_the_block_and_then_nothing_until_a_sample_comes(self, app, viewer, now):
        record(app, metric("hits", 1, now))
        block = viewer.get("/services/", htmx=True)
        assert block.text.strip().startswith('<section class="panel" id="service_list"')
        url = f"/services/?seen={seen(block)}"
        with count_statements(app) as statements:
            assert viewer.get(url, htmx=True).status_code == 204
        assert len([s for s in statements if "metric_" in s]) == 1
        record(app, metric("hits", 1, now + timedelta(seconds=1)))
        assert viewer.get(url, htmx=True).status_code == 200

    def test_one_that_is_quiet_is_said_to_be_quiet(self, app, viewer, now):
        record(app, metric("hits", 1, now - timedelta(hours=2)))
        assert "Quiet" in viewer.get("/services/").text

    def test_a_search_is_kept_and_may_fit_none(self, app, viewer, now):
        record(app, *(metric("hits", 1, now, service=f"s{n:02}") for n in range(30)))
        assert "q=s&amp;page=2" in viewer.get("/services/?q=s").text
        assert "26 to 30 of 30" in viewer.get("/services/?q=s&page=2").text
        assert "No service fits" in viewer.get("/services/?q=nobody").text
        assert viewer.get("/services/?page=x").status_code == 400


class TestShow:
    def test_it_has_a_chart_for_each_name_under_its_type(self, app, viewer, now):
        record(app, metric("hits", 1, now, kind="request", route="/"), metric("basket", 1, now))
        text = viewer.get("/services/shop?range=6h").text
        for name in ("metric-hits", "metric-basket"):
            assert f'data-src="/services/shop/charts/{name}"' in text
        assert "Requests</h2>" in text
        assert "Metrics of its own</h2>" in text
        assert "/services/shop/series?chart=metric-hits&amp;range=6h" in text

    def test_it_costs_one_question_beside_who_asks(self, app, viewer, now):
        record(app, *(metric("hits", 1, now, route=str(n)) for n in range(50)))
        with count_statements(app) as statements:
            viewer.get("/services/shop")
        assert len([s for s in statements if "metric_" in s]) == 1

    @pytest.mark.parametrize("name", ["a/b", "<script>alert(1)</script>", "büro", "..", "x/series"])
    def test_a_name_from_outside_is_text_and_has_all_its_pages(self, app, viewer, now, name):
        record(app, metric("<b>hits</b>", 1, now, service=name, route="<i>"))
        assert "<script>alert" not in viewer.get("/services/").text
        path = page_of_service(name)
        for part in ("", "/charts/metric-hits", "/series", "/series?q=hits"):
            answer = viewer.get(path + part)
            assert answer.status_code == 200, part
            for tag in ("<script>alert", "<b>hits", "<i>"):
                assert tag not in answer.text or answer.is_json

    @pytest.mark.parametrize(
        ("path", "status"),
        [("nothing", 404), ("shop?range=2h", 400), ("nothing/series", 404), ("shop/charts/x", 404)],
    )
    def test_what_there_is_not_is_refused(self, app, viewer, now, path, status):
        record(app, metric("hits", 1, now))
        assert viewer.get(f"/services/{path}").status_code == status


class TestChart:
    def test_each_series_is_a_line(self, app, viewer, now):
        at = now - timedelta(seconds=5)
        record(app, *(metric("hits", n, at, route=f"/{n}") for n in (10, 9)))
        record(app, metric("hits", 1, at, service="other"))
        found = viewer.get("/services/shop/charts/metric-hits").json
        assert [line["label"] for line in found["series"]] == ["/9", "/10"]

    @pytest.mark.parametrize("name", ["a/b c", "..", "é?#", "x.csv"])
    def test_any_name_of_a_metric_has_its_chart(self, app, viewer, now, name):
        record(app, metric(name, 1, now - timedelta(seconds=5)))
        text = viewer.get("/services/shop").text
        assert viewer.get(text.split('data-src="')[1].split('"')[0]).json["total"] == 1
        table = viewer.get(text.split('data-src="')[1].split('"')[0] + ".csv")
        assert (table.status_code, table.mimetype) == (200, "text/csv")

    def test_two_units_of_a_name_are_told(self, app, viewer, now):
        at = now - timedelta(seconds=5)
        record(app, metric("size", 1, at, unit="bytes"), metric("size", 1, at, unit="items"))
        found = viewer.get("/services/shop/charts/metric-size").json
        assert sorted(line["unit"] for line in found["series"]) == ["bytes", "items"]


class TestSeries:
    def test_all_that_it_sends_is_found_by_label(self, app, viewer, now):
        record(app, *(metric("hits", 1, now, route=f"/{n}") for n in range(3)))
        text = viewer.get("/services/shop/series?q=/2").text
        assert "route: /2" in text
        assert "route: /1" not in text
        assert "1 to 1 of 1" in text
