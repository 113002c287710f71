"""Rows of a known age."""

from datetime import timedelta

import pytest

from tests.factories import create_website
from webapp.accounts.models import FirstLink, RoleName, SignIn, User, UserStatus
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics.models import MetricKind, MetricSample, MetricSeries
from webapp.websites.models import CheckRollup, MonitorCheck, MonitorStatus, RollupSpan

NOW = clock.now()


def ago(days):
    return NOW - timedelta(days=days)


class Rows:
    """Makes rows; every method flushes."""

    def series(self, name, *days):
        """A series with one sample of each age in days."""
        newest = ago(min(days)) if days else None
        series = MetricSeries(
            fingerprint=name,
            kind=MetricKind.SYSTEM,
            metric_type="cpu",
            name=name,
            unit="percent",
            source="host",
            details={},
            newest_ms=clock.to_ms(newest) if newest else None,
            newest_value=1.0,
            created_at=ago(max(days, default=0)),
        )
        db.session.add(series)
        db.session.flush()
        for age in days:
            at_ms = clock.to_ms(ago(age))
            db.session.add(MetricSample(series_id=series.id, at_ms=at_ms, value=1.0))
        db.session.flush()
        return series

    def checks(self, *days):
        """Checks of one website of these ages, in this order."""
        website = create_website(f"http://127.0.0.1/{len(days)}-{days[0]}")
        for age in days:
            check = MonitorCheck(
                website_id=website.id, status=MonitorStatus.UP, checked_at=ago(age)
            )
            db.session.add(check)
            db.session.flush()
        return website

    def rollups(self, *days):
        """An hourly and a daily sum of one website's checks of each age."""
        website = create_website(f"http://127.0.0.1/rolled/{days[0]}")
        for age in days:
            for span in RollupSpan:
                db.session.add(CheckRollup(website_id=website.id, span=span, started_at=ago(age)))
        db.session.flush()

    def sign_in(self, name, expires_in_days):
        """A person's session that runs out then."""
        user = User(
            email=f"{name}@example.org",
            password_hash="x",
            role=RoleName.VIEWER,
            status=UserStatus.APPROVED,
        )
        db.session.add(user)
        db.session.flush()
        expires_at = ago(-expires_in_days)
        fields = {"user_agent": "", "address": "", "key_hash": name}
        db.session.add(SignIn(user_id=user.id, expires_at=expires_at, **fields))
        db.session.flush()

    def link(self, name, used_days_ago=None):
        """A link for the first administrator."""
        used_at = ago(used_days_ago) if used_days_ago is not None else None
        db.session.add(FirstLink(token_hash=name, used_at=used_at))
        db.session.flush()


@pytest.fixture
def rows():
    """A maker of rows of a known age."""
    return Rows()
