"""Verbs on many websites at once: tags, groups, interval, timeout, pause, resume, delete."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.core.problems import FieldError, invalid
from webapp.websites import actions
from webapp.websites.labels import put_tags as put_tags
from webapp.websites.models import Website, WebsiteTag


class Deed(str, Enum):
    """What can be done to many websites at once."""

    PAUSE = "pause"
    RESUME = "resume"
    TAG = "tag"
    UNTAG = "untag"
    GROUP = "group"
    INTERVAL = "interval"
    TIMEOUT = "timeout"
    DELETE = "delete"


MOST = 500  # at once
NEEDS_WORD = (Deed.TAG, Deed.UNTAG)
DONE = {
    Deed.PAUSE: "paused",
    Deed.RESUME: "resumed",
    Deed.TAG: "tagged {word}",
    Deed.UNTAG: "no longer tagged {word}",
    Deed.GROUP: "put into the group {word}",
    Deed.INTERVAL: "set to be checked every {word} s",
    Deed.TIMEOUT: "given {word} s to answer",
    Deed.DELETE: "deleted",
}
SECONDS = {Deed.INTERVAL: 86_400, Deed.TIMEOUT: 120}  # at most
LONGEST = {Deed.TAG: 50, Deed.UNTAG: 50, Deed.GROUP: 100}


def chosen(website_ids: Sequence[int]) -> Sequence[Website]:
    """The websites of those ids that exist, by name, with their tags; two statements."""
    query = select(Website).where(Website.id.in_(website_ids)).options(selectinload(Website.tags))
    return db.session.scalars(query.order_by(Website.name, Website.id)).all()


def do(deed: Deed, websites: Sequence[Website], word: str, now: datetime) -> str:
    """Do it to each of them, write it down once, and say in a sentence what was done.

    `word` is the tag, the group (an empty one takes the websites out of theirs) or the seconds.
    """
    _refuse(deed, word)
    with actions.unnoted() if deed in SECONDS else nullcontext():
        for website in websites:
            _DEEDS[deed](website, word, now)
    sentence = _sentence(deed, len(websites), word)
    if (deed in LONGEST or deed in SECONDS) and websites:
        details = {"website_ids": [website.id for website in websites], deed.value: word}
        diary.record(ActivityType.WEBSITE_CHANGED, sentence, details=details)
    db.session.flush()
    return sentence


def _refuse(deed: Deed, word: str) -> None:
    if deed in NEEDS_WORD and not word:
        raise invalid(FieldError("word", "Say which tag."))
    if deed in NEEDS_WORD and "," in word:
        raise invalid(FieldError("word", "A tag has no comma in it."))
    if deed in SECONDS and not _is_number(word, SECONDS[deed]):
        message = f"Give a number of seconds from 1 to {SECONDS[deed]}."
        raise invalid(FieldError("word", message))
    if len(word) > LONGEST.get(deed, len(word)):
        raise invalid(FieldError("word", f"It has at most {LONGEST[deed]} characters."))


def _is_number(word: str, most: int) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 7 and 1 <= int(word) <= most


def _sentence(deed: Deed, number: int, word: str) -> str:
    what = "1 website was" if number == 1 else f"{number} websites were"
    if deed is Deed.GROUP and not word:
        return f"{what} taken out of their group"
    return f"{what} {DONE[deed].format(word=word)}"


def _pause(website: Website, _word: str, now: datetime) -> None:
    actions.pause(website, now)


def _resume(website: Website, _word: str, now: datetime) -> None:
    actions.resume(website, now)


def _tag(website: Website, word: str, now: datetime) -> None:
    if word not in {tag.tag for tag in website.tags}:
        website.tags.append(WebsiteTag(tag=word))
        website.updated_at = now


def _untag(website: Website, word: str, now: datetime) -> None:
    if found := [tag for tag in website.tags if tag.tag == word]:
        website.tags.remove(found[0])
        website.updated_at = now


def _group(website: Website, word: str, now: datetime) -> None:
    website.group_name = word or None
    website.updated_at = now


def _interval(website: Website, word: str, now: datetime) -> None:
    actions.edit(website, {"check_interval": int(word)}, now)


def _timeout(website: Website, word: str, now: datetime) -> None:
    actions.edit(website, {"timeout": int(word)}, now)


def _delete(website: Website, _word: str, _now: datetime) -> None:
    actions.remove(website)


_DEEDS: dict[Deed, Callable[[Website, str, datetime], None]] = {
    Deed.PAUSE: _pause,
    Deed.RESUME: _resume,
    Deed.TAG: _tag,
    Deed.UNTAG: _untag,
    Deed.GROUP: _group,
    Deed.INTERVAL: _interval,
    Deed.TIMEOUT: _timeout,
    Deed.DELETE: _delete,
}
