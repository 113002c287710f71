"""What is logged is told: its level, where it was logged, what was passed with it."""

import logging

import pytest

from webapp.client import IssueHandler, Reporter, watch_task
from webapp.client.log_handler import severity_of


@pytest.fixture
def sent():
    return []


@pytest.fixture
def shop(sent):
    return Reporter(
        "shop", send=lambda batch: sent.extend(batch.occurrences), host="h", sends_by_itself=False
    )


@pytest.fixture
def log(shop):
    logger = logging.getLogger("shop.orders")
    handler = IssueHandler(shop, logging.WARNING, leave_out=["shop.noise"])
    logging.getLogger().addHandler(handler)
    yield logger
    logging.getLogger().removeHandler(handler)


def place_order(log, number):
    log.error("Order %s of %s failed", number, "ada", extra={"order": number, "person": "ada"})


def test_a_line_is_told_by_what_such_lines_have_in_common(log, shop, sent):
    place_order(log, 7)
    shop.flush()
    (found,) = sent
    assert found["name"] == "Order %s of %s failed"
    assert found["error_message"] == "Order 7 of ada failed"
    assert found["task"] == "shop.orders.place_order"
    assert (found["severity"], found["person"]) == ("error", "ada")
    assert found["context"]["order"] == 7
    assert found["context"]["log"]["logger"] == "shop.orders"
    assert "test_log_handler.py:" in found["context"]["log"]["place"]


def test_an_exception_is_told_with_its_traceback_and_once_though_two_log_it(log, shop, sent):
    try:
        raise ValueError("bad order")
    except ValueError as error:
        log.exception("Order %s failed", 7)
        log.critical("again", exc_info=error)
    shop.flush()
    (found,) = sent
    assert (found["name"], found["error_message"]) == ("ValueError", "bad order")
    assert 'raise ValueError("bad order")' in found["traceback"]
    assert found["context"]["log"]["message"] == "Order 7 failed"


@pytest.mark.parametrize(
    ("level", "severity"),
    [(50, "error"), (40, "error"), (30, "warning"), (35, "warning"), (20, "info"), (10, "info")],
)
def test_a_level_is_a_severity(level, severity):
    assert severity_of(level) == severity


def test_below_its_level_and_of_loggers_left_out_nothing_is_told(log, shop, sent):
    log.info("all is well")
    logging.getLogger("shop.noise.deep").error("noise")
    logging.getLogger("watchkeeper.client").error("our own")
    logging.getLogger("shop.noisette").error("not noise")
    shop.flush()
    assert [each["error_message"] for each in sent] == ["not noise"]


@pytest.mark.parametrize("message", [ValueError("an object"), "", "two\nlines", 7, {"a": 1}])
def test_whatever_is_logged_has_a_name(log, shop, sent, message):
    log.error(message)
    shop.flush()
    assert sent[0]["name"]
    assert "\n" not in sent[0]["name"]


def record(message, *values):
    return logging.LogRecord("shop", logging.ERROR, "shop.py", 1, message, values, None, "place")


def test_a_line_whose_values_do_not_fit_is_told_as_it_stands(shop, sent):
    IssueHandler(shop).emit(record("%d orders", "many"))
    shop.flush()
    assert sent[0]["error_message"] == "%d orders ('many',)"


def test_a_handler_that_fails_is_no_trouble_of_the_application(shop, monkeypatch, capsys):
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(shop, "report", None)
    IssueHandler(shop).emit(record("x"))
    assert "--- Logging error ---" in capsys.readouterr().err


def test_inside_a_task_it_is_told_of_the_task(log, shop, sent):
    with watch_task(shop, "nightly import", context={"shop": "north"}) as watch:
        watch.note(page=3)
        log.warning("a page is missing", extra={"url": "/3"}, stack_info=True)
    shop.flush()
    assert sent[0]["task"] == "nightly import"
    context = sent[0]["context"]
    assert (context["shop"], context["page"], context["url"]) == ("north", 3, "/3")
    assert context["stack"].startswith("Stack (most recent call last):")


def test_a_fingerprint_may_be_given(log, shop, sent):
    log.error("down", extra={"fingerprint": ["payment", "{{ default }}"]})
    shop.flush()
    assert sent[0]["fingerprint"] == ["payment", "{{ default }}"]
