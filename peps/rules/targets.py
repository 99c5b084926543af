"""What makes a target one that somebody can act on (practice.md 1.3 J): hints before it is saved, its live sentence.

Plain Python.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

AT_LEAST = 3
"""Targets in a PEP."""

VAGUE = re.compile(
    r"^\s*(?:to\s+)?(?:continue|carry on|keep|try|improve|make progress|do better|work hard(?:er)?|be more|develop|"
    r"increase|engage|attend more|behave|focus|concentrate|raise|support|encourage)\b[^.\d%]*$",
    re.IGNORECASE,
)
"""A verb of good intention and neither a number nor a second sentence behind it."""

NO_PERSON = re.compile(
    r"^\s*(?:school|staff|the school|all staff|everyone|everybody|teachers?|the team|tbc|n/?a|sw|dt|carers?|"
    r"social worker|designated teacher|class teacher)\s*$",
    re.IGNORECASE,
)


class Kind(StrEnum):
    """What a target is about."""

    ACADEMIC = "academic"
    ATTENDANCE = "attendance"
    BEHAVIOUR = "behaviour"
    SOCIAL = "social"
    TRANSITION = "transition"
    ASPIRATION = "aspiration"
    LEISURE = "leisure"


KIND_LABELS: Mapping[Kind, str] = {
    Kind.ACADEMIC: "Learning",
    Kind.ATTENDANCE: "Attendance",
    Kind.BEHAVIOUR: "Behaviour and wellbeing",
    Kind.SOCIAL: "Friends and social life",
    Kind.TRANSITION: "A move ahead",
    Kind.ASPIRATION: "Aspiration",
    Kind.LEISURE: "Interests",
}


class Outcome(StrEnum):
    """What came of a target, said at the next PEP."""

    ACHIEVED = "achieved"
    PARTLY = "partly"
    NOT_ACHIEVED = "not_achieved"
    NOT_RELEVANT = "not_relevant"


OUTCOME_LABELS: Mapping[Outcome, str] = {
    Outcome.ACHIEVED: "Achieved",
    Outcome.PARTLY: "Partly achieved",
    Outcome.NOT_ACHIEVED: "Not achieved",
    Outcome.NOT_RELEVANT: "No longer relevant",
}
FAILED = frozenset({Outcome.PARTLY, Outcome.NOT_ACHIEVED})


@dataclass(frozen=True, slots=True)
class How:
    """One thing that is done: what, when, where, by whom, how often; blank where it was not said."""

    what: str = ""
    when: str = ""
    where: str = ""
    who: str = ""
    often: str = ""

    @property
    def said(self) -> int:
        """How many of the five were said."""
        return sum(bool(word.strip()) for word in (self.what, self.when, self.where, self.who, self.often))


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A target as it is being written."""

    outcome: str
    need: str = ""
    why: str = ""
    measure: str = ""
    measure_from: str = ""
    measure_to: str = ""
    owner: str = ""
    due_on: date | None = None
    how: Sequence[How] = field(default_factory=tuple)
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """What to say better: the field, and how."""

    field: str
    text: str


def hints_for(draft: Draft, *, today: date, previous: Sequence[Draft] = (), failed: Sequence[str] = ()) -> list[Hint]:
    """What is vague or missing, to be mended before the target is saved.

    `failed` are the outcomes of earlier targets that were not met: one of them may not come back word for word
    (practice.md 1.3: it is broken into smaller steps).
    """
    found = []
    if VAGUE.match(draft.outcome) or len(draft.outcome.split()) < 4:
        found.append(
            Hint("outcome", "Say what the child will be able to do: “read 60 words a minute”, not “improve reading”")
        )
    if same_words(draft.outcome, failed):
        found.append(Hint("outcome", "This target was not met last time: set a smaller step towards it, not the same"))
    if not (draft.measure.strip() and draft.measure_to.strip()):
        found.append(Hint("measure", "Say how you will know: what is measured, from what to what"))
    elif draft.measure_from.strip() == draft.measure_to.strip():
        found.append(Hint("measure_to", "From and to are the same: say what will have changed"))
    if NO_PERSON.match(draft.owner) or not draft.owner.strip():
        found.append(Hint("owner", "Name the person who sees to it, not only a role"))
    if draft.due_on is None or draft.due_on <= today:
        found.append(Hint("due_on", "Give a day after today by which it is reached"))
    if not any(how.what.strip() for how in draft.how):
        found.append(Hint("how", "Say at least one thing that is done for it: what, when, where, by whom, how often"))
    return found


def same_words(outcome: str, others: Sequence[str]) -> bool:
    """Whether the outcome is one of the others but for case, spaces and punctuation."""
    return _plain(outcome) in {_plain(other) for other in others}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def sentence_of(draft: Draft, name: str) -> str:
    """The target as one sentence: "By 12 March 2027 Sam will read 60 words a minute, measured by ..."."""
    outcome = re.sub(r"^\s*to\s+", "", draft.outcome.strip().rstrip("."), flags=re.IGNORECASE) or "..."
    if outcome[1:2].islower():
        outcome = outcome[0].lower() + outcome[1:]  # it begins with a verb, and people begin with a capital
    by = f"By {draft.due_on:%-d %B %Y} " if draft.due_on else ""
    parts = [f"{by}{name} will {outcome}"]
    if draft.measure.strip():
        parts.append(f"measured by {measure_words(draft)}")
    for how in draft.how:
        if how.what.strip():
            extras = [how.who and f"{how.who.strip()}: ", how.what.strip(), how.often and f", {how.often.strip()}"]
            parts.append("".join(e for e in extras if e))
    if draft.owner.strip():
        parts.append(f"{draft.owner.strip()} sees to it")
    return "; ".join(parts) + "."


def measure_words(draft: Draft) -> str:
    """ "Words a minute from 32 to 60"."""
    start = f" from {draft.measure_from.strip()}" if draft.measure_from.strip() else ""
    end = f" to {draft.measure_to.strip()}" if draft.measure_to.strip() else ""
    return f"{draft.measure.strip()}{start}{end}"
