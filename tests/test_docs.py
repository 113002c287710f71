"""The docs stay true: every setting, job, command, route and package is in them."""

import re
from pathlib import Path

import click
import pytest

from webapp import config, schedule
from webapp.app import create_app

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def undecorated_app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    return create_app(config.load({"DATA_DIR": str(folder), "LOG_LEVEL": "WARNING"}))


def test_every_setting_is_documented_with_its_default_and_help():
    page = (DOCS / "settings.md").read_text()
    for setting in config.SETTINGS:
        row = f"| `{setting.name}` | {_default(setting)} | {setting.help} |"
        assert row in page, f"docs/settings.md lacks: {row}"


def _default(setting):
    default = setting.default
    if isinstance(default, bool):
        default = str(default).lower()
    return f"`{default}`" if str(default) else "empty"


def test_no_setting_is_documented_that_is_gone():
    named = re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "settings.md").read_text(), re.M)
    assert set(named) == {s.name for s in config.SETTINGS}


def test_every_periodic_job_is_documented():
    page = (DOCS / "operate.md").read_text()
    for periodic in schedule.every(config.Settings()):
        assert f"| `{periodic.name}` | {periodic.queue} |" in page, periodic.name


def test_every_command_of_ours_is_documented(undecorated_app):
    page = (DOCS / "operate.md").read_text()
    ours = set(undecorated_app.cli.commands) - {"db"}
    for name in ours:
        command = undecorated_app.cli.commands[name]
        verbs = command.commands if isinstance(command, click.Group) else {"": None}
        for verb in verbs:
            assert f"flask --app wsgi {name} {verb}".strip() in page, f"{name} {verb}"


def test_every_route_of_the_api_is_documented(undecorated_app):
    page = (DOCS / "api.md").read_text()
    for rule in undecorated_app.url_map.iter_rules():
        if rule.rule.startswith("/api/") or rule.rule in ("/healthz", "/metrics"):
            path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                assert f"| {method} | `{path}` |" in page, f"docs/api.md lacks {method} {path}"


def test_every_page_is_documented(undecorated_app):
    page = (DOCS / "operate.md").read_text()
    for rule in undecorated_app.url_map.iter_rules():
        is_page = not rule.rule.startswith(("/api/", "/static/")) and "GET" in rule.methods
        if is_page and rule.rule not in ("/healthz", "/metrics"):
            path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
            assert f"`{path}`" in page, f"docs/operate.md lacks {path}"


def test_every_package_has_its_reason():
    page = (DOCS / "architecture.md").read_text().lower()
    chosen = (ROOT / "requirements.txt").read_text().split("# Brought in")[0]
    for name in re.findall(r"^([A-Za-z0-9_-]+)(?:\[\w+\])?==", chosen, re.M):
        assert f"| {name.lower()} |" in page, name


def test_nothing_in_the_repository_names_a_machine_or_a_registry():
    forbidden = re.compile(r"/work/|/root/|pypi\.org|npmjs|deb\.debian")
    for path in ROOT.rglob("*"):
        if (
            path.suffix in {".py", ".md", ".toml", ".txt", ".html", ".css"}
            and ".venv" not in path.parts
        ):
            if "vendor" in path.parts or path == Path(__file__):
                continue
            assert not forbidden.search(path.read_text()), path.relative_to(ROOT)
