"""What people write under an issue: comments, and links to what belongs to it elsewhere."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select

from webapp.core import access
from webapp.core.access import Role
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.issues import steps, work_queries
from webapp.issues.models import IssueComment, IssueLink, RecurringIssue

LONGEST_COMMENT = 20_000
LONGEST_URL, LONGEST_TITLE = 2048, 255
MOST_LINKS = 100


def comment(issue: RecurringIssue, body: str, now: datetime) -> IssueComment:
    """Write something under an issue."""
    text = _checked_body(body)
    steps.touch(steps.lock(issue), now)
    row = IssueComment(
        recurring_issue_id=issue.id, body=text, by=access.email(), created_at=now
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def edit_comment(row: IssueComment, body: str, now: datetime) -> IssueComment:
    """Change what was written; only who wrote it, or an administrator, may."""
    text, who = _checked_body(body), access.identity()
    is_administrator = who is not None and who.role is Role.ADMINISTRATOR
    if who is not None and not is_administrator and row.by != who.email:
        raise Problem(403, "Only who wrote a comment, or an administrator, may change it.")
    steps.touch(steps.lock(work_queries.home(row.recurring_issue_id)), now)
    row.body, row.edited_at = text, now
    db.session.flush()
    return row


def link(issue: RecurringIssue, url: str, title: str | None, now: datetime) -> IssueLink:
    """Add an address to an issue; the same one again only gets the new title."""
    url, title = _checked_url(url), _checked_title(title)
    steps.touch(steps.lock(issue), now)
    own = select(IssueLink).where(IssueLink.recurring_issue_id == issue.id)
    row = db.session.scalars(own.where(IssueLink.url == url)).first()
    if row is None:
        if len(db.session.scalars(own.limit(MOST_LINKS)).all()) == MOST_LINKS:
            raise Problem(409, f"An issue has at most {MOST_LINKS} links.")
        row = IssueLink(
            recurring_issue_id=issue.id, url=url, by=access.email(), created_at=now
        )  # fmt: skip
        db.session.add(row)
    row.title = title or url[:LONGEST_TITLE]
    db.session.flush()
    return row


def unlink(row: IssueLink, now: datetime) -> None:
    """Take an address away from its issue."""
    steps.touch(steps.lock(work_queries.home(row.recurring_issue_id)), now)
    db.session.delete(row)
    db.session.flush()


def _checked_body(body: str) -> str:
    text = body.strip()
    if not text or len(text) > LONGEST_COMMENT:
        raise invalid(FieldError("body", f"Write 1 to {LONGEST_COMMENT} characters."))
    return text


def _checked_url(url: str) -> str:
    url = url.strip()
    if len(url) > LONGEST_URL:
        raise invalid(FieldError("url", f"It has at most {LONGEST_URL} characters."))
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or any(map(str.isspace, url)):
        raise invalid(FieldError("url", "Give an address that begins with http:// or https://."))
    return url


def _checked_title(title: str | None) -> str:
    title = (title or "").strip()
    if len(title) > LONGEST_TITLE:
        raise invalid(FieldError("title", f"It has at most {LONGEST_TITLE} characters."))
    return title
