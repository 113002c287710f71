"""What of a process's command line is shown: the program and its first words, without secrets.

Pure. It errs towards hiding: a value is worth less than a password in a history.
"""

import re
from collections.abc import Iterator

LONGEST = 120
WORDS = 8
HIDDEN = "•••"
SENSITIVE = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|credentials?|auth(?:orization)?|cookie|bearer|signature)"
)
NAME = rf"[\w.-]*{SENSITIVE}[\w.-]*"
FLAG = re.compile(rf"^-{{1,2}}{NAME}$", re.IGNORECASE)
ASSIGNED = re.compile(rf"(?<![\w.-])(-{{0,2}}{NAME})(=|:(?!//)).*", re.IGNORECASE)
SCHEME = re.compile(r"^(bearer|basic|digest|token)$", re.IGNORECASE)
IN_URL = re.compile(r"(://)[^/@\s]*@")
GLUED = re.compile(r"^(-[pau])\S+$")  # as in mysql -psecret
GLUES = ("mysql", "mysqldump", "mysqladmin", "mariadb", "sshpass", "curl", "redis-cli", "7z")
FLAGS_OF = {
    "redis-cli": {"-a", "--pass"},
    "curl": {"-u", "-H", "--header", "--user", "--proxy-user"},
    "wget": {"--header"},
    "sshpass": {"-p"},
    "ldapsearch": {"-w"},
    "zip": {"-P"},
}


def shown_command(told: str) -> str:
    """The command line `told`, its words apart by NUL as the kernel has them, fit to be kept."""
    words = told.replace("\0", " ").split()
    shown = " ".join(_hide(words[:WORDS])) + (" …" if len(words) > WORDS else "")
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _hide(words: list[str]) -> Iterator[str]:
    program, is_secret = "", False
    for word in words:
        name = word.rpartition("/")[2]
        # A shell's own words may name the program whose flags follow.
        program = name if name in GLUES or name in FLAGS_OF else program
        if is_secret and not word.startswith("-"):
            yield HIDDEN
            is_secret = bool(SCHEME.match(word)) or word.endswith(":")
            continue
        yield _hide_within(program, word)
        is_secret = _announces(program, word)


def _announces(program: str, word: str) -> bool:
    """Whether the word after this one is a secret."""
    if FLAG.match(word) or word in FLAGS_OF.get(program, ()):
        return True
    found = ASSIGNED.search(word)
    return found is not None and word.endswith((":", "="))


def _hide_within(program: str, word: str) -> str:
    if program in GLUES and (found := GLUED.match(word)):
        return f"{found[1]}{HIDDEN}"
    return ASSIGNED.sub(rf"\1\2{HIDDEN}", IN_URL.sub(rf"\1{HIDDEN}@", word))
