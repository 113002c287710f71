"""The client for other Python applications: measures, and tells what goes wrong.

Needs nothing but Python. This folder can be copied into another project under any name, which is
why it imports its own modules relatively; `flask_app` needs Flask only when it is used, and
`rq_tasks` the worker of RQ that it is given.
"""

from .errors import ErrorMiddleware as ErrorMiddleware
from .log_handler import IssueHandler as IssueHandler
from .middleware import Middleware as Middleware
from .recorder import Recorder as Recorder
from .reporting import Reporter as Reporter
from .tasks import note as note
from .tasks import watch_task as watch_task
from .unhandled import report_unhandled as report_unhandled
