"""Of a storm a share is kept, decided by counting."""

from hypothesis import given
from hypothesis import strategies as st

from webapp.issues.sampling import ALL_OF, keeps


def test_the_first_hundred_of_an_hour_are_kept():
    assert all(keeps(number) for number in range(1, ALL_OF + 1))


def test_each_doubling_keeps_about_fifty_more():
    for start in (100, 200, 400, 800, 51_200):
        kept = sum(keeps(number) for number in range(start + 1, 2 * start + 1))
        assert 45 <= kept <= 55


def test_a_hundred_thousand_leave_some_hundred_rows():
    assert 500 <= sum(keeps(number) for number in range(1, 100_001)) <= 700


@given(st.integers(1, 10**12))
def test_whether_one_is_kept_depends_on_its_number_alone(number):
    step = 1 << ((number - 1) // ALL_OF).bit_length()
    assert keeps(number) == (number <= ALL_OF or number % step == 0)
