"""How PEPs follow when two records of a child become one: of two plans of a term the further one stays."""

from peps.models import PEP, ContributorLink, PEPSection, PEPVersion, SignOff, Target
from peps.rules.workflow import State
from pupils.duplicates.handling import Handling, Stays, always_kept, register

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


register(
    Handling(model=PEP, stays=further, why="the plan that is further on stays"),
    # Nobody is asked of each paragraph: which plan stays was decided, and its own words stay with it.
    *(
        Handling(model=model, stays=always_kept, why="the plan that stays has its own")
        for model in (PEPSection, Target, PEPVersion, SignOff, ContributorLink)
    ),
)
