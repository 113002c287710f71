"""The parts of the judge as a whole: what a look without news costs, and that two do no harm."""

import threading
import time

from tests.statements import count_statements
from webapp.issues.judge import Judge
from webapp.issues.parts import parts


def test_names_are_bells_and_each_is_another(context):
    names = [part.name for part in parts()]
    assert len(set(names)) == len(names)


def test_all_parts_together_ask_little_when_nothing_is_new(context):
    judge = Judge(parts())
    judge.turn()
    judge.due_s = dict.fromkeys(judge.due_s, 0.0)
    with count_statements(context) as asked:
        assert judge.turn() == 0
    assert len(asked) <= 30, "\n".join(asked)


def test_no_part_fails_on_an_empty_database(context):
    judge = Judge(parts())
    judge.turn()
    assert judge.paused_until_s == {}
    judge.leave()


def test_two_whole_judges_at_once_fail_nowhere(app):
    ready, failed = threading.Barrier(2, timeout=10), []

    def run():
        with app.app_context():
            judge = Judge(parts())
            ready.wait()
            ends_s = time.monotonic() + 10
            while judge.turn() is None and time.monotonic() < ends_s:
                time.sleep(0.01)
            failed.extend(judge.paused_until_s)
            judge.leave()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failed == []
