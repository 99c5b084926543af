"""What accounts and term dates add to navigation and home pages."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from core import navigation, rules
from core.calendars import all_calendars
from core.models import User
from core.panels import HomeNeeds, Need, register
from core.roles import AccountState, Permission


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


register(
    HomeNeeds(needs=_terms_missing, order=75, permission=Permission.SET_CALENDARS),
    HomeNeeds(needs=_people_waiting, order=10, permission=Permission.MANAGE_ACCOUNTS),
)
navigation.register(
    navigation.NavEntry(label="Accounts", url_name="accounts:list", permission=Permission.MANAGE_ACCOUNTS, order=60),
    navigation.NavEntry(label="Term dates", url_name="calendars:list", permission=Permission.SET_CALENDARS, order=180),
)
