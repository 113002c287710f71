"""What the parts of the monitor were found to be, common to all processes and after a restart."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Model


class HealthState(Model):
    """The state of one part of the monitor: ok, degraded, down or unknown, and since when.

    `last_error` stays when the part is well again; `probe_ms` is how long the last probe took.
    """

    __tablename__ = "health_states"

    component: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    since_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(Text)
    last_error_at: Mapped[datetime | None]
    checked_at: Mapped[datetime]
    probe_ms: Mapped[float | None]
