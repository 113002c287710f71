"""Which occurrences of a storm are kept as rows: pure, and decided by counting alone.

All of the first hundred of an issue in an hour; then, each time that the number has doubled, half
as large a share of those that follow, about fifty of each doubling.
"""

ALL_OF = 100


def keeps(number: int) -> bool:
    """Whether the occurrence of that number (from 1) of its issue in its hour is kept."""
    if number <= ALL_OF:
        return True
    doublings = ((number - 1) // ALL_OF).bit_length()
    return number % (1 << doublings) == 0
