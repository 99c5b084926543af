"""Targets that mean something: hints, the sentence, and no failed target twice."""

from datetime import date

import pytest

from peps.rules.targets import Draft, How, hints_for, same_words, sentence_of

TODAY = date(2026, 11, 23)
GOOD = {
    "outcome": "read 60 words a minute from a book of choice",
    "measure": "Words a minute",
    "measure_from": "32",
    "measure_to": "60",
    "owner": "Helen Lowe",
    "due_on": date(2027, 3, 12),
    "how": (How(what="Paired reading", who="Ms Lowe", often="twice a week"),),
}


def fields(**changes: object) -> list[str]:
    return [hint.field for hint in hints_for(Draft(**(GOOD | changes)), today=TODAY)]  # type: ignore[arg-type]


def test_a_good_target_gets_no_hint() -> None:
    assert fields() == []


@pytest.mark.parametrize(
    "outcome",
    [
        "improve maths", "To improve his reading", "Continue to work hard in lessons", "make progress in English",
        "be more confident", "attend more often", "Behave better in class", "try harder with homework", "",
    ],
)  # fmt: skip
def test_vague_outcomes(outcome: str) -> None:
    assert fields(outcome=outcome) == ["outcome"]


@pytest.mark.parametrize(
    "outcome",
    [
        "improve reading from 32 to 60 words a minute", "write a paragraph with three sentences and no help",
        "attend 95% of sessions between now and Easter", "stay in each maths lesson until its end",
    ],
)  # fmt: skip
def test_specific_outcomes(outcome: str) -> None:
    assert fields(outcome=outcome) == []


@pytest.mark.parametrize("owner", ["", "School", "all staff", "The class teacher"[4:], "SW", "tbc"])
def test_a_person_by_name(owner: str) -> None:
    assert fields(owner=owner) == ["owner"]


def test_measure_day_and_deed() -> None:
    assert fields(measure="") == ["measure"]
    assert fields(measure_to="32") == ["measure_to"]
    assert fields(due_on=TODAY) == ["due_on"]
    assert fields(how=()) == ["how"]


def test_a_failed_target_does_not_come_back_word_for_word() -> None:
    failed = ["Read 60 words a minute, from a book of choice."]
    [hint] = hints_for(Draft(**GOOD), today=TODAY, failed=failed)  # type: ignore[arg-type]
    assert hint.field == "outcome"
    assert "smaller step" in hint.text
    assert not same_words("read 45 words a minute", failed)


def test_the_sentence() -> None:
    assert sentence_of(Draft(**GOOD), "Sam") == (  # type: ignore[arg-type]
        "By 12 March 2027 Sam will read 60 words a minute from a book of choice; measured by Words a minute from 32 to "
        "60; Ms Lowe: Paired reading, twice a week; Helen Lowe sees to it."
    )
    assert sentence_of(Draft(outcome="to swim 25 metres"), "Sam") == "Sam will swim 25 metres."
    assert sentence_of(Draft(outcome="Swim 25 metres"), "Sam") == "Sam will swim 25 metres."
    assert sentence_of(Draft(outcome="GCSE maths at grade 4"), "Sam") == "Sam will GCSE maths at grade 4."
