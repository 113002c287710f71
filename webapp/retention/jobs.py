"""RQ entry points of retention."""


def forget_old_rows() -> None:
    """Delete what is older than its policy keeps, in small batches."""
