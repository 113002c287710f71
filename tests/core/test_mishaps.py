"""Errors that end nothing are told to whoever wants to know, and never do more harm."""

from flask import Flask

from webapp.core import mishaps


def test_each_teller_is_told_even_if_another_fails(caplog):
    app, told = Flask("tests"), []
    mishaps.tell_to(app, lambda *_: 1 / 0)
    mishaps.tell_to(app, lambda *found: told.append(found))
    error = ValueError("no")
    with app.app_context():
        mishaps.tell(error, "import", line=3)
    assert told == [(error, "import", {"line": 3})]


def test_without_tellers_nothing_happens():
    with Flask("tests").app_context():
        mishaps.tell(ValueError("no"), "import")
