"""The page to import and export: seen first, done after; refused to who may not."""

import io
import re

import pytest

from tests.websites.transfer.kuma_files import create_v2
from webapp.core.db import db
from webapp.websites import queries
from webapp.websites.transfer import entries
from webapp.websites.transfer.stored import everything

DOCUMENT = b"""
version: 1
websites:
- {url: 'https://shop.example/', name: Shop, secrets: {token: hush}}
"""
PAGE = "/websites/transfer"


def send(browser, content=DOCUMENT, **fields):
    given = {"kind": "yaml", "file": (io.BytesIO(content), "given")}
    return browser.post(PAGE, given | fields)


def fingerprint_of(page):
    return re.search(r'name="fingerprint" value="(\w+)"', page).group(1)


def urls(app):
    with app.app_context():
        return [one.website.url for one in everything()]


class TestExport:
    def test_an_operator_downloads_every_website_without_secrets(
        self, app, administrator, operator
    ):
        kept = send(administrator).headers["Location"]
        page = administrator.get(kept).text
        administrator.post(kept, {"fingerprint": fingerprint_of(page)})
        answer = operator.get(f"{PAGE}/websites.yaml")
        assert answer.mimetype == "application/yaml"
        assert "attachment; filename=websites-" in answer.headers["Content-Disposition"]
        (entry,) = entries.read(answer.text)
        assert (entry.name, entry.secrets.token) == ("Shop", None)
        assert "hush" not in answer.text

    def test_a_viewer_may_not(self, viewer):
        assert viewer.get(PAGE).status_code == 403
        assert viewer.get(f"{PAGE}/websites.yaml").status_code == 403


class TestPage:
    def test_an_operator_sees_export_alone_and_an_administrator_the_form_too(
        self, operator, administrator
    ):
        assert "<form" not in operator.get(PAGE, htmx=True).text
        assert 'type="file"' in administrator.get(PAGE).text

    def test_as_a_block_it_is_the_same_without_the_frame(self, administrator):
        block = administrator.get(PAGE, htmx=True).text
        assert 'type="file"' in block
        assert "<html" not in block

    def test_the_list_of_websites_leads_to_it(self, operator, viewer):
        assert f'href="{PAGE}"' in operator.get("/websites/").text
        assert f'href="{PAGE}"' not in viewer.get("/websites/").text


