"""Does our own network work?"""

import time

import pytest

from webapp import config
from webapp.websites.references import any_answers


def test_one_that_takes_a_connection_is_enough(site, closed_port):
    port = site.url("/").split(":")[2].split("/")[0]
    assert any_answers([("127.0.0.1", closed_port), ("127.0.0.1", int(port))])
    assert any_answers([config.reference_address(site.url("/any"))])


def test_none_that_answers_proves_nothing(closed_port):
    assert not any_answers([])
    assert not any_answers([("127.0.0.1", closed_port), ("no-such-name.invalid", 80)])


def test_it_does_not_wait_for_long():
    began = time.monotonic()
    assert not any_answers([("127.0.0.1", 9)], 0.2)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("router:53", ("router", 53)),
        ("[::1]:443", ("::1", 443)),
        ("https://example.org/health", ("example.org", 443)),
        ("http://example.org:8080", ("example.org", 8080)),
    ],
)
def test_a_target_is_a_host_and_a_port(target, address):
    assert config.reference_address(target) == address


@pytest.mark.parametrize("targets", ["router", "router:x", "ftp://a:1", ":80", "a:1,b", "a:99999"])
def test_a_bad_target_stops_the_start(targets, tmp_path):
    with pytest.raises(config.ConfigError, match="REFERENCE_TARGETS"):
        config.load({"REFERENCE_TARGETS": targets, "DATA_DIR": str(tmp_path)})


def test_they_are_separated_by_commas(tmp_path):
    loaded = config.load({"REFERENCE_TARGETS": "a:1, b:2,", "DATA_DIR": str(tmp_path)})
    assert loaded.references == (("a", 1), ("b", 2))
