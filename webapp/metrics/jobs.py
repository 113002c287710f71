"""RQ entry points of metrics."""


def collect_metrics() -> None:
    """Read this machine, the database and Redis once, and store the readings."""
