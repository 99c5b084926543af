"""Open what is due: the PEP of the term, with the form in force and the circumstances that the roll tells."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from core.actor import acting_as
from peps import cycle, rules
from peps.models import PEP
from peps.rules import form as form_rules
from peps.services.form_versions import take_over
from pupils import roll
from pupils.models import Pupil


@transaction.atomic
def open_due_peps(*, today: date, actor: Any) -> int:
    """Open the term's PEP of each looked-after child from Nursery to Year 13 who has none; returns how many.

    In the holidays that is the coming term's. Does nothing twice: a second run on the same day opens none.
    """
    term = cycle.current_term(today)
    has_one = PEP.objects.of_term(term).values("pupil_id")
    births = dict(Pupil.objects.looked_after(on=today).exclude(pk__in=has_one).values_list("pk", "dob"))
    years = roll.year_groups(births, term.academic_year)
    wanted = [pk for pk, nc_year in years.items() if rules.needs_pep(nc_year)]
    starts = roll.care_starts(wanted, today)
    last_due = dict(
        PEP.objects.filter(pupil_id__in=wanted).values_list("pupil_id").annotate(last=Max("due_on")).order_by()
    )
    new = []
    with acting_as(actor, service="peps.open_due_peps"):
        current = take_over(today=today)
    told = _circumstances(wanted, years, last_due, term, today)
    for pk in wanted:
        if pk not in starts:
            continue
        due = rules.due_for(term=term, start=starts[pk].on, came_new=starts[pk].is_start, last_due_on=last_due.get(pk))
        new.append(
            PEP(
                pupil_id=pk,
                academic_year=term.academic_year,
                season=term.season,
                due_on=due.due_on,
                due_because=due.because,
                form=current,
                phase=form_rules.phase_of(years[pk] or 0).value,
                circumstances=sorted(told[pk]),
            )
        )
    with acting_as(actor, service="peps.open_due_peps"):
        PEP.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
    return len(new)


def _circumstances(
    ids: list[int], years: Mapping[int, int | None], known: Mapping[int, Any], term: rules.Term, today: date
) -> dict[int, frozenset[form_rules.Circumstance]]:
    """What the roll tells of each child: a first PEP, an EHCP, no school place, exam years, a transition ahead."""
    plans = dict(Pupil.objects.filter(pk__in=ids).values_list("pk", "send"))
    places = roll.main_places_on(ids, today)
    return {
        pk: form_rules.circumstances_of(
            nc_year=years[pk] or 0,
            is_first=pk not in known,
            has_ehcp=plans[pk] in {Pupil.Send.EHCP, Pupil.Send.STATEMENT},
            on_roll=pk in places,
            season=term.season,
        )
        for pk in ids
    }
