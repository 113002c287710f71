"""The recorder: what is sent, from threads and forks, at exit, and while nobody takes it."""

import logging
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.client.receiver import TOKEN, Receiver, receiving
from webapp.client import Recorder, recorder
from webapp.client.tally import Key

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def sent():
    return []


@pytest.fixture
def shop(sent):
    return Recorder("shop", send=sent.append, sends_by_itself=False)


def points(sent):
    return {(key.name, key.labels): value for batch in sent for key, value in batch.points}


def eventually(question, within_s=20):
    deadline = time.monotonic() + within_s
    while not question():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


@pytest.mark.parametrize("given", [{}, {"url": "http://a.example", "statsd": ("a", 1)}])
def test_exactly_one_way_to_send_is_needed(given):
    with pytest.raises(ValueError, match="one of url, send and statsd"):
        Recorder("shop", **given)


def test_counts_times_and_levels_are_summed_and_sent_once(shop, sent):
    shop.count("orders")
    shop.count("orders", 2)
    shop.count("orders", 5, country="de", size=3)
    shop.time("mail", 10)
    shop.time("mail", 30)
    shop.gauge("queue_size", 4, queue="mail")
    shop.gauge("queue_size", 9, queue="mail")
    assert sent == []
    assert shop.flush()
    found = points(sent)
    assert found["orders", ()] == 3
    assert found["orders", (("country", "de"), ("size", "3"))] == 5
    assert found["mail_ms", ()] == 20
    assert found["queue_size", (("queue", "mail"),)] == 9
    assert {key.metric_type for key, _ in sent[0].points} == {"custom", "queue_size"}
    assert abs(sent[0].at_ms / 1000 - time.time()) < 5


def test_a_line_ends_at_zero_and_then_nothing_is_sent(shop, sent):
    shop.count("orders")
    for _ in range(4):
        shop.flush()
    assert [dict(batch.points) for batch in sent] == [
        {Key("custom", "orders", "count"): 1},
        {Key("custom", "orders", "count"): 0},
    ]


def test_a_request_is_counted_by_route_method_and_outcome(shop, sent):
    shop.answered("/orders/<id>", "GET", 200, 10)
    shop.answered("/orders/<id>", "GET", 204, 20)
    shop.answered("", "BREW", 503, 30)
    shop.flush()
    found = points(sent)
    ours = (("method", "GET"), ("route", "/orders/<id>"), ("status", "2xx"))
    assert found["requests", ours] == 2
    assert found["requests", (("method", "other"), ("route", "(none)"), ("status", "5xx"))] == 1
    assert found["error_rate_percent", ()] == pytest.approx(100 / 3, abs=0.01)
    assert found["response_time_ms", (("route", "/orders/<id>"),)] == 15


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_ignored(shop, sent, value):
    shop.count("orders", value)
    shop.time("mail", value)
    shop.gauge("queue_size", value)
    shop.flush()
    assert sent == []


def test_memory_is_bounded_and_what_found_no_room_is_told(sent):
    small = Recorder("shop", send=sent.append, max_series=3, sends_by_itself=False)
    for number in range(5):
        small.count("orders", order=number)
        small.time("mail", 1, order=number)
        small.gauge("level", 1, order=number)
        small.seen("people", number)
    small.count("orders", order=0)
    small.flush()
    found = points(sent)
    assert found["orders", (("order", "0"),)] == 2
    assert found["client_dropped", ()] == 17
    assert sent[0].tally.series == 3


def test_requests_with_endless_routes_do_not_fill_the_memory(sent):
    small = Recorder("shop", send=sent.append, max_series=10, sends_by_itself=False)
    for number in range(1000):
        small.answered(f"/{number}", "GET", 200, 1)
    assert len(small._request_keys) == 10
    small.flush()
    assert sent[0].tally.series == 10


def test_a_long_label_is_cut(shop, sent):
    shop.count("orders", what="x" * 1000)
    shop.flush()
    assert [len(value) for key, _ in sent[0].points for _, value in key.labels] == [200]


