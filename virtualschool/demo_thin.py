"""First rows of PEPs, the Pledge, the GCSE scheme, exclusions and delegations for the demo county.

They are made by the services of each app.

The same for the same county and day; a second run finds what the first one made and adds nothing.
"""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.core.exceptions import ValidationError
from django.db import transaction

from attendance.models import EffectiveRegister
from attendance.register.places import date_of
from attendance.rules import BLANK, CLOSED, UNMARKED
from core import rules as time_rules
from core.calendars import county_year
from core.models import User
from core.roles import Role
from core.sections import Section
from incentives import rules as scheme_rules
from incentives.indicators import funnel
from incentives.models import GcseScheme
from incentives.services import open_scheme, record_letters
from peps import cycle
from peps.models import PEP
from peps.services.cycle import open_due_peps
from peps.services.steps import record_meeting
from pledge import rules as pledge_rules
from pledge.indicators import standings
from pledge.models import CommitmentRecord
from pledge.services import record_answers
from provision.models import Exclusion
from provision.rules import Category
from provision.services import record_exclusion
from pupils import roll
from pupils.delegations.rules import latest_day
from pupils.delegations.services import delegate
from pupils.models import Allocation, Delegation, Pupil
from virtualschool.demo.people import demo_logins

EXCLUDED = 15
DELEGATED = 5
RECENT = 5
SUSPENDED = "E"
SAYS_NOTHING = {BLANK, CLOSED, UNMARKED}
LONGEST_BREAK = 4
LIKELY_ANSWERS = (
    *[pledge_rules.Answer.KEPT] * 12,
    *[pledge_rules.Answer.PARTLY] * 4,
    pledge_rules.Answer.NOT_KEPT,
    pledge_rules.Answer.NOT_DUE,
    pledge_rules.Answer.DECLINED,
)


def load_thin(today: date) -> dict[str, int]:
    """Make what is not there yet; returns how many rows of each were made. Needs the demo's accounts and roll."""
    head = User.objects.filter(role=Role.VSH, is_active=True).order_by("pk").first()
    if head is None:
        return {}
    with transaction.atomic():
        opened = open_due_peps(today=today, actor=head)
        return {
            "peps_opened": opened,
            "meetings": _hold_meetings(today, head),
            "pledge_answers": _answer_pledge(today),
            "letters": _tell_of_scheme(today, head),
            "exclusions": _exclude(today, head),
            "delegations": _delegate(today),
        }


def _delegate(today: date) -> int:
    """The demo's teacher opens attendance and PEPs of some children to the colleague, of one child attendance only."""
    logins = demo_logins()
    teacher = User.objects.filter(email=logins[Role.DESIGNATED_TEACHER]).first()
    colleague = User.objects.filter(email=logins[Role.SCHOOL_COLLEAGUE]).first()
    if teacher is None or colleague is None or Delegation.objects.exists():
        return 0
    children = list(Pupil.objects.visible_to(teacher).looked_after(on=today).order_by("child_id")[:DELEGATED])
    given = (children[:1], {Section.ATTENDANCE}), (children[1:], {Section.ATTENDANCE, Section.PEPS, Section.EXCLUSIONS})
    for pupils, sections in given:
        if pupils:
            delegate(
                email=colleague.email,
                name=colleague.name,
                pupils=pupils,
                sections=sections,
                last_on=latest_day(today),
                today=today,
                actor=teacher,
            )
    return len(children)


def _chance(*parts: object) -> Random:
    """The same numbers for the same child and purpose, whatever else the county holds."""
    return Random(":".join(map(str, parts)))  # noqa: S311 - invented data, not a secret


def _school_days(first: date, last: date) -> list[date]:
    return [d for d in county_year(time_rules.academic_year_of(last)).school_days() if first <= d <= last]


def _hold_meetings(today: date, head: User) -> int:
    """Two of three meetings of the term that fit before today, by the child's adviser."""
    term = cycle.current_term(today)
    peps = list(PEP.objects.of_term(term).select_related("pupil").order_by("pupil__child_id"))
    if not peps or any(not p.waits_for_meeting for p in peps):
        return 0
    ids = [p.pupil_id for p in peps]
    teams, starts = roll.team_on(ids, today), roll.care_starts(ids, today)
    held = 0
    for pep in peps:
        chance = _chance("pep", pep.pupil.child_id)
        first = max(
            term.first_on + timedelta(days=14), starts[pep.pupil_id].on if pep.pupil_id in starts else term.first_on
        )
        days = _school_days(first, min(today, pep.due_on))
        if not days or chance.random() > 0.66:
            continue
        team = teams.get(pep.pupil_id, {})
        actor = team["adviser"].user if "adviser" in team else head
        record_meeting(pep=pep, held_on=chance.choice(days), today=today, actor=actor)
        held += 1
    return held


