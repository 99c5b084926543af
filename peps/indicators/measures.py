"""Reads what PEP-1 to PEP-7 rest on, for a term and a day: the same few queries for 3 children and for 3,000."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from core.rules import working_days_between
from peps import rules
from peps.models import PEP, Invitee, Meeting, PEPSection, PEPStep, QualityCheck, Target
from peps.querysets import VOLUNTARY
from peps.rules.form import Circumstance
from peps.rules.measures import Child, Measure, Plan, measures_of
from peps.rules.quality import Grade
from peps.rules.workflow import State
from pupils import roll
from pupils.models import CareEpisode, Pupil

VOICE_FIELDS = ("going_well", "hard", "would_help", "trust", "next", "adults_should_know", "interests")


def measures_for(term: rules.Term, *, as_at: date, peps: Any = None, pupils: Any = None) -> list[Measure]:
    """The measures of a term as on a day, of all children or of those in somebody's scope."""
    last_on = min(as_at, term.last_on)
    every = Pupil.objects.all() if pupils is None else pupils
    children = every.looked_after_between(term.first_on, last_on)
    births = dict(children.order_by("pk").values_list("pk", "dob"))
    rows = (PEP.objects.all() if peps is None else peps).of_term(term)
    plans = _plans(list(rows.exclude(VOLUNTARY).exclude(state=State.NOT_REQUIRED).order_by("pk")), term, as_at)
    by_child = {p.pupil_id: p for p in plans}
    years = roll.year_groups(births, term.academic_year)
    days = _working_days(births, term.first_on, last_on)
    asked = [
        Child(pupil_id=pk, working_days=days.get(pk, 0), of_age=rules.needs_pep(years[pk]), plan=by_child.get(pk))
        for pk in births
    ]
    return measures_of(asked, plans, first_on=term.first_on, as_at=as_at)


def _working_days(ids: Iterable[int], first: date, last: date) -> dict[int, int]:
    """Working days from `first` to `last` on which each child was looked after; overlapping episodes count once."""
    spans: dict[int, list[tuple[date, date]]] = defaultdict(list)
    known: dict[tuple[date, date], int] = {}
    rows = CareEpisode.objects.touching(first, last).filter(pupil_id__in=list(ids)).order_by("decom")
    for pk, decom, dec in rows.values_list("pupil_id", "decom", "dec"):
        start, end = max(decom, first), min(dec - date.resolution if dec else last, last)
        done = spans[pk][-1][1] if spans[pk] else None
        if done is not None:
            start = max(start, done + date.resolution)
        if start <= end:
            spans[pk].append((start, end))

    def days(span: tuple[date, date]) -> int:
        if span not in known:
            known[span] = working_days_between(span[0] - date.resolution, span[1])
        return known[span]

    return {pk: sum(days(span) for span in each) for pk, each in spans.items()}


def _until(moment: datetime | None, as_at: date) -> date | None:
    """The day of a moment, as far as it had come by then."""
    on = timezone.localdate(moment) if moment else None
    return on if on is not None and on <= as_at else None


def _plans(peps: list[PEP], term: rules.Term, as_at: date) -> list[Plan]:
    ids = [p.pk for p in peps]
    pupils = [p.pupil_id for p in peps]
    first_plans = [p.pupil_id for p in peps if Circumstance.INITIAL in p.circumstances]
    starts = roll.care_starts(first_plans, min(as_at, term.last_on), since=min(as_at, term.first_on))
    handed_in, returned = _steps(ids, as_at)
    grades, voices = _grades(ids, as_at), _voices(ids)
    attended, came = _meetings(ids, as_at)
    reviews = _reviews(pupils, term, as_at)
    return [
        Plan(
            pep_id=p.pk,
            pupil_id=p.pupil_id,
            initial=Circumstance.INITIAL in p.circumstances,
            care_from=starts[p.pupil_id].on if p.pupil_id in starts else None,
            held_on=p.held_on if p.held_on and p.held_on <= as_at else None,
            submitted_on=handed_in.get(p.pk) or _until(p.submitted_at, as_at),
            approved_on=_until(p.approved_at, as_at),
            returned=p.pk in returned,
            grade=grades.get(p.pk),
            has_voice=p.pk in voices,
            child_attended=attended.get(p.pk, ""),
            came=came.get(p.pk),
            reviews=reviews.get(p.pupil_id, ()),
        )
        for p in peps
    ]


def _steps(ids: list[int], as_at: date) -> tuple[dict[int, date], set[int]]:
    """The first day each plan was submitted, and which were returned."""
    submitted: dict[int, date] = {}
    returned: set[int] = set()
    rows = PEPStep.objects.filter(pep_id__in=ids, name__in=["submit", "return"], at__date__lte=as_at).order_by("at")
    for pk, name, at in rows.values_list("pep_id", "name", "at"):
        if name == "submit":
            submitted.setdefault(pk, timezone.localdate(at))
        else:
            returned.add(pk)
    return submitted, returned


def _grades(ids: list[int], as_at: date) -> dict[int, Grade]:
    rows = QualityCheck.objects.filter(pep_id__in=ids, moderation=False, at__date__lte=as_at).order_by("version", "at")
    return {pk: Grade(overall) for pk, overall in rows.values_list("pep_id", "overall")}


def _voices(ids: list[int]) -> set[int]:
    rows = PEPSection.objects.filter(pep_id__in=ids, code="C").values_list("pep_id", "answers")
    return {
        pk
        for pk, answers in rows
        if answers.get("how_obtained") != "declined" and any(str(answers.get(k, "")).strip() for k in VOICE_FIELDS)
    }


def _meetings(ids: list[int], as_at: date) -> tuple[dict[int, str], dict[int, frozenset[str]]]:
    """Whether the child came, and which roles did, where it was recorded."""
    meetings = Meeting.objects.standing().filter(pep_id__in=ids, starts_at__date__lte=as_at).order_by("starts_at")
    attended = {pk: came for pk, came in meetings.values_list("pep_id", "child_attended") if came}
    came: dict[int, set[str]] = defaultdict(set)
    rows = Invitee.objects.filter(meeting__in=meetings.values("pk")).exclude(attendance=Invitee.Attendance.UNKNOWN)
    for pk, role, attendance in rows.values_list("meeting__pep_id", "role", "attendance"):
        came[pk] |= {role} if attendance == Invitee.Attendance.CAME else set()
    return attended, {pk: frozenset(roles) for pk, roles in came.items()}


def _reviews(pupils: list[int], term: rules.Term, as_at: date) -> dict[int, list[str]]:
    """{child: results} of the targets of the plan before this term's; a result given later is none yet.

    Targets that were reviewed before this term began belong to the term in which they were.
    """
    found: dict[int, list[str]] = defaultdict(list)
    rows = Target.objects.filter(pep__pupil_id__in=pupils, pep__due_on__lt=term.first_on).exclude(
        reviewed_on__lt=term.first_on
    )
    for pk, result, on in rows.order_by("pk").values_list("pep__pupil_id", "result", "reviewed_on"):
        found[pk].append(result if on is not None and on <= as_at else "")
    return found
