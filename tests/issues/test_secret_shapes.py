import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.issues.secret_shapes import SCRUBBED, scrub_text

S = SCRUBBED
TAKEN_OUT = [
    ("password=hunter2 next", f"password={S} next"),
    ("{'password': 'hunter2', 'a': 1}", f"{{'password': '{S}', 'a': 1}}"),
    ('{"apiToken": "a\\"b", "n": 1}', f'{{"apiToken": "{S}", "n": 1}}'),
    (r'"{\"password\": \"hunter2\"}"', rf'"{{\"password\": \"{S}\"}}"'),
    ("'password': b'hunter2'", f"'password': b'{S}'"),
    ("connect(password='hunter2')", f"connect(password='{S}')"),
    ("('X-Api-Key', 'abc')", f"('X-Api-Key', '{S}')"),
    ("mysql --password hunter2 -u x", f"mysql --password {S} -u x"),
    ("['--token', 'hunter2']", f"['--token', '{S}']"),
    ("PGPASSWORD=x DB_PWD=y psql", f"PGPASSWORD={S} DB_PWD={S} psql"),
    ("Authorization: Bearer abc.def\nHost: x", f"Authorization: {S}\nHost: x"),
    ("Cookie: a=b; c=d\nHost: x", f"Cookie: {S}\nHost: x"),
    ("sent Bearer abcdef0123 there", f"sent Bearer {S} there"),
    ("postgresql://u:p@ss@h/db", f"postgresql://u:{S}@h/db"),
    ("redis://:pw@h:1", f"redis://:{S}@h:1"),
    ("https://0123456789abcdef01@h/7", f"https://{S}@h/7"),
    ("https://h/x?token=abc&y=1", f"https://h/x?token={S}&y=1"),
    ("eyJhbGciOiJI.eyJzdWIiOi.abc_-", S),
    ("key AKIAIOSFODNN7EXAMPLE used", f"key {S} used"),
    ("with ghp_0123456789abcdefABCDEF0123456789abcd", f"with {S}"),
    ("card 4111 1111 1111 1111 and 5500005555555559", f"card {S} and {S}"),
    ("-----BEGIN RSA PRIVATE KEY-----\nab\n-----END RSA PRIVATE KEY-----\nx", f"{S}\nx"),
    ("-----BEGIN PRIVATE KEY-----\nnever ended", S),
]
STAYS = [
    "token = get_token(user)",
    "login(user, password=password)",
    "connect(password=self.password)",
    "password: must not be empty",
    "max_tokens=100",
    "['user', 'password', 'email']",
    "Unexpected token: }",
    "number 4111111111111112 is no card",
    "at 1700000000000 ms",
    "basic authentication failed",
    "https://h:8000/x@y",
    "-----BEGIN CERTIFICATE-----\nab\n-----END CERTIFICATE-----",
    "password=None",
    "KeyError: 'token'",
]


@pytest.mark.parametrize(("text", "expected"), TAKEN_OUT)
def test_secrets_are_taken_out_of_texts(text: str, expected: str) -> None:
    assert scrub_text(text) == expected
    assert scrub_text(expected) == expected


@pytest.mark.parametrize("text", STAYS)
def test_code_and_prose_stay(text: str) -> None:
    assert scrub_text(text) == text


@given(st.text(alphabet="abpsword=:'\"\\ ,()[]{}tkenTOKE-_\n@/.0123456789", max_size=120))
def test_scrubbing_a_text_twice_changes_nothing_more(text: str) -> None:
    assert scrub_text(scrub_text(text)) == scrub_text(text)


@pytest.mark.parametrize(
    "piece",
    [
        "password",
        "password=",
        "token: ",
        "'token': '",
        "--token",
        "://a:",
        "://a@",
        "Bearer ",
        "eyJ",
    ]
    + ["-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "4111 ", "cookie:", "key\\", "a.", "İpass="],
)
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    scrub_text(text)
    assert time.process_time() - started < 2
