"""Open this term's review, decide each line, close it. What was decided stays as it was."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from core import rules as time_rules
from core.access_reviews.rules import flags_of, term_of
from core.actor import acting_as
from core.audit import Access, record_access
from core.calendars import county_year
from core.models import AccessReview, AccessReviewLine, User
from core.panels import AccessSource, panels_for
from core.permissions import check_can_review_access, why_not_decide_access
from core.roles import ROLE_PERMISSIONS, Permission, Role
from core.second_step import SECOND_STEPS, needs_second_step
from core.services import close_account

Decision = AccessReviewLine.Decision
CLOSED = "This review is closed: what was decided stays as it is."


def current_term(today: date) -> tuple[int, time_rules.Season]:
    """Academic year and term of a day by the county's calendar, holidays included."""
    year = time_rules.academic_year_of(today)
    return year, term_of(today, county_year(year).terms)


def standing(today: date) -> tuple[bool, list[AccessReview]]:
    """Whether this term's review has been opened, and the open reviews with how many lines are `left`: one query."""
    year, season = current_term(today)
    of_term = Q(academic_year=year, season=season.value)
    found = AccessReview.objects.filter(of_term | Q(closed_at=None)).annotate(
        left=Count("lines", filter=_waiting("lines__"))
    )
    reviews = list(found)
    opened = any((review.academic_year, review.season) == (year, season.value) for review in reviews)
    return opened, [review for review in reviews if review.is_open]


@transaction.atomic
def open_review(*, actor: User, now: datetime) -> AccessReview:
    """Freeze who has access now, and why.

    Raises PermissionDenied, or ValidationError when this term's is there already or an earlier one is still open.
    """
    check_can_review_access(actor)
    today = timezone.localdate(now)
    year, season = current_term(today)
    if AccessReview.objects.filter(closed_at=None).exists():
        raise ValidationError("Finish the review that is open before you open another one.")
    already = f"The review of the {time_rules.term_label(year, season).lower()} is there already."
    with acting_as(actor, service="core.open_access_review"):
        try:
            with transaction.atomic():
                review: AccessReview = AccessReview.objects.create(
                    academic_year=year, season=season.value, opened_by=actor, opened_at=now
                )
        except IntegrityError:
            raise ValidationError(already) from None
        lines = AccessReviewLine.objects.bulk_create(_snapshot(review, actor, now))
    _decided(actor, review, "access review opened", people=len(lines))
    return review


def _snapshot(review: AccessReview, actor: User, now: datetime) -> Iterable[AccessReviewLine]:
    """A line for each open account; the number of questions to the database does not grow with the people."""
    people = list(User.objects.filter(is_active=True).with_last_seen().order_by("name", "pk"))
    stepped = set(Authenticator.objects.filter(type__in=SECOND_STEPS).values_list("user_id", flat=True))
    children, words = _what_they_see(actor, timezone.localdate(now))
    for user in people:
        role = Role(user.role)
        everything = Permission.SEE_ALL_PUPILS in ROLE_PERMISSIONS[role]
        number = None if everything else len(children[user.pk])
        last_seen = max(filter(None, (user.last_seen_at, user.last_login)), default=None)
        flags = flags_of(
            role=role, last_seen=last_seen, children=number, second_step=user.pk in stepped,
            second_step_needed=needs_second_step(user), now=now,
        )  # fmt: skip
        yield AccessReviewLine(
            review=review, user=user, name=user.name, email=user.email, role=role.value, team=user.team,
            children=number, relations=words[user.pk], last_seen_at=last_seen, last_login=user.last_login,
            second_step=user.pk in stepped, flags=[flag.value for flag in flags], flagged=bool(flags),
        )  # fmt: skip


def _what_they_see(actor: User, today: date) -> tuple[Mapping[int, set[int]], Mapping[int, list[str]]]:
    """Of each account the children whom some relation opens, and the relations in words."""
    children: dict[int, set[int]] = defaultdict(set)
    words: dict[int, list[str]] = defaultdict(list)
    for source in panels_for(AccessSource, actor):
        for user_id, ids in (source.children(today) if source.children else {}).items():
            children[user_id] |= set(ids)
            if ids:
                words[user_id].append(f"{len(ids):,} {source.label}")
        for user_id, sentences in (source.words(today) if source.words else {}).items():
            words[user_id] += sentences
    return children, words


