"""From which day a record may go, and why: the arithmetic of periods, and who has to approve."""

from datetime import date

import pytest

from retention.rules import (
    RULES,
    Approver,
    Judgement,
    Period,
    Policy,
    RecordClass,
    RecordFacts,
    Standing,
    Trigger,
    classes_of,
    died_under_age,
    file_due_on,
    judge_record,
    missing_approvals,
    why_not_period,
    years_after,
)

TODAY = date(2026, 11, 23)
BORN = date(1950, 3, 4)


def judge(today: date = TODAY, policy: Policy | None = None, **facts: object) -> Judgement:
    facts.setdefault("dob", BORN)
    facts.setdefault("ever_looked_after", True)
    return judge_record(RecordFacts(**facts), policy or Policy(), today=today)  # type: ignore[arg-type]


def test_a_looked_after_child_until_the_75th_anniversary_of_birth() -> None:
    found = judge()
    assert (found.record_class, found.trigger_on, found.due_on) == (
        RecordClass.LOOKED_AFTER, BORN, date(2025, 3, 5),
    )  # fmt: skip
    assert found.standing is Standing.DUE
    assert "75 years from 4 March 1950 (date of birth)" in found.why


@pytest.mark.parametrize(("today", "standing"), [(date(2025, 3, 4), Standing.KEPT), (date(2025, 3, 5), Standing.DUE)])
def test_the_anniversary_itself_is_kept(today: date, standing: Standing) -> None:
    assert judge(today).standing is standing


@pytest.mark.parametrize(
    ("on", "years", "expected"),
    [
        (date(1952, 2, 29), 75, date(2027, 3, 1)),
        (date(1952, 2, 29), 76, date(2028, 2, 29)),
        (date(2000, 2, 29), 100, date(2100, 3, 1)),  # 2100 is no leap year
        (date(1950, 3, 4), 75, date(2025, 3, 4)),
    ],
)
def test_an_anniversary_of_29_february_is_1_march(on: date, years: int, expected: date) -> None:
    assert years_after(on, years) == expected


def test_born_on_29_february() -> None:
    assert judge(dob=date(1952, 2, 29)).due_on == date(2027, 3, 2)


@pytest.mark.parametrize(
    ("died_on", "under_age", "record_class", "due_on"),
    [
        (date(1968, 3, 3), True, RecordClass.DIED, date(1983, 3, 4)),
        (date(1968, 3, 4), False, RecordClass.LOOKED_AFTER, date(2025, 3, 5)),  # on the 18th birthday: 18 attained
        (date(1960, 2, 29), True, RecordClass.DIED, date(1975, 3, 2)),
    ],
)
def test_a_child_who_died(died_on: date, under_age: bool, record_class: RecordClass, due_on: date) -> None:
    facts = RecordFacts(dob=BORN, ever_looked_after=True, died=True, died_on=died_on)
    assert died_under_age(facts) is under_age
    found = judge(died=True, died_on=died_on)
    assert (found.record_class, found.due_on) == (record_class, due_on)


def test_died_on_the_day_before_1_march_of_one_born_on_29_february() -> None:
    born = date(2000, 2, 29)
    assert died_under_age(RecordFacts(dob=born, died=True, died_on=date(2018, 2, 28))) is True
    assert died_under_age(RecordFacts(dob=born, died=True, died_on=date(2018, 3, 1))) is False


@pytest.mark.parametrize("facts", [{"died_on": None}, {"dob": None, "died_on": date(1960, 1, 1)}])
def test_a_death_without_its_days_is_never_due(facts: dict[str, date | None]) -> None:
    found = judge(died=True, **facts)
    assert (found.standing, found.due_on) == (Standing.UNKNOWN, None)


def test_an_adopted_child_for_100_years_from_the_adoption() -> None:
    found = judge(adopted=True, adopted_on=date(1955, 6, 1))
    assert (found.record_class, found.trigger_on, found.due_on) == (
        RecordClass.ADOPTED, date(1955, 6, 1), date(2055, 6, 2),
    )  # fmt: skip
    assert "Northumberland" in RULES[RecordClass.ADOPTED].basis


def test_an_adoption_without_its_day_is_never_due() -> None:
    found = judge(adopted=True, adopted_on=None)
    assert (found.standing, found.record_class) == (Standing.UNKNOWN, RecordClass.ADOPTED)


def test_the_latest_class_counts() -> None:
    """Adopted at birth and back in care later: the adoption's hundred years are over before the 75 of another child."""
    policy = Policy({RecordClass.ADOPTED: Period(years=75)})
    found = judge(adopted=True, adopted_on=date(1949, 1, 1), policy=policy)
    assert found.record_class is RecordClass.LOOKED_AFTER


