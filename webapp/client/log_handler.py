"""What an application logs, told as operational issues."""

import logging
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from .plain import described
from .reporting import Reporter
from .tasks import current

OURS = "watchkeeper.client"
# What every record has; all else came with `extra`.
STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
SPECIAL = ("person", "fingerprint")
LONGEST_NAME = 120


class IssueHandler(logging.Handler):
    """Reports each record of at least `level`: its traceback, and what was passed as `extra`.

    In `extra`, "person" says who was affected and "fingerprint" what belongs together. Records of
    the loggers in `leave_out`, and of those below them, are left out. An exception that was
    reported otherwise before is not reported again.
    """

    def __init__(
        self, reporter: Reporter, level: int = logging.ERROR, *, leave_out: Collection[str] = ()
    ) -> None:
        super().__init__(level)
        self.reporter = reporter
        self.leave_out = (OURS, *leave_out)

    def emit(self, record: logging.LogRecord) -> None:
        """Report the record."""
        if any(f"{record.name}.".startswith(f"{name}.") for name in self.leave_out):
            return
        try:
            self._report(record)
        except Exception:
            self.handleError(record)

    def _report(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        fields = self._fields(record)
        if error is None:
            name = _name(record)
            self.reporter.report(_message(record), name=name, **fields)
        else:
            fields["context"]["log"]["message"] = _message(record)
            self.reporter.capture(error, **fields)

    def _fields(self, record: logging.LogRecord) -> dict[str, Any]:
        watch = current()
        extra = {name: value for name, value in vars(record).items() if name not in STANDARD}
        special = {name: extra.pop(name, None) for name in SPECIAL}
        context = (watch.context if watch else {}) | extra
        if record.stack_info:
            context["stack"] = record.stack_info
        return special | {
            "task": watch.task if watch else f"{record.name}.{record.funcName}",
            "severity": severity_of(record.levelno),
            "at": datetime.fromtimestamp(record.created, UTC),
            "context": context | {"log": _origin(record)},
        }


def severity_of(level: int) -> str:
    """The severity that a level of logging comes to: error, warning or info."""
    if level >= logging.ERROR:
        return "error"
    return "warning" if level >= logging.WARNING else "info"


def _message(record: logging.LogRecord) -> str:
    """What was logged, though its values may not fit into it."""
    try:
        return record.getMessage()
    except Exception:
        return f"{record.msg} {described(record.args)}"


def _name(record: logging.LogRecord) -> str:
    """What was logged before values were put in, as every such record has it in common."""
    template = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    return (template.strip().split("\n", 1)[0] or record.levelname)[:LONGEST_NAME]


def _origin(record: logging.LogRecord) -> dict[str, Any]:
    return {
        "logger": record.name,
        "level": record.levelname,
        "place": f"{record.pathname}:{record.lineno}",
        "process": record.process,
        "thread": record.threadName,
    }
