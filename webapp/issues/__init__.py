"""JUDGE: which facts amount to trouble, and which trouble is the same coming back.

Nouns: Fault, Overload, OperationalIssue (occurrences), RecurringIssue, ThresholdRule.
"""

from flask import Flask

from webapp.core import mishaps
from webapp.issues import apis, own_errors, pages, shortcut
from webapp.issues import models as models
from webapp.issues import origin_models as origin_models
from webapp.issues import rule_models as rule_models


def init_app(app: Flask) -> None:
    """Add this feature's routes, and tell of what goes wrong in any."""
    mishaps.tell_to(app, own_errors.tell)
    app.wsgi_app = shortcut.Shortcut(app)  # type: ignore[assignment,method-assign]
    pages.init_app(app)
    apis.init_app(app)
