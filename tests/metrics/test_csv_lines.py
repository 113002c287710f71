"""A chart as CSV."""

import csv
import io

import pytest

from webapp.metrics.aggregates import AGGREGATES
from webapp.metrics.csv_lines import ROWS_AT_ONCE, cell, csv_of, rfc_3339
from webapp.metrics.pages import Bucket

MEAN = AGGREGATES["mean"]


def rows(*given, **more):
    return list(csv.reader(io.StringIO("".join(csv_of(*given, **more)))))


def of(*values):
    return [
        None if value is None else Bucket(2, 2 * value, value - 1, value + 1) for value in values
    ]


def test_each_line_is_a_column_and_a_gap_is_empty():
    found = rows(["CPU (%)", "Load"], [of(1.5, None, 3), of(None, 0.1)], 0, 60_000, MEAN)
    assert found == [
        ["time", "CPU (%)", "Load"],
        ["1970-01-01T00:00:00Z", "1.5", ""],
        ["1970-01-01T00:01:00Z", "", "0.1"],
        ["1970-01-01T00:02:00Z", "3", ""],
    ]


@pytest.mark.parametrize(
    ("name", "number"), [("mean", "5"), ("min", "4"), ("max", "6"), ("sum", "10"), ("count", "2")]
)
def test_a_step_is_told_as_asked(name, number):
    assert rows(["x"], [of(5)], 0, 1000, AGGREGATES[name])[1][1] == number


def test_a_number_is_told_exactly():
    found = rows(["x"], [of(1 / 3, 1e300, -0.5, 123456789012)], 0, 1000, MEAN)
    assert [float(row[1]) for row in found[1:]] == [1 / 3, 1e300, -0.5, 123456789012]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", '=HYPERLINK("a")'])
def test_no_label_is_a_formula(text):
    assert cell(text) == f"'{text}"
    assert rows([text], [of(1)], 0, 1000, MEAN)[0][1].startswith("'")


def test_commas_quotes_and_line_breaks_stay_in_their_cell():
    label = 'a,"b"\nc'
    assert rows([label], [of(1)], 0, 1000, MEAN)[0] == ["time", label]


@pytest.mark.parametrize(
    ("at_ms", "text"),
    [(0, "1970-01-01T00:00:00Z"), (1_700_000_000_250, "2023-11-14T22:13:20.250Z")],
)
def test_a_moment_is_rfc_3339(at_ms, text):
    assert rfc_3339(at_ms) == text


def test_a_long_document_comes_in_pieces():
    pieces = list(csv_of(["x"], [of(*range(3 * ROWS_AT_ONCE))], 0, 1000, MEAN))
    assert len(pieces) == 4
    assert "".join(pieces).count("\r\n") == 3 * ROWS_AT_ONCE + 1


def test_without_lines_there_is_a_header():
    assert rows([], [], 0, 1000, MEAN) == [["time"]]
