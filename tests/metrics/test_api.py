"""Metrics as JSON: the shapes of the seeds, filters, refusals."""

from datetime import timedelta

import pytest

from tests.metrics.makers import HOST, machine, record, sample
from tests.statements import count_statements
from webapp.core import clock
from webapp.metrics import queries
from webapp.metrics.system import host_name

LIVE = "/api/system/metrics"
LIST = "/api/monitoring/metrics/"
FIELDS = {"kind", "metric_type", "name", "value", "unit", "timestamp", "details"}


@pytest.fixture
def filled(app):
    now = clock.now()
    record(
        app,
        *machine(now),
        *machine(now - timedelta(hours=2)),
        sample("latency_ms", 12.0, at=now),
    )
    return app


@pytest.fixture
def get(app, read_token):
    def ask(url):
        return app.test_client().get(url, headers=read_token)

    return ask


class TestSystemMetrics:
    def test_it_has_the_fields_of_the_seed_within_their_bounds(self, app, get, monkeypatch):
        monkeypatch.setattr(queries.system, "cpu_percent_over", lambda seconds: 7.5)
        answer = get(LIVE)
        assert answer.status_code == 200, answer.text
        found = answer.json
        assert list(found) == [
            "cpu_percent",
            "ram_percent",
            "disk_percent",
            "latency_ms",
            "db_connections",
            "db_max_connections",
            "timestamp",
        ]
        assert found["cpu_percent"] == 7.5
        assert 0 < found["latency_ms"] < 10_000
        assert isinstance(found["db_connections"], int)
        assert found["db_max_connections"] > 0
        assert found["timestamp"].endswith("Z")

    def test_with_a_fresh_reading_it_waits_for_nothing(self, app, get, monkeypatch):
        def must_not_wait(seconds):
            raise AssertionError("measured although a reading was there")

        monkeypatch.setattr(queries.system, "cpu_percent_over", must_not_wait)
        record(app, *machine(clock.now(), host=host_name(), cpu_percent=33.0))
        assert get(LIVE).json["cpu_percent"] == 33.0

    def test_without_a_token_it_is_refused(self, client):
        assert client.get(LIVE).status_code == 401


class TestList:
    def test_a_reading_of_a_machine_has_every_field(self, filled, get):
        page = get(f"{LIST}disk/").json
        assert (page["total"], page["page"], page["page_size"]) == (1, 1, 50)
        (found,) = page["items"]
        assert set(found) == FIELDS | {"host"}
        assert (found["kind"], found["metric_type"], found["name"]) == (
            "system",
            "disk",
            "disk_percent",
        )
        assert (found["value"], found["unit"], found["host"]) == (55.0, "%", HOST)
        assert found["details"] == {"mount": "/"}
        assert found["timestamp"].endswith("Z")

    def test_a_reading_of_an_application_has_a_service(self, filled, get):
        (found,) = get(f"{LIST}response_time/").json["items"]
        assert set(found) == FIELDS | {"service"}
        assert (found["kind"], found["service"]) == ("application", "watchkeeper")

    def test_without_from_it_is_the_last_hour(self, filled, get):
        assert get(LIST).json["total"] == 10
        early = (clock.now() - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert get(f"{LIST}?from={early}").json["total"] == 19

    @pytest.mark.parametrize(
        ("query", "total"),
        [
            ("kind=application", 1),
            ("service=watchkeeper", 1),
            (f"host={HOST}", 9),
            (f"host={HOST}&name=load_1", 1),
            ("host=watchkeeper", 0),
            (f"host={HOST}&kind=application", 0),
            ("kind=system&service=watchkeeper", 0),
            ("page=2&page_size=6", 10),
            ("page=1000000&page_size=200", 10),
            ("to=1970-01-01T00:00:00Z", 0),
            ("to=9999-12-31T23:59:59Z", 0),
            ("host=caf%C3%A9%27--", 0),
            ("label=mount:/", 1),
            ("label=mount:/&label=host:x", 0),
            ("labels=mount=/", 1),
            (f"host={HOST}&labels=mount=/home", 0),
        ],
    )
    def test_filters_narrow_and_pages_count_all(self, filled, get, query, total):
        answer = get(f"{LIST}?{query}")
        assert answer.status_code == 200, answer.text
        assert answer.json["total"] == total

    def test_an_unknown_type_is_told_the_types(self, get):
        answer = get(f"{LIST}coffee/")
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
        for name in ("cpu", "cache", "request", "task_count"):
            assert name in answer.json["detail"]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("from=yesterday", "from"),
            ("from=0001-01-01T00:00:00Z", "from"),
            ("to=1969-12-31T23:59:59Z", "to"),
            ("host=a%00b", "host"),
            ("page=0", "page"),
            ("kind=x", "kind"),
            ("colour=red", "colour"),
            ("host=a&service=b", "body"),
            ("label=colour", "label"),
            ("label=:red", "label"),
            ("labels=colour", "labels"),
            ("labels=" + ",".join(f"k{n}=v" for n in range(17)), "labels"),
            ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to"),
            ("step=0", "step"),
            ("step=soon", "step"),
            ("step=-5", "step"),
            ("step=65d", "step"),
            ("aggregate=mean", "aggregate"),
            ("step=60&aggregate=median", "aggregate"),
            ("step=1&from=2026-01-01T00:00:00Z", "step"),
        ],
    )
    def test_a_wrong_filter_is_named(self, get, query, field):
        answer = get(f"{LIST}?{query}")
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == field

    def test_a_page_costs_four_statements_beside_the_token(self, filled, get):
        get(LIST)
        with count_statements(filled) as statements:
            get(LIST)
        assert len([s for s in statements if "metric_samples" in s]) == 2
        assert len(statements) <= 5, statements


