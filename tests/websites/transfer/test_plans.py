"""A document against what is stored: created, changed, unchanged, removed; all or nothing."""

import pytest
from sqlalchemy import func, select

from tests.statements import count_statements
from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import queries
from webapp.websites.models import CheckKind, PeriodStatus, StatusPeriod, Website
from webapp.websites.options import secrets_of
from webapp.websites.transfer import entries, plans
from webapp.websites.transfer.stored import everything

SHOP = """
- url: https://shop.example/
  name: Shop
  group_name: Shops
  tags: [eu, prod]
  check_interval: 30
  options: {method: POST, keyword: hello}
  secrets: {token: hush, headers: {Authorization: Basic x}}
"""
PORT = "- {url: 'tcp://db.example:5432', is_active: false}\n"


def imported(websites, prune=False):
    """Import the list of websites, and say how many were created, changed, removed, unchanged."""
    plan = plans.plan(entries.read(f"version: 1\nwebsites:\n{websites}"), prune=prune)
    counts = plans.carry_out(plan, clock.now())
    db.session.commit()
    return tuple(counts.values())


def exported(with_secrets=True):
    db.session.expire_all()
    return entries.write(everything(), with_secrets=with_secrets)


@pytest.mark.usefixtures("context")
class TestPlan:
    def test_a_new_website_gets_everything_that_is_said_of_it(self):
        assert imported(SHOP + PORT) == (2, 0, 0, 0)
        shop = queries.get_by_url("https://shop.example/")
        assert (shop.name, shop.group_name, shop.check_interval) == ("Shop", "Shops", 30)
        assert shop.options == {"method": "POST", "keyword": "hello"}
        assert [tag.tag for tag in shop.tags] == ["eu", "prod"]
        assert secrets_of(shop.secrets).token == "hush"
        port = queries.get_by_url("tcp://db.example:5432")
        assert (port.kind, port.is_active, port.name) == (CheckKind.TCP, False, "db.example:5432")

    def test_importing_the_same_again_changes_nothing(self):
        imported(SHOP + PORT)
        before = exported()
        assert imported(SHOP + PORT) == (0, 0, 0, 2)
        assert exported() == before

    def test_an_export_imported_into_an_empty_database_is_exported_the_same(self):
        imported(SHOP + PORT)
        before = exported()
        for one in everything():
            db.session.delete(one.website)
        db.session.commit()
        plan = plans.plan(entries.read(before))
        plans.carry_out(plan, clock.now())
        db.session.commit()
        assert exported() == before

    def test_an_export_without_secrets_changes_nothing_where_they_are_stored(self):
        imported(SHOP)
        before = exported()
        plan = plans.plan(entries.read(exported(with_secrets=False)))
        assert (plan.to_do, plan.missing) == ([], [])
        plans.carry_out(plan, clock.now())
        db.session.commit()
        assert exported() == before

    def test_a_secret_that_is_null_and_nowhere_stored_is_named(self):
        text = "- {url: 'https://a.example/', secrets: {token: null}}"
        plan = plans.plan(entries.read(f"version: 1\nwebsites:\n{text}"))
        assert plan.missing == [
            "https://a.example/: its token is in neither the file nor here: enter it."
        ]

    @pytest.mark.parametrize(
        ("secrets", "token", "has_headers"),
        [
            ("", "hush", True),
            ("secrets: {}", None, False),
            ("secrets: {token: null}", "hush", False),
            ("secrets: {token: other, headers: null}", "other", True),
        ],
    )
    def test_secrets_left_out_stay_and_those_of_a_mapping_are_all_there_are(
        self, secrets, token, has_headers
    ):
        imported(SHOP)
        imported(f"- url: https://shop.example/\n  {secrets}")
        stored = secrets_of(queries.get_by_url("https://shop.example/").secrets)
        assert (stored.token, bool(stored.headers)) == (token, has_headers)

    def test_what_is_left_out_goes_back_to_its_default(self):
        imported(SHOP)
        assert imported("- url: https://shop.example/") == (0, 1, 0, 0)
        shop = queries.get_by_url("https://shop.example/")
        assert (shop.name, shop.group_name, shop.check_interval) == ("shop.example", None, 60)
        assert (shop.options, shop.tags) == ({}, [])

    def test_a_heartbeat_keeps_its_key_unless_another_is_given(self):
        def key():
            db.session.expire_all()
            stored = queries.get_by_url("heartbeat://backup").secrets
            return secrets_of(stored).heartbeat_key

        assert imported("- url: heartbeat://backup\n") == (1, 0, 0, 0)
        first = key()
        assert first
        for secrets in ("", "secrets: {}", "secrets: {heartbeat_key: null}"):
            assert imported(f"- url: heartbeat://backup\n  {secrets}") == (0, 0, 0, 1)
        assert key() == first
        given = "a" * 32
        imported(f"- url: heartbeat://backup\n  secrets: {{heartbeat_key: {given}}}")
        assert key() == given

    def test_secrets_do_not_go_elsewhere_by_an_import(self):
        imported(SHOP)
        before = exported()
        plan = plans.plan(
            entries.read(
                "version: 1\nwebsites:\n"
                "- {url: 'https://shop.example/', options: {proxy: 'http://other.example:1'}}"
            )
        )
        with pytest.raises(Problem) as refused:
            plans.carry_out(plan, clock.now())
        assert refused.value.detail.startswith("https://shop.example/: The stored secrets")
        db.session.rollback()
        assert exported() == before

    def test_only_pruning_removes_and_never_with_an_empty_list(self):
        imported(SHOP + PORT)
        assert imported(PORT) == (0, 0, 0, 1)
        assert imported(PORT, prune=True) == (0, 0, 1, 1)
        assert [one.website.url for one in everything()] == ["tcp://db.example:5432"]
        with pytest.raises(Problem, match="422"):
            plans.plan([], prune=True)

    def test_pausing_and_resuming_are_changes_like_others(self):
        imported(PORT)
        assert imported("- {url: 'tcp://db.example:5432'}") == (0, 1, 0, 0)
        assert queries.get_by_url("tcp://db.example:5432").is_active

    def test_all_or_nothing(self, monkeypatch):
        imported(PORT)
        before = exported()
        plan = plans.plan(entries.read(f"version: 1\nwebsites:\n{SHOP}"), prune=True)

        def fail(*_arguments, **_options):
            raise RuntimeError("in the middle")

        monkeypatch.setattr("webapp.websites.actions.remove", fail)
        with pytest.raises(RuntimeError):
            plans.carry_out(plan, clock.now())
        db.session.rollback()
        assert exported() == before

    def test_the_fingerprint_changes_with_the_plan(self):
        wanted = entries.read(f"version: 1\nwebsites:\n{SHOP}")
        first = plans.plan(wanted).fingerprint
        assert plans.plan(wanted).fingerprint == first
        imported(SHOP)
        assert plans.plan(wanted).fingerprint != first


