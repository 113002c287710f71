"""The door for metrics: both forms, refusals item by item, doubles, hosts, what never gets in."""

import gzip
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import func, select

from tests.statements import count_statements
from webapp.config import Settings
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import incoming, incoming_api
from webapp.metrics.models import Host, MetricSample, MetricSeries, ProcessList

URL = "/api/monitoring/metrics/"
GOOD = {"metric_type": "cpu", "name": "cpu_percent", "value": 12.5, "unit": "%", "host": "web-1"}


@pytest.fixture
def post(app, write_token):
    def send(body, **headers):
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        return app.test_client().post(
            URL, data=data, content_type="application/json", headers=write_token | headers
        )

    return send


def rows_of(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def compact(now_ms, **changes):
    series = [{"metric_type": "cpu", "name": "a"}, {"metric_type": "memory", "name": "b"}]
    rows = [[now_ms - 1000, [0, 1.5, 1, 2]], [now_ms, [0, 1.75]]]
    return {"host": "web-1", "series": series, "rows": rows} | changes


class TestSamples:
    def test_what_is_sent_can_be_read_back(self, app, post, read_token):
        at = (clock.now() - timedelta(seconds=2)).replace(microsecond=250_000)
        sample = GOOD | {"timestamp": at.isoformat(), "labels": {"core": "0"}}
        answer = post({"samples": [sample]})
        assert (answer.status_code, answer.json) == (200, {"accepted": 1, "new": 1, "refused": []})
        (found,) = app.test_client().get(URL, headers=read_token).json["items"]
        assert (found["host"], found["metric_type"], found["name"]) == (
            "web-1",
            "cpu",
            "cpu_percent",
        )
        assert (found["value"], found["unit"], found["details"]) == (12.5, "%", {"core": "0"})
        assert found["timestamp"].startswith(at.strftime("%Y-%m-%dT%H:%M:%S.25"))

    @pytest.mark.parametrize("source", [{"host": "h"}, {"service": "s"}])
    def test_both_kinds_have_metrics_of_their_own_naming(self, app, post, read_token, source):
        sample = {"metric_type": "custom", "name": "room.temperature", "value": 21, **source}
        assert post({"samples": [sample]}).json["new"] == 1
        (found,) = app.test_client().get(f"{URL}custom/", headers=read_token).json["items"]
        assert found["name"] == "room.temperature"
        assert found.items() >= source.items()

    def test_one_wrong_sample_does_not_spoil_the_batch(self, app, post):
        wrong = GOOD | {"name": "b", "value": "hot"}
        answer = post({"samples": [GOOD, wrong, GOOD | {"name": "c"}]})
        assert answer.status_code == 200
        assert (answer.json["accepted"], answer.json["new"]) == (2, 2)
        (refusal,) = answer.json["refused"]
        assert refusal == {"index": 1, "field": "value", "message": "Send a number."}
        assert rows_of(app, MetricSample) == 2

    def test_numbers_that_json_does_not_have_are_refused_alone(self, app, post):
        body = orjson.dumps({"samples": [GOOD, GOOD | {"name": "b", "value": 77}]})
        for word in (b"NaN", b"-Infinity", b"1e999"):
            answer = post(body.replace(b"77", word))
            assert answer.status_code == 200, answer.text
            assert [r["field"] for r in answer.json["refused"]] == ["value"]
        assert rows_of(app, MetricSample) >= 1

    def test_when_all_is_wrong_nothing_changes_and_all_is_told(self, app, post):
        answer = post({"host": "web-9", "samples": [GOOD | {"value": None}, 5]})
        assert answer.status_code == 422
        assert answer.content_type == "application/problem+json"
        assert (answer.json["accepted"], answer.json["new"]) == (0, 0)
        assert [r["index"] for r in answer.json["refused"]] == [0, 1]
        assert "value: Send a number." in answer.json["detail"]
        assert rows_of(app, Host) == rows_of(app, MetricSeries) == 0

    def test_the_same_batch_twice_is_stored_once(self, app, post):
        body = {"samples": [GOOD | {"timestamp": clock.to_ms(clock.now())}]}
        post(body)
        assert post(body).json == {"accepted": 1, "new": 0, "refused": []}
        assert rows_of(app, MetricSample) == 1

    def test_late_doubled_and_new_samples_in_one_batch_are_told_apart(self, app, post):
        now_ms = clock.to_ms(clock.now())
        samples = [GOOD | {"timestamp": now_ms + step} for step in (0, -5000, 1000)]
        post({"samples": samples[:1]})
        assert post({"samples": samples}).json["new"] == 2
        with app.app_context():
            series = db.session.scalars(select(MetricSeries)).one()
            assert series.newest_ms == now_ms + 1000
            assert series.unsummed_from_ms == now_ms - 5000

    def test_nothing_to_accept_is_no_error(self, post):
        assert post({"samples": []}).json == {"accepted": 0, "new": 0, "refused": []}


class TestRows:
    def test_the_compact_form_stores_the_same(self, app, post):
        now_ms = clock.to_ms(clock.now())
        answer = post(compact(now_ms))
        assert answer.json == {"accepted": 3, "new": 3, "refused": []}
        with app.app_context():
            found = db.session.execute(
                select(MetricSeries.name, MetricSample.at_ms, MetricSample.value)
                .join(MetricSample, MetricSample.series_id == MetricSeries.id)
                .order_by(MetricSeries.name, MetricSample.at_ms)
            ).all()
        expected = [("a", now_ms - 1000, 1.5), ("a", now_ms, 1.75), ("b", now_ms - 1000, 2.0)]
        assert [tuple(row) for row in found] == expected

    def test_a_wrong_value_is_refused_alone(self, app, post):
        now_ms = clock.to_ms(clock.now())
        answer = post(compact(now_ms, rows=[[now_ms, [0, "x", 1, 2.0, 7, 1.0]]]))
        assert answer.status_code == 200
        assert [(r["index"], r["field"]) for r in answer.json["refused"]] == [
            (0, "value"),
            (2, "series"),
        ]
        assert rows_of(app, MetricSample) == 1


class TestHosts:
    def test_who_sends_counts_as_heard_of_with_what_it_is(self, app, post):
        now = clock.now()
        booted = (now - timedelta(days=3)).replace(microsecond=0)
        body = {"host": "web-1", "interval_s": 1, "booted_at": booted.isoformat()}
        post(body | {"details": {"system": "Linux"}, "batch_id": "b1", "samples": [GOOD]})
        with app.app_context():
            host = db.session.get(Host, "web-1")
            assert (host.interval_s, host.booted_at) == (1, booted)
            assert host.details["system"] == "Linux"
            assert abs(host.last_seen_at - now) < timedelta(minutes=1)

    def test_a_script_that_sends_a_value_now_and_then_is_not_waited_for(self, app, post):
        assert post({"host": "web-1", "samples": [GOOD]}).json["new"] == 1
        assert rows_of(app, Host) == 0

    def test_a_known_host_keeps_its_interval_when_somebody_else_sends_for_it(self, app, post):
        post({"host": "web-1", "interval_s": 1})
        with app.app_context():
            before = db.session.get(Host, "web-1").last_seen_at
        post({"host": "web-1", "samples": [GOOD]})
        with app.app_context():
            host = db.session.get(Host, "web-1")
            assert host.interval_s == 1
            assert host.last_seen_at > before

    def test_processes_are_kept_once(self, app, post):
        entry = {"pid": 1, "name": "init", "user": "root", "command": "init", "more": 1}
        table = {"count": 9, "cpu": [entry | {"cpu_percent": 1.5, "memory_bytes": 10}]}
        lists = [{"at": clock.now().isoformat(), "processes": table}]
        lists.append({"at": "2001-01-01T00:00:00Z", "processes": table})
        for _ in range(2):
            answer = post({"host": "web-1", "processes": lists})
            assert answer.status_code == 200, answer.text
            (refusal,) = answer.json["refused"]
            assert (refusal["index"], refusal["field"]) == (None, "processes.1.at")
        with app.app_context():
            (kept,) = db.session.scalars(select(ProcessList))
            assert kept.processes["count"] == 9
            assert kept.processes["cpu"][0]["name"] == "init"
            assert kept.processes["memory"] == []

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"host": "a/b"}, "host"),
            ({"host": 5}, "host"),
            ({"interval_s": 0}, "interval_s"),
            ({"interval_s": "nan"}, "interval_s"),
            ({"booted_at": "yesterday"}, "booted_at"),
            ({"details": {"a": "x" * 20_000}}, "details"),
            ({"details": "x"}, "details"),
            ({"kind": "robot"}, "kind"),
            ({"processes": [{"at": "2001-01-01T00:00:00Z"}]}, "processes.0.processes"),
            ({"processes": [{"at": "2026-01-01T00:00:00Z", "processes": {"count": 1}}]}, "host"),
            ({"samples": {}}, "samples"),
            ({"series": 1}, "series"),
            ({"samples": [GOOD], "rows": [[0, []]]}, "samples"),
            ({"colour": "red"}, "colour"),
            ([], "body"),
        ],
    )
    def test_a_wrong_envelope_is_named_and_changes_nothing(self, app, post, body, field):
        body = {"samples": [GOOD]} | body if isinstance(body, dict) else body
        answer = post(body)
        assert answer.status_code == 422, answer.text
        assert answer.json["errors"][0]["field"] == field
        assert rows_of(app, MetricSample) == rows_of(app, Host) == 0


