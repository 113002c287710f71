"""The pages of machines, as page and as block."""

from datetime import timedelta

import pytest

from tests.metrics.makers import HOST, machine, record, sample
from tests.statements import count_statements
from webapp.core import clock
from webapp.metrics.catalogue import CHARTS


def seen(page):
    return page.text.split("seen=")[1].split('"')[0]


class TestIndex:
    def test_without_a_reading_it_says_what_to_do(self, viewer):
        page = viewer.get("/machines/")
        assert page.status_code == 200
        assert "Nothing has been measured yet" in page.text

    def test_it_shows_each_machine_by_colour_word_and_shape(self, app, viewer):
        record(app, *machine(clock.now(), cpu_percent=91.0, ram_percent=71.0, network_in=2048.0))
        text = viewer.get("/machines/").text
        assert f'href="/machines/{HOST}"' in text
        for word in ("Critical", "Warning", "Healthy", "91.0", "2.0<small>KiB/s", "up for 2 h"):
            assert word in text, word
        assert "Unknown" not in text

    def test_htmx_gets_the_block_and_then_nothing_until_a_reading_comes(self, app, viewer):
        now = clock.now()
        record(app, *machine(now))
        block = viewer.get("/machines/", htmx=True)
        assert block.text.strip().startswith('<section class="panel" id="machine_list"')
        url = f"/machines/?seen={seen(block)}"
        assert viewer.get(url, htmx=True).status_code == 204
        record(app, *machine(now + timedelta(seconds=5)))
        assert viewer.get(url, htmx=True).status_code == 200

    def test_a_refresh_without_news_asks_one_question_beside_who_asks(self, app, viewer):
        record(app, *machine(clock.now()))
        url = f"/machines/?seen={seen(viewer.get('/machines/'))}"
        with count_statements(app) as statements:
            assert viewer.get(url, htmx=True).status_code == 204
        assert len([s for s in statements if "metric_" in s]) == 1

    def test_a_silent_machine_is_said_to_be_silent(self, app, viewer):
        record(app, *machine(clock.now(), age_s=600))
        text = viewer.get("/machines/").text
        assert "Stale" in text
        assert "last heard of" in text
        assert "Healthy" not in text

    def test_a_name_from_outside_is_text(self, app, viewer):
        record(app, *machine(clock.now(), host="<b>/x"))
        text = viewer.get("/machines/").text
        assert "<b>" not in text
        assert 'href="/machines/%3Cb%3E%2Fx"' in text


class TestShow:
    def test_it_has_cards_and_a_chart_for_all_that_was_measured(self, app, viewer):
        record(app, *machine(clock.now()))
        page = viewer.get(f"/machines/{HOST}")
        assert page.status_code == 200
        for name in ("cpu", "load", "memory", "disk", "database"):
            assert f'data-src="/machines/{HOST}/charts/{name}?range=1h"' in page.text
        assert "Redis memory" not in page.text

    def test_the_range_is_kept_in_every_link(self, app, viewer):
        record(app, *machine(clock.now()))
        text = viewer.get(f"/machines/{HOST}?range=7d").text
        assert f"/machines/{HOST}/charts/cpu?range=7d" in text
        assert 'range=7d" aria-current="true"' in text
        assert f'hx-get="/machines/{HOST}?range=7d&amp;seen=' in text

    def test_htmx_gets_the_block_and_then_nothing(self, app, viewer):
        record(app, *machine(clock.now()))
        block = viewer.get(f"/machines/{HOST}", htmx=True)
        assert block.text.strip().startswith('<section class="panel" id="machine"')
        again = viewer.get(f"/machines/{HOST}?seen={seen(block)}", htmx=True)
        assert again.status_code == 204

    @pytest.mark.parametrize("path", ["nowhere", f"{HOST}?range=1y"])
    def test_what_there_is_not_is_not_found(self, app, viewer, path):
        record(app, *machine(clock.now()))
        assert viewer.get(f"/machines/{path}").status_code == 404


class TestChart:
    @pytest.mark.parametrize("name", CHARTS)
    def test_each_chart_can_be_asked_for(self, app, viewer, name):
        assert viewer.get(f"/machines/{HOST}/charts/{name}").json == {"series": []}

    def test_a_line_has_label_unit_and_points(self, app, viewer):
        now = clock.now()
        record(app, sample("disk_percent", 50.0, at=now, mount="/"))
        answer = viewer.get(f"/machines/{HOST}/charts/disk?range=1h").json
        (line,) = answer["series"]
        assert (line["label"], line["unit"]) == ("Disk /", "%")
        assert line["points"] == [[clock.to_ms(now) // 15_000 * 15_000, 50.0]]

    @pytest.mark.parametrize(("name", "fresh_s"), [("1h", 0), ("24h", 75), ("7d", 450)])
    def test_a_long_range_is_not_read_at_every_refresh(self, viewer, name, fresh_s):
        answer = viewer.get(f"/machines/{HOST}/charts/cpu?range={name}")
        assert answer.headers["Cache-Control"] == f"private, max-age={fresh_s}"

    @pytest.mark.parametrize("path", ["coffee", "cpu?range=1y"])
    def test_an_unknown_chart_or_range_is_not_found(self, viewer, path):
        assert viewer.get(f"/machines/{HOST}/charts/{path}").status_code == 404

    def test_a_page_of_it_needs_a_sign_in(self, client):
        assert client.get(f"/machines/{HOST}/charts/cpu").status_code == 303
