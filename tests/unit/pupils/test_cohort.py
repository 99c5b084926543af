"""Twelve months without a break, and who was looked after when; the worked cases run beside attainment."""

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pupils import rules
from pupils.rules import Basis, CohortReason, CohortStatus, Flag

AS_AT = dt.date(2009, 9, 30)


@dataclass
class Ep:
    decom: dt.date
    dec: dt.date | None = None
    rne: str | None = "S"
    ls: str | None = "C2"
    rec: str | None = None


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def decide(*episodes: Ep, **settings: bool) -> rules.CohortDecision:
    return rules.continuously_looked_after(episodes, as_at=AS_AT, **settings)


class TestBasis:
    def test_windows(self) -> None:
        assert rules.window_for(Basis.OC2_30SEP, 2009) == rules.Window(day("2008-10-01"), day("2009-09-30"))
        assert rules.window_for(Basis.CLA_NPD_31MAR, 2010) == rules.Window(day("2009-04-01"), day("2010-03-31"))

    def test_a_window_that_would_start_on_29_february(self) -> None:
        assert rules.window_ending(day("2012-02-28")).start_on == day("2011-03-01")

    def test_the_default_changes_in_2010(self) -> None:
        assert rules.default_basis(2009) is Basis.OC2_30SEP
        assert rules.default_basis(2010) is Basis("cla-npd-31mar")

    def test_labels(self) -> None:
        assert Basis.OC2_30SEP.label == "OC2, 30 September"
        assert Basis.CLA_NPD_31MAR.label == "CLA-NPD, 31 March"


class TestCohort:
    def test_nobody_without_an_episode_in_the_window(self) -> None:
        assert decide().reason_code is CohortReason.NO_EPISODE
        gone = Ep(day("2006-01-01"), day("2008-09-30"), rec="E4A")
        assert decide(gone).status is CohortStatus.OUT
        assert decide(gone, Ep(day("2009-10-01"))).reason_code is CohortReason.NO_EPISODE

    def test_ceasing_on_the_snapshot_is_a_setting(self) -> None:
        episode = Ep(day("2006-04-04"), AS_AT, rec="E4A")
        assert decide(episode).status is CohortStatus.OUT
        assert decide(episode, ceased_on_snapshot_counts=True).status is CohortStatus.IN

    def test_an_open_episode_may_carry_a_reason_for_ceasing(self) -> None:
        """The public return has 1,413 of them."""
        assert decide(Ep(day("2006-04-04"), None, rec="E4A")).status is CohortStatus.IN

    @pytest.mark.parametrize(("gap", "status"), [(0, "in"), (7, "in"), (8, "review")])
    def test_a_gap_of_up_to_a_week_is_forgiven(self, gap: int, status: str) -> None:
        end = day("2009-05-12")
        decision = decide(
            Ep(day("2006-04-04"), end, rec="X1"), Ep(end + dt.timedelta(days=gap), rne="P"),
        )  # fmt: skip
        assert decision.status == status
        assert decision.flags == ((Flag.X1_GAP,) if gap else ())

    def test_an_overlap_is_kept_and_flagged(self) -> None:
        decision = decide(Ep(day("2006-04-04"), day("2009-05-12"), rec="X1"), Ep(day("2009-05-10"), rne="P"))
        assert (decision.status, decision.flags) == (CohortStatus.IN, (Flag.OVERLAP,))

    @pytest.mark.parametrize("successor", ["2009-08-01", None])
    def test_a_short_episode_inside_a_long_one_hides_no_hole(self, successor: str | None) -> None:
        rows = [
            Ep(day("2006-04-04"), day("2009-01-12"), rec="X1"),
            Ep(day("2008-02-01"), day("2008-03-01"), rne="P", rec="X1"),
        ]
        if successor:
            rows.append(Ep(day(successor), rne="P"))
        decision = decide(*rows)
        assert (decision.status, decision.flags) == (CohortStatus.REVIEW, (Flag.OVERLAP, Flag.X1_GAP))

    def test_the_successor_may_begin_after_the_snapshot(self) -> None:
        first = Ep(day("2006-04-04"), day("2009-09-29"), rec="X1")
        assert decide(first, Ep(day("2009-10-02"), rne="P")).flags == (Flag.X1_GAP,)

    def test_a_missing_reason_is_walked_like_x1(self) -> None:
        decision = decide(Ep(day("2006-04-04"), day("2009-05-12"), rec=None))
        assert decision.reason_code is CohortReason.X1_WITHOUT_SUCCESSOR
        assert decision.flags == (Flag.X1_WITHOUT_SUCCESSOR,)

    def test_flags_met_before_a_review_stay(self) -> None:
        decision = decide(
            Ep(day("2006-04-04"), day("2009-01-12"), rec="X1"),
            Ep(day("2009-01-10"), day("2009-05-12"), rne="P", rec="X1"),
        )
        assert decision.flags == (Flag.OVERLAP, Flag.X1_WITHOUT_SUCCESSOR)

    def test_the_order_of_rows_does_not_matter(self) -> None:
        rows = [Ep(day("2006-04-04"), day("2009-05-12"), rec="X1"), Ep(day("2009-05-12"), rne="P")]
        assert decide(*rows) == decide(*reversed(rows))

    def test_short_breaks_are_named_first(self) -> None:
        decision = decide(Ep(day("2009-02-01"), day("2009-03-01"), ls="V4", rec="E4A"))
        assert decision.reason_code is CohortReason.SHORT_BREAKS

    def test_a_leap_window_compares_dates(self) -> None:
        start_on = rules.window_ending(day("2012-03-31")).start_on
        assert start_on == day("2011-04-01")
        decision = rules.continuously_looked_after([Ep(start_on)], as_at=day("2012-03-31"))
        assert decision.status is CohortStatus.IN

    @given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 400), st.sampled_from("SPLV")), max_size=6))
    def test_in_means_no_whole_week_uncovered(self, rows: list[tuple[int, int, str]]) -> None:
        """Whatever the rows, a child who counts has no gap longer than the one that the rule forgives."""
        episodes = [
            Ep(day("2007-06-01") + dt.timedelta(days=a), day("2007-06-01") + dt.timedelta(days=a + n),
               rne="S" if kind == "S" else "P", ls="V4" if kind == "V" else "C2", rec="X1")
            for a, n, kind in rows
        ]  # fmt: skip
        decision = decide(*episodes)
        if decision.status is CohortStatus.IN:
            window = rules.window_ending(AS_AT)
            uncovered = 0
            for n in range((AS_AT - window.start_on).days + 1):
                on = window.start_on + dt.timedelta(days=n)
                uncovered = 0 if rules.looked_after_on(episodes, on) else uncovered + 1
                assert uncovered <= 7