def test_back_in_care_is_never_due() -> None:
    found = judge(in_care=True, adopted=True, adopted_on=date(1900, 1, 1))
    assert (found.standing, found.due_on) == (Standing.IN_CARE, None)


def test_no_date_of_birth_is_never_due() -> None:
    for ever in (True, False):
        found = judge(dob=None, ever_looked_after=ever)
        assert (found.standing, found.due_on, found.trigger_on) == (Standing.UNKNOWN, None, None)
        assert "Date of birth not recorded" in found.why


def test_never_looked_after_until_30_or_as_set() -> None:
    found = judge(dob=date(1996, 5, 1), ever_looked_after=False)
    assert (found.record_class, found.due_on) == (RecordClass.NEVER_LOOKED_AFTER, date(2026, 5, 2))
    policy = Policy({RecordClass.NEVER_LOOKED_AFTER: Period(years=35)})
    assert judge(dob=date(1996, 5, 1), ever_looked_after=False, policy=policy).standing is Standing.KEPT
    assert judge(policy=Policy({RecordClass.LOOKED_AFTER: Period(years=None)})).due_on is None


@pytest.mark.parametrize(
    ("paid_on", "due_on"), [(date(2021, 3, 31), date(2027, 4, 1)), (date(2021, 4, 1), date(2028, 4, 1))]
)
def test_money_keeps_a_record_for_six_years_and_the_current_one(paid_on: date, due_on: date) -> None:
    found = judge(last_payment_on=paid_on)
    assert (found.record_class, found.due_on) == (RecordClass.FINANCE, due_on)


def test_every_record_has_a_class() -> None:
    assert classes_of(RecordFacts()) == [RecordClass.NEVER_LOOKED_AFTER]
    assert all(rule.basis and (rule.years is None or rule.trigger is not Trigger.NONE) for rule in RULES.values())


@pytest.mark.parametrize(
    ("record_class", "period", "allowed"),
    [
        (RecordClass.LOOKED_AFTER, Period(years=75), True),
        (RecordClass.LOOKED_AFTER, Period(years=74), False),
        (RecordClass.LOOKED_AFTER, Period(years=74, is_copy=True), True),
        (RecordClass.LOOKED_AFTER, Period(years=24, is_copy=True), False),
        (RecordClass.LOOKED_AFTER, Period(years=None), True),
        (RecordClass.NEVER_LOOKED_AFTER, Period(years=30, is_copy=True), False),
        (RecordClass.FEED_FILES, Period(years=1), True),
        (RecordClass.AUDIT, Period(years=6), False),
    ],
)
def test_which_periods_may_be_set(record_class: RecordClass, period: Period, allowed: bool) -> None:
    assert (why_not_period(record_class, period) == "") is allowed


def test_a_copy_goes_sooner_only_when_it_is_said_to_be_one() -> None:
    policy = Policy({RecordClass.LOOKED_AFTER: Period(years=25, is_copy=True)})
    found = judge(dob=date(1999, 1, 1), policy=policy)
    assert found.standing is Standing.DUE
    assert "master file" in found.why
    assert judge(dob=date(1999, 1, 1)).standing is Standing.KEPT


def test_files_as_received() -> None:
    assert file_due_on(date(2024, 2, 29), Policy()) == date(2026, 3, 2)
    assert file_due_on(date(2024, 2, 29), Policy({RecordClass.FEED_FILES: Period(years=None)})) is None


def approver(number: int, **fields: bool) -> Approver:
    return Approver(user_id=number, **{"is_active": True, "may": True, "is_head": False, **fields})


@pytest.mark.parametrize(
    ("approvers", "words"),
    [
        ([], "Two people have"),
        ([approver(2, is_head=True)], "One more person"),
        ([approver(2, is_head=True), approver(2, is_head=True)], "One more person"),
        ([approver(1, is_head=True), approver(2)], "One more person"),  # the proposer
        ([approver(2), approver(3)], "Virtual School Head"),
        ([approver(2), approver(3, is_head=True, is_active=False)], "One more person"),
        ([approver(2, may=False), approver(3, is_head=True)], "One more person"),
        ([approver(2), approver(3, is_head=True)], ""),
        ([approver(2), approver(3), approver(4, is_head=True)], ""),
    ],
)
def test_what_an_approval_lacks(approvers: list[Approver], words: str) -> None:
    found = missing_approvals(approvers, proposer_id=1)
    assert words in found if words else found == ""
