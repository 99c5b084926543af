"""How a person gets in and is put out: the link to choose a password, its mail, and open sessions."""

import os
from smtplib import SMTPException
from typing import Any
from urllib.parse import urljoin

import structlog
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from core.models import User

logger = structlog.get_logger(__name__)


def set_password_link(user: User, base_url: str) -> str:
    """The address where the person chooses a password, without signing in; works once and for `link_days()` days.

    `base_url` is where the service is reached ("https://virtualschool.example.gov.uk/").
    """
    kwargs = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return urljoin(base_url, reverse("account_reset_password_from_key", kwargs=kwargs))


def link_days(user: User) -> int:
    """For how many days a link works: an invitation, or one to choose a new password."""
    if not user.has_usable_password():
        return int(settings.INVITATION_DAYS)
    return max(1, settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60))


def service_url() -> str:
    """Where the service is reached, as far as the settings tell; for commands, which have no request."""
    if settings.CSRF_TRUSTED_ORIGINS:
        return f"{settings.CSRF_TRUSTED_ORIGINS[0].rstrip('/')}/"
    if settings.LOOPBACK_ONLY:
        return f"http://localhost:{os.environ.get('PORT', '8000')}/"
    return f"https://{settings.ALLOWED_HOSTS[0].lstrip('.*')}/"


def mail_is_set_up() -> bool:
    """Without a mail server a link is shown to the administrator instead."""
    return bool(settings.EMAIL_HOST)


def mail_link(user: User, link: str) -> bool:
    """Send the person the link; False when there is no mail server or it did not take the message."""
    invited = not user.has_usable_password()
    context = {
        "user": user,
        "link": link,
        "days": link_days(user),
        "council": settings.COUNCIL_NAME,
        "second_step": user.role in settings.MFA_REQUIRED_ROLES,
    }
    subject = "Your account for the Virtual School" if invited else "Choose a new password for the Virtual School"
    return mail_person(user, subject, f"accounts/email/{'invitation' if invited else 'link'}.txt", context)


def note_activity(request: HttpRequest) -> None:
    """The list "Where you are signed in" says when each session was last seen."""
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def open_sessions(request: HttpRequest) -> list[UserSession]:
    """The signed-in person's sessions that still hold, the one of this request first, then the latest seen."""
    sessions = UserSession.objects.purge_and_list(request.user)
    return sorted(sessions, key=lambda one: (one.is_current(), one.last_seen_at), reverse=True)


def end_sessions(user: User) -> int:
    """Sign the person out everywhere; returns how many sessions were open."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)


def mail_second_step_removed(user: User, reason: str) -> bool:
    """Tell the person; False when there is no mail server or it did not take the message."""
    context = {"user": user, "reason": reason, "council": settings.COUNCIL_NAME, "at": timezone.now()}
    return mail_person(user, "Your second step was removed", "accounts/email/second_step_removed.txt", context)


def mail_person(user: User, subject: str, template: str, context: dict[str, Any]) -> bool:
    """Send a person a mail made of a template; False when there is no mail server or it did not take the message."""
    if not mail_is_set_up():
        return False
    try:
        return bool(send_mail(subject, render_to_string(template, context), None, [user.email]))
    except (OSError, SMTPException) as error:
        logger.error("account_mail_failed", user=user.pk, fault=type(error).__name__)  # noqa: TRY400
        return False


def forget_addresses(user: User) -> None:
    """After a change of the email address: the sign-in package must not let the person in by the old one."""
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
