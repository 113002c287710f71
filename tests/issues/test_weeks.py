"""The hours of a week as a picture."""

from webapp.issues import weeks


def test_the_hour_with_the_most_is_the_darkest_and_what_came_at_all_is_seen():
    counts = [0] * 168
    counts[0], counts[25], counts[167] = 1, 50, 100
    found = dict(weeks.rows(counts))
    assert list(found) == list(weeks.DAYS)
    assert (found["Mon"][0].count, found["Mon"][0].level) == (1, 1)
    assert found["Tue"][1].level == 2
    assert found["Sun"][23].level == 4
    assert found["Wed"][5].level == 0


def test_a_week_in_which_nothing_came_is_all_light():
    assert {cell.level for _, cells in weeks.rows([0] * 168) for cell in cells} == {0}
