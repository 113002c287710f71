"""The pages of machines, as page and as block."""

from datetime import timedelta

import pytest

from tests.metrics.makers import HOST, machine, record, sample
from tests.metrics.sources import own, roll_up, store
from tests.statements import count_statements
from webapp.core import clock
from webapp.metrics.catalogue import CHARTS
from webapp.metrics.paths import page_of_host

STRANGE = [
    "db/primary",
    "büro ß",
    "<script>alert(1)</script>",
    "..",
    "a?b#c",
    "x/charts/cpu",
    "%2e",
]


def seen(page, panel="machine"):
    return page.text.split("seen=")[1].split('"')[0]


@pytest.fixture
def now():
    return clock.now()


class TestIndex:
    def test_without_a_reading_it_says_what_to_do(self, viewer):
        page = viewer.get("/machines/")
        assert page.status_code == 200
        assert "Nothing has been measured yet" in page.text

    def test_it_shows_each_machine_by_colour_word_and_shape(self, app, viewer, now):
        readings = machine(now, cpu_percent=91.0, ram_percent=71.0, network_in=2048.0)
        store(app, *readings, seen=[(HOST, now)])
        text = viewer.get("/machines/").text
        assert f'href="/machines/{HOST}"' in text
        for word in ("Critical", "Warning", "Up", "91.0", "2.0 KiB/s", "2 h", "Linux, 4 cores"):
            assert word in text, word
        assert text.count('class="spark') == 4

    def test_it_says_how_to_add_one(self, viewer):
        text = viewer.get("/machines/").text
        assert "python -m webapp.agent --url http://127.0.0.1:8000 --token-file" in text

    def test_htmx_gets_the_block_and_then_nothing_until_a_reading_comes(self, app, viewer, now):
        store(app, *machine(now), seen=[(HOST, now)])
        block = viewer.get("/machines/", htmx=True)
        assert block.text.strip().startswith('<section class="panel" id="machine_list"')
        url = f"/machines/?seen={seen(block)}"
        assert viewer.get(url, htmx=True).status_code == 204
        store(app, seen=[(HOST, now + timedelta(seconds=5))])
        assert viewer.get(url, htmx=True).status_code == 200

    def test_a_refresh_without_news_asks_one_question_beside_who_asks(self, app, viewer, now):
        store(app, *machine(now), seen=[(HOST, now)])
        url = f"/machines/?seen={seen(viewer.get('/machines/'))}"
        with count_statements(app) as statements:
            assert viewer.get(url, htmx=True).status_code == 204
        assert len([s for s in statements if "metric_" in s or "hosts" in s]) == 1

    def test_a_silent_machine_is_said_to_be_silent(self, app, viewer, now):
        store(app, *machine(now, age_s=600), seen=[(HOST, now - timedelta(minutes=10))])
        text = viewer.get("/machines/").text
        assert "Silent</span>" in text
        assert "Up</span>" not in text

    def test_filter_and_order_are_kept_in_its_links(self, app, viewer, now):
        store(app, *(s for n in range(30) for s in machine(now, host=f"web-{n}")))
        text = viewer.get("/machines/?q=web&order=cpu").text
        assert 'href="/machines/?q=web&amp;order=cpu&amp;page=2"' in text
        assert 'hx-get="/machines/?page=1&amp;q=web&amp;order=cpu&amp;seen=' in text
        assert "26 to 30 of 30" in viewer.get("/machines/?q=web&order=cpu&page=2").text

    def test_a_filter_that_fits_none_offers_all(self, app, viewer, now):
        store(app, *machine(now))
        assert "No machine fits" in viewer.get("/machines/?q=nobody").text

    @pytest.mark.parametrize(
        "query", ["order=coffee", "page=0", "page=x", "state=ill", "q=" + "x" * 201]
    )
    def test_an_address_we_never_gave_is_refused(self, viewer, query):
        page = viewer.get(f"/machines/?{query}")
        assert page.status_code == 400
        assert "The address of this page" in page.text


