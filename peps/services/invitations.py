"""Invitations to PEP meetings by mail, with a calendar file. They carry the child's initials and the number of the PEP.

Mail is read on phones and kept by others: no name, no address of the placement, no language of an interpreter goes out.
Mail goes after the meeting is in the database; who was not reached stays marked, and sending again reaches them only.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from core.account_access import mail_is_set_up, service_url
from core.actor import acting_as
from core.ics import Event, Method, calendar_file
from core.mail import CalendarPart, send_mail_to
from core.wording import moment
from peps.models import Invitee, Meeting
from peps.permissions import check_can_arrange
from peps.rules import meetings as rules


@dataclass(frozen=True, slots=True)
class Sent:
    """How many were reached, and how many addresses the server did not take."""

    sent: int
    failed: int


def chain_of(meeting: Meeting) -> list[Meeting]:
    """The meetings of which this one took the place, the first one first, and itself last."""
    found = [meeting]
    while (before := found[0].moved_from.first()) is not None:
        found.insert(0, before)
    return found


def subject_of(meeting: Meeting) -> str:
    """ "PEP meeting: S.E., PEP 12"."""
    pupil = meeting.pep.pupil
    who = rules.initials(pupil.known_as or pupil.forename, pupil.surname)
    return f"PEP meeting: {', '.join(part for part in (who, rules.reference(meeting.pep_id)) if part)}"


def file_of(meeting: Meeting, *, attendee: str = "") -> tuple[str, Method]:
    """The calendar file of a meeting as it stands, and its method; without an attendee it is one to download."""
    chain = chain_of(meeting)
    cancelled = meeting.cancelled_at is not None
    method = Method.CANCEL if cancelled else Method.REQUEST
    host = urlsplit(service_url()).hostname or "localhost"
    event = Event(
        uid=f"pep-meeting-{chain[0].pk}@{host}",
        sequence=len(chain) - 1 + int(cancelled),
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        summary=subject_of(meeting),
        location=_place(meeting),
        description=_page(meeting),
        organiser=_organiser(meeting),
        attendee=attendee,
    )
    return calendar_file(event, method, now=timezone.now()), method


def waiting(meeting: Meeting) -> QuerySet[Invitee]:
    """Who has an address and does not know yet how the meeting stands."""
    with_address = meeting.invitees.exclude(email="")
    if meeting.cancelled_at is None:
        return with_address.filter(invited_at=None)
    untold = with_address.filter(cancel_told_at=None)
    # Whoever was asked to the meeting of which this one took the place must hear of it too.
    return untold if meeting.moved_from.exists() else untold.exclude(invited_at=None)


def send(*, meeting: Meeting, actor: Any) -> Sent:
    """Mail everybody who waits: the invitation, the new time of a moved meeting, or that it is cancelled.

    Each is marked as soon as the server has taken the mail. Raises PermissionDenied, or ValidationError without a mail
    server and for a meeting that was moved (the one in its place is to be sent).
    """
    check_can_arrange(actor, meeting.pep)
    if meeting.moved_to_id is not None:
        raise ValidationError("This meeting was moved: send the invitations of the new one.")
    if not mail_is_set_up():
        raise ValidationError("No mail server is set up. Download the calendar file and send it yourself.")
    sent = failed = 0
    for pk in list(waiting(meeting).values_list("pk", flat=True)):
        reached = _tell(meeting, pk, actor)
        sent, failed = sent + (reached is True), failed + (reached is False)
    return Sent(sent, failed)


@transaction.atomic
def _tell(meeting: Meeting, invitee_id: int, actor: Any) -> bool | None:
    """Whether the server took the mail; None for who was told meanwhile by somebody who sent at the same time."""
    one = waiting(meeting).select_for_update(of=("self",)).filter(pk=invitee_id).first()
    if one is None:
        return None
    if not _mail(meeting, one):
        return False
    mark = "invited_at" if meeting.cancelled_at is None else "cancel_told_at"
    setattr(one, mark, timezone.now())
    with acting_as(actor, service="peps.send_invitation"):
        one.save(update_fields=[mark])
    return True


def _mail(meeting: Meeting, one: Invitee) -> bool:
    text, method = file_of(meeting, attendee=one.email)
    moved = meeting.moved_from.first()
    what = "Cancelled: " if method is Method.CANCEL else "New time: " if moved else ""
    context = {
        "when": moment(meeting.starts_at),
        "before": moment(moved.starts_at) if moved else "",
        "minutes": meeting.minutes,
        "place": _place(meeting),
        "cancelled": method is Method.CANCEL,
        "link": _page(meeting) if one.user_id else "",
        "organiser": meeting.arranged_by.name if meeting.arranged_by else "",
        "reference": subject_of(meeting),
        "council": settings.COUNCIL_NAME,
    }
    return send_mail_to(
        one.email,
        subject=f"{what}{subject_of(meeting)}",
        text=render_to_string("peps/email/meeting.txt", context),
        reply_to=_organiser(meeting),
        calendar=CalendarPart(text=text, method=method.value),
    )


def _place(meeting: Meeting) -> str:
    return ", ".join(part for part in (meeting.venue, meeting.link) if part)


def _page(meeting: Meeting) -> str:
    return urljoin(service_url(), reverse("peps:meeting", args=[meeting.pep_id, meeting.pk]))


def _organiser(meeting: Meeting) -> str:
    return meeting.arranged_by.email if meeting.arranged_by else settings.DEFAULT_FROM_EMAIL
