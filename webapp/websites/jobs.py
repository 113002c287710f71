"""RQ entry points of websites."""


def check_shift() -> None:
    """Check websites as they fall due until the shift ends."""
