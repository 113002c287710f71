"""What the browser gets: vendored files unchanged, nothing inline, nothing foreign, readable."""

import hashlib
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from webapp.core.drawing import spark_paths

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "webapp" / "static"
VENDOR = STATIC / "vendor"
SHARED = ROOT / "webapp" / "templates"
TEMPLATES = sorted((ROOT / "webapp").rglob("templates/**/*.html"))
OURS = [*STATIC.glob("*.css"), *STATIC.glob("*.js"), STATIC / "favicon.svg"]
MACROS = (SHARED / "_macros.html").read_text()
CSS = (STATIC / "app.css").read_text()

FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style|\sstyle\s*=",
    "an event attribute": r"\son[a-z]+\s*=",
    "hx-on": r"hx-on[:-]",
    "a value that needs eval": r"hx-(?:vals|headers|vars)\s*=\s*[\"']\s*(?:js|javascript):",
    "a filter that needs eval": r"hx-trigger\s*=\s*\"[^\"]*\[|hx-trigger\s*=\s*'[^']*\[",
    "a javascript address": r"javascript:",
    "another host": r"\b(?:src|href|action|data-[a-z]+|hx-[a-z]+)\s*=\s*[\"']?(?:https?:)?//",
}


def template_name(path: Path) -> str:
    return str(path.relative_to(ROOT / "webapp"))


def test_the_vendored_files_are_the_published_ones() -> None:
    listed = dict(
        reversed(line.split()) for line in (VENDOR / "CHECKSUMS.txt").read_text().splitlines()
    )
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.glob("*/*")
    }
    assert found == listed


def test_each_vendored_library_has_its_licence_and_version_in_the_folder_name() -> None:
    folders = [path for path in VENDOR.iterdir() if path.is_dir()]
    assert len(folders) >= 2
    for folder in folders:
        assert re.search(r"-\d+\.\d+\.\d+$", folder.name)
        assert "Permission" in (folder / "LICENSE").read_text()


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what: str, path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(FORBIDDEN[what], text, flags=re.IGNORECASE)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_search_finds(what: str) -> None:
    bad = {
        "an inline script": "<script>x()</script>",
        "an inline style": '<p style="color: red">',
        "an event attribute": '<p onclick="x()">',
        "hx-on": '<p hx-on:click="x()">',
        "a value that needs eval": "<p hx-vals='js:{a: 1}'>",
        "a filter that needs eval": '<p hx-trigger="click[ctrlKey]">',
        "a javascript address": '<a href="javascript:x()">',
        "another host": '<img src="//example.org/a.png">',
    }
    assert re.search(FORBIDDEN[what], bad[what])


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_files_name_no_other_host(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|@import|url\(", text)


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_our_scripts_evaluate_no_text(path: Path) -> None:
    script = path.read_text()
    assert "'use strict'" in script
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", script)


def test_stylesheet_and_script_stay_small() -> None:
    assert sum((STATIC / name).stat().st_size for name in ("app.css", "app.js")) < 40 * 1024


def test_what_only_pages_with_charts_load_stays_small_too() -> None:
    files = [STATIC / name for name in ("charts.css", "charts-linked.js", "chart-closer.js")]
    assert sum(path.stat().st_size for path in files) < 36 * 1024


def colours() -> dict[str, tuple[str, str]]:
    pairs = re.finditer(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)
    return {match[1]: (match[2], match[3]) for match in pairs}


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


STATUSES = ("good", "warn", "bad", "calm", "info")
GROUNDS = ("ground", "surface", "sunken")
TEXT = [(name, ground) for name in ("text", "muted", "accent", *STATUSES) for ground in GROUNDS]
TEXT += [(name, f"{name}-tint") for name in STATUSES]
TEXT += [("on-accent", "accent"), ("on-bad", "bad-solid")]
SHAPES = [(f"{name}-mark", ground) for name in STATUSES for ground in ("ground", "surface")]
SHAPES += [(f"series-{n}", "surface") for n in range(1, 6)]
SHAPES += [("edge", "ground"), ("edge", "surface")]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [(f, b, 4.5) for f, b in TEXT] + [(f, b, 3.0) for f, b in SHAPES],
)
def test_it_can_be_read(front: str, back: str, least: float, theme: int) -> None:
    known = colours()
    assert contrast(known[front][theme], known[back][theme]) >= least


def test_each_macro_is_in_the_design_system() -> None:
    paper = (ROOT / "docs" / "design-system.md").read_text()
    signatures = re.findall(r"macro ([a-z]\w*)(\(.*\)) -?%\}", MACROS)
    assert len(signatures) > 25
    missing = [name + given for name, given in signatures if f"`{name}{given}`" not in paper]
    assert not missing


def test_each_shape_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'symbol id="([\w-]+)"', (SHARED / "_sprite.html").read_text()))
    used = set(re.findall(r"\('(?:good|warn|bad|calm|info)', '([\w-]+)',", MACROS))
    assert len(used) >= 8
    assert used <= drawn


