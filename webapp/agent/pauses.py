"""How long to leave a server alone after it failed. Pure."""

LONGEST_S = 60.0


def pause_s(failures: int, chance: float) -> float:
    """Seconds before the next try after so many failures in a row; `chance` is from 0 to 1.

    1, 2, 4 ... up to 60, of which chance takes up to a half away, so that hosts come back apart.
    """
    return min(LONGEST_S, 2.0 ** min(failures - 1, 10)) * (1 - chance / 2)
