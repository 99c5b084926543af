"""How PEPs follow when two records of a child become one: of two plans of a term the further one stays."""

from collections.abc import Iterator
from functools import partial

from django.db.models import Model

from peps.models import PEP, ContributorLink, PEPSection, PEPVersion, QualityCheck, SignOff, Target
from peps.rules.workflow import State
from pupils.duplicates.handling import Change, Drop, Handling, Stays, Step, always_kept, register

ORDER = [
    State.NOT_REQUIRED,
    State.PLANNED,
    State.OPEN,
    State.MEETING_HELD,
    State.RETURNED,
    State.SUBMITTED,
    State.APPROVED,
    State.LOCKED,
    State.SUPERSEDED,
]


def further(kept: PEP, other: PEP) -> Stays:
    """The one with more done. Two meetings on different days are for a person to decide."""
    if kept.state != other.state:
        ranks = [ORDER.index(State(row.state)) for row in (kept, other)]
        return Stays.KEPT if ranks[0] > ranks[1] else Stays.OTHER
    return Stays.KEPT if kept.held_on == other.held_on else Stays.ASK


def goes_with_its_plan(model: type[Model], kept: int, other: int, name: str) -> Iterator[Step]:
    """What belongs to one plan is kept with it in the record of the merge, and mixed into no other."""
    for row in model._default_manager.filter(**{name: other}).order_by("pk"):
        yield Drop(row, "the plan that stays has its own")


def targets_go_with_their_plan(kept: int, other: int, name: str) -> Iterator[Step]:
    """The same for targets. A later target that was a step down from one of them stands by itself from then on."""
    for later in Target.objects.filter(**{f"stepped_from__{name}": other}).order_by("pk"):
        yield Change(later, {"stepped_from": None}, "the target that it was a step down from went with its plan")
    yield from goes_with_its_plan(Target, kept, other, name)


register(
    Handling(model=PEP, stays=further, why="the plan that is further on stays"),
    # Nobody is asked of each paragraph: which plan stays was decided, and it stays as its people wrote and signed it.
    *(
        Handling(model=model, take_over=partial(goes_with_its_plan, model))
        for model in (PEPSection, PEPVersion, SignOff, QualityCheck)
    ),
    Handling(model=Target, take_over=targets_go_with_their_plan),
    Handling(model=ContributorLink, stays=always_kept, why="the plan that stays has its own"),
)
