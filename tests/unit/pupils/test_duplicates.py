"""Which records are proposed as one child's, and why."""

from datetime import date

import pytest

from pupils.rules.duplicates import Likeness, Record, birth_slip, compare, find, one_letter_off, sound_of

BORN = date(2012, 3, 4)
SAM = Record(pk=1, surname="Whitcombe", forename="Samuel", known_as="Sam", dob=BORN, upn="A", uln="1")


def other(**changes: object) -> Record:
    values = {"surname": "Whitcombe", "forename": "Samuel", "dob": BORN, **changes}
    return Record(pk=2, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("record", "likeness", "words"),
    [
        (other(), Likeness.LIKELY, "The same name and date of birth."),
        (other(forename="Sam"), Likeness.LIKELY, "The same name as forename or known as and date of birth."),
        (other(surname="Whit-Combe"), Likeness.LIKELY, "The same name and date of birth."),
        (
            other(surname="Samuel", forename="Whitcombe"),
            Likeness.LIKELY,
            "Forename and surname are swapped; the same date of birth.",
        ),
        (other(surname="Whitcome"), Likeness.LIKELY, "The same forename and date of birth; surnames one letter apart."),
        (other(surname="Wyttcumb"), Likeness.LIKELY, "The same forename and date of birth; surnames that sound alike."),
        (
            other(dob=date(2012, 4, 3)),
            Likeness.POSSIBLE,
            "The same name; day and month of the date of birth are swapped.",
        ),
        (other(dob=date(2013, 3, 4)), Likeness.POSSIBLE, "The same name; the dates of birth differ in one digit."),
        (other(dob=None), Likeness.POSSIBLE, "The same name; the date of birth of one is not known."),
    ],
)
def test_what_is_proposed_and_why(record: Record, likeness: Likeness, words: str) -> None:
    finding = compare(SAM, record)
    assert finding is not None
    assert (finding.likeness, finding.reasons) == (likeness, (words,))
    assert compare(record, SAM) == finding


@pytest.mark.parametrize(
    "record",
    [
        other(forename="Amelia"),  # twins, as a rule
        other(surname="Okafor"),
        other(dob=date(2010, 11, 29)),
        other(surname="", forename=""),
        Record(pk=2, dob=BORN),
    ],
)
def test_what_is_not_proposed(record: Record) -> None:
    assert compare(SAM, record) is None


def test_twins_with_names_alike_are_never_said_to_be_likely() -> None:
    finding = compare(SAM, other(forename="Samuela"))
    assert finding is not None
    assert finding.likeness is Likeness.MAY_BE_TWINS
    assert "Twins often have names that are alike." in finding.reasons


def test_numbers_say_it_whatever_the_names() -> None:
    former = Record(pk=2, surname="Okafor", forename="Ada", former_upns=frozenset({"A"}))
    finding = compare(SAM, former)
    assert finding is not None
    assert finding.reasons == ("The UPN of one is a former UPN of the other.",)
    same_uln = compare(SAM, Record(pk=3, uln="1"))
    assert same_uln is not None
    assert same_uln.likeness is Likeness.LIKELY


def test_all_pairs_are_found_once_the_surest_first() -> None:
    records = [SAM, other(forename="Samuela"), Record(pk=3, surname="Whitcombe", forename="Samuel", dob=BORN)]
    found = find(records)
    assert [(f.first, f.second) for f in found] == [(1, 3), (1, 2), (2, 3)]
    assert find([SAM, Record(pk=9, surname="Frost", forename="Ada", dob=date(2011, 1, 1))]) == []


@pytest.mark.parametrize(
    ("one", "two", "off"),
    [
        ("jayden", "jaydon", True), ("jayden", "jaden", True), ("martin", "matrin", True),
        ("anna", "hannah", False), ("anna", "anna", False), ("frost", "trosf", False),
    ],
)  # fmt: skip
def test_one_letter_off(one: str, two: str, off: bool) -> None:
    assert one_letter_off(one, two) is off
    assert one_letter_off(two, one) is off


def test_sounds_and_slips_of_the_pen() -> None:
    assert sound_of("catherine") == sound_of("kathryn")
    assert sound_of("smith") != sound_of("jones")
    assert birth_slip(BORN, date(2012, 3, 14)) == "the dates of birth differ in one digit"
    assert birth_slip(BORN, date(2013, 4, 4)) == ""
    assert birth_slip(BORN, BORN) == ""
