"""What is due of a PEP now, for whom and why: the deadline rules laid on what is on record of many PEPs at once.

A deadline runs from the day its trigger is on record until the PEP has taken the step it asks for. When a child is no
longer looked after, nothing that still has to be written is due any more. The number of queries does not grow with
the number of PEPs.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from core import rules as time_rules
from core.calendars import Calendars, all_calendars, cut_offs, deadline_days
from core.deadlines.county import county_changes
from core.deadlines.registry import deadlines_for
from core.deadlines.rules import Change, Days, Deadline, Trigger
from core.models import Calendar
from core.wording import local_date
from peps.models import PEP, Meeting, PEPSection, PEPStep
from peps.rules.form import Circumstance, Form, Phase
from peps.rules.workflow import Contributor, State
from pupils import roll
from pupils.models import CareEpisode, ReturnRecord, SchoolPlace
from pupils.rules import CHANGED_PLACEMENT

STEP_OF: Mapping[State, tuple[Trigger, str]] = {
    State.SUBMITTED: (Trigger.SUBMISSION, "submit"),
    State.RETURNED: (Trigger.RETURNED, "return"),
    State.APPROVED: (Trigger.APPROVAL, "approve"),
}
"""From which step the clock of a state runs."""
DONE_WHEN_OPEN = "P1"
DONE_WITH_PAPERS = "P8"
DONE_WITH_SECTIONS = "P9"


@dataclass(kw_only=True)
class _Record:
    """What the tables say of the PEPs that are asked about, read once."""

    today: date
    starts: Mapping[int, roll.CareStart]
    moves: Mapping[int, list[date]]
    places: Mapping[int, SchoolPlace]
    held: Mapping[int, list[date]]
    reviews: Mapping[int, list[date]]
    meetings: Mapping[int, Meeting]
    steps: Mapping[tuple[int, str], date]
    ready: Mapping[int, set[str]]
    calendars: Calendars
    names: Mapping[int, str]
    cut_offs: Mapping[tuple[int, str], date]
    changes: Sequence[Change]
    days: dict[int | None, Days] = field(default_factory=dict)
    forms: dict[int, Form] = field(default_factory=dict)

    def days_of(self, pep: PEP) -> Days:
        """By the calendar of the school at which the child is today, else the county's."""
        place = self.places.get(pep.pupil_id)
        calendar_id = place.school.calendar_id if place else None
        if calendar_id not in self.days:
            name = f"the term dates of {self.names[calendar_id]}" if calendar_id else "the county's term dates"
            self.days[calendar_id] = deadline_days(calendar_id, name, calendars=self.calendars, recorded=self.cut_offs)
        return self.days[calendar_id]

    def term_first(self, pep: PEP) -> date:
        """The first day of the PEP's term in the child's calendar."""
        place = self.places.get(pep.pupil_id)
        calendar = self.calendars.of(place.school.calendar_id if place else None, pep.academic_year)
        return calendar.season(time_rules.Season(pep.season))[0]

    def due(self, pep: PEP, trigger: Trigger, on: date) -> list[Deadline]:
        start = self.starts.get(pep.pupil_id)
        reviews = [r for r in self.reviews.get(pep.pupil_id, ()) if start is not None and r >= start.on]
        facts = {"review_on": min(reviews)} if reviews else {}
        return deadlines_for(trigger, on, days=self.days_of(pep), facts=facts, changes=self.changes)


def due_of(peps: Iterable[PEP], today: date) -> dict[int, list[Deadline]]:
    """{pep id: what is due of it, the earliest first}; an empty list where nothing is.

    `peps` come with their form (`select_related("form")`), else each asks for it.
    """
    rows = list(peps)
    record = _read(rows, today)
    return {pep.pk: sorted(_due_of_one(pep, record), key=lambda d: (d.due_on, d.code)) for pep in rows}


def is_overdue(deadline: Deadline, today: date) -> bool:
    """On its due date it is not overdue yet."""
    return deadline.due_on < today


def _read(rows: Sequence[PEP], today: date) -> _Record:
    """Only what the states of these PEPs ask for, so that the page of one PEP stays light."""
    pupils = sorted({pep.pupil_id for pep in rows})
    waiting = [pep for pep in rows if pep.waits_for_meeting]
    who = {pep.pupil_id for pep in waiting}
    places = roll.main_places_on(pupils, today)
    own_terms = {place.school.calendar_id for place in places.values() if place.school.calendar_id is not None}
    meetings = {m.pep_id: m for m in Meeting.objects.standing().filter(pep__in=waiting)} if waiting else {}
    return _Record(
        today=today,
        starts=roll.care_starts(pupils, today),
        moves=_by_pupil(CareEpisode.objects.filter(rne__in=CHANGED_PLACEMENT, decom__lte=today), "decom", who),
        places=places,
        held=_by_pupil(PEP.objects.filter(held_on__isnull=False), "held_on", who),
        reviews=_by_pupil(ReturnRecord.objects.filter(table="reviews", on__isnull=False), "on", who),
        meetings=meetings,
        steps=_last_steps([pep.pk for pep in rows if State(pep.state) in STEP_OF]),
        ready=_ready(list(meetings)),
        calendars=all_calendars(),
        names=dict(Calendar.objects.filter(pk__in=own_terms).values_list("pk", "name")) if own_terms else {},
        cut_offs=cut_offs(),
        changes=county_changes(),
    )


