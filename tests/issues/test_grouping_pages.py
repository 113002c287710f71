from typing import Any

from flask import Flask
from sqlalchemy import select

from tests.factories import Browser
from tests.issues import makers
from webapp.core.db import db
from webapp.issues.work_models import GroupingRule

PAGE = "/issues/grouping/"
FORM = {"kind": "operational", "message": "*timed out*", "fingerprint": "timeouts"}


def stored(app: Flask) -> list[str]:
    with app.app_context():
        order = select(GroupingRule.fingerprint).order_by(GroupingRule.position)
        return list(db.session.scalars(order))


def occurrence(app: Flask) -> None:
    with app.app_context():
        issue = makers.issue("Import failed")
        makers.operational(issue, error_message="it timed out")
        db.session.commit()


def test_a_rule_is_added_ordered_and_deleted(app: Flask, operator: Browser) -> None:
    for name in ("first", "second"):
        assert operator.post(PAGE, data=FORM | {"fingerprint": name}).status_code == 303
    page = operator.get(PAGE).text
    assert page.index("first") < page.index("second")
    operator.post(f"{PAGE}2/move", data={"to": "earlier"})
    assert stored(app) == ["second", "first"]
    assert "stays together" in operator.get(f"{PAGE}2/delete").text
    operator.post(f"{PAGE}2/delete")
    assert stored(app) == ["first"]


def test_what_is_wrong_is_said_beside_its_field(app: Flask, operator: Browser) -> None:
    answer = operator.post(PAGE, data={"kind": "operational", "fingerprint": "{nothing}"})
    assert answer.status_code == 422
    assert "Say in at least one field" in answer.text
    assert "There is no field {nothing}" in answer.text
    assert stored(app) == []


def test_the_preview_says_what_would_move(app: Flask, viewer: Browser) -> None:
    occurrence(app)
    page = viewer.post(f"{PAGE}preview", data=FORM)
    block = viewer.post(f"{PAGE}preview", data=FORM, htmx=True)
    assert "Import failed" in page.text
    assert "Import failed" in block.text
    assert "<h1>" in page.text
    assert "<h1>" not in block.text
    assert stored(app) == []


def test_an_unfinished_form_is_no_mistake_in_the_preview(app: Flask, viewer: Browser) -> None:
    block = viewer.post(f"{PAGE}preview", data={"kind": "operational"}, htmx=True)
    assert block.status_code == 200
    assert "Fingerprint" in block.text


def test_a_text_can_be_tried(viewer: Browser) -> None:
    frame = '  File "a.py", line 3, in f\n    g(password="x")\n'
    text = f"Traceback (most recent call last):\n{frame}KeyError: 7"
    for htmx in (False, True):
        shown = viewer.post(f"{PAGE}try", data={"text": text}, htmx=htmx).text
        assert "KeyError" in shown
        assert "Python, 1 exception, 1 frame" in shown
        assert "were taken out" in shown


def test_an_address_may_fill_the_form_in(viewer: Browser) -> None:
    assert 'value="import_*"' in viewer.get(f"{PAGE}?subject=import_*").text


def test_a_viewer_changes_nothing(viewer: Browser) -> None:
    changes: list[tuple[str, Any]] = [("", FORM), ("1/move", {"to": "later"}), ("1/delete", {})]
    for path, data in changes:
        assert viewer.post(f"{PAGE}{path}", data=data).status_code == 403


def test_a_rule_that_is_not_there_is_not_found(operator: Browser) -> None:
    assert operator.post(f"{PAGE}7/move", data={"to": "later"}).status_code == 404