class TestShow:
    def test_it_has_cards_and_a_chart_for_all_that_was_measured(self, app, viewer, now):
        record(app, *machine(now), own("basket", 1, now))
        page = viewer.get(f"/machines/{HOST}")
        assert page.status_code == 200
        for name in ("cpu", "load", "memory", "disk", "database", "metric-basket"):
            assert f'data-src="/machines/{HOST}/charts/{name}"' in page.text, name
        assert "Redis memory" not in page.text
        assert 'class="card"' in page.text

    def test_the_range_is_in_the_bar_and_in_every_link(self, app, viewer, now):
        record(app, *machine(now))
        text = viewer.get(f"/machines/{HOST}?range=7d&compare=1w").text
        assert 'data-range="7d"' in text
        assert 'data-compare="1w"' in text
        assert f"/machines/{HOST}/series?chart=cpu&amp;range=7d&amp;compare=1w" in text
        assert 'href="/machines/web-1?range=24h&amp;compare=1w"' in text
        assert 'href="/machines/web-1?range=7d" data-compare-with=""' in text

    def test_without_script_one_can_move_and_zoom_by_links(self, app, viewer, now):
        record(app, *machine(now))
        to = clock.to_ms(now) - 7_200_000
        text = viewer.get(f"/machines/{HOST}?from={to - 3_600_000}&to={to}").text
        assert f'?from={to - 5_400_000}&amp;to={to - 1_800_000}" data-move="earlier"' in text
        assert f'?from={to - 2_700_000}&amp;to={to - 900_000}" data-move="narrower"' in text

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("range=2h", "There is no such range."),
            ("from=5", "Give to as"),
            ("from=x&to=y", "Give from as"),
            ("compare=3w", "Compare with"),
            ("range=1h&from=1&to=2", "Give either range"),
        ],
    )
    def test_a_range_that_cannot_be_shown_is_refused_in_a_sentence(self, viewer, query, sentence):
        for path in ("", "/charts/cpu", "/series"):
            answer = viewer.get(f"/machines/{HOST}{path}?{query}")
            assert answer.status_code == 400
            assert sentence in answer.text

    def test_htmx_gets_the_block_and_then_nothing(self, app, viewer, now):
        record(app, *machine(now))
        block = viewer.get(f"/machines/{HOST}", htmx=True)
        assert block.text.strip().startswith('<section class="panel" id="machine"')
        again = viewer.get(f"/machines/{HOST}?seen={seen(block)}", htmx=True)
        assert again.status_code == 204

    def test_one_that_is_known_but_silent_for_long_still_has_its_page(self, app, viewer, now):
        store(app, *machine(now, age_s=9 * 86_400), seen=[(HOST, now - timedelta(days=9))])
        page = viewer.get(f"/machines/{HOST}?range=30d")
        assert page.status_code == 200
        assert "It has sent nothing for a week" in page.text
        assert 'id="cpu"' in page.text

    def test_what_there_is_not_is_not_found(self, app, viewer, now):
        record(app, *machine(now))
        page = viewer.get("/machines/nowhere")
        assert page.status_code == 404
        assert "There is no such machine" in page.text

    @pytest.mark.parametrize("host", STRANGE)
    def test_a_name_from_outside_is_text_and_has_all_its_pages(self, app, viewer, now, host):
        store(app, *machine(now, host=host), seen=[(host, now)], processes=[(host, now)])
        index = viewer.get("/machines/").text
        assert "<script>alert" not in index
        path = page_of_host(host)
        assert f'href="{path}"' in index
        for part in ("", "/charts/cpu", "/series", "/series?chart=cpu", "/processes"):
            answer = viewer.get(path + part)
            assert answer.status_code == 200, part
            assert "<script>alert" not in answer.text

    def test_it_costs_the_same_for_any_number_of_series(self, app, viewer, now):
        costs = []
        for count in (1, 40):
            record(app, *machine(now), *(own("core", 1, now, core=str(n)) for n in range(count)))
            with count_statements(app) as statements:
                viewer.get(f"/machines/{HOST}")
            costs.append(len([s for s in statements if "metric_" in s or "hosts" in s]))
        assert costs[0] == costs[1] <= 7, statements


