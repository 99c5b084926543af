"""One-time links: a child or a carer writes the own section of a PEP without an account.

The token is handed out once and kept as its SHA-256 only. What is written by a link is nobody's account: the change
history names the link's number.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.actor import acting_as
from core.audit import Access, record_access
from peps.models import PEP, ContributorLink
from peps.permissions import check_can_add_to, check_can_write
from peps.rules.form import Section, is_answered
from peps.rules.links import LINK_DAYS, WRITTEN_BY_CHILD
from peps.rules.workflow import CONTRIBUTOR_LABELS, STATE_LABELS, Contributor, State, may_write
from peps.services import writing
from pupils.models import CareEpisode
from pupils.rules import CHANGED_CARER

TOKEN_BYTES = 32


def section_of(pep: PEP, party: Contributor) -> Section | None:
    """The party's own section in the form that the PEP keeps; None where the PEP has no form."""
    return next((s for s in pep.form_sections if s.by is party), None)


def is_open_to(pep: PEP, party: Contributor) -> bool:
    """Whether the party may write in the own section as the PEP stands now."""
    section = section_of(pep, party)
    if section is None:
        return False
    returned = pep.sections.filter(code=section.code).exclude(returned_because="").exists()
    return may_write(State(pep.state), party, section.by, returned=returned)


def check_can_make_links(user: Any, pep: PEP) -> None:
    """Whoever may write down what the child says may hand out a link for it (PermissionDenied)."""
    section = section_of(pep, Contributor.CHILD)
    if section is None:
        raise PermissionDenied("This PEP was kept on paper: it has no sections to write in.")
    check_can_write(user, pep, section)


def can_make_links(user: Any, pep: PEP) -> bool:
    """As `check_can_make_links`, for the page that offers it; False too while no link would work."""
    try:
        check_can_make_links(user, pep)
    except PermissionDenied:
        return False
    return is_open_to(pep, Contributor.CHILD) or is_open_to(pep, Contributor.CARER)


