"""Small numbers that leave the team: hidden, and not to be worked out from what is shown."""

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.figures import Figure, PublicFigure, count_text, sum_figures, suppress_figures
from core.suppression import PublicCounts, PublicTable, suppress_counts, suppress_table, with_totals

# Small numbers often, so that rows of them meet; larger ones for what has to be hidden beside them.
COUNTS = st.sampled_from([0, 0, 1, 1, 2, 3, 5, 6, 7, 12, 40])


def tables(max_rows: int, max_columns: int) -> st.SearchStrategy[list[list[int]]]:
    return st.integers(1, max_columns).flatmap(
        lambda width: st.lists(st.lists(COUNTS, min_size=width, max_size=width), min_size=1, max_size=max_rows)
    )


def places_that_can_differ(
    rows: list[list[int]], shown: list[list[int | None]], floors: list[list[int]]
) -> set[tuple[int, int]]:
    """By trying: every place, totals included, where another table that agrees with all shown has another count.

    Changes of one are enough to prove that a place is not determined. Zeros are never hidden in a table of
    counts, so a reader knows that a hidden count is at least its floor, and so must the other table.
    """
    hidden = [(i, j) for i, row in enumerate(rows) for j in range(len(row)) if shown[i][j] is None]
    truth = with_totals(rows)
    found: set[tuple[int, int]] = set()
    for changes in product((-1, 0, 1), repeat=len(hidden)):
        other = [list(row) for row in rows]
        for (i, j), change in zip(hidden, changes, strict=True):
            other[i][j] += change
        if any(other[i][j] < floors[i][j] for i, j in hidden):
            continue
        whole = with_totals(other)
        places = [(i, j) for i in range(len(whole)) for j in range(len(whole[0]))]
        if any(shown[i][j] is not None and shown[i][j] != whole[i][j] for i, j in places):
            continue
        if any(shown[i][j] is None and floors[i][j] > whole[i][j] for i, j in places):
            continue
        found |= {(i, j) for i, j in places if whole[i][j] != truth[i][j]}
    return found


def whole_of(public: PublicTable) -> list[list[int | None]]:
    rows = [[*row, total] for row, total in zip(public.cells, public.row_totals, strict=True)]
    return [*rows, [*public.column_totals, public.total]]


@settings(max_examples=300, deadline=None)
@given(tables(3, 3).filter(lambda rows: len(rows) * len(rows[0]) <= 6), st.booleans(), st.booleans(), st.booleans())
def test_no_hidden_count_of_a_table_can_be_worked_out(
    rows: list[list[int]], row_totals: bool, column_totals: bool, total: bool
) -> None:
    public = suppress_table(rows, show_row_totals=row_totals, show_column_totals=column_totals, show_total=total)
    shown, truth = whole_of(public), with_totals(rows)
    bottom, right = len(rows), len(rows[0])
    unpublished = {(i, right) for i in range(bottom) if not row_totals}
    unpublished |= {(bottom, j) for j in range(right) if not column_totals}
    unpublished |= set() if total else {(bottom, right)}
    floors = [[0 if (i, j) in unpublished else 1 for j in range(right + 1)] for i in range(bottom + 1)]
    can_differ = places_that_can_differ(rows, shown, floors)
    for i, row in enumerate(truth):
        for j, count in enumerate(row):
            if (i, j) in unpublished:
                assert shown[i][j] is None
            elif shown[i][j] is None:
                assert count > 0, "a zero is never hidden"
                assert (i, j) in can_differ
            else:
                assert shown[i][j] == count
                assert not 1 <= count <= 5


@settings(max_examples=300, deadline=None)
@given(st.lists(COUNTS, min_size=1, max_size=6))
def test_no_hidden_count_of_a_breakdown_can_be_worked_out(cells: list[int]) -> None:
    public = suppress_counts(cells, sum(cells))
    hidden = [n for n, count in enumerate(public.cells) if count is None]
    assert all(public.cells[n] in (None, count) for n, count in enumerate(cells))
    assert {n for n, count in enumerate(cells) if 1 <= count <= 5} <= set(hidden)
    if public.total is None:
        # Hidden because it is small itself, or because it would tell that each of the hidden is 1.
        assert 1 <= sum(cells) <= 5 or sum(cells[n] for n in hidden) == len(hidden)
        return
    assert public.total == sum(cells)
    # A reader knows the sum of the hidden, and that each is at least 1: two of them, and one to spare.
    if hidden:
        assert len(hidden) >= 2
        assert sum(cells[n] for n in hidden) > len(hidden)


def share_rows(figures: list[Figure]) -> list[list[int]]:
    return [[figure.numerator, figure.complement] for figure in figures]


FIGURES = st.sampled_from([0, 1, 3, 6, 11, 24]).flatmap(
    lambda d: st.sampled_from([0, 1, 2, 5, 6, d]).map(lambda n: Figure(min(n, d), d))
)


