"""What accounts, term dates and the audit trail add to navigation and home pages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from core import navigation, rules
from core.access_reviews import services as access_reviews
from core.calendars import all_calendars
from core.cover import COVERED_ROLES
from core.models import Cover, User
from core.panels import AuditSubject, HomeCard, HomeNeeds, Need, register
from core.roles import AccountState, Permission, Role
from core.sealing.services import last_check


def _terms_missing(user: Any, today: date) -> Iterable[Need]:
    """School years of the county that rest on an assumed pattern of terms."""
    known = all_calendars()
    missing = [year for year in rules.years_needing_terms(today) if year not in known.years_of(None)]
    url = reverse("calendars:list")
    if missing and known.default_id is not None:
        url = reverse("calendars:terms", args=[known.default_id, missing[0]])
    labels = " and ".join(rules.academic_year_label(year) for year in missing)
    yield Need(
        text="School years without term dates",
        count=len(missing),
        url=url,
        hint=f"No term dates are recorded for {labels}: figures rest on the usual pattern until you confirm it",
    )


def _people_waiting(user: Any, today: date) -> Iterable[Need]:
    yield Need(
        text="People who have not chosen a password yet",
        count=User.objects.in_state(AccountState.WAITING).count(),
        url=f"{reverse('accounts:list')}?state={AccountState.WAITING}",
        hint="Send a new invitation to those whose first one ran out",
    )


def _audit_broken(user: Any, today: date) -> Iterable[Need]:
    """The last check of the seals found something."""
    check = last_check()
    yield Need(
        text="Faults found in the audit trail",
        count=sum(check.detail["problems"].values()) if check else 0,
        url=reverse("audit:list"),
        hint="Somebody may have changed what it says of the past: tell whoever runs the service, and your data "
        "protection officer",
        urgent=True,
    )


def _cover_card(user: Any, today: date) -> Mapping[str, Any] | None:
    """Whom the person covers, now and soon, and who covers for them."""
    if user.role not in COVERED_ROLES:
        return None
    theirs = Cover.objects.filter(Q(absent=user) | Q(covering=user), ended_at=None, to_on__gt=today)
    covers = list(theirs.select_related("absent", "covering").order_by("from_on", "pk"))
    mine = [c for c in covers if c.covering_id == user.pk and c.absent.role == user.role]
    found = {
        "doing": [c for c in mine if c.from_on <= today],
        "coming": [c for c in mine if c.from_on > today],
        "done_for_me": [c for c in covers if c.absent_id == user.pk],
    }
    return found if any(found.values()) else None


def _access_review(user: Any, today: date) -> Iterable[Need]:
    """This term's review of access: to open, then to finish."""
    opened, waiting = access_reviews.standing(today)
    term = rules.term_label(*access_reviews.current_term(today)).lower()
    yield Need(
        text="Review of who has access, not opened yet",
        count=0 if opened else 1,
        url=reverse("access_reviews:list"),
        hint=f"It is due once in the {term}: confirm each person or remove the access",
    )
    for one in waiting:
        left = one.left  # type: ignore[attr-defined]
        yield Need(
            text="People to confirm or remove in the review of access" if left else "Review of access to close",
            count=left or 1,
            url=reverse("access_reviews:detail", args=[one.pk]),
            hint=f"{one.term}: {'whoever is flagged comes first' if left else 'everybody is decided'}",
        )


def _account_names(user: Any, ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    """Accounts by name; their pages are the administrator's."""
    linked = user.can(Permission.MANAGE_ACCOUNTS)
    found = User.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: (name, reverse("accounts:detail", args=[pk]) if linked else "") for pk, name in found}


register(
    AuditSubject(kind="core.user", label="Account", permission=Permission.SEE_AUDIT, names=_account_names),
    HomeCard(template="cover/cards/home.html", context=_cover_card, order=6, permission=Permission.SEE_PUPILS),
    HomeNeeds(needs=_audit_broken, order=1, permission=Permission.SEE_AUDIT),
    HomeNeeds(needs=_terms_missing, order=75, permission=Permission.SET_CALENDARS),
    HomeNeeds(needs=_access_review, order=72, permission=Permission.REVIEW_ACCESS),
    HomeNeeds(needs=_people_waiting, order=10, permission=Permission.MANAGE_ACCOUNTS),
)
navigation.register(
    navigation.NavEntry(
        label="Accounts",
        url_name="accounts:list",
        permission=Permission.MANAGE_ACCOUNTS,
        order=60,
        about="Who may sign in, and as what",
        group="Settings",
    ),
    navigation.NavEntry(
        label="Cover",
        url_name="cover:list",
        permission=Permission.ARRANGE_COVER,
        order=170,
        about="Who sees the children of a colleague who is away, and until when",
        group="Settings",
    ),
    navigation.NavEntry(
        label="Access review",
        url_name="access_reviews:list",
        permission=Permission.REVIEW_ACCESS,
        order=185,
        order_for={Role.SYSTEM_ADMIN: 65},
        about="Each term: who has access and why, when they were last here; confirm or remove",
        group="Settings",
    ),
    navigation.NavEntry(
        label="Access log",
        url_name="audit:list",
        permission=Permission.SEE_AUDIT,
        order=190,
        about="Who looked at what, and what was refused",
        group="Settings",
    ),
    navigation.NavEntry(
        label="Term dates",
        url_name="calendars:list",
        permission=Permission.SET_CALENDARS,
        order=180,
        about="Terms and closed days of the county and of schools with their own",
        group="Settings",
    ),
    navigation.NavEntry(
        label="Deadlines",
        url_name="deadlines:list",
        permission=Permission.SET_DEADLINES,
        order=182,
        about="What is due when, reminders, and the last days for PEP meetings",
        group="Settings",
    ),
)
