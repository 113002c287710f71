"""What is kept of an answer that failed."""

from webapp.websites.answers import Answer
from webapp.websites.evidence import BODY_BYTES, REDACTED, evidence, redacted, shown_url
from webapp.websites.options import CheckOptions, CheckSecrets

SECRETS = CheckSecrets(
    password="pass word+", token="tok-of-ours", headers={"X": "Key abc-def"}, proxy_password="pp-pp"
)
OPTIONS = CheckOptions(authentication="basic", username="me")


def test_telling_headers_and_secrets_are_taken_out_wherever_they_stand():
    head = b"HTTP/1.1 500 No\r\nSet-Cookie: a=b\r\nX-Auth-Token: c\r\nServer: tok-of-ours\r\n\r\n"
    body = b"pass word+ pass%20word%2B bWU6cGFzcyB3b3JkKw== abc-def pp-pp fine"
    kept = evidence(Answer(500, head, body), OPTIONS, SECRETS)
    assert kept["head"].splitlines() == [
        "HTTP/1.1 500 No", f"Set-Cookie: {REDACTED}", f"X-Auth-Token: {REDACTED}",
        f"Server: {REDACTED}",
    ]  # fmt: skip
    assert kept["body"] == " ".join([REDACTED] * 5 + ["fine"])


def test_no_more_than_2_kb_of_the_body_and_no_zero_that_postgresql_refuses():
    kept = evidence(Answer(500, b"", b"\x00" + b"x" * 9000), OPTIONS, SECRETS)
    assert len(kept["body"]) == BODY_BYTES
    assert "\x00" not in kept["body"]


def test_a_secret_that_is_cut_by_the_end_is_not_half_shown():
    body = b"x" * (BODY_BYTES - 4) + b"tok-of-ours"
    assert "tok-" not in evidence(Answer(500, b"", body), OPTIONS, SECRETS)["body"]


def test_an_address_is_shown_without_user_fragment_and_secret():
    url = "http://me:x@a.example/p?key=tok-of-ours#part"
    assert shown_url(url, OPTIONS, SECRETS) == f"http://a.example/p?key={REDACTED}"


def test_very_short_secrets_would_take_out_half_the_text_and_are_left():
    assert redacted("a cat", OPTIONS, CheckSecrets(token="a")) == "a cat"
