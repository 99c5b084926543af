"""What an answer is, who may give it, and where a purpose stands.

Most of what the Virtual School does rests on its public task and its duties in law, not on consent (practice 9.1):
only what a person may freely refuse is asked for here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, Protocol, TypeVar


class Answer(StrEnum):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


ANSWER_LABELS: dict[Answer, str] = {
    Answer.GIVEN: "Given",
    Answer.REFUSED: "Refused",
    Answer.WITHDRAWN: "Withdrawn",
}


class Giver(StrEnum):
    CHILD = "child"
    PARENT = "parent"
    RESPONSIBLE = "responsible"
    AUTHORITY = "authority"


GIVER_LABELS: dict[Giver, str] = {
    Giver.CHILD: "The child",
    Giver.PARENT: "A parent",
    Giver.RESPONSIBLE: "Somebody else with parental responsibility",
    Giver.AUTHORITY: "The local authority",
}


class How(StrEnum):
    SIGNED = "signed"
    WRITTEN = "written"
    SPOKEN = "spoken"


HOW_LABELS: dict[How, str] = {
    How.SIGNED: "Signed form",
    How.WRITTEN: "In writing, by email or message",
    How.SPOKEN: "Spoken, recorded here",
}


class Row(Protocol):
    """What the rules read of an answer."""

    @property
    def purpose_id(self) -> int: ...
    @property
    def detail(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def until(self) -> date | None: ...


class State(StrEnum):
    """Where a purpose stands on a day."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


STATE_LABELS: dict[State, str] = {
    State.GIVEN: "Given",
    State.REFUSED: "Refused",
    State.WITHDRAWN: "Withdrawn",
    State.ENDED: "No longer holds",
}
STATE_COLOURS: dict[State, str] = {
    State.GIVEN: "green",
    State.REFUSED: "red",
    State.WITHDRAWN: "red",
    State.ENDED: "grey",
}


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Standing(Generic[R]):
    """The answer that counts for a purpose, and what it means today."""

    row: R
    state: State

    @property
    def tag(self) -> tuple[str, str]:
        return STATE_LABELS[self.state], STATE_COLOURS[self.state]

    @property
    def may_be_withdrawn(self) -> bool:
        return self.state is State.GIVEN


def state_of(row: Row, today: date) -> State:
    if row.answer == Answer.GIVEN and row.until is not None and row.until < today:
        return State.ENDED
    return State(row.answer)


def standings(rows: Sequence[R], today: date) -> list[Standing[R]]:
    """Of each purpose, and of each partner or trip of it, the latest answer; `rows` come newest first."""
    latest: dict[tuple[int, str], R] = {}
    for row in rows:
        latest.setdefault((row.purpose_id, row.detail.casefold()), row)
    return [Standing(row, state_of(row, today)) for row in latest.values()]


def stands(rows: Iterable[Row], *, today: date) -> bool:
    """Whether the newest of these answers to one question is a consent that holds."""
    newest = next(iter(rows), None)
    return newest is not None and state_of(newest, today) is State.GIVEN