def test_users_of_the_last_five_minutes_are_counted_once(shop, sent, monkeypatch):
    now_s = [1000.0]
    monkeypatch.setattr(recorder.time, "monotonic", lambda: now_s[0])
    for user in ("ada", "grace", "ada"):
        shop.users(user)
    shop.flush()
    now_s[0] += 299
    shop.users("ada")
    shop.flush()
    now_s[0] += 2
    shop.flush()
    now_s[0] += 300
    shop.flush()
    shop.flush()
    assert [batch.points[0].value for batch in sent] == [2, 2, 1, 0]


def test_sets_reach_a_function_that_sends(shop, sent):
    for who in (1, 2, 1):
        shop.seen("people", who, metric_type="user_count")
    shop.flush()
    assert sent[0].tally.seen == {Key("user_count", "people", ""): {1, 2}}
    assert sent[0].points == []


def test_threads_lose_nothing(sent):
    shop = Recorder("shop", send=sent.append, interval_s=0.01)
    threads, times = 8, 2000

    def work(_number):
        for _ in range(times):
            shop.count("orders")
            shop.answered("/", "GET", 200, 1)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    shop.close()
    counts = [batch.tally.counts for batch in sent]
    assert sum(c.get(Key("custom", "orders", "count"), 0) for c in counts) == threads * times
    requests = [n for c in counts for key, n in c.items() if key.name == "requests"]
    assert sum(requests) == threads * times


def test_a_signal_handler_may_record_while_something_is_recorded(shop, sent):
    before = signal.signal(signal.SIGALRM, lambda *_: shop.count("alarms"))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        deadline_s = time.monotonic() + 0.3
        while time.monotonic() < deadline_s:
            shop.count("orders")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    shop.flush()
    assert points(sent)["alarms", ()] > 10


def test_it_sends_by_itself_and_close_ends_its_thread(sent):
    others = _threads()
    shop = Recorder("shop", send=sent.append, interval_s=0.05)
    assert _threads() == others
    shop.count("orders")
    eventually(lambda: sent)
    assert len(_threads() - others) == 1
    shop.count("orders", 2)
    shop.close()
    assert points(sent)["orders", ()] in (0, 2)
    assert _threads() <= others
    shop.count("orders", 7)
    assert len(_threads() - others) == 1
    shop.close()
    assert points(sent[-1:])["orders", ()] == 7


def _threads():
    """The threads of all recorders of this process, those of applications under test included."""
    return {thread for thread in threading.enumerate() if thread.name == "watchkeeper-client"}


def test_a_function_that_raises_is_given_the_same_batch_again(caplog):
    given = []

    def send(batch):
        given.append(batch.identity)
        if len(given) < 3:
            raise RuntimeError("not now")

    shop = Recorder("shop", send=send, sends_by_itself=False)
    shop.count("orders")
    assert [shop.flush(), shop.flush(), shop.flush()] == [False, False, True]
    assert len(set(given[:3])) == 1
    assert [r.levelno for r in caplog.records] == [logging.WARNING] * 2


def test_nothing_is_lost_and_nothing_doubled_over_an_absence():
    receiver = Receiver()
    with receiving(receiver) as url:
        port = int(url.rsplit(":", 1)[1])
        shop = Recorder("shop", url, TOKEN, sends_by_itself=False)
        shop.count("orders", 1)
        assert shop.flush()
    for n in (2, 4):
        shop.count("orders", n)
        assert not shop.flush()
    with receiving(receiver, port):
        receiver.behave = lambda number: "store and hang up" if number % 3 == 0 else "store"
        shop.count("orders", 8)
        eventually(shop.flush)
    assert receiver.sum("orders") == 15
    assert len(receiver.moments("orders")) == len(set(receiver.moments("orders")))


def test_a_server_that_hangs_costs_the_exit_two_seconds_and_the_application_nothing():
    release = threading.Event()
    shop = Recorder("shop", send=lambda batch: release.wait(batch.patience_s), interval_s=0.01)
    shop.count("orders")
    eventually(lambda: shop._sending.locked())
    began_s = time.monotonic()
    shop.count("orders")
    shop.answered("/", "GET", 200, 1)
    assert time.monotonic() - began_s < 0.5
    assert shop.flush(within_s=0.1) is False
    release.set()
    shop.close()


