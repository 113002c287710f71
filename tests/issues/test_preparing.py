"""Occurrences are made ready to be digested: without secrets, and with their fingerprints."""

from dataclasses import replace

from tests.issues.occurring import fault, operational, overload
from tests.statements import count_statements
from webapp.core.db import db
from webapp.issues import preparing
from webapp.issues.kinds import IssueKind
from webapp.issues.models import GroupingRule


def test_secrets_are_taken_out_of_every_text_and_the_context(context):
    secret = "password=hunter2secret"
    given = operational(
        f"failed with {secret}", traceback=f'  File "a.py", line 1\n{secret}',
        context={"deep": [{"api_key": "hunter2secret"}], "order": 17},
    )  # fmt: skip
    [prepared] = preparing.prepare([given])
    assert "hunter2secret" not in repr(prepared)
    assert prepared.occurrence.context is not None
    assert prepared.occurrence.context["order"] == 17


def test_what_has_no_secrets_is_left_as_it_is(context):
    given = operational(context={"order": 17, "names": ["a"]})
    assert preparing.prepare([given])[0].occurrence is given


def test_rules_are_read_once_and_the_first_that_fits_counts(context):
    for position, fingerprint in ((1, "second"), (0, "first")):
        matches = {"task": "import*"}
        db.session.add(
            GroupingRule(
                kind=IssueKind.OPERATIONAL, matches=matches, fingerprint=fingerprint,
                position=position,
            )
        )  # fmt: skip
    db.session.flush()
    with count_statements(context) as statements:
        prepared = preparing.prepare([operational(f"failed: {word}") for word in "abc"])
    assert len(statements) == 1
    assert len({each.fingerprint for each in prepared}) == 1
    assert prepared[0].keys.current.made_of["said"] == ["first"]


def test_what_is_alike_is_fingerprinted_once_and_what_differs_is_not_confused(context, monkeypatch):
    keys_of, asked = preparing.fingerprints.keys_of, []

    def noting(occurrence, rules):
        asked.append(occurrence)
        return keys_of(occurrence, rules)

    monkeypatch.setattr(preparing.fingerprints, "keys_of", noting)
    alike = operational("no answer", context={"order": 1})
    others = [
        replace(alike, subject="export_orders"),
        replace(alike, message="it refused"),
        replace(alike, fingerprint=("mine",)),
        fault(), overload(), overload(host="web2"),
    ]  # fmt: skip
    prepared = preparing.prepare([alike, replace(alike, context={"order": 2}), *others])
    assert len(asked) == 1 + len(others)
    assert prepared[0].fingerprint == prepared[1].fingerprint
    assert len({each.fingerprint for each in prepared}) == 1 + len(others)
    alone = [preparing.prepare([each])[0].fingerprint for each in others]
    assert [each.fingerprint for each in prepared[2:]] == alone
