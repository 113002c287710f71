"""A job that fails, for workers of stories to run."""


def send_invoice(number: int) -> None:
    """It always fails."""
    raise LookupError(said(number))


def said(number: int) -> str:
    """What it says then."""
    return f"invoice {number} is not there"
