"""Questions about threshold rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from webapp.core.db import db
from webapp.issues.rule_models import RuleWatch, ThresholdRule
from webapp.metrics.models import MetricSeries


@dataclass(frozen=True)
class RuleLine:
    """A rule, how many series it watches, and how many of these are over a level or lack data."""

    rule: ThresholdRule
    watched: int = 0
    breached: int = 0
    without_data: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rule, name)


def rules_page(search: str, skip: int, limit: int) -> tuple[list[RuleLine], int]:
    """One page of rules by name, and how many there are; three statements."""
    wanted = [
        or_(
            ThresholdRule.name.icontains(word, autoescape=True),
            ThresholdRule.metric_name.icontains(word, autoescape=True),
        )
        for word in search.split()
    ]
    query = select(ThresholdRule).where(*wanted).order_by(func.lower(ThresholdRule.name))
    rules = list(db.session.scalars(query.offset(skip).limit(limit)))
    total = db.session.scalar(select(func.count(ThresholdRule.id)).where(*wanted)) or 0
    return lines(rules), total


def lines(rules: Sequence[ThresholdRule]) -> list[RuleLine]:
    """The rules with what they watch; one statement."""
    columns = (
        RuleWatch.rule_id,
        func.count(),
        func.count(RuleWatch.level),
        func.count().filter(RuleWatch.is_without_data),
    )
    mine = RuleWatch.rule_id.in_([rule.id for rule in rules])
    rows = db.session.execute(select(*columns).where(mine).group_by(RuleWatch.rule_id))
    counted = {rule_id: numbers for rule_id, *numbers in rows}
    return [RuleLine(rule, *counted.get(rule.id, (0, 0, 0))) for rule in rules]


def metric_names() -> list[str]:
    """The names of everything that is measured, for a form to suggest."""
    return sorted(db.session.scalars(select(MetricSeries.name).distinct().limit(2_000)))
