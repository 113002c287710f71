"""Threshold rules as JSON."""

from sqlalchemy import select

from tests.issues.rule_makers import START, measure
from tests.issues.test_rules import install
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.rule_models import RuleWatch, ThresholdRule

RULES = "/api/monitoring/threshold-rules/"
BODY = {"name": "Busy", "kind": "system", "metric_name": "cpu_percent", "warning": 70, "error": 80}


def create(client, token, **changed):
    return client.post(RULES, json=BODY | changed, headers=token)


def fields(answer):
    return [error["field"] for error in answer.json["errors"]]


class TestStory:
    def test_a_rule_is_created_read_changed_and_deleted(self, client, write_token):
        made = create(client, write_token, for_s=60, labels={"core": ""})
        assert made.status_code == 201, made.text
        url = f"{RULES}{made.json['id']}/"
        read = client.get(url, headers=write_token).json
        assert read == made.json
        assert {
            **BODY,
            "for_s": 60,
            "labels": {"core": ""},
            "is_active": True,
        }.items() <= read.items()
        changed = client.put(url, json={"critical": 95, "error": None}, headers=write_token).json
        assert (changed["warning"], changed["error"], changed["critical"]) == (70, None, 95)
        assert client.delete(url, headers=write_token).status_code == 204
        assert client.get(url, headers=write_token).status_code == 404

    def test_it_says_how_many_series_it_watches(self, app, client, write_token):
        with app.app_context():
            measure([50])
        assert create(client, write_token).json["watched"] == 1
        assert create(client, write_token, name="No", source="db-*").json["watched"] == 0

    def test_rules_are_listed_by_name_and_found_by_words(self, client, write_token):
        for name in ("b", "A", "c"):
            create(client, write_token, name=name)
        listed = client.get(RULES, headers=write_token).json
        assert [rule["name"] for rule in listed["items"]] == ["A", "b", "c"]
        found = client.get(f"{RULES}?search=cpu+c&page_size=1&page=2", headers=write_token).json
        assert (found["total"], [rule["name"] for rule in found["items"]]) == (3, ["b"])

    def test_a_paused_rule_watches_nothing(self, app, client, write_token):
        with app.app_context():
            measure([50])
        url = f"{RULES}{create(client, write_token).json['id']}/"
        assert client.put(url, json={"is_active": False}, headers=write_token).json["watched"] == 0
        assert client.put(url, json={"is_active": True}, headers=write_token).json["watched"] == 1

    def test_the_rules_of_the_product_are_restored(self, app, client, write_token):
        with app.app_context():
            install()
        rules = client.get(RULES, headers=write_token).json["items"]
        cpu, disk = (next(r for r in rules if r["name"] == n) for n in ("CPU", "Disk space"))
        client.put(f"{RULES}{cpu['id']}/", json={"warning": 75}, headers=write_token)
        client.delete(f"{RULES}{disk['id']}/", headers=write_token)
        restored = client.post(f"{RULES}restore-defaults/", headers=write_token)
        assert sorted(restored.json["restored"]) == ["CPU", "Disk space"]
        client.put(f"{RULES}{cpu['id']}/", json={"warning": 75}, headers=write_token)
        one = client.post(f"{RULES}{cpu['id']}/restore/", headers=write_token).json
        assert one["warning"] == 70

    def test_a_replay_says_when_and_how_bad_and_stores_nothing(self, app, client, read_token):
        with app.app_context():
            measure([10, 75, 10, 85])
        told = client.post(f"{RULES}replay/", json={"rule": BODY}, headers=read_token).json
        assert (told["count"], told["fitting"], told["is_complete"]) == (2, 1, True)
        (series,) = told["series"]
        assert [(s["level"], s["peak_value"]) for s in series["spans"]] == [
            ("warning", 75), ("error", 85),
        ]  # fmt: skip
        began = clock.to_ms(START) + 10_000
        assert clock.to_ms(clock.EPOCH.fromisoformat(series["spans"][0]["from_at"])) == began
        with app.app_context():
            assert db.session.scalars(select(ThresholdRule)).all() == []


class TestRefusals:
    def test_what_makes_no_sense_is_refused_by_its_field(self, client, write_token):
        for changed, field in (
            ({"name": ""}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"name": "a\u0000"}, "name"),
            ({"error": 60}, "error"),
            ({"direction": "sideways"}, "direction"),
            ({"kind": "other"}, "kind"),
            ({"for_s": -1}, "for_s"),
            ({"minimum_samples": 0}, "minimum_samples"),
            ({"labels": {"a": 1}}, "labels.a"),
            ({"labels": {str(n): "x" for n in range(11)}}, "labels"),
            ({"warning": "many"}, "warning"),
            ({"surprise": 1}, "surprise"),
        ):
            answer = create(client, write_token, **changed)
            assert (answer.status_code, fields(answer)) == (422, [field]), changed
        assert client.get(RULES, headers=write_token).json["total"] == 0

    def test_a_number_that_is_none_is_refused(self, client, write_token):
        body = '{"name":"x","kind":"system","metric_name":"cpu_percent","warning":1e999}'
        headers = write_token | {"Content-Type": "application/json"}
        assert client.post(RULES, data=body, headers=headers).status_code in (400, 422)

    def test_a_name_that_is_taken_is_refused(self, client, write_token):
        create(client, write_token)
        assert fields(create(client, write_token)) == ["name"]
        other = create(client, write_token, name="Other").json["id"]
        answer = client.put(f"{RULES}{other}/", json={"name": "Busy"}, headers=write_token)
        assert (answer.status_code, fields(answer)) == (422, ["name"])

    def test_a_change_that_makes_no_sense_changes_nothing(self, client, write_token):
        url = f"{RULES}{create(client, write_token).json['id']}/"
        for body, field in (({"error": 10}, "error"), ({"name": None}, "name")):
            answer = client.put(url, json=body, headers=write_token)
            assert (answer.status_code, fields(answer)) == (422, [field])
        assert client.get(url, headers=write_token).json["error"] == 80

    def test_only_rules_of_the_product_are_restored(self, client, write_token):
        url = f"{RULES}{create(client, write_token).json['id']}/restore/"
        assert client.post(url, headers=write_token).status_code == 409

    def test_who_may_only_read_changes_nothing(self, app, client, read_token, write_token):
        url = f"{RULES}{create(client, write_token).json['id']}/"
        assert client.get(url, headers=read_token).status_code == 200
        for method, path in (("post", RULES), ("put", url), ("delete", url)):
            answer = getattr(client, method)(path, json=BODY, headers=read_token)
            assert answer.status_code == 403
        with app.app_context():
            assert db.session.scalars(select(RuleWatch)).all() == []

    def test_a_rule_that_is_not_there_is_404(self, client, write_token):
        for path in ("999999/", "99999999999999999999/"):
            assert client.get(RULES + path, headers=write_token).status_code == 404

    def test_a_replay_of_nothing_is_refused_by_its_field(self, client, write_token):
        for body, field in (
            ({"rule": BODY, "hours": 0}, "hours"),
            ({}, "rule"),
            ({"rule": BODY | {"error": 1}}, "rule.error"),
        ):
            answer = client.post(f"{RULES}replay/", json=body, headers=write_token)
            assert (answer.status_code, fields(answer)) == (422, [field])
