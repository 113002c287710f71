"""`flask websites ...`: out to a file and in from one, on both databases."""

import pytest

from tests.websites.transfer.kuma_files import create_v2
from webapp.core.db import db
from webapp.websites.models import Website
from webapp.websites.options import CheckSecrets
from webapp.websites.transfer.stored import everything

DOCUMENT = """
version: 1
websites:
- {url: 'https://shop.example/', name: Shop, check_interval: 30, secrets: {token: hush}}
- {url: 'https://blog.example/'}
"""


@pytest.fixture
def run(app, tmp_path):
    """Run a command; its exit code and what it printed."""

    def run(*arguments, text=None):
        given = [str(a) for a in arguments]
        if text is not None:
            file = tmp_path / "given"
            file.write_text(text)
            given.append(str(file))
        result = app.test_cli_runner().invoke(args=["websites", *given])
        return result.exit_code, result.output

    return run


def stored(app):
    with app.app_context():
        return {one.website.url: one for one in everything()}


def test_a_dry_run_shows_the_difference_and_changes_nothing(app, run):
    code, said = run("import", "--dry-run", text=DOCUMENT)
    assert code == 0
    assert "+ https://shop.example/ (create)" in said
    assert "    check_interval: 30" in said
    assert "secrets.token: a secret" in said
    assert "hush" not in said
    assert "2 added, 0 changed, 0 removed, 0 unchanged. This was a dry run" in said
    assert stored(app) == {}


def test_an_import_says_what_it_did_and_is_done_once(app, run):
    code, said = run("import", text=DOCUMENT)
    assert (code, said.splitlines()[-1]) == (0, "2 added, 0 changed, 0 removed, 0 unchanged.")
    assert stored(app)["https://shop.example/"].secrets == CheckSecrets(token="hush")
    code, said = run("import", text=DOCUMENT)
    assert (code, said) == (0, "0 added, 0 changed, 0 removed, 2 unchanged.\n")


def test_a_change_is_shown_field_by_field(run):
    run("import", text=DOCUMENT)
    _, said = run(
        "import", "--prune", text=DOCUMENT.split("- {url: 'https://blog")[0].replace("30", "45")
    )
    assert "~ https://shop.example/ (change)\n    check_interval: 30 -> 45\n" in said
    assert "- https://blog.example/ (remove)" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DOCUMENT.replace("30", "0"), "websites[0].check_interval: Input should be greater"),
        (DOCUMENT + "- {url: 'https://blog.example/'}", "websites[2].url: This is the URL of"),
        (DOCUMENT + "]", "line 6, column 1: It is not YAML here"),
    ],
)
def test_a_bad_file_changes_nothing_and_says_where_it_is_bad(app, run, text, said):
    code, output = run("import", text=text)
    assert code == 1
    assert said in output
    assert "Nothing was changed." in output
    assert "Traceback" not in output
    assert stored(app) == {}


def test_a_refusal_in_the_middle_changes_nothing(app, run):
    run("import", text=DOCUMENT)
    moved = DOCUMENT.replace(
        "secrets: {token: hush}", "options: {proxy: 'http://other.example:1'}"
    ).replace("https://blog", "https://new")
    code, output = run("import", text=moved)
    assert (code, "Nothing was changed." in output) == (1, True)
    assert sorted(stored(app)) == ["https://blog.example/", "https://shop.example/"]


def test_a_file_that_is_no_text_is_refused(run, tmp_path):
    file = tmp_path / "binary"
    file.write_bytes(b"\xff\xfe\x00")
    code, said = run("import", file)
    assert (code, "It is not text in UTF-8." in said) == (1, True)


def test_an_export_without_secrets_goes_to_standard_output(run):
    run("import", text=DOCUMENT)
    code, said = run("export")
    assert code == 0
    assert "token: null" in said
    assert "hush" not in said


def test_an_export_with_secrets_is_a_file_for_its_owner_alone(app, run, tmp_path):
    run("import", text=DOCUMENT)
    file = tmp_path / "websites.yaml"
    assert run("export", file, "--with-secrets") == (0, "")
    assert "token: hush" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    with app.app_context():
        for website in db.session.query(Website):
            db.session.delete(website)
        db.session.commit()
    run("import", file)
    assert run("export", "--with-secrets")[1] == file.read_text()


def test_a_file_that_others_may_read_is_closed_to_them_before_secrets_are_written(run, tmp_path):
    file = tmp_path / "websites.yaml"
    file.touch(0o644)
    run("export", file, "--with-secrets")
    assert file.stat().st_mode & 0o077 == 0


def test_monitors_of_uptime_kuma_are_taken_over_and_the_rest_is_listed(app, run, tmp_path):
    path = create_v2(tmp_path / "kuma.db")
    code, said = run("import-kuma", path, "--dry-run")
    assert code == 0
    for part in (
        "+ https://shop.example/ (create)",
        "    group_name: Shops",
        "    options.username: me",
        "    secrets.password: a secret",
        "+ heartbeat://backup-4 (create)",
        "! monitor 3 Gateway: Checks of the type ping are not made.",
        "! monitor 4 Backup: Its calls have to go to the address on its page from now on.",
        "! Not carried over: notifications: 1, status pages: 1.",
        "2 added",
    ):
        assert part in said, part
    assert "hush" not in said
    assert stored(app) == {}
    assert run("import-kuma", path)[0] == 0
    assert sorted(stored(app)) == ["heartbeat://backup-4", "https://shop.example/"]
    assert "2 unchanged" in run("import-kuma", path)[1]


def test_what_is_no_file_of_uptime_kuma_is_refused(run):
    code, said = run("import-kuma", text="nothing of the kind, and long enough to be no database")
    assert (code, "not a readable SQLite file" in said) == (1, True)


def test_endpoints_of_gatus_are_taken_over(app, run):
    text = """
endpoints:
- {name: Shop, url: "https://shop.example", conditions: ["[STATUS] == 200", "[IP] == 1.2.3.4"]}
- {name: Ping, url: "icmp://10.0.0.1"}
"""
    code, said = run("import-gatus", text=text)
    assert code == 0
    assert "! endpoints[0] Shop: The condition [IP] == 1.2.3.4 cannot be tested here." in said
    assert "! endpoints[1] Ping: Checks of icmp are not made." in said
    assert stored(app)["https://shop.example/"].website.options["expected_status"] == "200"
    assert run("import-gatus", text="a: 1")[0] == 1