def test_to_compare_costs_the_same_for_many_as_for_few(app):
    costs = []
    for number in (1, 40):
        with app.app_context():
            for index in range(number):
                db.session.add(Website(url=f"https://{number}-{index}.example/", name="x"))
            db.session.commit()
            text = entries.write(everything())
            db.session.expire_all()
            with count_statements(app) as statements:
                assert plans.plan(entries.read(text)).to_do == []
            costs.append(len(statements))
    assert costs == [3, 3]


def test_many_websites_leave_few_lines_in_the_diary(app):
    lines = "".join(f"- url: https://{number}.example/\n" for number in range(60))
    with app.app_context():
        imported(lines)
        messages = db.session.scalars(select(ActivityEvent.message)).all()
        assert messages == ["Websites were imported: 60 added, 0 changed, 0 removed, 0 unchanged"]
        assert db.session.scalar(select(func.count(Website.id))) == 60


def test_many_new_websites_cost_hardly_more_statements_than_one(app):
    costs = []
    for number in (21, 80):
        lines = "".join(
            f"- {{url: 'https://{number}-{index}.example/', tags: [a, b]}}\n"
            for index in range(number)
        )
        with app.app_context(), count_statements(app) as statements:
            imported(lines)
        # SQLite takes the rows themselves one by one, because each answers with its id.
        costs.append(len([s for s in statements if not s.startswith("INSERT INTO websites ")]))
    assert costs[1] <= costs[0] + 2


def test_new_websites_have_their_first_period_and_a_heartbeat_its_key(app):
    with app.app_context():
        imported("- {url: 'https://a.example/'}\n- {url: 'heartbeat://b', is_active: false}\n")
        periods = db.session.execute(
            select(Website.url, StatusPeriod.status).join(StatusPeriod).order_by(Website.url)
        )
        assert [tuple(row) for row in periods] == [
            ("heartbeat://b", PeriodStatus.PAUSED),
            ("https://a.example/", PeriodStatus.UNKNOWN),
        ]
        assert queries.get_by_url("heartbeat://b").heartbeat_hash
