"""Tags of one website."""

from tests.websites.makers import website
from webapp.core.db import db
from webapp.websites import labels


def test_exactly_the_given_tags_remain_in_order(context):
    one = website(1)
    labels.put_tags(one, ["b", "a", "b"])
    db.session.commit()
    assert labels.tag_names(one) == ["a", "b"]
    labels.put_tags(one, ["c", "b"])
    db.session.commit()
    db.session.expire_all()
    assert labels.tag_names(one) == ["b", "c"]
