"""Use cases of the ground: accounts, and the terms of the school calendars. `actor` None is a command of the system."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import IntegrityError, transaction

from core import account_access, invitations, rules, single_sign_on
from core.actor import acting_as
from core.audit import Access, record_access
from core.followers import Changed, tell_changed
from core.models import Calendar, ClosureDay, Term, User
from core.permissions import (
    check_can_invite,
    check_can_manage_accounts,
    check_can_set_calendars,
    why_not_change_role,
    why_not_deactivate,
    why_not_leave_on,
)
from core.roles import Role

SAME_EMAIL = "There is an account with this email address already"
SAME_CALENDAR = "There is a calendar of this name already"


# ---------------------------------------------------------------- accounts


@transaction.atomic
def add_account(
    *,
    email: str,
    name: str,
    role: Role,
    actor: Any,
    password: str | None = None,
    team: str = "",
    leaves_on: date | None = None,
) -> User:
    """Make an account; without `password` its person chooses one by a link (`issue_link`).

    Raises PermissionDenied, or ValidationError for an address that has an account or is none, a blank name, and a
    password that breaks the rules.
    """
    check_can_invite(actor, email=email, role=role)
    email, name = _checked(email, name)
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError({"email": SAME_EMAIL})
    if password is not None:
        try:
            validate_password(password, User(email=email, name=name, role=role))
        except ValidationError as weak:
            raise ValidationError({"password": weak.messages}) from None
    with acting_as(actor, service="core.add_account"), _once({"email": SAME_EMAIL}):
        user = User.objects.create_user(
            email, password, name=name, role=role.value, team=_tidy(team), leaves_on=leaves_on
        )
    _decided(actor, user, "account made", role=role.value)
    return user


@transaction.atomic
def change_account(*, user: User, email: str, name: str, role: Role, actor: Any, team: str | None = None) -> User:
    """Correct name, email address, team (None: as it is) and role, which holds from the person's next page on.

    Raises PermissionDenied, or ValidationError for an address that another account has, for one's own role, and for
    the role of the last system administrator.
    """
    check_can_manage_accounts(actor)
    email, name = _checked(email, name)
    user = _locked(user)
    if refusal := why_not_change_role(actor, user, role):
        raise ValidationError({"role": refusal})
    if User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        raise ValidationError({"email": SAME_EMAIL})
    new: dict[str, Any] = {"email": email, "name": name, "role": role.value}
    if team is not None:
        new["team"] = _tidy(team)
    if role == Role.SYSTEM_ADMIN:
        new["leaves_on"] = None
    changed = [field for field, value in new.items() if getattr(user, field) != value]
    if not changed:
        return user
    for field in changed:
        setattr(user, field, new[field])
    with acting_as(actor, service="core.change_account"), _once({"email": SAME_EMAIL}):
        user.save(update_fields=changed)
    if "email" in changed:
        account_access.forget_addresses(user)
        # The link lies in the mailbox of the old address.
        invitations.withdraw_invitation(user=user, actor=actor)
    _decided(actor, user, "account changed", fields=changed, role=role.value)
    return user


@transaction.atomic
def set_last_day(*, user: User, leaves_on: date | None, today: date, actor: Any) -> User:
    """The person's last day: the night after it the account closes by itself. None: no end is known.

    Raises PermissionDenied, or ValidationError for a day that is over and for a system administrator.
    """
    check_can_manage_accounts(actor)
    user = _locked(user)
    if user.leaves_on == leaves_on:
        return user
    if leaves_on is not None and leaves_on < today:
        raise ValidationError({"leaves_on": "The last day cannot lie in the past. Deactivate the account instead"})
    if leaves_on is not None and (refusal := why_not_leave_on(user)):
        raise ValidationError({"leaves_on": refusal})
    user.leaves_on = leaves_on
    with acting_as(actor, service="core.set_last_day"):
        user.save(update_fields=["leaves_on"])
    _decided(actor, user, "last day set", leaves_on=leaves_on.isoformat() if leaves_on else None)
    return user


def deactivate_account(*, user: User, actor: Any) -> User:
    """Close the account: its person is signed out everywhere and cannot sign in. What they did stays theirs.

    Raises PermissionDenied, or ValidationError for one's own account and the last system administrator's.
    """
    check_can_manage_accounts(actor)
    return close_account(user=user, actor=actor)


def close_departed(*, today: date) -> int:
    """Close the accounts of people whose last day is over; returns how many. Again on the same day it finds none."""
    departed = list(User.objects.past_last_day(today).order_by("pk"))
    for user in departed:
        close_account(user=user, actor=None, because="last day over")
    return len(departed)


@transaction.atomic
def close_account(*, user: User, actor: Any, because: str = "") -> User:
    """What closing means, whoever decides it; the caller has asked whether the actor may.

    Raises ValidationError for one's own account and the last system administrator's.
    """
    user = _locked(user)
    if not user.is_active:
        return user
    if refusal := why_not_deactivate(actor, user):
        raise ValidationError(refusal)
    user.is_active = False
    with acting_as(actor, service="core.deactivate_account"):
        user.save(update_fields=["is_active"])
    sessions = account_access.end_sessions(user)
    invitations.end_invitation(user=user, actor=actor)
    _decided(actor, user, "account deactivated", sessions=sessions, **({"because": because} if because else {}))
    return user


@transaction.atomic
def reactivate_account(*, user: User, actor: Any) -> User:
    """Open a closed account again, with the password it had and without a last day."""
    check_can_manage_accounts(actor)
    user = _locked(user)
    if user.is_active:
        return user
    user.is_active, user.leaves_on = True, None
    with acting_as(actor, service="core.reactivate_account"):
        user.save(update_fields=["is_active", "leaves_on"])
    _decided(actor, user, "account reactivated")
    return user


@transaction.atomic
def issue_link(*, user: User, base_url: str, actor: Any) -> str:
    """A fresh address where the person chooses a password; an old password holds until then.

    Whoever has no password yet is invited (`core.invitations`). Raises PermissionDenied, or ValidationError for a
    closed account.
    """
    check_can_manage_accounts(actor)
    if single_sign_on.password_is_off(user.email):
        raise ValidationError(f"{single_sign_on.password_off_words()}. Nothing needs to be sent.")
    if user.is_active and not user.has_usable_password():
        return invitations.send_invitation(user=user, base_url=base_url, actor=actor)
    if not user.is_active:
        raise ValidationError("The account is deactivated. Reactivate it first.")
    link = account_access.set_password_link(user, base_url)
    _decided(actor, user, "link issued")
    return link


def _checked(email: str, name: str) -> tuple[str, str]:
    email, name = email.strip().lower(), " ".join(name.split())
    try:
        EmailValidator()(email)
    except ValidationError:
        raise ValidationError({"email": "Enter an email address like name@example.org"}) from None
    if not name:
        raise ValidationError({"name": "Enter the name"})
    return email, name


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _locked(user: User) -> User:
    """The account as it is now, with those of all administrators: two who close each other's wait for one another."""
    list(User.objects.administrators().select_for_update().order_by("pk"))
    return User.objects.select_for_update().get(pk=user.pk)


