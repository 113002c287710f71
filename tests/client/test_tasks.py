"""A task that fails is told and fails as it would have; one that succeeds leaves nothing."""

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor

import pytest

from webapp.client import Reporter, note, watch_task
from webapp.client.tasks import current


@pytest.fixture
def sent():
    return []


@pytest.fixture
def shop(sent):
    return Reporter(
        "shop", send=lambda batch: sent.extend(batch.occurrences), host="h", sends_by_itself=False
    )


def fail(number=7):
    """It fails."""
    note(page=number)
    raise ValueError(f"bad order {number}")


def test_a_function_that_fails_is_told_by_its_name_and_raises(shop, sent):
    watched = watch_task(shop)(fail)
    with pytest.raises(ValueError, match="bad order 7"):
        watched()
    shop.flush()
    (found,) = sent
    assert found["task"] == "tests.client.test_tasks.fail"
    assert (found["name"], found["error_message"]) == ("ValueError", "bad order 7")
    assert found["context"] == {"page": 7}
    assert found["traceback"].rstrip().endswith("ValueError: bad order 7")
    assert (watched.__name__, watched.__doc__) == ("fail", "It fails.")
    assert inspect.signature(watched) == inspect.signature(fail)


def test_what_succeeds_returns_and_is_not_told(shop, sent):
    assert watch_task(shop, "adding")(lambda a, b=1: a + b)(2, b=3) == 5
    with watch_task(shop, "nothing"):
        pass
    assert shop.flush()
    assert sent == []


def test_a_block_that_fails_is_told_with_what_was_noted(shop, sent):
    with (
        pytest.raises(ValueError, match="bad"),
        watch_task(shop, "import", context={"shop": "north"}, name="Import failed",
                   severity="warning", person="ada") as watch,
    ):  # fmt: skip
        watch.note(order=7)
        raise ValueError("bad")
    shop.flush()
    (found,) = sent
    assert (found["task"], found["name"], found["severity"]) == (
        "import", "Import failed", "warning",
    )  # fmt: skip
    assert found["context"] == {"shop": "north", "order": 7}
    assert found["person"] == "ada"


def test_the_context_may_be_made_of_the_arguments(shop, sent, caplog):
    watched = watch_task(shop, context=lambda number=0: {"order": number})(fail)
    for number in (3, 4):
        with pytest.raises(ValueError, match="bad"):
            watched(number=number)
    broken = watch_task(shop, context=lambda: {"never": 1})(fail)
    with pytest.raises(ValueError, match="bad"):
        broken(5)
    shop.flush()
    assert [each["context"] for each in sent] == [
        {"order": 3, "page": 3},
        {"order": 4, "page": 4},
        {"page": 5},
    ]
    assert "the context of a task could not be made" in caplog.text


def test_inside_another_the_inner_one_is_told_alone(shop, sent):
    with pytest.raises(ValueError, match="bad"), watch_task(shop, "outer"):
        watch_task(shop, "inner")(fail)()
    shop.flush()
    assert [each["task"] for each in sent] == ["inner"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, LookupError, KeyError])
def test_what_ends_the_program_or_is_expected_is_not_told(shop, sent, error):
    with pytest.raises(error), watch_task(shop, "import", expected=(LookupError,)):
        raise error
    shop.flush()
    assert sent == []


def run(coroutine):
    """Run it in a thread of its own: a browser test may have left a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def test_coroutines_are_watched_each_for_itself(shop, sent):
    @watch_task(shop, context=lambda number: {"order": number})
    async def place(number):
        note(began=number)
        await asyncio.sleep(0)
        if number % 2:
            raise ValueError(f"bad order {number}")
        return number

    async def all_of_them():
        return await asyncio.gather(*map(place, range(6)), return_exceptions=True)

    results = run(all_of_them())
    assert [r for r in results if isinstance(r, int)] == [0, 2, 4]
    shop.flush()
    assert sorted((e["context"]["order"], e["context"]["began"]) for e in sent) == [
        (1, 1), (3, 3), (5, 5),
    ]  # fmt: skip


def test_a_coroutine_that_is_cancelled_is_not_told(shop, sent):
    @watch_task(shop)
    async def wait():
        await asyncio.sleep(60)

    async def cancelled():
        task = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run(cancelled())
    shop.flush()
    assert sent == []


def test_threads_do_not_see_each_others_task(shop):
    def look(number):
        with watch_task(shop, f"task {number}"):
            return current().task

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(look, range(40))) == [f"task {number}" for number in range(40)]
    assert current() is None
    note(nobody="listens")


def test_a_generator_is_refused_at_once(shop):
    def pages():
        yield 1

    async def lines():
        yield 1

    for generator in (pages, lines):
        with pytest.raises(TypeError, match="watch what consumes it"):
            watch_task(shop)(generator)
