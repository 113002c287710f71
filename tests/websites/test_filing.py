"""Many websites at once."""

import pytest
from sqlalchemy import select

from tests.websites.makers import website
from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import filing
from webapp.websites.filing import Deed
from webapp.websites.models import Website, WebsiteTag

NOW = clock.now()


def do(deed, *websites, word=""):
    found = filing.chosen([w.id for w in websites])
    sentence = filing.do(deed, found, word, NOW)
    db.session.commit()
    return sentence


def tags():
    query = select(WebsiteTag.website_id, WebsiteTag.tag).order_by(WebsiteTag.website_id)
    return [tuple(row) for row in db.session.execute(query)]


def test_a_tag_is_put_on_once_and_taken_off(context):
    one, two = website(1), website(2)
    assert do(Deed.TAG, one, two, word="shop") == "2 websites were tagged shop"
    do(Deed.TAG, one, word="shop")
    assert tags() == [(1, "shop"), (2, "shop")]
    assert do(Deed.UNTAG, one, word="shop") == "1 website was no longer tagged shop"
    do(Deed.UNTAG, one, word="never there")
    assert tags() == [(2, "shop")]


def test_a_group_is_given_and_taken_away(context):
    one = website(1)
    assert do(Deed.GROUP, one, word="EU") == "1 website was put into the group EU"
    assert db.session.get(Website, 1).group_name == "EU"
    assert do(Deed.GROUP, one) == "1 website was taken out of their group"
    assert db.session.get(Website, 1).group_name is None


def test_filing_is_one_entry_of_the_diary_however_many_there_are(context):
    do(Deed.TAG, *(website(n) for n in range(5)), word="x")
    entries = db.session.scalars(select(ActivityEvent.message)).all()
    assert entries == ["5 websites were tagged x"]


def test_they_are_paused_resumed_and_deleted(context):
    one, two = website(1), website(2)
    assert do(Deed.PAUSE, one, two) == "2 websites were paused"
    assert not db.session.get(Website, 1).is_active
    do(Deed.RESUME, two)
    assert db.session.get(Website, 2).is_active
    assert do(Deed.DELETE, one, two) == "2 websites were deleted"
    assert db.session.scalars(select(Website)).all() == []


@pytest.mark.parametrize(
    ("deed", "word"),
    [(Deed.TAG, ""), (Deed.UNTAG, ""), (Deed.TAG, "a,b"), (Deed.TAG, "x" * 51),
     (Deed.GROUP, "x" * 101)],
)  # fmt: skip
def test_a_word_that_does_not_fit_is_refused_and_nothing_changes(context, deed, word):
    one = website(1)
    with pytest.raises(Problem):
        do(deed, one, word=word)
    assert tags() == []


def test_exactly_the_given_tags_remain(context):
    one = website(1)
    do(Deed.TAG, one, word="a")
    do(Deed.TAG, one, word="b")
    filing.put_tags(one, ["c", "b", "c"])
    db.session.commit()
    assert sorted(tags()) == [(1, "b"), (1, "c")]


@pytest.mark.parametrize(
    ("deed", "column"), [(Deed.INTERVAL, "check_interval"), (Deed.TIMEOUT, "timeout")]
)
def test_many_get_another_interval_or_timeout_with_one_entry_in_the_diary(context, deed, column):
    many = [website(1), website(2)]
    sentence = filing.do(deed, many, "7", clock.now())
    assert sentence.startswith("2 websites were ")
    assert "7 s" in sentence
    assert [getattr(one, column) for one in many] == [7, 7]
    entries = db.session.scalars(select(ActivityEvent.message)).all()
    assert entries.count(sentence) == 1
    assert not [text for text in entries if "was changed" in text]
    for word in ("", "0", "-5", "1.5", "soon", "99999999", "٣"):
        with pytest.raises(Problem):
            filing.do(deed, many, word, clock.now())
    assert [getattr(one, column) for one in many] == [7, 7]
