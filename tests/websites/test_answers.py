"""Is an answer what was expected?"""

import pytest

from webapp.websites.answers import Answer, objection, pattern_objection
from webapp.websites.options import CheckOptions

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=latin-1\r\nX-A: 1\r\nx-a: 2\r\n\r\n"


def test_headers_are_known_by_lower_case_and_joined():
    assert Answer(200, HEAD).headers == {
        "content-type": "text/plain; charset=latin-1",
        "x-a": "1, 2",
    }


def test_the_text_is_in_the_character_set_that_the_answer_names():
    assert Answer(200, HEAD, "é".encode("latin-1")).text == "é"
    assert Answer(200, b"", "é".encode()).text == "é"
    assert Answer(200, HEAD.replace(b"latin-1", b"odd"), "é".encode()).text == "é"
    assert Answer(200, HEAD.replace(b"latin-1", b"base64"), b"x").text == "x"


@pytest.mark.parametrize(
    ("status", "expected", "message"),
    [
        (200, "200-399", None),
        (304, "200-399", None),
        (404, "200-399", "The answer was HTTP 404 Not Found."),
        (404, "404", None),
        (600, "200-399", "The answer was HTTP 600."),
        (None, "200-399", "The answer was HTTP without a status."),
    ],
)
def test_the_status_is_one_of_those_expected(status, expected, message):
    found = objection(CheckOptions(expected_status=expected), Answer(status))
    assert (found and found.message) == message


def test_json_that_was_cut_or_is_none_is_named():
    options = CheckOptions(json_assertions=["a exists"])
    assert objection(options, Answer(200, b"", b"{")).message == "The answer is not JSON."
    cut = objection(options, Answer(200, b"", b"{}", is_cut=True))
    assert cut.message == "The answer is too large to be read as JSON."
    assert objection(options, Answer(200, b"", b'{"a": 1}')) is None


def test_a_pattern_fits_anywhere_in_the_text():
    assert pattern_objection("b+", "abbc") is None
    assert pattern_objection("^b", "abbc").reason == "regex"
