"""The document of websites: what it refuses, and that nothing is lost in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.problems import Problem
from webapp.websites.models import Website, WebsiteTag
from webapp.websites.options import CheckOptions, CheckSecrets
from webapp.websites.transfer.document import Unreadable
from webapp.websites.transfer.entries import Entry, entry_of, read, write
from webapp.websites.transfer.stored import Stored
from webapp.websites.urls import kind_of


def row_of(entry):
    """A website as the database keeps it."""
    return Stored(_website(entry), entry.secrets)


def _website(entry):
    return Website(
        url=entry.url, name=entry.called(), description=entry.description,
        group_name=entry.group_name, tags=[WebsiteTag(tag=tag) for tag in entry.tags],
        is_active=entry.is_active, check_interval=entry.check_interval, timeout=entry.timeout,
        kind=kind_of(entry.url), options=entry.options.stored(),
    )  # fmt: skip


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=",\0"), min_size=1)
TEXTS = WORDS.filter(lambda text: text.strip() and len(text) <= 50)
LINES = st.text("abc XYZ:#'\"-{}[]&*!|>%@é€漢", min_size=1, max_size=30).filter(str.strip)
URLS = st.one_of(
    st.from_regex(
        r"https?://[a-z0-9]{1,9}\.example(:[1-9][0-9]{1,3})?/[a-z0-9?=&%]*", fullmatch=True
    ),
    st.from_regex(r"tcp://[a-z]{1,10}\.example:[1-9][0-9]{1,3}", fullmatch=True),
    st.from_regex(r"dns://[a-z]{1,10}\.example/(A|MX|TXT)", fullmatch=True),
    st.from_regex(r"heartbeat://[a-z][a-z0-9-]{0,20}", fullmatch=True),
)
HEADER_NAMES = st.from_regex(r"X-[A-Za-z]{1,8}", fullmatch=True)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["GET", "POST", "HEAD"]),
        "headers": st.dictionaries(HEADER_NAMES, LINES, max_size=3),
        "body": st.text(
            st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=80
        ),
        "authentication": st.sampled_from(["none", "basic", "bearer"]),
        "username": TEXTS,
        "follow_redirects": st.booleans(),
        "expected_status": st.sampled_from(["200", "200-299,404", "100-599"]),
        "keyword": TEXTS,
        "json_assertions": st.lists(
            st.sampled_from(['a.b == "c"', "$[0].n >= 3", "x exists"]), max_size=3
        ),
        "slow_ms": st.integers(1, 120_000),
        "certificate_days": st.integers(0, 365),
        "failures_to_down": st.integers(1, 20),
        "cron": st.sampled_from(["0 3 * * *", "*/5 * * * 1-5"]),
        "time_zone": st.sampled_from(["UTC", "Europe/London"]),
    },
)  # fmt: skip
SECRETS = st.fixed_dictionaries(
    {},
    optional={
        "headers": st.dictionaries(
            st.sampled_from(["Authorization", "Cookie"]), st.text("abc:=", min_size=1), min_size=1
        ),
        "password": st.text("abc #:'\"é", min_size=1),
        "token": st.text("abc-_.", min_size=1),
        "heartbeat_key": st.text("abcXYZ09-_", min_size=22, max_size=64),
    },
)  # fmt: skip


def once_each(given):
    """The entries, one for each URL."""
    return list({entry.url: entry for entry in map(Entry.model_validate, given)}.values())


ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"url": URLS, "options": OPTIONS, "secrets": SECRETS},
        optional={
            "name": TEXTS, "description": TEXTS, "group_name": TEXTS,
            "tags": st.lists(TEXTS, max_size=3), "is_active": st.booleans(),
            "check_interval": st.integers(1, 86_400), "timeout": st.integers(1, 120),
        },
    ),
    max_size=4,
).map(once_each)  # fmt: skip


@given(ENTRIES)
def test_what_is_exported_with_its_secrets_is_imported_as_it_was(entries):
    rows = [row_of(entry) for entry in entries]
    assert read(write(rows, with_secrets=True)) == [entry_of(row) for row in rows]


@given(ENTRIES)
def test_exported_without_secrets_it_differs_in_nothing_but_their_values(entries):
    rows = [row_of(entry) for entry in entries]
    for entry, row in zip(read(write(rows)), rows, strict=True):
        whole, bare = entry_of(row), {"secrets": None}
        assert entry.model_copy(update=bare) == whole.model_copy(update=bare)
        assert entry.secrets.model_fields_set == set(whole.secrets.names())
        assert entry.secrets.names() == []


EXPORT = """\
# Websites of Watchkeeper.
# A secret that is null is not in this file: importing it keeps the one that is stored.
version: 1
websites:
- url: https://shop.example/
  name: Shop
  description: |-
    Two
    lines
  group_name: Shops
  tags:
  - eu
  - prod
  is_active: true
  check_interval: 60
  timeout: 30
  options:
    method: POST
  secrets:
    token: null
