"""What a traceback is made of, in whichever language: exceptions, and frames of code.

Frames run from the outermost call to the one that failed, exceptions from the first to the one
that was told last.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

FOREIGN_FOLDERS = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|node_modules|bower_components|gems|vendor|\.cargo|"
    r"\.rustup|rustc)/"
    r"|/lib/(?:python|pypy|ruby|jruby|node|jvm|erlang)"
    r"|/(?:python|pypy)[\d.-]*/lib/"
    r"|/go/(?:src/|pkg/mod/)|/pkg/mod/|/usr/(?:share|lib)/(?:php|pear|nodejs)/"
    r"|^(?:node:|internal/|native$|<internal:|phar:)"
    r"|^<(?!stdin|string|console|ipython|template)|\.(?:pyx|pxi|pxd)$"
    r"|^(?:timers|events|net|module|vm|fs|_http_\w+|bootstrap_node)\.js$",
    re.IGNORECASE,
)
FOREIGN_PACKAGES = re.compile(
    r"(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|clojure|android|androidx|"
    r"dalvik|io\.netty|io\.micrometer|reactor|org\.(?:springframework|apache|hibernate|eclipse|"
    r"jboss|junit|gradle|glassfish|postgresql|slf4j|codehaus|mockito|aspectj)|com\.(?:mysql|zaxxer|"
    r"fasterxml|google\.common|android|mongodb)|ch\.qos|runtime|reflect|testing|net/http|"
    r"database/sql|encoding/json|sync|syscall|os|io|bufio|fmt|strconv|panic)[./(]"
)


class Link(str, Enum):
    """How an exception stands to the one before it."""

    FIRST = "first"
    CAUSED = "caused"  # the one before is its cause, as the program says
    DURING = "during"  # it came while the one before was handled
    MEMBER = "member"  # it is one of a group


class Frame(NamedTuple):
    """One call: where (`line` from 1), in which function, and the line of code if it was told.

    `is_in_app` says that it is the team's own code and not a library's.
    """

    file: str
    line: int | None
    function: str
    code: str = ""
    is_in_app: bool = True


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception, with its frames; `exception_type` is written as the traceback has it."""

    exception_type: str
    message: str
    frames: tuple[Frame, ...]
    link: Link = Link.FIRST

    @property
    def short_type(self) -> str:
        """The type without its modules."""
        return re.split(r"[.:\\]", self.exception_type)[-1]

    @property
    def own_frames(self) -> tuple[Frame, ...]:
        """The frames of the team's own code."""
        return tuple(frame for frame in self.frames if frame.is_in_app)


@dataclass(frozen=True, slots=True)
class Trace:
    """A traceback that was understood: its language, and every exception that it tells of."""

    language: str
    chain: tuple[Raised, ...]

    @property
    def told(self) -> Raised:
        """The exception that ended it: the last one, or the group that holds the members."""
        return next(raised for raised in reversed(self.chain) if raised.link is not Link.MEMBER)

    @property
    def exception_type(self) -> str:
        """The type of the exception that ended it."""
        return self.told.exception_type

    @property
    def message(self) -> str:
        """The message of the exception that ended it."""
        return self.told.message

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The frames of the exception that ended it."""
        return self.told.frames


@lru_cache(maxsize=4096)
def is_own_file(file: str) -> bool:
    """Whether a file is the team's own: not of a library, not of the language."""
    return FOREIGN_FOLDERS.search(file.replace("\\", "/")) is None


@lru_cache(maxsize=4096)
def is_own_package(function: str) -> bool:
    """Whether a function that is named with its package is the team's own."""
    return FOREIGN_PACKAGES.match(function) is None
