"""The offer to take back what was just done: kept in the reader's session until it is shown."""

from typing import Any

from flask import session

KEY = "issue_undo"
LONGEST = 1000


def leave_note(
    transition_id: int, says: str, *, issue_id: int | None = None, back: str = ""
) -> None:
    """Offer on the next page to undo a step, and go back then to an issue or a list."""
    fields: dict[str, Any] = {"transition": transition_id}
    fields |= {"issue": issue_id} if issue_id is not None else {"back": back[:LONGEST]}
    session[KEY] = {"says": says, "fields": fields}


def take_note() -> dict[str, Any] | None:
    """The offer to show, once."""
    note: dict[str, Any] | None = session.pop(KEY, None)
    return note
