"""Pages of threshold rules."""

from sqlalchemy import select

from tests.issues.rule_makers import judge, measure
from tests.issues.test_rules import install
from webapp.core.db import db
from webapp.issues.rule_models import ThresholdRule

RULES = "/issues/rules/"
FORM = {
    "name": "Busy", "kind": "system", "metric_name": "cpu_percent", "direction": "above",
    "warning": "70", "critical": "90", "for_s": "0", "minimum_samples": "1", "keep_open_s": "0",
    "labels": "core:\nhost: web-*", "is_active": "yes", "replay_over": "6h",
}  # fmt: skip


def stored(app):
    with app.app_context():
        return list(db.session.scalars(select(ThresholdRule).order_by(ThresholdRule.id)))


def form(**changed):
    return FORM | {"labels": ""} | changed


class TestList:
    def test_it_says_what_each_watches_and_what_is_over_a_level(self, app, viewer):
        with app.app_context():
            install()
            measure([80] * 60, every=10)
            judge()
        page = viewer.get(RULES).text
        assert "Disk space" in page
        assert "1 over" in page
        assert "db_connections in percent of db_max_connections" in page
        assert "Warning ≥ 80 %" in page
        assert "New rule" not in page  # for operators

    def test_rules_are_searched_by_words(self, app, operator):
        with app.app_context():
            install()
        page = operator.get(f"{RULES}?search=memory").text
        assert "Memory</a>" in page
        assert "Disk space" not in page
        assert "No rule fits" in operator.get(f"{RULES}?search=nothing").text

    def test_an_address_we_did_not_give_is_refused(self, viewer):
        assert viewer.get(f"{RULES}?page=x").status_code == 400

    def test_the_usual_ones_are_restored(self, app, operator):
        assert operator.post(f"{RULES}restore-defaults").status_code == 303
        assert len(stored(app)) == 5
        assert (
            "as they came"
            in operator.get(operator.post(f"{RULES}restore-defaults").headers["Location"]).text
        )


class TestForm:
    def test_a_rule_is_written_changed_paused_and_deleted(self, app, operator):
        assert 'name="metric_name"' in operator.get(f"{RULES}new").text
        assert operator.post(f"{RULES}new", FORM).status_code == 303
        (rule,) = stored(app)
        assert rule.labels == {"core": "", "host": "web-*"}
        assert (rule.warning, rule.error, rule.created_by) == (70, None, "operator@example.org")
        url = f"{RULES}{rule.id}"
        page = operator.get(url).text
        assert "core: \nhost: web-*" in page
        assert 'value="90"' in page
        assert operator.post(url, form(recovery="60", percent_of="")).status_code == 303
        assert (stored(app)[0].recovery, stored(app)[0].labels) == (60, {})
        operator.post(f"{url}/pause")
        assert not stored(app)[0].is_active
        operator.post(f"{url}/resume")
        assert stored(app)[0].is_active
        assert "Delete the rule Busy?" in operator.get(f"{url}/delete").text
        assert operator.post(f"{url}/delete").status_code == 303
        assert stored(app) == []

    def test_a_mistake_is_said_beside_its_field_and_what_was_typed_stays(self, app, operator):
        for changed, sentence in (
            ({"critical": "60"}, "This level has to be above the warning level, which is 70."),
            ({"labels": "mount"}, "Write one label a line, like mount: /var*."),
            ({"name": ""}, "This field is required."),
            ({"warning": "much"}, "valid number"),
            ({"warning": "", "critical": ""}, "Give at least one level"),
        ):
            answer = operator.post(f"{RULES}new", form(**changed))
            assert answer.status_code == 422
            assert sentence in answer.text
            assert 'value="cpu_percent"' in answer.text
        assert stored(app) == []

    def test_a_name_that_is_taken_is_refused(self, operator):
        operator.post(f"{RULES}new", form())
        answer = operator.post(f"{RULES}new", form())
        assert answer.status_code == 422
        assert "There is a rule of that name already." in answer.text

    def test_the_address_may_fill_it_in(self, operator):
        page = operator.get(f"{RULES}new?metric_name=load_1&source=web-1&surprise=1").text
        assert 'value="load_1"' in page
        assert 'value="web-1"' in page

    def test_a_viewer_reads_and_changes_nothing(self, app, viewer):
        with app.app_context():
            install()
        page = viewer.get(f"{RULES}1").text
        assert "Save" not in page
        for path in ("new", "1", "1/pause", "1/delete", "restore-defaults"):
            assert viewer.post(f"{RULES}{path}", form()).status_code == 403

    def test_a_rule_that_is_not_there_is_404(self, operator):
        for path in ("99", "99/delete"):
            assert operator.get(f"{RULES}{path}").status_code == 404


class TestReplay:
    def test_it_is_drawn_before_anything_is_saved(self, app, viewer):
        with app.app_context():
            measure([10, 75, 75, 10, 95, 10])
        block = viewer.post(f"{RULES}replay", form(), htmx=True)
        assert block.status_code == 200
        assert block.text.startswith('<div id="replay"')
        assert "<strong>2 times</strong> in the last 6 hours, for 30 s in all" in block.text
        assert '<rect class="at-critical"' in block.text
        assert '<rect class="at-warning"' in block.text
        assert stored(app) == []

    def test_it_works_as_a_page_and_what_was_typed_stays(self, app, operator):
        with app.app_context():
            measure([10, 75])
        page = operator.post(f"{RULES}replay", form()).text
        assert "<title>" in page
        assert "<strong>1 time</strong>" in page
        assert 'value="Busy"' in page

    def test_it_says_that_it_never_would_or_watches_nothing(self, app, viewer):
        with app.app_context():
            measure([10])
        assert "<strong>Never</strong>" in viewer.post(f"{RULES}replay", form(), htmx=True).text
        lone = viewer.post(f"{RULES}replay", form(source="db-*"), htmx=True).text
        assert "It would watch nothing" in lone

    def test_a_form_that_is_not_finished_says_what_is_missing(self, viewer):
        block = viewer.post(f"{RULES}replay", form(warning="", critical=""), htmx=True)
        assert block.status_code == 200
        assert "Warning: Give at least one level" in block.text
        assert viewer.post(f"{RULES}replay", {}).status_code == 422

    def test_percent_of_another_metric_is_drawn_as_percent(self, app, viewer):
        with app.app_context():
            measure([200], name="db_max_connections")
            measure([10, 190], name="db_connections")
        asked = form(metric_name="db_connections", percent_of="db_max_connections")
        block = viewer.post(f"{RULES}replay", asked, htmx=True).text
        assert "<strong>1 time</strong>" in block
        assert "Critical 90.0 %" in block
