"""What the operator is told once the product answers."""

import pytest

from webapp.config import Settings
from webapp.launch.welcome import address, await_health


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ([""], ""),
        (["no worker", "no worker", ""], ""),
        (["no worker"] * 9, "no worker"),
    ],
    ids=["well at once", "well after a while", "never well"],
)
def test_it_waits_until_all_is_well_or_patience_ends(told: list[str], heard: str) -> None:
    now = [0.0]
    said = iter(told)

    answer = await_health(
        lambda: next(said),
        patience_s=1.0,
        clock=lambda: now[0],
        pause=lambda seconds: now.__setitem__(0, now[0] + seconds),
    )

    assert answer == heard


def test_it_waits_for_a_web_server_that_does_not_listen_yet() -> None:
    said = iter([ConnectionRefusedError("refused"), ""])

    def ask() -> str:
        answer = next(said)
        if isinstance(answer, OSError):
            raise answer
        return answer

    assert await_health(ask, patience_s=1, clock=lambda: 0, pause=lambda _: None) == ""


def test_it_says_so_when_nobody_ever_answers() -> None:
    def ask() -> str:
        raise ConnectionRefusedError("refused")

    told = await_health(ask, patience_s=0, clock=lambda: 0, pause=lambda _: None)

    assert told == "the web server does not answer (refused)."


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        (Settings(), "http://127.0.0.1:8000"),
        (Settings(host="0.0.0.0"), "http://127.0.0.1:8000 (on all addresses of this machine)"),
        (Settings(host="::1", port=80), "http://[::1]:80"),
        (Settings(host="0.0.0.0", public_url="https://w.example/"), "https://w.example"),
    ],
)
def test_it_shows_an_address_that_can_be_opened(settings: Settings, shown: str) -> None:
    assert address(settings) == shown
