import pytest

from webapp.issues.outages import outage_in

CASES = [
    ("Error 111 connecting to 127.0.0.1:6379. Connection refused.", "refused", "127.0.0.1:6379"),
    ("HTTPConnectionPool(host='api.example', port=80): Max retries exceeded with url: /1 (Caused by"
     " NewConnectionError('[Errno 111] Connection refused'))", "refused", "api.example:80"),
    ("connect ECONNREFUSED 127.0.0.1:9611", "refused", "127.0.0.1:9611"),
    ('connection to server at "10.0.0.3", port 5432 failed: Connection refused', "refused",
     "10.0.0.3:5432"),
    ("ssh: connect to host db1 port 22: Connection refused", "refused", "db1:22"),
    ("curl: (7) Failed to connect to 127.0.0.1 port 96 after 0 ms: Couldn't connect to server",
     "refused", "127.0.0.1:96"),
    ("getaddrinfo ENOTFOUND halls.example", "name", "halls.example"),
    ("ssh: Could not resolve hostname sync.example: Name or service not known", "name",
     "sync.example"),
    ("curl: (6) Could not resolve host: backup.example", "name", "backup.example"),
    ("java.net.UnknownHostException: films.example", "name", "films.example"),
    ("[Errno 28] No space left on device: '/var/a'", "full", ""),
    ("FATAL: sorry, too many clients already", "connections", ""),
    ("(sqlite3.OperationalError) database is locked", "locked", ""),
    ("OSError: [Errno 24] Too many open files: 'x'", "open files", ""),
]  # fmt: skip


@pytest.mark.parametrize(("message", "kind", "address"), CASES)
def test_an_outage_is_told_with_what_is_away(message: str, kind: str, address: str) -> None:
    outage = outage_in(message)
    assert outage is not None
    assert (outage.kind, outage.address) == (kind, address)


@pytest.mark.parametrize(
    "message",
    ["", "Payment refused: card expired", "[Errno 111] Connection refused", "disk quota is fine"]
    + ["Name or service not known", "the door is locked", "connection to 10.0.0.3:80 timed out"],
)
def test_other_trouble_and_what_does_not_say_of_what_is_none(message: str) -> None:
    assert outage_in(message) is None


def test_what_only_means_something_on_one_machine_is_local() -> None:
    local = [outage_in("connect ECONNREFUSED 127.0.0.1:9"), outage_in("ENOSPC")]
    assert all(outage is not None and outage.is_local for outage in local)
    away = outage_in("connect ECONNREFUSED 10.0.0.3:9")
    assert away is not None
    assert not away.is_local
