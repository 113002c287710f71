"""JUDGE: which facts amount to trouble, and which trouble is the same coming back.

Nouns: Fault, Overload, OperationalIssue (occurrences), RecurringIssue, ThresholdRule.
"""

from flask import Flask

from webapp.issues import models as models
from webapp.issues import rule_models as rule_models


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
