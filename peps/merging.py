"""How PEPs follow when two records of a child become one: of two plans of a term the further one stays."""

from peps.models import PEP
from pupils.duplicates.handling import Handling, Stays, register

ORDER = [PEP.State.DUE, PEP.State.HELD, PEP.State.COMPLETE]


def further(kept: PEP, other: PEP) -> Stays:
    """A held meeting before one that is due. Two meetings on different days are for a person to decide."""
    if kept.state != other.state:
        ranks = [ORDER.index(PEP.State(row.state)) for row in (kept, other)]
        return Stays.KEPT if ranks[0] > ranks[1] else Stays.OTHER
    return Stays.KEPT if kept.held_on == other.held_on else Stays.ASK


register(Handling(model=PEP, stays=further, why="the plan that is further on stays"))