class TestTimelines:
    def test_a_step_makes_a_timeline_of_each_series(self, filled, get):
        page = get(f"{LIST}?step=5m&host={HOST}&name=load_1").json
        assert (page["total"], page["page"], page["page_size"]) == (1, 1, 50)
        (item,) = page["items"]
        assert set(item) == {"series", "tier", "step_s", "aggregate", "points"}
        assert set(item["series"]) == {
            *("id", "kind", "metric_type", "name", "unit", "host", "details"),
        }
        assert (item["series"]["host"], item["series"]["unit"]) == (HOST, "")
        assert (item["step_s"], item["aggregate"]) == (300, "mean")
        assert [value for _, value in item["points"] if value is not None] == [0.5]
        assert all(at_ms % 300_000 == 0 for at_ms, _ in item["points"])
        assert 12 <= len(item["points"]) <= 14

    def test_a_series_of_an_application_has_a_service(self, filled, get):
        (item,) = get(f"{LIST}response_time/?step=1m").json["items"]
        assert item["series"]["service"] == "watchkeeper"

    def test_pages_are_of_series(self, filled, get):
        first = get(f"{LIST}?step=60&page_size=6").json
        second = get(f"{LIST}?step=60&page_size=6&page=2").json
        assert (len(first["items"]), len(second["items"])) == (6, 4)
        assert first["total"] == second["total"] == 10
        names = [i["series"]["id"] for i in first["items"] + second["items"]]
        assert len(set(names)) == 10

    @pytest.mark.parametrize("aggregate", ["min", "max", "sum", "count", "p50", "p99", "last"])
    def test_every_aggregate_is_answered(self, filled, get, aggregate):
        answer = get(f"{LIST}?step=60&name=load_1&aggregate={aggregate}")
        (item,) = answer.json["items"]
        (value,) = [v for _, v in item["points"] if v is not None]
        assert value == pytest.approx(1 if aggregate == "count" else 0.5, rel=0.01)

    def test_nothing_that_fits_is_an_empty_page(self, filled, get):
        for query in ("host=nobody", f"host={HOST}&kind=application", "label=mount:/nowhere"):
            page = get(f"{LIST}?step=60&{query}").json
            assert (page["items"], page["total"]) == ([], 0)

    def test_a_page_costs_few_statements_however_many_series(self, filled, get):
        get(f"{LIST}?step=60")
        with count_statements(filled) as statements:
            get(f"{LIST}?step=60")
        assert len(statements) <= 7, statements
        assert not any("count(" in s for s in statements), "a page that holds all was counted"

    def test_it_is_what_the_description_says(self, filled, get):
        schema = get("/api/openapi.json").json
        listed = schema["paths"]["/api/monitoring/metrics/"]["get"]
        named = {p["name"]: p["schema"] for p in listed["parameters"]}
        assert {"label", "labels", "step", "aggregate", "from", "to"} <= set(named)
        assert "TimelineRead" in schema["components"]["schemas"]
