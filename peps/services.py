"""Open what is due, record that a meeting was held, and that a plan is complete."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from core import rules as time_rules
from core.actor import acting_as
from peps import cycle, rules
from peps.models import PEP
from peps.permissions import check_can_complete, check_can_record_meeting
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
            )
        )
    with acting_as(actor, service="peps.open_due_peps"):
        PEP.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
    return len(new)


@transaction.atomic
def record_meeting(*, pep: PEP, held_on: date, today: date, actor: Any) -> PEP:
    """Record the day on which the meeting was held; a day recorded wrongly is corrected the same way.

    Raises PermissionDenied, or ValidationError for a complete plan and for a day in the future or of another term.
    """
    check_can_record_meeting(actor, pep)
    pep = PEP.objects.select_for_update().get(pk=pep.pk)
    if pep.state == PEP.State.COMPLETE:
        raise ValidationError("This PEP is complete. Its meeting date can no longer be changed.")
    if held_on > today:
        raise ValidationError({"held_on": "The meeting must have been held: give today or an earlier day"})
    before = cycle.previous_term_end(pep.academic_year, time_rules.Season(pep.season))
    if held_on <= before:
        raise ValidationError(
            {"held_on": f"{pep.term_label} begins after {before:%-d %B %Y}: an earlier meeting belongs to another PEP"}
        )
    pep.held_on, pep.state = held_on, PEP.State.HELD
    with acting_as(actor, service="peps.record_meeting"):
        pep.save(update_fields=["held_on", "state"])
    return pep


@transaction.atomic
def complete_pep(*, pep: PEP, actor: Any) -> PEP:
    """The Virtual School has read the plan of a held meeting and takes it as complete.

    Raises PermissionDenied, or ValidationError when no meeting was held. Complete already: nothing changes.
    """
    check_can_complete(actor, pep)
    pep = PEP.objects.select_for_update().get(pk=pep.pk)
    if pep.state == PEP.State.DUE:
        raise ValidationError("Record the day of the meeting first: a PEP without a meeting cannot be complete.")
    pep.state = PEP.State.COMPLETE
    with acting_as(actor, service="peps.complete_pep"):
        pep.save(update_fields=["state"])
    return pep