@settings(max_examples=300, deadline=None)
@given(st.lists(FIGURES, min_size=1, max_size=3), st.booleans(), st.booleans())
def test_no_hidden_share_can_be_worked_out(figures: list[Figure], with_total: bool, guard: bool) -> None:
    total = sum_figures(figures)
    rows, shown_total = suppress_figures(figures, total if with_total else None, guard_complement=guard)
    published = [*rows, shown_total or PublicFigure(None, None)]
    shown: list[list[int | None]] = []
    for public in published:
        n, d = public.numerator, public.denominator
        shown.append([n, None if n is None or d is None else d - n, d])
    # Every published figure is true, and small ones are not published.
    for figure, public in zip([*figures, total], published, strict=True):
        assert public.numerator in (None, figure.numerator)
        assert public.denominator in (None, figure.denominator)
        if public.numerator is not None and figure.denominator:
            assert not figure.is_small()
            assert not (guard and 1 <= figure.complement <= 5)
        if public.denominator is not None:
            assert not 1 <= figure.denominator <= 5
        assert figure.denominator or public.denominator == 0 or public is published[-1]
    floors = [[0, 0, 1] for _ in figures] + [[0, 0, 1 if with_total else 0]]
    can_differ = places_that_can_differ(share_rows(figures), shown, floors)
    for i, row in enumerate(shown):
        if i == len(figures) and not with_total:
            continue
        if row[2] is None:
            assert (i, 2) in can_differ
        if row[0] is None:
            assert (i, 0) in can_differ


class TestTables:
    def test_a_second_count_is_hidden_beside_the_first(self) -> None:
        assert suppress_counts([3, 8, 20], 31) == PublicCounts((None, None, 20), 31)

    def test_two_ones_are_given_away_by_their_sum_so_a_third_is_hidden(self) -> None:
        assert suppress_counts([1, 1, 20, 30], 52) == PublicCounts((None, None, None, 30), 52)

    def test_without_a_total_only_small_counts_are_hidden(self) -> None:
        assert suppress_counts([3, 8, 0]) == PublicCounts((None, 8, 0), None)

    def test_a_small_total_is_hidden(self) -> None:
        assert suppress_counts([3, 0], 3) == PublicCounts((None, 0), None)

    def test_nothing_small_nothing_hidden(self) -> None:
        assert suppress_counts([6, 0, 20], 26) == PublicCounts((6, 0, 20), 26)

    def test_a_total_must_be_the_sum(self) -> None:
        with pytest.raises(ValueError, match="sum of its parts"):
            suppress_counts([1, 2], 4)
        with pytest.raises(ValueError, match="sum of its figures"):
            suppress_figures([Figure(1, 2)], Figure(1, 3))

    @pytest.mark.parametrize("rows", [[[1], [1, 2]], [[-1]]])
    def test_a_ragged_or_negative_table_is_refused(self, rows: list[list[int]]) -> None:
        with pytest.raises(ValueError, match="rows of one length"):
            suppress_table(rows)

    def test_empty_tables(self) -> None:
        assert suppress_table([]).total == 0
        assert suppress_table([[], []]).row_totals == (0, 0)
        assert suppress_figures([], Figure(0, 0)) == ((), PublicFigure(0, 0))
        assert suppress_counts([], 0) == PublicCounts((), 0)

    def test_a_rectangle_of_four_protects_one_small_count(self) -> None:
        public = suppress_table([[3, 12, 20], [30, 14, 9], [8, 8, 8]])
        assert public.cells == ((None, None, 20), (30, 14, 9), (None, None, 8))
        assert (public.row_totals, public.column_totals, public.total) == ((35, 53, 24), (41, 34, 37), 112)

    def test_a_large_table_is_done_at_once(self) -> None:
        chance = random.Random(1)
        rows = [[chance.choice([0, 1, 2, 3, 9, 20, 50]) for _ in range(8)] for _ in range(60)]
        public = suppress_table(rows)
        assert not any(1 <= (count or 0) <= 5 for row in whole_of(public) for count in row)


class TestFigures:
    def test_texts(self) -> None:
        rows, total = suppress_figures(
            [Figure(3, 40), Figure(20, 40), Figure(23, 24), Figure(9, 30), Figure(0, 0)], Figure(55, 134)
        )
        assert [row.text() for row in rows] == ["x of 40", "20 of 40 (50.0%)", "x of 24", "9 of 30 (30.0%)", "n/a"]
        assert [row.percent() for row in rows] == ["x", "50.0", "x", "30.0", "z"]
        assert total is not None
        assert total.text() == "55 of 134 (41.0%)"

    def test_a_single_small_share_takes_another_with_it(self) -> None:
        rows, total = suppress_figures([Figure(3, 40), Figure(20, 40), Figure(12, 30)], Figure(35, 110))
        assert [row.numerator for row in rows] == [None, 20, None]
        assert total == PublicFigure(35, 110)

    def test_all_of_a_group_is_shown_and_nearly_all_is_not(self) -> None:
        rows, _ = suppress_figures([Figure(24, 24), Figure(23, 24)])
        assert [row.percent() for row in rows] == ["100.0", "x"]
        rows, _ = suppress_figures([Figure(23, 24)], guard_complement=False)
        assert rows[0].percent() == "95.8"

    def test_a_small_denominator_is_hidden_too(self) -> None:
        rows, total = suppress_figures([Figure(2, 4), Figure(20, 40), Figure(20, 41)], Figure(42, 85))
        assert rows[0] == PublicFigure(None, None)
        assert rows[0].text() == "x"
        assert [row.denominator for row in rows].count(None) == 2
        assert total == PublicFigure(42, 85)

    def test_count_text(self) -> None:
        assert (count_text(None), count_text(1234), count_text(0)) == ("x", "1,234", "0")
