"""New samples packed for the judge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.metrics import news

rows = st.lists(
    st.tuples(st.integers(1, 2**31 - 1), st.integers(0, 2**53), st.floats(allow_nan=False)),
    min_size=1,
    max_size=50,
)


@given(rows)
def test_what_was_packed_comes_back(found):
    assert news.unpack(news.pack(found)) == found


def test_a_sample_takes_twenty_bytes():
    assert len(news.pack([(1, 2, 3.0)] * 100)) == 5 + 20 * 100


def test_nothing_is_not_packed():
    with pytest.raises(ValueError, match="nothing"):
        news.pack([])


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02\x00\x00\x00\x00"])
def test_what_is_no_pack_is_refused(data):
    with pytest.raises(ValueError, match="no news"):
        news.unpack(data)
