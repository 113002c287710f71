"""The name of a host or a service as a part of a path: pure.

Servers decode `%2F` before anything is routed, and browsers take `.` and `..` away, so that names
with these need an escape of their own: `~` and two hexadecimal digits. What ends in `.csv` needs it
because the address of a chart as CSV does.
"""

import re
from urllib.parse import quote

SPECIAL = re.compile(r"[~/\\]|^\.|\.(?=csv$)")
ESCAPED = re.compile(r"~([0-9A-Fa-f]{2})")


def escape(name: str) -> str:
    """The name without slashes, backslashes, a dot in front or `.csv`; still to be quoted."""
    return SPECIAL.sub(lambda match: f"~{ord(match[0]):02X}", name)


def unescape(part: str) -> str:
    """The name that `escape` made `part` of."""
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), part)


def segment(name: str) -> str:
    """The name as a part of a path in a URL."""
    return quote(escape(name), safe="")


def page_of_host(host: str) -> str:
    """Path of the page of `host`."""
    return f"/machines/{segment(host)}"


def page_of_service(service: str) -> str:
    """Path of the page of `service`."""
    return f"/services/{segment(service)}"