class TestChart:
    @pytest.mark.parametrize("name", [*CHARTS, "metric-anything"])
    def test_each_chart_can_be_asked_for(self, app, viewer, name):
        answer = viewer.get(f"/machines/{HOST}/charts/{name}").json
        assert (answer["series"], answer["total"]) == ([], 0)

    def test_a_line_has_label_unit_and_values_on_a_grid(self, app, viewer, now):
        record(app, sample("disk_percent", 50.0, at=now - timedelta(seconds=5), mount="/"))
        answer = viewer.get(f"/machines/{HOST}/charts/disk?range=1h&points=60").json
        (line,) = answer["series"]
        assert (line["label"], line["unit"]) == ("Disk /", "%")
        assert [value for value in line["values"] if value is not None] == [50.0]
        place = line["values"].index(50.0)
        began_ms = answer["start_ms"] + place * answer["step_ms"]
        assert 0 <= clock.to_ms(now) - 5000 - began_ms < answer["step_ms"]

    def test_an_absolute_range_is_answered_as_asked(self, app, viewer, now):
        record(app, *machine(now, age_s=7000))
        to = clock.to_ms(now) - 3_600_000
        answer = viewer.get(f"/machines/{HOST}/charts/cpu?from={to - 3_600_000}&to={to}").json
        assert (answer["from_ms"], answer["to_ms"]) == (to - 3_600_000, to)
        assert any(answer["series"][0]["values"])

    def test_the_same_time_a_day_earlier_comes_with_it(self, app, viewer, now):
        record(app, *machine(now, age_s=60), *machine(now, age_s=60 + 86_400, cpu_percent=3.0))
        roll_up(app)
        answer = viewer.get(f"/machines/{HOST}/charts/cpu?compare=1d").json
        assert 3.0 in answer["series"][0]["before"]
        assert 12.5 in answer["series"][0]["values"]

    def test_who_has_it_already_gets_nothing_until_a_reading_comes(self, app, viewer, now):
        record(app, *machine(now, age_s=60))
        path = f"/machines/{HOST}/charts/cpu"
        first = viewer.get(path)
        assert first.headers["Cache-Control"] == "private, no-cache"
        headers = {"If-None-Match": first.headers["ETag"]}
        with count_statements(app) as statements:
            again = viewer.client.get(path, headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        assert len([s for s in statements if "metric_" in s]) == 1
        record(app, *machine(now, age_s=10))
        assert viewer.client.get(path, headers=headers).status_code == 200
        assert viewer.client.get(f"{path}?range=6h", headers=headers).status_code == 200

    def test_picked_lines_are_drawn_and_no_others(self, app, viewer, now):
        record(app, *(own("core", n, now, core=str(n)) for n in range(20)))
        path = f"/machines/{HOST}/charts/metric-core"
        first = viewer.get(path).json
        assert (len(first["series"]), first["total"]) == (12, 20)
        one = first["series"][3]
        picked = viewer.get(f"{path}?pick={one['id']}").json["series"]
        assert [line["label"] for line in picked] == [one["label"]]

    @pytest.mark.parametrize(
        ("path", "status"),
        [("coffee", 404), ("cpu?range=1d", 400), ("cpu?points=0", 400), ("cpu?pick=x", 400)],
    )
    def test_what_there_is_not_is_refused(self, viewer, path, status):
        assert viewer.get(f"/machines/{HOST}/charts/{path}").status_code == status

    def test_it_needs_a_sign_in(self, client):
        assert client.get(f"/machines/{HOST}/charts/cpu").status_code == 303


class TestSeries:
    def test_all_that_is_measured_is_listed_and_found(self, app, viewer, now):
        record(app, *machine(now), own("core", 5, now, core="0"))
        text = viewer.get(f"/machines/{HOST}/series").text
        assert "ram_percent" in text
        assert "core: 0" in text
        found = viewer.get(f"/machines/{HOST}/series?q=core").text
        assert "ram_percent" not in found

    def test_one_chart_has_its_lines_and_its_numbers_without_script(self, app, viewer, now):
        record(app, *machine(now, age_s=30))
        text = viewer.get(f"/machines/{HOST}/series?chart=load&range=1h").text
        assert f'data-src="/machines/{HOST}/charts/load"' in text
        assert "load_15" in text
        assert "cpu_percent" not in text
        assert "The numbers</h2>" in text
        assert ">0.3</td>" in text

    def test_picked_lines_are_ticked_and_kept(self, app, viewer, now):
        record(app, *(own("core", n, now, core=str(n)) for n in range(3)))
        path = f"/machines/{HOST}/series?chart=metric-core"
        one = viewer.get(path).text.split('name="pick" value="')[1].split('"')[0]
        text = viewer.get(f"{path}&pick={one}").text
        assert f'data-pick="{one}"' in text
        assert text.count(" checked") >= 1
        assert f"pick={one}&amp;range=7d" in text

    @pytest.mark.parametrize("path", ["nowhere/series", f"{HOST}/series?chart=metric-nothing"])
    def test_what_there_is_not_is_not_found(self, app, viewer, now, path):
        record(app, *machine(now))
        assert viewer.get(f"/machines/{path}").status_code == 404

    def test_a_search_that_fits_none_says_so(self, app, viewer, now):
        record(app, *machine(now))
        assert "No series fits" in viewer.get(f"/machines/{HOST}/series?q=coffee").text


class TestProcesses:
    @pytest.fixture
    def moments(self, app, now):
        found = [now - timedelta(seconds=s) for s in (90, 10)]
        store(app, *machine(now), seen=[(HOST, now)], processes=[(HOST, at) for at in found])
        return found

    def test_the_page_of_the_machine_shows_the_newest(self, viewer, moments):
        text = viewer.get(f"/machines/{HOST}").text
        assert f"at-{moments[1]:%H-%M-%S}" in text
        assert "99 in all" in text

    def test_htmx_gets_those_of_a_moment_and_then_nothing(self, viewer, moments):
        at = clock.to_ms(moments[0]) + 3000
        block = viewer.get(f"/machines/{HOST}/processes?at={at}", htmx=True)
        assert block.text.strip().startswith('<section class="panel" id="processes"')
        assert f"at-{moments[0]:%H-%M-%S}" in block.text
        url = f"/machines/{HOST}/processes?at={at}&seen={seen(block)}"
        assert viewer.get(url, htmx=True).status_code == 204

    def test_without_script_they_have_a_page(self, viewer, moments):
        page = viewer.get(f"/machines/{HOST}/processes")
        assert page.status_code == 200
        assert f"at-{moments[1]:%H-%M-%S}" in page.text
        assert "1.0 MiB" in page.text

    def test_a_list_that_is_far_from_the_moment_is_not_shown(self, viewer, moments):
        at = clock.to_ms(moments[0]) - 3_600_000
        text = viewer.get(f"/machines/{HOST}/processes?at={at}", htmx=True).text
        assert "No list of processes was kept near" in text
        assert "at-" not in text

    def test_a_machine_without_any_says_so(self, viewer):
        assert "No list of processes" in viewer.get(f"/machines/{HOST}/processes").text

    @pytest.mark.parametrize("at", ["x", "-1", "9" * 30, "٣", "1.5"])
    def test_a_moment_that_is_none_is_refused(self, viewer, at):
        assert viewer.get(f"/machines/{HOST}/processes?at={at}").status_code == 400
