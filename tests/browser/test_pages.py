"""The pages as a person sees them: every width, both themes, with and without JavaScript."""

import pytest

from tests.factories import create_website
from tests.issues.makers import issue, operational
from webapp.activity.actions import record
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.metrics.collector import collect_once

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/machines/",
    "/websites/",
    "/issues/",
    "/issues/1",
    "/issues/1/occurrences",
    "/issues/new",
    "/issues/raw/faults",
    "/activity/",
    "/selfcheck/",
    "/accounts/people",
    "/accounts/tokens",
    "/accounts/sessions",
    "/accounts/password",
    "/api/",
    "/nowhere",
]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def populated(app):
    """A few websites, readings and diary entries, one of each with a very long name."""
    with app.app_context():
        for number in range(3):
            create_website(f"http://127.0.0.1:9/{number}", name=f"Shop {number}")
        create_website("http://127.0.0.1:9/" + "long" * 100, name="An unreasonably long name " * 8)
        record(ActivityType.SYSTEM_WARNING, "Something happened. " + "wordwithoutanyend" * 20)
        trouble = issue("An unreasonablylongnamewithoutanend" * 7, host="h" * 200)
        traceback = 'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in b\n    '
        traceback += "x" * 300 + "()\nValueError: " + "y" * 300
        operational(trouble, traceback=traceback, context={"k" * 100: "v" * 500}, host="h" * 200)
        db.session.commit()
        collect_once()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_scrolls_sideways_or_breaks_its_policy(visit, populated, width, dark):
    visitor = visit("administrator", width=width, dark=dark)
    for path in PAGES:
        page = visitor.go(path)
        assert page.evaluate(OVERFLOW) <= 0, f"{path} is wider than {width} px"
        assert page.title().endswith("Watchkeeper")
    said = [text for text in visitor.complaints if "404" not in text]
    assert said == []


def test_a_page_has_one_heading_landmarks_and_names_for_its_controls(visit, populated):
    visitor = visit("administrator")
    for path in PAGES:
        page = visitor.go(path)
        assert page.locator("h1").count() == 1, path
        assert page.locator("main").count() == 1, path
        unnamed = page.evaluate(
            "const all = 'button, a, input:not([type=hidden]), select, textarea';"
            "const named = e => e.labels?.length || e.textContent.trim() || e.ariaLabel || e.title;"
            "const seen = [...document.querySelectorAll(all)].filter(e => e.checkVisibility());"
            "seen.filter(e => !named(e)).map(e => e.outerHTML)"
        )
        assert unnamed == [], path


def test_it_works_without_javascript(visit, populated):
    visitor = visit("operator", script=False)
    page = visitor.go("/websites/")
    page.get_by_role("link", name="Shop 1").first.click()
    assert "Shop 1" in page.locator("h1").inner_text()


def test_the_keyboard_reaches_the_content_first(visit, populated):
    page = visit("viewer").go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_keys_go_to_the_pages(visit, populated):
    page = visit("viewer").go("/")
    for key, path in (
        ("w", "/websites/"),
        ("i", "/issues/"),
        ("m", "/machines/"),
        ("a", "/activity/"),
        ("n", "/"),
    ):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{path}")