class TestBounds:
    def test_a_batch_may_be_gzipped(self, app, post):
        data = gzip.compress(orjson.dumps({"samples": [GOOD]}))
        assert post(data, **{"Content-Encoding": "gzip"}).json["new"] == 1

    def test_a_bomb_is_refused_before_it_goes_off(self, app, post):
        bomb = gzip.compress(b" " * (incoming_api.LARGEST_BYTES * 10))
        assert len(bomb) < 100_000
        answer = post(bomb, **{"Content-Encoding": "gzip"})
        assert answer.status_code == 413

    def test_more_bytes_than_a_batch_may_have_are_refused(self, post):
        assert post(b" " * (incoming_api.LARGEST_BYTES + 1)).status_code == 413

    def test_more_than_other_requests_may_have_is_welcome(self, post):
        padding = b" " * 2_000_000
        assert post(padding + orjson.dumps({"samples": [GOOD]})).json["new"] == 1

    def test_too_many_samples_are_refused_whole(self, app, post):
        answer = post({"samples": [GOOD] * (incoming.MOST_SAMPLES + 1)})
        assert answer.status_code == 413
        assert "10,000" in answer.json["detail"]
        assert rows_of(app, MetricSample) == 0

    @pytest.mark.parametrize(
        ("data", "headers", "status"),
        [
            (b"{", {}, 400),
            (b"[" * 100_000, {}, 400),
            (b"\xff", {}, 400),
            (b"{}", {"Content-Encoding": "br"}, 415),
            (b"no gzip", {"Content-Encoding": "gzip"}, 400),
            (gzip.compress(b"{}", mtime=0)[:-4], {"Content-Encoding": "gzip"}, 400),
            (gzip.compress(b"{}", mtime=0) + b"more", {"Content-Encoding": "gzip"}, 400),
        ],
    )
    def test_what_is_no_json_is_refused(self, post, data, headers, status):
        assert post(data, **headers).status_code == status

    def test_a_label_with_an_id_in_it_does_not_fill_the_disk(self, app, post, monkeypatch):
        few = Settings(metrics_max_series=3)
        monkeypatch.setitem(app.extensions, "settings", few)
        samples = [GOOD | {"labels": {"id": str(n)}} for n in range(5)]
        answer = post({"samples": samples})
        assert answer.status_code == 200
        assert (answer.json["accepted"], answer.json["new"]) == (3, 3)
        refused = answer.json["refused"]
        assert [r["field"] for r in refused] == ["labels", "labels"]
        assert "METRICS_MAX_SERIES" in refused[0]["message"]
        again = post({"samples": [GOOD | {"labels": {"id": "x"}}]})
        assert again.status_code == 422
        assert post({"samples": [GOOD | {"host": "web-2"}]}).json["new"] == 1
        assert rows_of(app, MetricSeries) == 4