@pytest.fixture
def house():
    """The shared templates with what Flask would give them."""
    house = Environment(loader=FileSystemLoader(SHARED), autoescape=True, undefined=StrictUndefined)
    house.globals["csrf_token"] = lambda: "token"
    house.globals["url_for"] = lambda _endpoint, filename: f"/static/{filename}"
    house.globals["request"] = SimpleNamespace(cookies={"theme": "dark"}, path="/websites/7")
    house.globals["get_flashed_messages"] = lambda **_: [("error", "That did not work.")]
    house.globals["spark_paths"] = spark_paths
    return house


@pytest.fixture
def ui(house):
    """The macros, as a page has them."""
    return house.get_template("_macros.html").module


class Person:
    """Somebody signed in."""

    is_authenticated = True
    email = "a@example.org"

    def __init__(self, role: str) -> None:
        self.is_administrator = role == "administrator"


def test_the_page_says_where_one_is_and_in_which_theme(house) -> None:
    page = house.get_template("base.html").render(current_user=Person("viewer"))
    assert 'data-theme="dark"' in page
    assert 'href="/websites/" aria-current="page"' in page
    assert page.count('href="/"') == 3, "the brand and both menus"
    assert "That did not work." in page


@pytest.mark.parametrize(("role", "count"), [("administrator", 2), ("operator", 0), ("viewer", 0)])
def test_only_administrators_see_people_and_tokens(house, role, count) -> None:
    page = house.get_template("base.html").render(current_user=Person(role))
    assert page.count("/accounts/people") == page.count("/accounts/tokens") == count


def test_a_stranger_sees_no_menu(house) -> None:
    page = house.get_template("base.html").render(
        current_user=SimpleNamespace(is_authenticated=False)
    )
    assert "<nav" not in page
    assert "sign-out" not in page


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 418, 422, 429, 500, 503])
def test_an_error_page_says_what_to_do_next(house, status) -> None:
    page = house.get_template("errors/error.html").render(status=status, detail="It is gone.")
    assert f"Error {status}" in page
    assert "It is gone." in page
    assert 'href="/"' in page


def test_a_broken_database_is_not_asked_who_is_signed_in(house) -> None:
    class Broken:
        def __getattr__(self, name: str) -> None:
            raise RuntimeError("the database is gone")

    page = house.get_template("errors/error.html").render(
        status=503, detail=None, current_user=Broken()
    )
    assert "Not available just now" in page


@pytest.mark.parametrize(
    ("status", "tone", "word"),
    [
        ("healthy", "is-good", "Healthy"),
        ("DOWN", "is-bad", "Down"),
        (SimpleNamespace(value="degraded"), "is-warn", "Degraded"),
        ("user_registered", "is-calm", "User registered"),
        (None, "is-calm", "None"),
    ],
)
def test_a_status_is_colour_word_and_shape(ui, status, tone, word) -> None:
    drawn = ui.status_badge(status)
    assert tone in drawn
    assert f"{word}</span>" in drawn
    assert '<use href="#' in drawn


def test_a_gap_in_the_numbers_is_a_gap_in_the_line(ui) -> None:
    drawn = ui.sparkline([0, 10, None, None, 5], 0, 10, "CPU")
    assert 'd="M0,39h0L0,39 1,1M4,20h0L4,20"' in drawn
    assert "CPU: lowest 0, highest 10, latest 5" in drawn


@pytest.mark.parametrize("points", [[], [None, None], [7], [3, 3, 3], [0, 0]])
def test_a_line_is_drawn_from_any_numbers(ui, points) -> None:
    assert ui.sparkline(points, label="x").startswith("<svg")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "ms", "–"),
        (76.24, "percent", "76.2 %"),
        (1204, "count", "1,204"),
        (1234.5, "ms", "1,234 ms"),
        (1234567890, "bytes", "1.1 GiB"),
        (0.0, "%", "0.0 %"),
    ],
)
def test_a_number_has_its_unit(ui, value, unit, text) -> None:
    assert ui.number(value, unit) == text


def test_the_worse_a_check_the_taller_its_bar(ui) -> None:
    slots = [SimpleNamespace(status=s, label="12:00") for s in ("up", "down", "unknown")]
    drawn = ui.status_bar(slots, size=10)
    assert 'class="is-good" d="M28,13h3v11h-3z"' in drawn
    assert 'class="is-bad" d="M32,2h3v22h-3z"' in drawn
    assert "1 down, 1 unknown, 1 up" in drawn


def test_a_field_names_its_hint_and_its_error(ui) -> None:
    drawn = ui.field("url", "Address", "<b>", error="Give an address.", hint="With https.")
    assert 'aria-describedby="url_hint url_error" aria-invalid="true"' in drawn
    assert 'value="&lt;b&gt;"' in drawn


def test_a_password_is_never_written_back(ui) -> None:
    assert "secret" not in ui.field("password", "Password", "secret", type="password")


def test_a_pager_keeps_the_filters(ui) -> None:
    drawn = ui.pager(2, 50, 120, "/activity/", {"type": "a&b"})
    assert "51 to 100 of 120" in drawn
    assert 'href="/activity/?type=a%26b&amp;page=3"' in drawn
