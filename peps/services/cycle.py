"""Open what is due: the PEP of the term, with the form in force and the circumstances that the roll tells."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core.actor import acting_as
from peps import cycle, rules
from peps.models import PEP, FormVersion
from peps.rules import form as form_rules
from peps.services.form_versions import take_over
from pupils import roll
from pupils.models import Pupil

C = form_rules.Circumstance
SAID_BY_PEOPLE = frozenset({C.NEET, C.INTERIM, C.EDGE_OF_CARE})


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
    told = _circumstances(wanted, years, last_due, term.season, today)
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


@transaction.atomic
def refit_due_dates() -> int:
    """Give the PEPs of the running term that wait for their meeting the due date that holds now; how many moved.

    For when term dates, the cut-off of a term or rule P5 change (core/followers.py).
    """
    today = timezone.localdate()
    term = cycle.current_term(today)
    peps = list(PEP.objects.of_term(term).wanted(today).select_for_update())
    starts = roll.care_starts([pep.pupil_id for pep in peps], today)
    earlier = PEP.objects.filter(pupil_id__in=starts).exclude(pk__in=[pep.pk for pep in peps])
    last_due = dict(earlier.values_list("pupil_id").annotate(last=Max("due_on")).order_by())
    moved = []
    for pep in peps:
        start = starts.get(pep.pupil_id)
        if start is None:
            continue  # a voluntary plan keeps the day that it was opened with
        due = rules.due_for(term=term, start=start.on, came_new=start.is_start, last_due_on=last_due.get(pep.pupil_id))
        if (pep.due_on, pep.due_because) != (due.due_on, due.because):
            pep.due_on, pep.due_because = due.due_on, due.because
            moved.append(pep)
    with acting_as(None, service="peps.refit_due_dates"):
        PEP.objects.bulk_update(moved, ["due_on", "due_because"], batch_size=500)
    return len(moved)


def _circumstances(
    ids: list[int], years: Mapping[int, int | None], known: Mapping[int, Any], season: str, today: date
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
            season=season,
        )
        for pk in ids
    }


def fixed_at_opening(pep: PEP, today: date) -> dict[str, Any]:
    """{field: value} of what a PEP keeps from its opening on: the form in force, phase and circumstances as of today.

    A PEP is planned weeks before; meanwhile a child may have got a plan, lost the place, or the form was renewed. What
    a person said stays, as do form and phase where the roll tells no year group; of a plan that was opened by hand
    NEET, interim and edge of care do.
    """
    form = FormVersion.objects.filter(state=FormVersion.State.IN_FORCE).first() or pep.form
    years = roll.year_groups({pep.pupil_id: pep.pupil.dob}, pep.academic_year)
    year = years[pep.pupil_id]
    if form is None or year is None:
        return {}
    if pep.circumstances_said:
        return {"form": form}
    earlier = PEP.objects.filter(pupil=pep.pupil_id, due_on__lt=pep.due_on).values_list("pupil_id", "due_on")
    told = _circumstances([pep.pupil_id], years, dict(earlier), pep.season, today)[pep.pupil_id]
    said = {c for c in pep.circumstances if c in SAID_BY_PEOPLE}
    return {"form": form, "phase": form_rules.phase_of(year).value, "circumstances": sorted({*told, *said})}
