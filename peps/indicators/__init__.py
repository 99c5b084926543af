"""How much of the PEP cycle is done."""

from datetime import date
from typing import Any

from core.figures import Figure
from peps import rules
from peps.models import PEP
from peps.querysets import VOLUNTARY
from peps.rules.workflow import FINISHED, IN_WORK


def held_in_term(user: Any, term: rules.Term, today: date) -> Figure:
    """PEPs of the term whose meeting was held, of all that were needed; in the person's scope.

    A plan that nobody held and nobody needs any more (the child has left) is in neither number, and a voluntary one of
    a child on the edge of care neither.
    """
    peps = PEP.objects.visible_to(user).of_term(term).exclude(VOLUNTARY)
    held = peps.filter(state__in=IN_WORK | FINISHED).count()
    return Figure(held, held + peps.wanted(today).count())
