"""Tasks under watch: what fails in them is told, and goes on as it would without."""

import functools
import inspect
import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast

from .reporting import Reporter

P = ParamSpec("P")
R = TypeVar("R")

Context = Mapping[str, Any] | Callable[..., Mapping[str, Any]]
log = logging.getLogger("watchkeeper.client")


class watch_task:  # noqa: N801 # used like a function
    """Tell what fails: `with watch_task(reporter, "import"):`, or before a function as decorator.

    Without `task` it is the function's name. `context` goes with what is told; of a decorator it
    may be a function that makes it of the arguments. Exceptions in `expected` are not told. The
    `fields` are those of `Reporter.report`: name, severity, person, fingerprint. A decorated
    function may be a coroutine; of a generator the body runs later, so watch what consumes it.
    """

    def __init__(
        self,
        reporter: Reporter,
        task: str | None = None,
        *,
        context: Context | None = None,
        expected: tuple[type[BaseException], ...] = (),
        **fields: Any,
    ) -> None:
        self.reporter = reporter
        self.task = task
        self.plan = context
        self.expected = expected
        self.fields = fields
        self.context = dict(context) if isinstance(context, Mapping) else {}
        self._tokens: list[Token[watch_task | None]] = []

    def note(self, **context: Any) -> None:
        """Add to the context that is told if the task fails."""
        self.context |= context

    def __enter__(self) -> "watch_task":
        """The task begins."""
        self._tokens.append(_current.set(self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """The task ends: an exception is told, and goes on."""
        _current.reset(self._tokens.pop())
        if isinstance(error, Exception) and not isinstance(error, self.expected):
            task = self.task or "task"
            self.reporter.capture(error, task=task, context=self.context, **self.fields)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function under watch, each of its calls for itself."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(f"{function!r} is a generator: watch what consumes it.")
        watched = self._sync(function)
        if inspect.iscoroutinefunction(function):
            watched = cast(Callable[P, R], self._async(function))
        return functools.wraps(function)(watched)

    def _sync(self, function: Callable[P, R]) -> Callable[P, R]:
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            with self._run_of(function, args, kwargs):
                return function(*args, **kwargs)

        return call

    def _async(self, function: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            with self._run_of(function, args, kwargs):
                return await function(*args, **kwargs)

        return call

    def _run_of(self, function: Callable[..., Any], args: Any, kwargs: Any) -> "watch_task":
        task = self.task or f"{function.__module__}.{function.__qualname__}"
        context: Mapping[str, Any] = self.context
        if self.plan is not None and not isinstance(self.plan, Mapping):
            context = _made(self.plan, args, kwargs)
        return watch_task(
            self.reporter, task, context=context, expected=self.expected, **self.fields
        )


def _made(plan: Callable[..., Mapping[str, Any]], args: Any, kwargs: Any) -> Mapping[str, Any]:
    """The context of a call; a task does not fail because nothing can be said of it."""
    try:
        return dict(plan(*args, **kwargs))
    except Exception:
        log.warning("the context of a task could not be made", exc_info=True)
        return {}


def current() -> watch_task | None:
    """The task that runs here under watch."""
    return _current.get()


def note(**context: Any) -> None:
    """Add to the context of the task that runs here, if one does."""
    watch = _current.get()
    if watch is not None:
        watch.note(**context)


_current: ContextVar[watch_task | None] = ContextVar("watchkeeper_task", default=None)
