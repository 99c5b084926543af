"""The digest: one mail a day to each person with what is due soon, what is late, and what others left late.

It names no child: counts, initials and the number of the PEP, with links that ask for a sign-in. A person is marked in
the same transaction in which the mail server takes the mail, so that a mail that failed is tried again and no run says
anything twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urljoin

import structlog
from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from core.account_access import mail_is_set_up, service_url
from core.actor import acting_as
from core.deadlines.reminders import Notice, notices
from core.deadlines.rules import Deadline, day_words
from core.mail import send_mail_to
from core.models import Cover, User
from core.roles import ROLE_LABELS, Role
from core.rules import is_working_day
from peps.due import due_of
from peps.models import PEP, ReminderSent
from peps.rules import meetings as rules
from peps.rules.workflow import IN_WORK, WAITS_FOR_MEETING, State
from pupils import roll
from schools.models import SchoolMembership

logger = structlog.get_logger(__name__)

MOST_LINES = 40
"""Lines of one kind in a mail; the rest is told as a number."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one person is told of one deadline."""

    pep: PEP
    deadline: Deadline
    notice: Notice

    @property
    def key(self) -> tuple[int, str, date, str]:
        return self.pep.pk, self.deadline.code, self.deadline.due_on, self.notice.kind

    @property
    def line(self) -> str:
        """ "Fri 27 Nov 2026: Finish and submit (S.E., PEP 12)"."""
        pupil = self.pep.pupil
        who = rules.initials(pupil.known_as or pupil.forename, pupil.surname)
        child = ", ".join(part for part in (who, rules.reference(self.pep.pk)) if part)
        owner = f", {ROLE_LABELS[self.deadline.owner].lower()}" if self.notice.escalated and self.deadline.owner else ""
        return f"{day_words(self.deadline.due_on)}: {self.deadline.title}{owner} ({child})"

    @property
    def link(self) -> str:
        return urljoin(service_url(), reverse("peps:pep", args=[self.pep.pk]))


@dataclass(frozen=True, slots=True)
class Run:
    """How many people got a mail, and how many mails the server did not take."""

    sent: int
    failed: int


def send_digests(*, today: date) -> Run:
    """Tell everybody what they have not been told yet; nothing at weekends and on bank holidays."""
    if not is_working_day(today) or not mail_is_set_up():
        return Run(0, 0)
    sent = failed = 0
    connection = get_connection()
    try:
        for user, words in digests(today).items():
            outcome = _send_one(user, words, today, connection)
            sent += outcome is True
            failed += outcome is False
    finally:
        connection.close()
    if failed:
        logger.error("digests_failed", failed=failed, sent=sent)
    return Run(sent, failed)


def digests(today: date) -> dict[User, list[Word]]:
    """What each person is to be told today and was not told yet, late things first."""
    states = [*WAITS_FOR_MEETING, *IN_WORK, State.APPROVED]
    peps = list(PEP.objects.filter(state__in=states).select_related("pupil", "form"))
    due = due_of(peps, today)
    people = _People([pep.pupil_id for pep in peps], today)
    told = set(ReminderSent.objects.filter(pep__in=peps).values_list("pep_id", "code", "due_on", "kind", "user_id"))
    found: dict[User, list[Word]] = defaultdict(list)
    for pep in peps:
        for deadline in due[pep.pk]:
            for notice in notices(deadline, today):
                word = Word(pep, deadline, notice)
                for user in people.of(pep, notice.to):
                    if (*word.key, user.pk) not in told:
                        found[user].append(word)
    return {
        user: sorted(words, key=lambda w: (not w.notice.late, w.deadline.due_on, w.pep.pk))
        for user, words in found.items()
    }


class _People:
    """Who stands in a role for a child today: with an account in use, the cover in place of who is away."""

    def __init__(self, pupils: Sequence[int], today: date) -> None:
        self.team = roll.team_on(pupils, today)
        self.places = roll.main_places_on(pupils, today)
        self.teachers: dict[int, list[User]] = defaultdict(list)
        schools = {place.school_id for place in self.places.values()}
        posts = SchoolMembership.objects.current(today).filter(school_id__in=schools).select_related("user")
        for post in posts:
            self.teachers[post.school_id].append(post.user)
        self.heads = list(User.objects.filter(role=Role.VSH, is_active=True).order_by("pk"))
        covers = Cover.objects.in_force(today).select_related("covering", "absent")
        self.covers: dict[int, list[User]] = defaultdict(list)
        for cover in covers:
            if cover.covering.role == cover.absent.role and cover.covering.is_active:
                self.covers[cover.absent_id].append(cover.covering)

    def of(self, pep: PEP, role: Role) -> list[User]:
        """The people; the Virtual School Head where a child has nobody in the role."""
        if role is Role.VSH:
            return self.heads
        if role is Role.DESIGNATED_TEACHER:
            place = self.places.get(pep.pupil_id)
            named: Iterable[User] = self.teachers[place.school_id] if place else []
        else:
            allocation = self.team.get(pep.pupil_id, {}).get(role.value)
            named = [allocation.user] if allocation else []
        found = [one for user in named for one in self.covers.get(user.pk) or ([user] if user.is_active else [])]
        return list(dict.fromkeys(found)) or self.heads


def _send_one(user: User, words: Sequence[Word], today: date, connection: Any) -> bool | None:
    """Mail one person and mark it; False when the server did not take it, None when there was nothing to do.

    The person's row is locked, so that two runs at once send one mail.
    """
    with transaction.atomic(), acting_as(None, service="peps.send_digests"):
        User.objects.select_for_update(of=["self"]).get(pk=user.pk)
        mine = ReminderSent.objects.filter(user=user)
        if mine.filter(sent_at__date=today).exists():
            return None
        ReminderSent.objects.bulk_create(
            [
                ReminderSent(pep_id=pep, code=code, due_on=on, kind=kind, user=user, sent_at=timezone.now())
                for pep, code, on, kind in dict.fromkeys(word.key for word in words)
            ]
        )
        text = render_to_string("peps/email/digest.txt", _context(words))
        if send_mail_to(user.email, subject=_subject(words), text=text, connection=connection):
            return True
        transaction.set_rollback(True)
        return False


def _subject(words: Sequence[Word]) -> str:
    late = sum(word.notice.late for word in words)
    soon = len(words) - late
    parts = [f"{soon} due soon"] if soon else []
    return f"PEPs: {', '.join([*parts, *([f'{late} late'] if late else [])])}"


def _context(words: Sequence[Word]) -> Mapping[str, Any]:
    groups = (
        ("Late", [w for w in words if w.notice.late and not w.notice.escalated]),
        ("Due soon", [w for w in words if not w.notice.late]),
        ("Late with others", [w for w in words if w.notice.escalated]),
    )
    return {
        "groups": [
            (title, len(rows), rows[:MOST_LINES], max(0, len(rows) - MOST_LINES)) for title, rows in groups if rows
        ],
        "link": urljoin(service_url(), reverse("peps:list")),
        "council": settings.COUNCIL_NAME,
    }
