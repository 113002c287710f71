"""What is remembered of occurrences that were counted and are not kept."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Model, big_id


class CountedOrigin(Model):
    """What a sender named, was counted and not kept: for an hour it may be sent again.

    `key` is made of the kind and the origin.
    """

    __tablename__ = "counted_origins"

    key: Mapped[int] = mapped_column(big_id, primary_key=True, autoincrement=False)
    recurring_issue_id: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(index=True)