def _last_steps(ids: Sequence[int]) -> dict[tuple[int, str], date]:
    if not ids:
        return {}
    names = [name for _, name in STEP_OF.values()]
    took = PEPStep.objects.filter(pep_id__in=ids, name__in=names).order_by("at").values_list("pep_id", "name", "at")
    return {(pep_id, name): local_date(at) for pep_id, name, at in took}


def _ready(ids: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    if ids:
        rows = PEPSection.objects.filter(pep_id__in=ids, ready_at__isnull=False)
        for pep_id, code in rows.values_list("pep_id", "code"):
            found[pep_id].add(code)
    return found


def _by_pupil(rows: QuerySet[Any], field_name: str, pupils: Collection[int]) -> dict[int, list[date]]:
    found: dict[int, list[date]] = defaultdict(list)
    if pupils:
        for pupil_id, on in rows.filter(pupil_id__in=pupils).values_list("pupil_id", field_name):
            found[pupil_id].append(on)
    return found


def _due_of_one(pep: PEP, record: _Record) -> list[Deadline]:
    state = State(pep.state)
    if state is not State.APPROVED and not _is_wanted(pep, record):
        return []
    if pep.waits_for_meeting:
        return [*_before_the_meeting(pep, record), *_around_the_meeting(pep, record)]
    if state is State.MEETING_HELD and pep.held_on is not None:
        held_on = pep.held_on
        return [d for d in record.due(pep, Trigger.MEETING, held_on) if d.due_on >= held_on]
    if state in STEP_OF:
        trigger, name = STEP_OF[state]
        stamped = {State.SUBMITTED: pep.submitted_at, State.APPROVED: pep.approved_at}.get(state)
        on = record.steps.get((pep.pk, name)) or (local_date(stamped) if stamped else None)
        # What nobody has to do (the copy to the social-care file, once a system makes it) is late for nobody.
        return [d for d in record.due(pep, trigger, on) if d.owner is not None] if on else []
    return []


def _is_wanted(pep: PEP, record: _Record) -> bool:
    return pep.pupil_id in record.starts or Circumstance.EDGE_OF_CARE in pep.circumstances


def _before_the_meeting(pep: PEP, record: _Record) -> list[Deadline]:
    """What calls for this PEP: coming into care, a move, the term, the time since the last one."""
    start = record.starts.get(pep.pupil_id)
    since = start.on if start else None
    earlier = [on for on in record.held.get(pep.pupil_id, ()) if since is None or on >= since]
    last_on = max(earlier, default=None)
    term_first = record.term_first(pep)
    found: list[Deadline] = []
    if start is not None and start.is_start and last_on is None:
        found += record.due(pep, Trigger.BECAME_LOOKED_AFTER, start.on)
    place = record.places.get(pep.pupil_id)
    known_since = max((on for on in (since, last_on) if on is not None), default=None)
    if place is not None and known_since is not None and place.from_on > known_since:
        found += record.due(pep, Trigger.NEW_SCHOOL, place.from_on)
    moved = [on for on in record.moves.get(pep.pupil_id, ()) if known_since is not None and on > known_since]
    if moved:
        found += record.due(pep, Trigger.NEW_PLACEMENT, max(moved))
    # What ran out before this term began belongs to a PEP that this system never saw, or to an earlier one.
    found = [d for d in found if d.due_on >= term_first and not _is_done(d, pep, record)]
    found += record.due(pep, Trigger.TERM_START, term_first)
    if last_on is not None:
        found += record.due(pep, Trigger.PREVIOUS_PEP, last_on)
    return found


def _around_the_meeting(pep: PEP, record: _Record) -> list[Deadline]:
    """What has to be there before the meeting, once its day is set."""
    meeting = record.meetings.get(pep.pk)
    if meeting is None:
        return []
    on = local_date(meeting.starts_at)
    return [d for d in record.due(pep, Trigger.MEETING, on) if d.due_on < on and not _is_done(d, pep, record)]


def _is_done(deadline: Deadline, pep: PEP, record: _Record) -> bool:
    """Whether the record shows that what a rule asks for has been done already."""
    if deadline.code == DONE_WHEN_OPEN:
        return pep.state != State.PLANNED
    if deadline.code == DONE_WITH_PAPERS:
        return record.meetings[pep.pk].papers_sent_on is not None
    if deadline.code == DONE_WITH_SECTIONS:
        return _worker_is_ready(pep, record)
    return False


def _worker_is_ready(pep: PEP, record: _Record) -> bool:
    """Every section that the social worker fills in before the meeting is said to be ready."""
    if pep.form is None or pep.form_id is None or not pep.phase:
        return False
    # Each row brings its own copy of the form's version: it is read once for all.
    if pep.form_id not in record.forms:
        record.forms[pep.form_id] = pep.form.form
    sections = record.forms[pep.form_id].sections_for(Phase(pep.phase), [Circumstance(c) for c in pep.circumstances])
    wanted = {s.code for s in sections if s.by is Contributor.SOCIAL_WORKER and s.before_meeting}
    return bool(wanted) and wanted <= record.ready.get(pep.pk, set())
