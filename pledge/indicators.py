"""How far the Pledge is tracked and kept: each child with the promises that lack an answer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from core.figures import Figure
from core.rules import age_on
from pledge import rules
from pledge.models import Commitment, CommitmentRecord
from pupils import roll
from pupils.models import Pupil


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The newest answer to a promise."""

    answer: rules.Answer
    on: date
    is_current: bool

    @property
    def label(self) -> str:
        return rules.ANSWER_LABELS[self.answer]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A child, the promises that apply today, and what was last recorded of each."""

    pupil: Pupil
    since: date
    applicable: Sequence[Commitment]
    latest: dict[int, Recorded] = field(default_factory=dict)
    new: bool = False

    @cached_property
    def gaps(self) -> list[Commitment]:
        """Promises without an answer from the last six months."""
        return [c for c in self.applicable if c.pk not in self.latest or not self.latest[c.pk].is_current]

    @property
    def recorded(self) -> int:
        return len(self.applicable) - len(self.gaps)

    @property
    def state(self) -> rules.State:
        return rules.state_of(gaps=len(self.gaps), new=self.new)

    @property
    def last_on(self) -> date | None:
        return max((r.on for r in self.latest.values()), default=None)


def standings(pupils: Iterable[Pupil], *, today: date) -> list[Standing]:
    """How each of these children stands; who is not looked after today is left out. Three queries for any number."""
    children = list(pupils)
    since = {pk: start.on for pk, start in roll.care_starts([p.pk for p in children], today).items()}
    commitments = [(c, c.terms) for c in Commitment.objects.filter(is_active=True)]
    latest = _latest(list(since), today)
    found = []
    for pupil in children:
        if pupil.pk not in since:
            continue
        age = age_on(pupil.dob, today) if pupil.dob else None
        months = rules.months_between(since[pupil.pk], today)
        found.append(
            Standing(
                pupil=pupil,
                since=since[pupil.pk],
                applicable=[c for c, terms in commitments if rules.applies(terms, age=age, months_in_care=months)],
                latest=latest.get(pupil.pk, {}),
                new=rules.is_new(since[pupil.pk], today),
            )
        )
    return found


def _latest(pupil_ids: list[int], today: date) -> dict[int, dict[int, Recorded]]:
    counts_from = rules.current_since(today)
    rows = (
        CommitmentRecord.objects.filter(pupil_id__in=pupil_ids, recorded_on__lte=today)
        .order_by("pupil_id", "commitment_id", "-recorded_on")
        .distinct("pupil_id", "commitment_id")
        .values_list("pupil_id", "commitment_id", "answer", "recorded_on")
    )
    found: dict[int, dict[int, Recorded]] = defaultdict(dict)
    for pupil_id, commitment_id, answer, on in rows:
        found[pupil_id][commitment_id] = Recorded(answer=rules.Answer(answer), on=on, is_current=on >= counts_from)
    return found


def tracked(found: Iterable[Standing]) -> Figure:
    """Children tracked, of those whose first review has been due."""
    return rules.tracked_figure(s.state for s in found)


def kept(found: Iterable[Standing]) -> Figure:
    """Promises kept, of those that were judged in the last six months."""
    return rules.kept_figure(
        s.latest[c.pk].answer for s in found for c in s.applicable if c.pk in s.latest and s.latest[c.pk].is_current
    )
