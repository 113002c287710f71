"""What ends a program or a thread is told, and ends it as it would have."""

import sys
import threading

import pytest

from webapp.client import Reporter, report_unhandled


@pytest.fixture
def sent():
    return []


@pytest.fixture
def shop(sent, monkeypatch):
    passed_on = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: passed_on.append(kind))
    monkeypatch.setattr(threading, "excepthook", lambda given: passed_on.append(given.exc_type))
    monkeypatch.setattr(sys, "argv", ["/opt/shop/nightly.py", "--all"])
    shop = Reporter("shop", send=lambda b: sent.extend(b.occurrences), sends_by_itself=False)
    shop.passed_on = passed_on
    report_unhandled(shop)
    return shop


def raised(error):
    try:
        raise error
    except BaseException as caught:
        return caught


@pytest.mark.parametrize("error", [ValueError("bad"), KeyboardInterrupt(), SystemExit(1)])
def test_what_ends_a_program_is_told_unless_somebody_stopped_it(shop, sent, error):
    caught = raised(error)
    sys.excepthook(type(caught), caught, caught.__traceback__)
    shop.flush()
    assert shop.passed_on == [type(error)]
    expected = [("ValueError", "nightly.py")] if isinstance(error, Exception) else []
    assert [(each["name"], each["task"]) for each in sent] == expected


def test_what_ends_a_thread_is_told_with_its_name(shop, sent):
    thread = threading.Thread(target=lambda: [][0], name="mail")
    thread.start()
    thread.join()
    shop.flush()
    (found,) = sent
    assert (found["name"], found["context"]) == ("IndexError", {"thread": "mail"})
    assert shop.passed_on == [IndexError]


def test_the_task_may_be_named(sent, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    shop = Reporter("shop", send=lambda b: sent.extend(b.occurrences), sends_by_itself=False)
    report_unhandled(shop, "import")
    sys.excepthook(ValueError, raised(ValueError("x")), None)
    shop.flush()
    assert sent[0]["task"] == "import"
