"""Sign-in: django-allauth, closed to sign-up (accounts are made by the system administrator)."""

import time
from smtplib import SMTPException
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.audit import Access, record_access
from core.kept_forms import hand_over
from core.models import User

logger = structlog.get_logger(__name__)

# What the package tells a person by mail is what the access log keeps: template of the mail -> action and its kind.
TOLD_AND_KEPT: dict[str, tuple[Access, str]] = {
    "account/email/password_changed": (Access.PASSWORD_CHANGED, "changed"),
    "account/email/password_set": (Access.PASSWORD_CHANGED, "set"),
    "account/email/password_reset": (Access.PASSWORD_CHANGED, "reset"),
    "mfa/email/totp_activated": (Access.MFA_ADDED, "totp"),
    "mfa/email/totp_deactivated": (Access.MFA_REMOVED, "totp"),
    "mfa/email/webauthn_added": (Access.MFA_ADDED, "webauthn"),
    "mfa/email/webauthn_removed": (Access.MFA_REMOVED, "webauthn"),
    "mfa/email/recovery_codes_generated": (Access.RECOVERY_CODES_MADE, "recovery_codes"),
}


class ClosedAccountAdapter(DefaultAccountAdapter):
    """No self-registration; whatever happens around signing in leaves an audit row."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """The person has passed every step. For five minutes nothing about the account asks for the password again."""
        super().login(request, user)
        request.session["signed_in_at"] = int(time.time())
        record_authentication(request, user, method="sign_in", reauthenticated=True)
        record_access(request, Access.SIGNED_IN)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Back to what the person had typed when the time-out came; nobody else learns of it."""
        page = hand_over(request, user.pk, now=time.time())
        request.session.pop("timed_out", None)
        request.session.set_expiry(0)
        return super().post_login(request, user, **(kwargs | {"redirect_url": page} if page else kwargs))

    def logout(self, request: HttpRequest) -> None:
        record_access(request, Access.SIGNED_OUT)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: object) -> None:
        super().authentication_failed(request, **credentials)
        record_access(request, Access.SIGN_IN_FAILED)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Keep what the package is about to tell the person, and tell it to the address of the account."""
        if template_prefix in TOLD_AND_KEPT:
            action, kind = TOLD_AND_KEPT[template_prefix]
            record_access(self.request, action, user=user, subject=user, detail={"kind": kind})
            if action == Access.MFA_REMOVED:
                self.request.session.pop("second_step", None)
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that fails stops nobody, and tells a stranger nothing about who has an account."""
        names = {"email": email, "council": settings.COUNCIL_NAME, "service": "Virtual School"}
        message = self.render_mail(template_prefix, email, {**context, **names})
        try:
            message.send()
        except (OSError, SMTPException) as error:
            logger.error("account_mail_failed", mail=template_prefix, fault=type(error).__name__)  # noqa: TRY400
