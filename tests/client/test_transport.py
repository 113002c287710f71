"""What a server answers, and what that means for what was sent."""

import json

import pytest

from tests.client.receiver import PATH, TOKEN, Receiver, receiving
from webapp.client.transport import Refused, Transport, Undelivered


def post(receiver, token=TOKEN, path=PATH):
    with receiving(receiver) as url:
        transport = Transport(f"{url}/", token, path)
        connection = transport.connect(5)
        try:
            return transport.post(connection, b'{"series": [], "rows": []}')
        finally:
            connection.close()


def answering(how, body=None):
    receiver = Receiver()
    receiver.behave = lambda _number: how
    receiver.store = lambda _document: body
    return receiver


@pytest.mark.parametrize("answer", [{}, {"accepted": 3}])
def test_what_is_taken_is_answered_with_an_object(answer):
    assert post(answering("store", answer)) == answer


@pytest.mark.parametrize("answer", [[], "a page", None])
def test_another_program_at_that_address_is_recognised(answer):
    with pytest.raises(Undelivered, match="not answer like a Watchkeeper"):
        post(answering("store", answer))


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_what_will_never_be_taken_is_refused_with_its_status(status):
    with pytest.raises(Refused) as caught:
        post(answering(status))
    assert caught.value.status == status
    assert json.dumps(caught.value.answer) == "{}"


@pytest.mark.parametrize("status", [301, 404, 429, 500, 502, 503])
def test_what_is_not_taken_now_may_be_sent_again(status):
    with pytest.raises(Undelivered, match=str(status)):
        post(answering(status))


def test_a_wrong_token_and_a_wrong_path_are_named():
    with pytest.raises(Undelivered, match="token"):
        post(Receiver(), token="wrong")
    with pytest.raises(Undelivered, match="404"):
        post(Receiver(), path="/elsewhere/")


@pytest.mark.parametrize("url", ["", "watchkeeper.example", "ftp://a.example", "http://"])
def test_a_url_that_is_none_is_refused(url):
    with pytest.raises(ValueError, match="begins with http"):
        Transport(url, TOKEN, PATH)


def test_https_is_checked_against_the_machines_authorities():
    transport = Transport("https://watchkeeper.example/wk", TOKEN, PATH)
    assert transport.path == "/wk/api/monitoring/metrics/"
    assert transport.connect(1)._context.check_hostname
