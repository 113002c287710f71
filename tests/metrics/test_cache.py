"""Redis about itself."""

from webapp.core import queue
from webapp.metrics.cache import read_cache, readings_of
from webapp.metrics.readings import Total


def read():
    return {item.measure.name: item for item in read_cache()}


def test_it_tells_memory_clients_keys_and_hits(context):
    found = read()
    assert found["cache_memory"].value > 100_000
    assert found["cache_clients"].value >= 1
    assert isinstance(found["cache_hit_percent"], Total)


def test_keys_of_all_databases_are_counted(context):
    assert read()["cache_keys"].value == 0
    queue.connection().mset({"a": 1, "b": 2})
    assert read()["cache_keys"].value == 2


def test_a_hit_and_a_miss_are_counted(context):
    queue.connection().set("there", 1)
    before = read()["cache_hit_percent"]
    queue.connection().get("there")
    queue.connection().get("not there")
    after = read()["cache_hit_percent"]
    assert (after.part - before.part, after.whole - before.whole) == (1, 2)


def test_commands_and_keys_that_went_are_counted(context):
    before = read()
    queue.connection().set("soon over", 1, px=1)
    while queue.connection().exists("soon over"):
        pass
    after = read()
    assert after["cache_commands"].part > before["cache_commands"].part
    assert after["cache_expirations"].part == before["cache_expirations"].part + 1
    assert after["cache_evictions"].part == before["cache_evictions"].part


def test_a_server_that_tells_less_is_read_as_far_as_it_tells():
    found = list(readings_of({"used_memory": 5, "db0": {"keys": 2}, "dbfilename": "x"}))
    assert {item.measure.name: item.value for item in found} == {"cache_memory": 5, "cache_keys": 2}
