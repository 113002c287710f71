"""How the name of a host or a service is read from a URL and written into one."""

from werkzeug.routing import BaseConverter

from webapp.metrics import paths


class SourceConverter(BaseConverter):
    """`<source:host>`: any name, with a slash in it or of dots alone too."""

    def to_python(self, value: str) -> str:
        """The name."""
        return paths.unescape(value)

    def to_url(self, value: str) -> str:
        """The name as a part of a path."""
        return paths.segment(value)