def _answer_pledge(today: date) -> int:
    """Every other officer's children: most of them fully, some with gaps, some not at all."""
    if CommitmentRecord.objects.exists():
        return 0
    officers = list(User.objects.filter(role=Role.IRO, is_active=True).order_by("pk"))
    return sum(_answer_for(officer, today) for officer in officers[::2])


def _answer_for(officer: User, today: date) -> int:
    own = Allocation.objects.current(today).filter(user=officer, kind=Allocation.Kind.IRO)
    begun = dict(own.values_list("pupil_id", "from_on"))
    pupils = {p.pk: p for p in Pupil.objects.filter(pk__in=begun).order_by("child_id")}
    answered = 0
    for standing in standings(pupils.values(), today=today):
        pupil = standing.pupil
        chance = _chance("pledge", pupil.child_id)
        share = chance.choices([1.0, 0.7, 0.0], weights=[6, 3, 2])[0]
        on = max(today - timedelta(days=chance.randrange(5, 150)), begun[pupil.pk], standing.since)
        then = next(iter(standings([pupil], today=on)), None)
        if standing.new or then is None:
            continue
        answers = {c.pk: chance.choice(LIKELY_ANSWERS).value for c in then.applicable if chance.random() < share}
        if answers:
            answered += record_answers(pupil=pupil, answers=answers, today=on, actor=officer)
    return answered


def _tell_of_scheme(today: date, head: User) -> int:
    """The scheme of the coming summer, and letters to most of its young people in two lots."""
    summer = time_rules.assessment_year_of(today)
    if GcseScheme.objects.filter(assessment_year=summer).exists():
        return 0
    scheme = open_scheme(
        assessment_year=summer,
        budget=Decimal(10_000),
        letters_due_on=scheme_rules.usual_letters_due_on(summer),
        payments_due_on=scheme_rules.usual_payments_due_on(summer),
        today=today,
        actor=head,
    )
    people = list(Pupil.objects.filter(pk__in=funnel(scheme, today=today).cohort).order_by("child_id"))
    lots: dict[int, list[Pupil]] = {}
    for pupil in people:
        chance = _chance("letter", pupil.child_id)
        if chance.random() < 0.72:
            lots.setdefault(chance.choice([12, 4]), []).append(pupil)
    return sum(
        record_letters(scheme=scheme, pupils=lot, sent_on=today - timedelta(days=days_ago), today=today, actor=head)
        for days_ago, lot in sorted(lots.items())
    )


def _exclude(today: date, head: User) -> int:
    """The suspensions that the registers of this school year tell of (mark E), for some of their children."""
    year = time_rules.academic_year_of(today)
    if Exclusion.objects.filter(from_on__gte=time_rules.academic_year_start(year)).exists():
        return 0
    registers = EffectiveRegister.objects.filter(academic_year=year, marks__contains=SUSPENDED).order_by("pupil_id")
    runs = {pk: suspensions(marks, year, until=today) for pk, marks in registers.values_list("pupil_id", "marks")}
    looked_after = Pupil.objects.looked_after(on=today).filter(pk__in=[pk for pk in runs if runs[pk]])
    pupils = list(looked_after.order_by("child_id"))
    _chance("exclusions", year).shuffle(pupils)
    week_ago = today - timedelta(days=7)
    pupils.sort(key=lambda p: runs[p.pk][-1][0] < week_ago)
    recent = sum(runs[p.pk][-1][0] >= week_ago for p in pupils)
    few = min(recent, RECENT)
    chosen = [*pupils[:few], *pupils[recent:], *pupils[few:recent]][:EXCLUDED]
    return sum(_suspend(pupil, runs[pupil.pk], today, head) for pupil in chosen)


def suspensions(marks: str, academic_year: int, *, until: date) -> list[tuple[date, int]]:
    """(first day, sessions) of each run of E in a register. Days without a mark or closed do not end a run,
    a longer break than a weekend with a bank holiday does."""
    found: list[tuple[date, int]] = []
    newest: date | None = None
    for place, mark in enumerate(marks):
        on = date_of(academic_year, place)
        if on > until:
            break
        if mark == SUSPENDED:
            if newest is not None and (on - newest).days <= LONGEST_BREAK:
                found[-1] = (found[-1][0], found[-1][1] + 1)
            else:
                found.append((on, 1))
            newest = on
        elif mark not in SAYS_NOTHING:
            newest = None
    return found


def _suspend(pupil: Pupil, runs: list[tuple[date, int]], today: date, head: User) -> int:
    """Record each run at the school of its first day, as far as the law allows one."""
    made = 0
    for on, sessions in runs:
        place = roll.main_places_on([pupil.pk], on).get(pupil.pk)
        if place is None:
            continue
        try:
            record_exclusion(
                pupil=pupil,
                school=place.school,
                category=Category.SUSPENSION,
                from_on=on,
                sessions=sessions,
                today=today,
                actor=head,
            )
        except ValidationError:
            continue
        made += 1
    return made
