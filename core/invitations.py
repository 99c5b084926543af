"""Invitations: the link by which a person gets into an account for the first time.

Its token is kept as a hash only and works once, until INVITATION_DAYS are over or somebody withdraws it. Somebody who
has a password already gets another kind of link (`core.account_access.set_password_link`).
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.actor import acting_as
from core.audit import Access, record_access
from core.models import Invitation, User
from core.permissions import check_can_invite, check_can_manage_accounts
from core.roles import InvitationState

TOKEN_BYTES = 32


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_invitation(token: str) -> Invitation | None:
    """The invitation of a link, in whatever state; None for a token that never was one."""
    return Invitation.objects.select_related("user").filter(token_hash=hash_of(token)).first()


def latest_invitation(user: User) -> Invitation | None:
    return user.invitations.order_by("-sent_at", "-pk").first()


@transaction.atomic
def send_invitation(*, user: User, base_url: str, actor: Any) -> str:
    """Make an invitation in place of an open one and return its link; the caller mails it or hands it over.

    `base_url` is where the service is reached. Raises PermissionDenied, or ValidationError for a closed account and
    for one that has a password.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    check_can_invite(actor, email=user.email, role=user.role)
    if not user.is_active:
        raise ValidationError("The account is deactivated. Reactivate it first.")
    if user.has_usable_password():
        raise ValidationError("The person has chosen a password already.")
    token, now = secrets.token_urlsafe(TOKEN_BYTES), timezone.now()
    with acting_as(actor, service="core.send_invitation"):
        _end_open(user)
        Invitation.objects.create(
            user=user,
            token_hash=hash_of(token),
            sent_at=now,
            expires_at=now + timedelta(days=settings.INVITATION_DAYS),
        )
    record_access(None, Access.INVITATION_SENT, user=actor, subject=user, detail={"days": settings.INVITATION_DAYS})
    return urljoin(base_url, reverse("account_invitation_open", args=[token]))


def withdraw_invitation(*, user: User, actor: Any) -> bool:
    """From now on no link that was sent lets the person in; False when none was open.

    Raises PermissionDenied.
    """
    check_can_manage_accounts(actor)
    return end_invitation(user=user, actor=actor)


@transaction.atomic
def end_invitation(*, user: User, actor: Any) -> bool:
    """What withdrawing means, also where an account is closed by somebody who does not manage accounts."""
    with acting_as(actor, service="core.withdraw_invitation"):
        ended = _end_open(user)
    if ended:
        record_access(None, Access.INVITATION_WITHDRAWN, user=actor, subject=user)
    return bool(ended)


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> User:
    """The person chooses the password; the link does not work again.

    Raises ValidationError for a link that does not work, and for a password that breaks the rules.
    """
    invitation = Invitation.objects.select_for_update().filter(token_hash=hash_of(token)).first()
    if invitation is None or invitation.state(timezone.now()) != InvitationState.OPEN:
        raise ValidationError("This invitation does not work any more.")
    user = User.objects.select_for_update().get(pk=invitation.user_id)
    validate_password(password, user)
    invitation.accepted_at = timezone.now()
    user.set_password(password)
    with acting_as(user, service="core.accept_invitation"):
        invitation.save(update_fields=["accepted_at"])
        user.save(update_fields=["password"])
    record_access(None, Access.INVITATION_ACCEPTED, user=user, subject=user)
    return user


def _end_open(user: User) -> int:
    return int(user.invitations.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now()))