@transaction.atomic
def confirm_access(*, review: AccessReview, line_ids: Iterable[int], actor: User, now: datetime) -> int:
    """These people keep their access; returns how many were decided by it. Lines that are decided stay.

    Raises PermissionDenied, or ValidationError for a closed review and for the line of the person who decides.
    """
    review = _open(review, actor)
    lines = list(review.lines.select_for_update().filter(pk__in=list(line_ids), decision=Decision.OPEN))
    alone = not _other_reviewers(actor)
    for line in lines:
        if refusal := why_not_decide_access(actor, line.user_id, alone=alone):
            raise ValidationError(refusal)
    with acting_as(actor, service="core.confirm_access"):
        for line in lines:
            _decide(line, Decision.CONFIRMED, actor, now)
    return len(lines)


@transaction.atomic
def remove_access(*, line: AccessReviewLine, actor: User, now: datetime) -> AccessReviewLine:
    """Close the account at once; its person is signed out everywhere. Also for a line that was confirmed before.

    Raises PermissionDenied, or ValidationError for a closed review, one's own account and the last administrator's.
    """
    _open(line.review, actor)
    line = AccessReviewLine.objects.select_for_update().get(pk=line.pk)
    if line.decision == Decision.REMOVED:
        return line
    close_account(user=line.user, actor=actor, because="access review")
    with acting_as(actor, service="core.remove_access"):
        _decide(line, Decision.REMOVED, actor, now)
    return line


@transaction.atomic
def close_review(*, review: AccessReview, actor: User, now: datetime) -> AccessReview:
    """The record is complete. Accounts that were closed otherwise meanwhile are written down as such.

    Raises PermissionDenied, or ValidationError while somebody is not decided.
    """
    review = _open(review, actor)
    if left := undecided(review).count():
        people = "1 person is" if left == 1 else f"{left:,} people are"
        raise ValidationError(f"{people} not decided yet.")
    with acting_as(actor, service="core.close_access_review"):
        for line in review.lines.select_for_update().filter(decision=Decision.OPEN):
            line.decision, line.decided_at = Decision.GONE, now
            line.save(update_fields=["decision", "decided_at"])
        review.closed_by, review.closed_at = actor, now
        review.save(update_fields=["closed_by", "closed_at"])
    _decided(actor, review, "access review closed")
    return review


def undecided(review: AccessReview) -> QuerySet[AccessReviewLine]:
    """Lines that wait for a decision; whose account was closed otherwise waits for none."""
    return review.lines.filter(_waiting())


def progress(review: AccessReview) -> dict[str, int]:
    """How many lines there are, how many are decided, and how many of those left are flagged."""
    found = review.lines.aggregate(
        total=Count("pk"),
        left=Count("pk", filter=_waiting()),
        flagged=Count("pk", filter=_waiting() & Q(flagged=True)),
    )
    return {**found, "decided": found["total"] - found["left"]}


def _waiting(prefix: str = "") -> Q:
    return Q(**{f"{prefix}decision": Decision.OPEN, f"{prefix}user__is_active": True})


def _open(review: AccessReview, actor: User) -> AccessReview:
    check_can_review_access(actor)
    review = AccessReview.objects.select_for_update().get(pk=review.pk)
    if not review.is_open:
        raise ValidationError(CLOSED)
    return review


def _other_reviewers(actor: User) -> bool:
    roles = [role.value for role in Role if Permission.REVIEW_ACCESS in ROLE_PERMISSIONS[role]]
    return User.objects.filter(is_active=True, role__in=roles).exclude(pk=actor.pk).exists()


def _decide(line: AccessReviewLine, decision: "AccessReviewLine.Decision", actor: User, now: datetime) -> None:
    line.decision, line.decided_by, line.decided_at = decision, actor, now
    line.save(update_fields=["decision", "decided_by", "decided_at"])
    detail = {"decision": f"access {decision.value}", "review": line.review_id}
    record_access(None, Access.DECIDED, user=actor, subject=line.user, screen="access review", detail=detail)


def _decided(actor: User, review: AccessReview, decision: str, **detail: Any) -> None:
    record_access(
        None, Access.DECIDED, user=actor, subject=review, screen="access review",
        detail={"decision": decision, **detail},
    )  # fmt: skip
