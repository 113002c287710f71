"""What Gatus expects, said in our options."""

import pytest

from webapp.websites.options import CheckOptions
from webapp.websites.transfer.conditions import expectations

STATUSES = [
    ([], "100-599"),
    (["[STATUS] == 200"], "200"),
    (["[STATUS] == any(200, 429)"], "200,429"),
    (["[STATUS] != 500"], "100-499,501-599"),
    (["[STATUS] != any(500, 502)"], "100-499,501,503-599"),
    (["[STATUS] == pat(2*)"], "200-299"),
    (["[STATUS] != pat(5*)"], "100-499"),
    (["[STATUS] < 300"], "100-299"),
    (["[STATUS] <= 300"], "100-300"),
    (["[STATUS] > 400"], "401-599"),
    (["[STATUS] >= 200", "[STATUS] <= 204"], "200-204"),
    (["[STATUS] != 404", "[CONNECTED] == true"], "100-403,405-599"),
]


@pytest.mark.parametrize(("conditions", "expected"), STATUSES)
def test_conditions_on_the_status_become_the_ranges_that_meet_them_all(conditions, expected):
    options, left_out = expectations(conditions, "http")
    assert (options, left_out) == ({"expected_status": expected}, [])


BODIES = [
    ("[BODY] == pat(*hello*)", {"keyword": "hello"}),
    ("[BODY] != pat(*sorry*)", {"keyword_absent": "sorry"}),
    ("[BODY] == pat(<html>*</html>)", {"pattern": r"(?s)\A<html>.*</html>\Z"}),
    ("[BODY] == ok.", {"pattern": r"\A(?:ok\.)\Z"}),
    ("[BODY] == any(up, ok)", {"pattern": r"\A(?:ok|up)\Z"}),
    ("[BODY].user.name == john", {"json_assertions": ['$.user.name == "john"']}),
    ("[BODY].items[0].count >= 3", {"json_assertions": ["$.items[0].count >= 3"]}),
    ("[BODY][0].ready == true", {"json_assertions": ["$[0].ready == true"]}),
    ('[BODY].state != "bad"', {"json_assertions": ['$.state != "bad"']}),
    ("[BODY].name == pat(*jo*)", {"json_assertions": ['$.name contains "jo"']}),
    ("has([BODY].id) == true", {"json_assertions": ["$.id exists"]}),
    ("has([BODY].errors) == false", {"json_assertions": ["$.errors not exists"]}),
    ("has([BODY].errors) != true", {"json_assertions": ["$.errors not exists"]}),
]


@pytest.mark.parametrize(("condition", "expected"), BODIES)
def test_conditions_on_the_body_become_keyword_pattern_or_statement(condition, expected):
    options, left_out = expectations([condition], "http")
    assert (options, left_out) == (expected | {"expected_status": "100-599"}, [])
    assert CheckOptions(**options)


NOT_HERE = [
    "[IP] == 127.0.0.1", "[DOMAIN_EXPIRATION] > 720h", "[CONTEXT].id == 1", "len([BODY].a) > 3",
    "[BODY].a == any(1, 2)", "[BODY].a == pat(x*y)", "[BODY] != no", "[BODY] > 3",
    "[BODY].a b == 1", "[STATUS] == ok", "[STATUS] == 700", "[STATUS] > pat(2*)",
    "[STATUS] < 100", "[CONNECTED] == false", "[RESPONSE_TIME] > 5", "[RESPONSE_TIME] < soon",
    "[CERTIFICATE_EXPIRATION] < 48h", "has([BODY].a) == maybe", "nonsense", "",
]  # fmt: skip


@pytest.mark.parametrize("condition", NOT_HERE)
def test_what_cannot_be_tested_is_listed_as_it_stands(condition):
    options, left_out = expectations([condition], "http")
    assert options == {"expected_status": "100-599"}
    assert left_out == [f"The condition {condition} cannot be tested here."]


def test_what_is_slow_or_ends_soon_is_degraded_here_and_that_is_said():
    options, left_out = expectations(
        ["[RESPONSE_TIME] < 800", "[RESPONSE_TIME] <= 0.5s", "[CERTIFICATE_EXPIRATION] > 49h"],
        "http",
    )
    assert options == {"slow_ms": 500, "certificate_days": 3, "expected_status": "100-599"}
    assert len(left_out) == 3
    assert all("DEGRADED" in line for line in left_out)


def test_a_second_keyword_is_said_as_a_pattern_and_a_third_is_listed():
    texts = [f"[BODY] == pat(*{word}*)" for word in ("one", "two", "three")]
    options, left_out = expectations(texts, "http")
    assert options["keyword"] == "one"
    assert options["pattern"] == r"(?s)\A.*two.*\Z"
    assert left_out == ["The condition [BODY] == pat(*three*) cannot be tested here."]


def test_statements_beyond_what_a_check_takes_are_listed():
    options, left_out = expectations([f"[BODY].n{n} == 1" for n in range(12)], "http")
    assert len(options["json_assertions"]) == 10
    assert len(left_out) == 2


def test_a_dns_record_is_compared_with_its_answer():
    conditions = ["[BODY] == 93.184.216.34", "[DNS_RCODE] == NOERROR", "[BODY] == pat(9*)"]
    options, left_out = expectations(conditions, "dns")
    assert options == {"dns_expected": ["93.184.216.34"]}
    assert left_out == ["The condition [BODY] == pat(9*) cannot be tested here."]


def test_a_port_has_nothing_but_to_connect():
    options, left_out = expectations(["[CONNECTED] == true", "[STATUS] == 200"], "tcp")
    assert options == {}
    assert left_out == ["The condition [STATUS] == 200 cannot be tested here."]


@pytest.mark.parametrize("kind", ["tcp", "dns"])
def test_how_long_it_takes_is_judged_for_every_kind(kind):
    assert expectations(["[RESPONSE_TIME] < 20ms"], kind)[0] == {"slow_ms": 20}
