"""PEP meetings: arranged, moved, cancelled, who is asked, what they answer, and what is recorded of it."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from core.actor import acting_as
from core.audit import Access, record_access
from core.models import User
from peps.models import PEP, Invitee, Meeting
from peps.permissions import check_can_arrange, check_can_change
from peps.rules import meetings as rules
from peps.services import steps
from pupils import roll
from pupils.models import Allocation
from schools.models import School

CHILD, CARER = "Child or young person", "Carer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """When and how a meeting is to be."""

    starts_at: datetime
    minutes: int
    venue: str = ""
    link: str = ""
    mode: str = Meeting.Mode.IN_PERSON
    chair: str = ""
    interpreter: str = ""
    combined: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is asked to a meeting. `user` where they have an account."""

    role: str
    name: str
    email: str = ""
    user: User | None = None


def team_of(pep: PEP, today: date) -> list[Person]:
    """Who belongs at the meeting, as the roll knows: who works with the child, the school, child and carer."""
    labels = dict(Allocation.Kind.choices)
    team = roll.team_on([pep.pupil_id], today).get(pep.pupil_id, {})
    found = [
        Person(labels[kind], team[kind].user.name, team[kind].user.email, team[kind].user)
        for kind in (Allocation.Kind.SOCIAL_WORKER, Allocation.Kind.ADVISER, Allocation.Kind.IRO)
        if kind in team
    ]
    place = roll.main_places_on([pep.pupil_id], today).get(pep.pupil_id)
    if place is not None:
        posts = place.school.memberships.current(today).filter(user__is_active=True).select_related("user")
        found += [Person("Designated teacher", post.user.name, post.user.email, post.user) for post in posts]
    return [*found, Person(CHILD, pep.pupil.display_name), Person(CARER, CARER)]


def _check_plan(plan: Plan, pep: PEP, now: datetime) -> None:
    """What cannot be a meeting, and what must not be in a mail."""
    if plan.starts_at <= now:
        raise ValidationError({"on": "The meeting must lie ahead: record a meeting that was held instead"})
    if not rules.SHORTEST <= plan.minutes <= rules.LONGEST:
        raise ValidationError({"minutes": f"A meeting lasts {rules.SHORTEST} to {rules.LONGEST} minutes"})
    if plan.mode == Meeting.Mode.ONLINE and not plan.link and not plan.venue:
        raise ValidationError({"link": "Give the link, or say how people join"})
    if plan.mode != Meeting.Mode.ONLINE and not plan.venue:
        raise ValidationError({"venue": "Say where the meeting is"})
    for name in ("venue", "link"):
        if why := _why_not_mailed(getattr(plan, name), pep):
            raise ValidationError({name: why})


def _why_not_mailed(text: str, pep: PEP) -> str:
    """Invitations go out by mail: no name of the child, and no postcode but that of a school of the register.

    An address with a postcode may be that of the placement. That it is one is never said: it would tell somebody who
    guesses.
    """
    if codes := rules.postcodes_in(text):
        known = set(School.objects.filter(postcode__in=codes).values_list("postcode", flat=True))
        if set(codes) - known:
            return "Leave the address out, the invitation goes by mail: give the school or office by name, or “at home”"
    child = pep.pupil
    for school in School.objects.filter(places__pupil=child).values_list("name", flat=True):
        text = re.sub(re.escape(school), " ", text, flags=re.IGNORECASE)
    if any(rules.names_in(text, [name]) for name in (child.surname, child.forename, child.known_as) if name):
        return "Leave the child’s name out: the invitation goes by mail"
    return ""


@transaction.atomic
def arrange(*, pep: PEP, plan: Plan, today: date, actor: Any) -> Meeting:
    """Set the meeting and ask everybody who works with the child; the PEP is in preparation from now on.

    Nothing is sent yet (services/invitations.py). Raises PermissionDenied, or ValidationError for a time that has
    passed, a plan that has a meeting already, and what must not go out by mail.
    """
    check_can_arrange(actor, pep)
    now = timezone.now()
    _check_plan(plan, pep, now)
    row = steps.arrange(pep=pep, today=today, actor=actor)
    if row.meetings.standing().exists():
        raise ValidationError("This PEP has a meeting already. Move it, or cancel it first.")
    with acting_as(actor, service="peps.arrange_meeting"):
        meeting = Meeting.objects.create(pep=row, arranged_by=actor, **asdict(plan))
        for person in team_of(row, today):
            Invitee.objects.create(
                meeting=meeting, role=person.role, name=person.name, email=person.email, user=person.user
            )
    return meeting