class TestImport:
    def test_first_the_difference_is_shown_and_then_it_is_done(self, app, administrator):
        answer = send(administrator)
        assert answer.status_code == 303
        page = administrator.get(answer.headers["Location"]).text
        assert "1 to add, 0 to change, 0 to remove, 0 unchanged." in page
        assert "https://shop.example/" in page
        assert "hush" not in page
        assert urls(app) == []
        done = administrator.post(answer.headers["Location"], {"fingerprint": fingerprint_of(page)})
        assert done.headers["Location"] == "/websites/"
        assert "Imported: 1 added" in administrator.get("/websites/").text
        assert urls(app) == ["https://shop.example/"]

    def test_what_was_kept_is_encrypted_and_is_gone_once_it_is_done(self, app, administrator):
        kept = send(administrator).headers["Location"]
        redis = app.extensions["redis"]
        (key,) = redis.keys("watchkeeper:transfer:*")
        assert b"hush" not in redis.get(key)
        assert 0 < redis.ttl(key) <= 1800
        page = administrator.get(kept).text
        administrator.post(kept, {"fingerprint": fingerprint_of(page)})
        assert redis.keys("watchkeeper:transfer:*") == []
        assert administrator.get(kept).headers["Location"] == PAGE
        assert administrator.post(kept).headers["Location"] == PAGE

    def test_if_something_changed_meanwhile_it_is_shown_again(self, app, administrator):
        kept = send(administrator).headers["Location"]
        old = fingerprint_of(administrator.get(kept).text)
        other = send(administrator, DOCUMENT.replace(b"Shop", b"Other")).headers["Location"]
        page = administrator.get(other).text
        administrator.post(other, {"fingerprint": fingerprint_of(page)})
        answer = administrator.post(kept, {"fingerprint": old})
        assert answer.status_code == 422
        assert "changed meanwhile" in answer.text
        with app.app_context():
            assert queries.get_by_url("https://shop.example/").name == "Other"
        again = administrator.post(kept, {"fingerprint": fingerprint_of(answer.text)})
        assert again.status_code == 303
        with app.app_context():
            assert queries.get_by_url("https://shop.example/").name == "Shop"

    def test_pruning_is_shown_before_it_happens(self, app, administrator):
        page = send(administrator).headers["Location"]
        administrator.post(page, {"fingerprint": fingerprint_of(administrator.get(page).text)})
        other = DOCUMENT.replace(b"shop.example", b"new.example")
        kept = send(administrator, other, prune="yes").headers["Location"]
        page = administrator.get(kept).text
        assert "1 to add, 0 to change, 1 to remove" in page
        administrator.post(kept, {"fingerprint": fingerprint_of(page)})
        assert urls(app) == ["https://new.example/"]

    @pytest.mark.parametrize(
        ("content", "kind", "said"),
        [
            (DOCUMENT.replace(b"url", b"uri"), "yaml", "websites[0].url: This field is required."),
            (b"a: [1", "yaml", "It is not YAML here"),
            (b"\xff", "gatus", "not text in UTF-8"),
            (b"x" * 200, "kuma", "not a readable SQLite file"),
            (DOCUMENT, "other", "Choose a file and what it comes from."),
            (b"version: 1\nwebsites: []", "yaml", "to prune would remove every one"),
            (b"a: <script>alert(1)</script>: 1", "yaml", "not YAML"),
        ],
    )
    def test_a_bad_file_is_refused_with_the_reason(self, app, administrator, content, kind, said):
        answer = send(administrator, content, kind=kind, prune="yes")
        assert answer.status_code == 422
        assert said in answer.text
        assert "<script>alert" not in answer.text
        assert urls(app) == []

    def test_without_a_file_it_says_so(self, administrator):
        answer = administrator.post(PAGE, {"kind": "yaml"})
        assert answer.status_code == 422
        assert "Choose a file" in answer.text

    def test_a_file_of_uptime_kuma_is_taken_and_what_is_not_is_listed(
        self, app, administrator, tmp_path
    ):
        content = create_v2(tmp_path / "kuma.db").read_bytes()
        kept = send(administrator, content, kind="kuma").headers["Location"]
        page = administrator.get(kept).text
        assert "2 to add" in page
        assert "monitor 3 Gateway: Checks of the type ping are not made." in page

    def test_what_the_websites_are_already_needs_no_agreement(self, administrator):
        kept = send(administrator).headers["Location"]
        administrator.post(kept, {"fingerprint": fingerprint_of(administrator.get(kept).text)})
        page = administrator.get(send(administrator).headers["Location"]).text
        assert "already as the file says" in page
        assert "fingerprint" not in page

    def test_a_refusal_while_it_is_done_is_shown_and_changes_nothing(self, app, administrator):
        kept = send(administrator).headers["Location"]
        administrator.post(kept, {"fingerprint": fingerprint_of(administrator.get(kept).text)})
        moved = DOCUMENT.replace(
            b"secrets: {token: hush}", b"options: {proxy: 'http://other.example:1'}"
        )
        kept = send(administrator, moved).headers["Location"]
        page = administrator.get(kept).text
        answer = administrator.post(kept, {"fingerprint": fingerprint_of(page)})
        assert answer.status_code == 422
        assert "https://shop.example/: The stored secrets" in answer.text
        with app.app_context():
            assert queries.get_by_url("https://shop.example/").options == {}

    def test_only_an_administrator_imports(self, app, operator):
        assert send(operator).status_code == 403
        assert operator.get(f"{PAGE}/some-name").status_code == 403
        assert operator.post(f"{PAGE}/some-name").status_code == 403
        assert urls(app) == []

    def test_a_form_from_elsewhere_is_refused_although_it_is_read_late(self, app, administrator):
        administrator.csrf = "forged"
        assert send(administrator).status_code == 400
        assert urls(app) == []

    def test_a_file_larger_than_other_requests_may_be_is_taken(
        self, app, administrator, monkeypatch
    ):
        monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 2000)
        assert send(administrator, b"# " + b"x" * 3000 + DOCUMENT).status_code == 303


@pytest.fixture(autouse=True)
def _rolled_back(app):
    yield
    with app.app_context():
        db.session.rollback()