@transaction.atomic
def make_link(*, pep: PEP, party: Contributor, actor: Any, now: datetime) -> tuple[ContributorLink, str]:
    """Make a link in place of the party's open one; returns it with its token, which nobody can read again.

    Raises PermissionDenied, or ValidationError while the party cannot write in the PEP.
    """
    row: PEP = PEP.objects.select_for_update(of=("self",)).select_related("form").get(pk=pep.pk)
    check_can_make_links(actor, row)
    if not is_open_to(row, party):
        state = STATE_LABELS[State(row.state)].lower()
        raise ValidationError(f"This PEP is {state}: the {CONTRIBUTOR_LABELS[party].lower()} cannot write in it now.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with acting_as(actor, service="peps.make_link"):
        _end_open(row, party, now)
        link = ContributorLink.objects.create(
            pep=row,
            party=party.value,
            token_hash=hash_of(token),
            made_by=actor,
            made_at=now,
            expires_at=now + timedelta(days=LINK_DAYS[party]),
        )
        _trace(link, "made", actor)
    return link, token


@transaction.atomic
def withdraw_link(*, link: ContributorLink, actor: Any, now: datetime) -> bool:
    """From now on the link opens nothing; False when it had ended already.

    Whoever works on the plan may, in whatever state it is: somebody may have the link who must not. Raises
    PermissionDenied.
    """
    check_can_add_to(actor, link.pep)
    row = ContributorLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if row.withdrawn_at is not None or row.finished_at is not None:
        return False
    row.withdrawn_at = now
    with acting_as(actor, service="peps.withdraw_link"):
        row.save(update_fields=["withdrawn_at"])
        _trace(row, "withdrawn", actor)
    return True


def hash_of(token: str) -> str:
    """SHA-256 of a token, as hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_link(token: str, now: datetime) -> ContributorLink | None:
    """The link of a token, while it works and its party may write in the PEP; else None, whatever the reason."""
    if not token or len(token) > 200:
        return None
    link = ContributorLink.objects.filter(token_hash=hash_of(token)).select_related("pep__pupil", "pep__form").first()
    if link is None or not works(link, now) or not is_open_to(link.pep, Contributor(link.party)):
        return None
    return link


def works(link: ContributorLink, now: datetime) -> bool:
    """Not finished, withdrawn or run out; and whoever has the carer's link is still the child's carer."""
    return link.works(now) and not carer_changed(link, now)


def carer_changed(link: ContributorLink, now: datetime) -> bool:
    """Whether the child moved to other carers since the carer's link was made.

    A move on the very day of the link counts when the roll heard of it afterwards: whoever made the link did not know.
    """
    if link.party != Contributor.CARER:
        return False
    made_on, today = (timezone.localtime(at).date() for at in (link.made_at, now))
    moves = CareEpisode.objects.filter(pupil=link.pep.pupil_id, rne__in=CHANGED_CARER, decom__lte=today)
    told_later = Q(decom=made_on, run__applied_at__gt=link.made_at)
    return moves.filter(Q(decom__gt=made_on) | told_later).exists()


@transaction.atomic
def note_opened(*, link: ContributorLink, now: datetime) -> None:
    """The first time that somebody looks."""
    if link.opened_at is None:
        link.opened_at = now
        with acting_as(None, service="peps.link", link=link.pk):
            link.save(update_fields=["opened_at"])
            _trace(link, "opened")


@transaction.atomic
def save_by_link(
    *, link: ContributorLink, answers: Mapping[str, Any], seen: Mapping[str, str], now: datetime
) -> writing.Saved:
    """Write in the party's own section, as `writing.save_answers` does; raises PermissionDenied once the link ended."""
    row = ContributorLink.objects.select_for_update(of=("self",)).select_related("pep__form").get(pk=link.pk)
    party = Contributor(row.party)
    section = section_of(row.pep, party)
    if section is None or not works(row, now) or not is_open_to(row.pep, party):
        raise PermissionDenied("This link does not work any more.")
    with acting_as(None, service="peps.link", link=row.pk):
        return writing.save_answers(
            pep=row.pep, section=section, answers=answers, seen=seen, actor=None, now=now, writer=party
        )


@transaction.atomic
def finish_link(*, link: ContributorLink, now: datetime) -> None:
    """The child or the carer has finished: the link closes. How a child's views were given is noted, if nobody had."""
    row = ContributorLink.objects.select_for_update(of=("self",)).select_related("pep__form").get(pk=link.pk)
    if not works(row, now):
        raise PermissionDenied("This link does not work any more.")
    _note_how(row, now)
    row.finished_at = now
    with acting_as(None, service="peps.link", link=row.pk):
        row.save(update_fields=["finished_at"])
        _trace(row, "finished")


def _note_how(link: ContributorLink, now: datetime) -> None:
    key, value = WRITTEN_BY_CHILD
    section = section_of(link.pep, Contributor(link.party))
    if link.party != Contributor.CHILD or section is None:
        return
    field = next((f for f in section.fields if f.key == key), None)
    answers = writing.section_row(link.pep, section.code).answers
    said_something = any(is_answered(v) for v in answers.values())
    if field is None or value not in dict(field.choices) or is_answered(answers.get(key)) or not said_something:
        return
    save_by_link(link=link, answers={key: value}, seen={}, now=now)


def _end_open(pep: PEP, party: Contributor, now: datetime) -> None:
    for link in ContributorLink.objects.filter(pep=pep, party=party.value, finished_at=None, withdrawn_at=None):
        link.withdrawn_at = now
        link.save(update_fields=["withdrawn_at"])


def _trace(link: ContributorLink, what: str, actor: Any = None) -> None:
    record_access(
        None,
        Access.DECIDED,
        user=actor,
        subject=link.pep.pupil,
        detail={"pep": link.pep_id, "link": link.pk, "party": link.party, "what": what},
    )


def links_of(pep: PEP) -> list[tuple[Contributor, ContributorLink | None, str]]:
    """(party, its latest link, how that stands in words) for the child and the carer."""
    now = timezone.now()
    latest: dict[str, ContributorLink] = {}
    for link in pep.links.select_related("made_by").order_by("made_at", "pk"):
        latest[link.party] = link
    return [(party, latest.get(party.value), _stands(latest.get(party.value), now)) for party in LINK_DAYS]


def _stands(link: ContributorLink | None, now: datetime) -> str:
    if link is None:
        return "No link yet"
    if link.finished_at is not None:
        return "Finished"
    if link.withdrawn_at is not None:
        return "Withdrawn"
    if now >= link.expires_at:
        return "Run out"
    if carer_changed(link, now):
        return "Ended: the child moved to other carers"
    return "Opened" if link.opened_at is not None else "Not opened yet"