def _standing(meeting: Meeting, actor: Any) -> Meeting:
    """The meeting for this transaction; raises where it may not be changed any more."""
    check_can_arrange(actor, meeting.pep)
    row: Meeting = Meeting.objects.select_for_update(of=["self"]).select_related("pep__pupil").get(pk=meeting.pk)
    if not row.stands:
        raise ValidationError("This meeting was moved or cancelled already.")
    return row


def _decided(meeting: Meeting, actor: Any, what: str) -> None:
    detail = {"pep": meeting.pep_id, "meeting": meeting.pk, "what": what}
    record_access(None, Access.DECIDED, user=actor, subject=meeting.pep.pupil, detail=detail)


@transaction.atomic
def move(*, meeting: Meeting, plan: Plan, reason: str, actor: Any) -> Meeting:
    """Another time or place: a new row takes the place of the old one, which keeps its day, the reason and by whom.

    Everybody is asked anew. Raises PermissionDenied or ValidationError.
    """
    old = _standing(meeting, actor)
    if not reason.strip():
        raise ValidationError({"reason": "Say why: those who were asked will want to know"})
    _check_plan(plan, old.pep, timezone.now())
    with acting_as(actor, service="peps.move_meeting"):
        # One meeting of a PEP stands at any moment: the old one steps back before the new one is there.
        Meeting.objects.filter(pk=old.pk).update(moved_to=old.pk, moved_because=reason.strip())
        new = Meeting.objects.create(pep=old.pep, arranged_by=actor, papers_sent_on=old.papers_sent_on, **asdict(plan))
        Meeting.objects.filter(pk=old.pk).update(moved_to=new)
        for one in old.invitees.all():
            Invitee.objects.create(meeting=new, role=one.role, name=one.name, email=one.email, user=one.user)
        _decided(new, actor, "moved")
    return new


@transaction.atomic
def cancel(*, meeting: Meeting, reason: str, actor: Any) -> Meeting:
    """The meeting does not take place; the PEP waits for another one."""
    row = _standing(meeting, actor)
    if not reason.strip():
        raise ValidationError({"reason": "Say why: those who were asked will want to know"})
    row.cancelled_at, row.cancelled_by, row.cancelled_because = timezone.now(), actor, reason.strip()
    with acting_as(actor, service="peps.cancel_meeting"):
        row.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_because"])
        _decided(row, actor, "cancelled")
    return row


@transaction.atomic
def mark_papers_sent(*, meeting: Meeting, today: date, actor: Any) -> None:
    """What is known was filled in and the school has the link (P8)."""
    row = _standing(meeting, actor)
    row.papers_sent_on = today
    with acting_as(actor, service="peps.papers_sent"):
        row.save(update_fields=["papers_sent_on"])


# ---------------------------------------------------------------- who is asked


@transaction.atomic
def save_invitee(
    *, meeting: Meeting, invitee: Invitee | None, role: str, name: str, email: str, response: str, actor: Any
) -> Invitee:
    """Ask one more person, or correct who they are and what they answered. A new address gets a new invitation.

    Raises PermissionDenied or ValidationError.
    """
    row = _standing(meeting, actor)
    one = invitee or Invitee(meeting=row)
    email = email.strip()
    if email and row.invitees.filter(email__iexact=email).exclude(pk=one.pk).exists():
        raise ValidationError({"email": "Somebody with this address is asked already"})
    if email.lower() != one.email.lower():
        one.invited_at = None
        # An account of a person is never guessed from an address that somebody typed.
        one.user = None
    one.role, one.name, one.email, one.response = role.strip(), name.strip(), email, response
    with acting_as(actor, service="peps.save_invitee"):
        one.save()
    return one


@transaction.atomic
def remove_invitee(*, invitee: Invitee, actor: Any) -> None:
    """Not asked after all. Who has the invitation already is told by whoever takes them off."""
    _standing(invitee.meeting, actor)
    with acting_as(actor, service="peps.remove_invitee"):
        invitee.delete()


