"""The second step of signing in: who needs one, what counts as one, and how its keys lie in the database.

Recovery codes alone are no second step: they are the way back in when the phone or the key is lost.
"""

import base64
from enum import StrEnum
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from core.account_access import end_sessions
from core.audit import Access, record_access
from core.models import User
from core.permissions import check_can_manage_accounts

SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def needs_second_step(user: Any) -> bool:
    """Whether the person's role opens nothing by the password alone (the setting MFA_REQUIRED_ROLES)."""
    return user.role in settings.MFA_REQUIRED_ROLES


def has_second_step(user: Any) -> bool:
    """Whether the person has an authenticator app or a passkey."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_STEPS).exists()


def passkey_of(user: Any, key_id: int) -> Authenticator | None:
    """One of the person's own passkeys; None for a number that is none of them."""
    return Authenticator.objects.filter(user_id=user.pk, pk=key_id, type=Authenticator.Type.WEBAUTHN).first()


class Lost(StrEnum):
    """Why an administrator takes a second step away."""

    LOST = "lost"
    BROKEN = "broken"
    NEW = "new"
    MISUSED = "misused"


LOST_LABELS: dict[Lost, str] = {
    Lost.LOST: "The phone or the key is lost or stolen",
    Lost.BROKEN: "It is broken or was reset",
    Lost.NEW: "The person has a new one and the old one is gone",
    Lost.MISUSED: "Somebody else may have used it",
}


@transaction.atomic
def remove_second_step(*, user: User, reason: Lost, actor: Any) -> int:
    """Take away app, passkeys and recovery codes, and sign the person out everywhere; returns how many there were.

    At the next sign-in the password lets in; a role that needs a second step then sets one up first. Raises
    PermissionDenied, or ValidationError for one's own account and for one that has none.
    """
    check_can_manage_accounts(actor)
    if actor is not None and actor.pk == user.pk:
        raise ValidationError("You cannot remove your own second step here. Another system administrator can.")
    theirs = Authenticator.objects.select_for_update().filter(user_id=user.pk)
    kinds = sorted(theirs.values_list("type", flat=True))
    if not kinds:
        raise ValidationError("The person has no second step.")
    theirs.delete()
    sessions = end_sessions(user)
    record_access(
        None,
        Access.MFA_REMOVED,
        user=actor,
        subject=user,
        detail={"reason": reason.value, "kinds": kinds, "sessions": sessions},
    )
    return len(kinds)


def _seal() -> MultiFernet:
    """Seals with SECRET_KEY, opens what SECRET_KEY or one of SECRET_KEY_FALLBACKS has sealed."""
    keys = []
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"virtualschool second step").derive(
            secret.encode()
        )
        keys.append(Fernet(base64.urlsafe_b64encode(derived)))
    return MultiFernet(keys)


class SecondStepAdapter(DefaultMFAAdapter):
    """The sign-in package's second step in our words, with sealed keys."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "The code is not right. Look at the app again: a code changes every 30 seconds",
        "cannot_delete_authenticator": (
            "Your role needs a second step, and this is the only one. Add another one first, then remove this one"
        ),
        "cannot_generate_recovery_codes": "Set up an authenticator app first, then make recovery codes",
    }

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "My passkey" if number == 1 else f"My passkey {number}"

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _seal().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second step of a role that needs one stays."""
        if not needs_second_step(authenticator.user):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=SECOND_STEPS)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)
