"""Where a purpose stands, and which notice is written for whom."""

from dataclasses import dataclass
from datetime import date

import pytest

from rights.consents.rules import State, standings, stands
from rights.notices.rules import Audience, audience_of_age
from rights.notices.starters import starter
from rights.processing.rules import BASIS_LABELS, CONDITION_LABELS
from rights.processing.starters import STARTERS

TODAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Row:
    answer: str
    on: date = date(2026, 11, 2)
    until: date | None = None
    purpose_id: int = 1
    detail: str = ""


def test_the_latest_answer_of_each_question_counts() -> None:
    rows = [
        Row("withdrawn", date(2026, 11, 20)),
        Row("given", date(2026, 11, 2)),
        Row("given", purpose_id=2, detail="Westmarch Mentors"),
        Row("refused", purpose_id=2, detail="westmarch mentors"),
        Row("refused", purpose_id=2, detail="Rural Riders"),
    ]
    assert [(s.row.detail, s.state) for s in standings(rows, TODAY)] == [
        ("", State.WITHDRAWN), ("Westmarch Mentors", State.GIVEN), ("Rural Riders", State.REFUSED),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "state", "may"),
    [
        (Row("given"), State.GIVEN, True),
        (Row("given", until=TODAY), State.GIVEN, True),
        (Row("given", until=date(2026, 11, 22)), State.ENDED, False),
        (Row("refused"), State.REFUSED, False),
    ],
)
def test_a_consent_holds_until_its_last_day(row: Row, state: State, may: bool) -> None:
    (standing,) = standings([row], TODAY)
    assert (standing.state, standing.may_be_withdrawn) == (state, may)
    assert stands([row], today=TODAY) is may
    assert not stands([], today=TODAY)


@pytest.mark.parametrize(
    ("dob", "audience"),
    [
        (date(2015, 11, 24), Audience.CHILD_UNDER_11),
        (date(2015, 11, 23), Audience.CHILD_11_15),
        (date(2010, 11, 23), Audience.YOUNG_PERSON),
        (None, None),
    ],
)
def test_the_notice_for_a_childs_age(dob: date | None, audience: Audience | None) -> None:
    assert audience_of_age(dob, TODAY) is audience


def test_there_is_a_starter_for_everybody_and_each_is_readable() -> None:
    for audience in Audience:
        title, text = starter(audience)
        assert 10 < len(title) <= 150
        assert all(len(paragraph) < 600 for paragraph in text.split("\n\n"))
    longest_word = max(starter(Audience.CHILD_UNDER_11)[1].split(), key=len)
    assert len(longest_word) <= 12


def test_the_first_record_of_processing_fills_every_column() -> None:
    for line in STARTERS:
        assert all(value for value in line.values())
        assert line["lawful_basis"] in BASIS_LABELS
        assert line["special_condition"] in CONDITION_LABELS
    names = [line["name"] for line in STARTERS]
    assert len(set(names)) == len(names)