class TestWho:
    def test_a_token_that_may_only_read_is_refused(self, app, read_token):
        answer = app.test_client().post(URL, json={"samples": [GOOD]}, headers=read_token)
        assert answer.status_code == 403
        assert rows_of(app, MetricSample) == 0

    def test_nobody_is_refused(self, client):
        assert client.post(URL, json={"samples": [GOOD]}).status_code == 401

    def test_a_cookie_alone_changes_nothing(self, operator):
        assert operator.client.post(URL, json={"samples": [GOOD]}).status_code == 401


class TestCost:
    def test_a_thousand_samples_of_known_series_cost_few_statements(self, app, post):
        now_ms = clock.to_ms(clock.now())
        series = [{"metric_type": "cpu", "name": f"m{n}"} for n in range(100)]

        def batch(first_ms):
            rows = [
                [first_ms + m, [each for n in range(100) for each in (n, m)]] for m in range(10)
            ]
            return {"host": "web-1", "series": series, "rows": rows}

        post(batch(now_ms - 1000))
        with count_statements(app) as statements:
            assert post(batch(now_ms)).json["new"] == 1000
        # One or two inserts, the note on the series, the token and the host's two.
        assert len([s for s in statements if "metric_" in s]) <= 3, statements
        assert len(statements) <= 7, statements

    def test_the_document_describes_what_can_be_sent(self, app, read_token):
        document = app.test_client().get("/api/openapi.json", headers=read_token).json
        body = document["paths"][URL]["post"]["requestBody"]["content"]["application/json"]
        assert body["schema"]["$ref"].endswith("/MetricBatch")
        described = document["components"]["schemas"]["MetricBatch"]["properties"]
        assert {"samples", "series", "rows", "host", "processes"} <= described.keys()