SCRIPT = """
import os, sys
from webapp.client import Recorder
shop = Recorder("script", {url!r}, {token!r}, interval_s=60)
shop.count("orders", 1)
child = os.fork()
shop.count("orders", 10 if child == 0 else 100)
if child:
    os.waitpid(child, 0)
sys.exit(0)
"""


def run(script):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_at_exit_each_process_sends_what_it_recorded_itself():
    receiver = Receiver()
    with receiving(receiver) as url:
        # Forking with a thread is what the recorder is made for; newer Pythons warn of it.
        done = run(SCRIPT.format(url=url, token=TOKEN).replace("import os", IGNORE, 1))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert receiver.sum("orders") == 111
    assert receiver.sum("reporting_processes") == 2


IGNORE = "import warnings; warnings.simplefilter('ignore', DeprecationWarning); import os"


def test_at_exit_without_a_server_the_script_ends_well_with_one_line():
    done = run(SCRIPT.format(url="http://127.0.0.1:9", token=TOKEN).split("child =")[0])
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "metrics cannot be sent" in done.stderr


def test_the_client_brings_nothing_but_python():
    listed = "import sys; print(*sorted(m for m in sys.modules if m.startswith('webapp')))"
    alone = run(f"import webapp.client, webapp.client.flask_app; {listed}")
    assert "webapp.app" not in alone.stdout
    assert {name.split(".")[1] for name in alone.stdout.split() if "." in name} == {"client"}
    others = run("import webapp.client.flask_app, sys; print('flask' in sys.modules)")
    assert others.stdout.strip() == "False"


GUNICORN_APP = """
import os
from webapp.client import Middleware, Recorder

def answer(environ, start_response):
    environ["watchkeeper.route"] = "/hello"
    start_response("200 OK", [])
    return iter([b"pid ", str(os.getpid()).encode()])

application = Middleware(answer, Recorder("web", {url!r}, {token!r}, interval_s=0.3))
"""


@pytest.mark.parametrize("preload", [[], ["--preload"]], ids=["loaded after", "loaded before"])
def test_two_workers_of_a_real_gunicorn_add_up(tmp_path, preload):
    receiver, answers = Receiver(), []
    with receiving(receiver) as url:
        (tmp_path / "shop.py").write_text(GUNICORN_APP.format(url=url, token=TOKEN))
        with gunicorn(tmp_path, preload) as socket_path, ThreadPoolExecutor(8) as pool:
            while len(answers) < 300 or len(set(answers)) < 2:
                answers += pool.map(lambda _: ask(socket_path), range(50))
    assert len(set(answers)) == 2
    assert receiver.sum("requests", route="/hello", status="2xx") == len(answers)
    moments = receiver.moments("reporting_processes")
    assert len(moments) == len(set(moments)) >= 2


@contextmanager
def gunicorn(folder, options):
    """Two workers that serve `shop` at the socket that this gives."""
    socket_path = folder / "s"
    command = [sys.executable, "-m", "gunicorn", "shop", "--workers", "2", "--threads", "2"]
    command += ["--bind", f"unix:{socket_path}", "--log-level", "warning", *options]
    command += ["--graceful-timeout", "10"]
    environ = os.environ | {"PYTHONPATH": f"{ROOT}:{folder}"}
    server = subprocess.Popen(command, cwd=folder, env=environ)
    try:
        eventually(lambda: listens(socket_path))
        yield socket_path
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    finally:
        server.kill()
        server.wait(5)


def listens(socket_path):
    """Whether somebody accepts connections there; the file is there a little earlier."""
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(socket_path)) == 0


def ask(socket_path):
    """What the application answers."""
    with closing(HTTPConnection("localhost")) as connection:
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(10)
        connection.sock.connect(str(socket_path))
        connection.request("GET", "/hello")
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read()