def _decided(actor: Any, subject: Any, decision: str, **detail: Any) -> None:
    record_access(
        None, Access.DECIDED, user=actor, subject=subject, screen=decision, detail={"decision": decision, **detail}
    )


@contextmanager
def _once(message: Mapping[str, str]) -> Iterator[None]:
    """Says the message when another transaction was first with a row that may be there only once."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise ValidationError(dict(message)) from None


# ---------------------------------------------------------------- school calendars


@transaction.atomic
def add_calendar(*, name: str, actor: Any) -> Calendar:
    """Make a calendar for schools with term dates of their own. The first one is the county's.

    Raises PermissionDenied, or ValidationError for a blank name or one that is taken.
    """
    check_can_set_calendars(actor)
    name = _calendar_name(name)
    first = not Calendar.objects.filter(is_default=True).exists()
    with acting_as(actor, service="core.add_calendar"), _once({"name": SAME_CALENDAR}):
        calendar = Calendar.objects.create(name=name, is_default=first)
    _decided(actor, calendar, "calendar made", county=first)
    return calendar


@transaction.atomic
def rename_calendar(*, calendar: Calendar, name: str, actor: Any) -> Calendar:
    """Raises PermissionDenied, or ValidationError for a blank name or one that is taken."""
    check_can_set_calendars(actor)
    calendar.name = _calendar_name(name, but=calendar.pk)
    with acting_as(actor, service="core.rename_calendar"), _once({"name": SAME_CALENDAR}):
        calendar.save(update_fields=["name"])
    _decided(actor, calendar, "calendar renamed")
    return calendar


@transaction.atomic
def make_county_calendar(*, calendar: Calendar, actor: Any) -> Calendar:
    """From now on every school without a calendar of its own follows this one."""
    check_can_set_calendars(actor)
    rows = {c.pk: c for c in Calendar.objects.select_for_update().order_by("pk")}
    calendar = rows[calendar.pk]
    if calendar.is_default:
        return calendar
    with acting_as(actor, service="core.make_county_calendar"):
        for former in rows.values():
            if former.is_default:
                former.is_default = False
                former.save(update_fields=["is_default"])
        calendar.is_default = True
        calendar.save(update_fields=["is_default"])
    _decided(actor, calendar, "county calendar chosen")
    tell_changed(Changed.TERM_DATES)
    return calendar


@transaction.atomic
def record_terms(*, calendar: Calendar, academic_year: int, terms: Sequence[rules.TermDates], actor: Any) -> int:
    """Record the six half terms of a school year in place of those there were; returns how many differ.

    Raises PermissionDenied, or ValidationError with the field of each problem ("ends_2": [...]).
    """
    check_can_set_calendars(actor)
    if problems := rules.term_problems(academic_year, terms):
        raise ValidationError(dict(_by_field(problems)))
    Calendar.objects.select_for_update().get(pk=calendar.pk)
    there = {(t.season, t.half): t for t in calendar.terms.filter(academic_year=academic_year)}
    different = 0
    with acting_as(actor, service="core.record_terms"):
        for term in terms:
            row = there.get((term.season.value, term.half)) or Term(
                calendar=calendar, academic_year=academic_year, season=term.season.value, half=term.half
            )
            if row.pk and (row.starts_on, row.ends_on) == (term.starts_on, term.ends_on):
                continue
            row.name, row.starts_on, row.ends_on = term.name, term.starts_on, term.ends_on
            row.save()
            different += 1
    if different:
        _decided(actor, calendar, "term dates recorded", academic_year=academic_year, terms=different)
        tell_changed(Changed.TERM_DATES)
    return different


def _by_field(problems: Sequence[rules.TermProblem]) -> Mapping[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for problem in problems:
        fields.setdefault(f"{problem.end}_{problem.number}", []).append(problem.message)
    return fields


@transaction.atomic
def add_closure(*, calendar: Calendar, academic_year: int, on: date, reason: str, actor: Any) -> ClosureDay:
    """Record a day of a term without sessions.

    Raises PermissionDenied, or ValidationError for a day that is no school day anyway or is recorded, for a year
    whose terms are not recorded, and for a blank reason.
    """
    check_can_set_calendars(actor)
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": "Enter why the schools are closed"})
    rows = calendar.terms.filter(academic_year=academic_year)
    terms = [rules.TermDates(t.starts_on, t.ends_on, rules.Season(t.season), t.half, t.name) for t in rows]
    if not terms:
        raise ValidationError("Record the term dates of this school year first.")
    if why := rules.why_no_school_day(on, terms):
        raise ValidationError({"on": f"{on:%-d %B %Y} {why}: there is nothing to close"})
    already = f"{on:%-d %B %Y} is recorded already"
    if calendar.closures.filter(on=on).exists():
        raise ValidationError({"on": already})
    with acting_as(actor, service="core.add_closure"), _once({"on": already}):
        closure = ClosureDay.objects.create(calendar=calendar, on=on, reason=reason)
    _decided(actor, calendar, "closure recorded", on=on.isoformat())
    tell_changed(Changed.TERM_DATES)
    return closure


@transaction.atomic
def remove_closure(*, closure: ClosureDay, actor: Any) -> None:
    """The schools are open on that day after all."""
    check_can_set_calendars(actor)
    calendar, on = closure.calendar, closure.on
    with acting_as(actor, service="core.remove_closure"):
        closure.delete()
    _decided(actor, calendar, "closure removed", on=on.isoformat())
    tell_changed(Changed.TERM_DATES)


def _calendar_name(name: str, but: int = 0) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": "Enter the name of the calendar"})
    if Calendar.objects.filter(name__iexact=name).exclude(pk=but).exists():
        raise ValidationError({"name": SAME_CALENDAR})
    return name