@transaction.atomic
def answer(*, meeting: Meeting, response: str, actor: Any) -> Invitee:
    """The signed-in person says whether they come. Raises PermissionDenied for who was not asked."""
    check_can_change(actor, meeting.pep)
    own: Invitee | None = meeting.invitees.filter(user=actor).first()
    if own is None:
        raise PermissionDenied("You were not asked to this meeting.")
    if not meeting.pep.waits_for_meeting:
        raise ValidationError("The meeting was held: there is nothing to answer any more.")
    if not meeting.stands or response not in {Invitee.Response.COMING, Invitee.Response.NOT_COMING}:
        raise ValidationError("This meeting was moved or cancelled: there is nothing to answer.")
    own.response = response
    with acting_as(actor, service="peps.answer_invitation"):
        own.save(update_fields=["response"])
    return own


# ---------------------------------------------------------------- what is recorded of it


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Who came and what was set. `attendance` is {key of `expected`: Invitee.Attendance}."""

    attendance: Mapping[str, str] = field(default_factory=dict)
    child_attended: str = ""
    child_absent_because: str = ""
    next_on: date | None = None

    @property
    def says_something(self) -> bool:
        return any(self.attendance.values()) or bool(self.child_attended) or self.next_on is not None


def expected(pep: PEP, today: date) -> list[tuple[str, Invitee]]:
    """(key, invitee) of those of whom attendance is asked: who was invited, else whom the roll names (unsaved)."""
    meeting = pep.meetings.standing().first()
    if meeting is not None and (asked := list(meeting.invitees.all())):
        return [(str(one.pk), one) for one in asked if one.role != CHILD]
    return [
        (f"new-{number}", Invitee(role=person.role, name=person.name, email=person.email, user=person.user))
        for number, person in enumerate(team_of(pep, today))
        if person.role != CHILD
    ]


@transaction.atomic
def record(*, pep: PEP, held_on: date, record: Record, today: date, actor: Any) -> PEP:
    """Record that the meeting was held, who came and when the next one is; a correction is made the same way.

    Raises PermissionDenied or ValidationError (services/steps.record_meeting; a next day before this one; a child who
    was not there without a reason).
    """
    if record.next_on is not None and record.next_on <= held_on:
        raise ValidationError({"next_on": "The next meeting must be after this one"})
    if record.child_attended == "no" and not record.child_absent_because.strip():
        raise ValidationError({"child_absent_because": "Say why the child was not there"})
    people = expected(pep, today)
    row = steps.record_meeting(pep=pep, held_on=held_on, today=today, actor=actor)
    meeting = row.meetings.standing().first()
    if meeting is None and not record.says_something:
        return row
    with acting_as(actor, service="peps.record_attendance"):
        if meeting is None:
            noon = timezone.make_aware(datetime.combine(held_on, datetime.min.time().replace(hour=12)))
            meeting = Meeting.objects.create(pep=row, starts_at=noon)
        meeting.child_attended = record.child_attended
        meeting.child_absent_because = record.child_absent_because.strip()
        meeting.next_on = record.next_on
        meeting.save(update_fields=["child_attended", "child_absent_because", "next_on"])
        for key, invitee in people:
            if key in record.attendance:
                invitee.meeting, invitee.attendance = meeting, record.attendance[key]
                invitee.save()
    return row


def suggested_days(pep: PEP, today: date, *, of_care: bool = True) -> list[rules.Suggestion]:
    """Days that fit the meeting of a PEP: set in the last one, near a care review or the review of an EHCP.

    `of_care` is False for who is told nothing of care.
    """
    start = roll.care_starts([pep.pupil_id], today).get(pep.pupil_id)
    reviews = pep.pupil.return_records.filter(table="reviews", on__isnull=False).values_list("on", flat=True)
    last = (
        Meeting.objects.filter(pep__pupil=pep.pupil_id, pep__due_on__lt=pep.due_on, next_on__isnull=False)
        .standing()
        .order_by("-pep__due_on")
        .first()
    )
    return rules.suggestions(
        due_on=pep.due_on,
        today=today,
        set_on=last.next_on if last else None,
        review_by=rules.care_review_by(start.on, list(reviews)) if start and of_care else None,
        ehcp_on=_ehcp_review(pep),
    )


def _ehcp_review(pep: PEP) -> date | None:
    """The next annual review that the last section I with one names; None where nobody wrote it."""
    rows = pep.pupil.peps.filter(due_on__lte=pep.due_on, sections__code="I").order_by("-due_on")
    for said in rows.values_list("sections__answers__annual_review", flat=True):
        if said:
            try:
                return date.fromisoformat(said)
            except ValueError:
                continue
    return None
