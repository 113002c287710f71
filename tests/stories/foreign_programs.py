"""Programs that are not ours: each begins with `BEGIN`, and has a copy of the client beside it."""

BEGIN = """
import importlib.util, logging, os, sys
assert importlib.util.find_spec("webapp") is None
from watchkeeper_client import *
from watchkeeper_client import IssueHandler, Reporter, watch_task, note, rq_tasks, flask_app
reporter = Reporter("shop", os.environ["URL"], os.environ["TOKEN"], host="till-1")
"""

LOGS_AND_TASKS = """
logging.getLogger().addHandler(IssueHandler(reporter, logging.WARNING))
log = logging.getLogger("shop.orders")

def place(number):
    try:
        {}["order"]
    except KeyError:
        log.exception("Order %s failed", number, extra={"order": number, "password": "hunter2"})

@watch_task(reporter)
def import_orders(page):
    note(page=page)
    raise LookupError(f"page {page} is empty")

place(7)
log.warning("Stock is low", extra={"person": "ada@example.org"})
try:
    import_orders(3)
except LookupError:
    pass
with watch_task(reporter, "nightly", expected=(ValueError,)):
    pass
if os.fork() == 0:
    reporter.report("from the child", name="Forked", task="child", severity="info")
    sys.exit(0)
os.wait()
"""

DIES = """
import threading
from watchkeeper_client import report_unhandled
report_unhandled(reporter)
thread = threading.Thread(target=lambda: 1 / 0, name="mail")
thread.start()
thread.join()
raise LookupError("no such shop")
"""

JOBS = """
import os, signal

def fail(number):
    raise ValueError(f"no letter {number}")

def be_killed():
    os.kill(os.getpid(), signal.SIGKILL)
"""

WORKS = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of threads and forks
import jobs
from redis import Redis
from rq import Queue, Retry, Worker
redis = Redis.from_url(os.environ["REDIS"])
queue = Queue("letters", connection=redis)
queue.enqueue(jobs.fail, 1)
queue.enqueue(jobs.be_killed)
queue.enqueue(jobs.fail, 2, retry=Retry(max=1))
worker = Worker([queue], connection=redis)
rq_tasks.watch_worker(worker, reporter)
worker.work(burst=True, logging_level="CRITICAL")
print(rq_tasks.sweep_failed_jobs(reporter, [queue]), rq_tasks.sweep_failed_jobs(reporter, [queue]))
"""

SERVES = """
import threading, urllib.error, urllib.request
from wsgiref.simple_server import WSGIRequestHandler, make_server
from flask import Flask
WSGIRequestHandler.log_message = lambda *_: None

app = Flask("shop")
app.logger.disabled = True
flask_app.report_errors(app, reporter, person=lambda: "ada")

@app.get("/orders/<int:number>")
def order(number):
    raise ValueError(f"no order {number}")

def plain(environ, start_response):
    raise ValueError("no page")

for served, path in ((app, "/orders/7"), (ErrorMiddleware(plain, reporter), "/plain?page=2")):
    server = make_server("127.0.0.1", 0, served)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    sys.stderr = open(os.devnull, "w")  # what the server says of it
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}{path}")
    except urllib.error.HTTPError as error:
        assert error.code == 500
    thread.join()
    server.server_close()
"""

WAITS = """
for number in range(30):
    reporter.report("the till is stuck", name="Stuck", task="till", context={"number": number})
print("told", flush=True)
while not reporter.flush(within_s=1):
    pass
"""

STORM = """
for number in range(3000):
    reporter.report(f"order {number} timed out", name="Timeout", task="till")
assert reporter.flush()
"""

BAD_CLOCK = """
from datetime import UTC, datetime, timedelta
ahead = datetime.now(UTC) + timedelta(hours=2)
reporter.report("from the future", name="Late", task="till", at=ahead)
reporter.flush()
reporter.report("from the future again", name="Late", task="till", at=ahead)
reporter.report("from now", name="Late", task="till")
"""
