"""Occurrences travel in batches that a server takes, and each that is refused alone is dropped."""

import json

import pytest

from webapp.client import reports
from webapp.client.reports import Occurrences, Pending, Reports
from webapp.client.transport import Refused


def body(number, size=0, **fields):
    return json.dumps({"name": f"n{number}", "pad": "x" * size} | fields).encode()


class Server:
    """Takes what `refuses` lets it, and remembers it."""

    def __init__(self, refuses=lambda batch: None):
        self.taken = []
        self.refuses = refuses

    def __call__(self, batch):
        status = self.refuses(batch)
        if status:
            raise Refused(f"answered {status}", status)
        self.taken.append([each["name"] for each in batch.occurrences])


def test_what_is_put_in_is_parted_by_number_and_by_size(monkeypatch):
    monkeypatch.setattr(reports, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(reports, "MOST_BYTES_AT_ONCE", 1000)
    server = Server()
    pending = Pending(server, 1.0)
    pending.put([body(number) for number in range(4)])
    pending.put([body(4, 600), body(5, 600), body(6)])
    assert (pending.count, pending.size_bytes > 1200) == (7, True)
    pending.send()
    assert server.taken == [["n0", "n1", "n2"], ["n3"], ["n4"], ["n5", "n6"]]
    assert (pending.count, pending.size_bytes) == (0, 0)


def test_a_batch_too_large_for_the_server_is_halved_until_it_fits(caplog):
    server = Server(lambda batch: 413 if len(batch.bodies) > 2 else None)
    pending = Pending(server, 1.0)
    pending.put([body(number) for number in range(5)])
    pending.send()
    assert [name for batch in server.taken for name in batch] == [f"n{n}" for n in range(5)]
    assert (pending.count, caplog.records) == (0, [])


def test_one_that_is_too_large_alone_is_dropped_with_a_line_and_the_others_go_on(caplog):
    server = Server(lambda batch: 413 if batch.size_bytes > 500 else None)
    pending = Pending(server, 1.0)
    pending.put([body(1), body(2, 900), body(3)])
    pending.send()
    assert [name for batch in server.taken for name in batch] == ["n1", "n3"]
    assert "issues are refused and dropped: answered 413" in caplog.text
    assert pending.count == 0


@pytest.mark.parametrize("status", [400, 422])
def test_what_will_never_be_taken_blocks_nothing(status):
    server = Server(lambda batch: status if b"bad" in batch.bodies[0] else None)
    pending = Pending(server, 1.0)
    pending.put([body("bad")])
    pending.put([body(1)])
    pending.send()
    assert server.taken == [["n1"]]
    assert pending.count == 0


class Posts(Occurrences):
    """Answers as it is told, and keeps what was posted."""

    def __init__(self, *answers):
        super().__init__("http://127.0.0.1", "wk_token")
        self.answers = list(answers)
        self.posted = []

    def post(self, connection, posted):
        self.posted.append(json.loads(posted))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


AHEAD = {"index": 1, "field": "created_at", "message": "ahead"}
OTHER = {"index": 0, "field": "name", "message": "too long"}


@pytest.mark.parametrize(
    "first",
    [
        {"accepted": 1, "refused": [AHEAD]},
        {"accepted": 0, "refused": [OTHER, AHEAD]},
        Refused("422", 422, {"refused": [AHEAD, OTHER]}),
    ],
    ids=["one", "beside another", "all"],
)
def test_what_a_wrong_clock_spoils_is_sent_again_without_its_moment(first, caplog):
    server = Posts(first, {"accepted": 1, "refused": []})
    server.deliver(Reports((body(0, created_at="x"), body(1, created_at="x"))))
    assert [each["name"] for each in server.posted[0]] == ["n0", "n1"]
    assert server.posted[1] == [{"name": "n1", "pad": ""}]
    assert len(caplog.records) == 1


def test_what_is_refused_for_another_reason_stays_refused_and_is_told_once(caplog):
    server = Posts({"refused": [OTHER]}, {"refused": [OTHER]}, Refused("422", 422, {"refused": []}))
    server.deliver(Reports((body(0),)))
    server.deliver(Reports((body(0),)))
    assert len(caplog.records) == 1
    with pytest.raises(Refused):
        server.deliver(Reports((body(0),)))
    assert len(server.posted) == 3