class TestLookedAfter:
    def test_on_a_day(self) -> None:
        episodes = [Ep(day("2009-01-01"), day("2009-02-01"))]
        assert rules.looked_after_on(episodes, day("2009-01-01"))
        assert not rules.looked_after_on(episodes, day("2009-02-01"))
        assert not rules.looked_after_on(episodes, day("2008-12-31"))

    def test_between_days(self) -> None:
        episodes = [Ep(day("2009-01-01"), day("2009-02-01"))]
        assert rules.looked_after_between(episodes, day("2009-01-31"), day("2009-03-01"))
        assert not rules.looked_after_between(episodes, day("2009-02-01"), day("2009-03-01"))
        assert not rules.looked_after_between(episodes, day("2008-12-01"), day("2008-12-31"))

    def test_the_later_of_two_overlapping_episodes_holds(self) -> None:
        first, second = Ep(day("2009-01-01"), day("2009-03-01")), Ep(day("2009-02-20"))
        assert rules.episode_on([first, second], day("2009-02-25")) is second
        assert rules.episode_on([first, second], day("2009-02-01")) is first
        assert rules.episode_on([first, second], day("2008-02-01")) is None


class TestYearGroup:
    def test_a_recorded_year_overrides_age(self) -> None:
        born = day("1998-02-12")
        assert rules.year_group_in(2008, dob=born).nc_year == 6
        found = rules.year_group_in(2008, dob=born, recorded=5)
        assert (found.nc_year, found.by_age, found.flags) == (5, 6, (Flag.YEAR_GROUP_RECORDED,))
        assert rules.year_group_in(2008, dob=born, recorded=6).flags == ()
        assert rules.year_group_in(2008, dob=born, recorded=5, recorded_wins=False).nc_year == 6

    def test_without_a_date_of_birth(self) -> None:
        assert rules.year_group_in(2008, dob=None, recorded=11).nc_year == 11
        assert rules.year_group_in(2008, dob=None).flags == (Flag.YEAR_GROUP_UNKNOWN,)