"""


def test_an_export_reads_like_this():
    shop = Entry(
        url="https://shop.example", name="Shop", description="Two\nlines", group_name="Shops",
        tags=["prod", "eu"], options={"method": "POST"}, secrets={"token": "hush"},
    )  # fmt: skip
    assert write([row_of(shop)]) == EXPORT
    assert "token: hush" in write([row_of(shop)], with_secrets=True)


def test_secrets_that_cannot_be_read_stop_only_an_export_of_secrets():
    shop = _website(Entry(url="https://shop.example"))
    assert "secrets: {}" in write([Stored(shop, is_readable=False)])
    with pytest.raises(Problem) as refused:
        write([Stored(shop, is_readable=False)], with_secrets=True)
    assert "https://shop.example/" in refused.value.detail


def test_little_is_enough():
    (entry,) = read("version: 1\nwebsites: [{url: HTTPS://Shop.example}]")
    assert (entry.url, entry.called(), entry.check_interval) == (
        "https://shop.example/", "shop.example", 60,
    )  # fmt: skip
    assert entry.secrets is None
    assert (entry.options, CheckSecrets()) == (CheckOptions(), CheckSecrets())


GOOD = "{url: 'https://a.example/'}"
REFUSED = [
    ("", "document", "mapping"),
    ("[]", "document", "mapping"),
    ("websites: []", "version", "required"),
    ("version: 2\nwebsites: []", "version", "1"),
    ("version: 1", "websites", "required"),
    ("version: 1\nwebsites: {}", "websites", "list"),
    ("version: 1\nwebsites: []\nmore: 1", "more", "no such field"),
    ("version: 1\nwebsites: [x]", "websites[0]", "mapping"),
    ("version: 1\nwebsites: [{}]", "websites[0].url", "required"),
    (f"version: 1\nwebsites: [{GOOD}, {GOOD}]", "websites[1].url", "URL of websites[0]"),
    ("version: 1\nwebsites: [{url: 'ftp://a'}]", "websites[0].url", "http"),
    (
        "version: 1\nwebsites: [{url: 'https://a/', check_interval: 0}]",
        "websites[0].check_interval", "greater than or equal to 1",
    ),
    (
        "version: 1\nwebsites: [{url: 'https://a/', options: {method: FETCH}}]",
        "websites[0].options.method", "'GET'",
    ),
    (
        "version: 1\nwebsites: [{url: 'https://a/', options: {speed: 1}}]",
        "websites[0].options.speed", "no such field",
    ),
    (
        "version: 1\nwebsites: [{url: 'https://a/', options: {json_assertions: [a]}}]",
        "websites[0].options.json_assertions[0]", "Write",
    ),
    ("version: 1\nwebsites: [{url: 'https://a/', tags: ['a,b']}]", "websites[0].tags[0]", "match"),
    ("version: 1\nwebsites: [{url: 'https://a/', name: no}]", "websites[0].name", "string"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "expected"), REFUSED)
def test_a_mistake_is_named_by_its_place_and_what_was_expected(text, path, expected):
    with pytest.raises(Unreadable) as refused:
        read(text)
    complaint = refused.value.complaints[0]
    assert complaint.path == path
    assert expected in complaint.message


def test_all_mistakes_are_named_at_once_up_to_a_number():
    items = ", ".join("{url: x}" for _ in range(30))
    with pytest.raises(Unreadable) as refused:
        read(f"version: 1\nwebsites: [{items}]")
    complaints = refused.value.complaints
    assert len(complaints) == 21
    assert str(complaints[-1]) == "document: There are 10 more mistakes."
