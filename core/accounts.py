"""Sign-in: django-allauth, closed to sign-up (accounts are made by the system administrator)."""

import time
from smtplib import SMTPException
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core import lockout
from core.audit import Access, record_access
from core.kept_forms import hand_over
from core.models import User
from core.single_sign_on import password_is_off, password_off_words

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


class AccountBackend(AuthenticationBackend):
    """Asked at each request too, so that an open session ends with the person's last day."""

    def user_can_authenticate(self, user: User) -> bool:
        return super().user_can_authenticate(user) and not user.has_left(timezone.localdate())


class ClosedAccountAdapter(DefaultAccountAdapter):
    """No self-registration; whatever happens around signing in leaves an audit row."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": (
            "The email address or the password is not right. Is it both the address of your invitation and the newest "
            "password? An account that was closed does not let you in either"
        ),
        "too_many_login_attempts": lockout.wait_words(None),
        "rate_limited": lockout.wait_words(None),
        "incorrect_password": "The password is not right",
        "enter_current_password": "The current password is not right",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """The person has passed every step. For five minutes nothing about the account asks for the password again."""
        super().login(request, user)
        request.session["signed_in_at"] = int(time.time())
        ways = {record["method"] for record in get_authentication_records(request, user)}
        if settings.OIDC_IS_SECOND_STEP and "socialaccount" in ways:
            request.session["second_step"] = True
        record_authentication(request, user, method="sign_in", reauthenticated=True)
        record_access(request, Access.SIGNED_IN)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Whatever the way in: nobody after the last day, also before the night's job has closed the account."""
        if user.has_left(timezone.localdate()):
            return self.respond_user_inactive(request, user)
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Back to what the person had typed when the time-out came; nobody else learns of it."""
        page = hand_over(request, user.pk, now=time.time())
        request.session.pop("timed_out", None)
        request.session.set_expiry(0)
        return super().post_login(request, user, **(kwargs | {"redirect_url": page} if page else kwargs))

    def logout(self, request: HttpRequest) -> None:
        record_access(request, Access.SIGNED_OUT)
        super().logout(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Too many tries: say until when, and keep it with the account that was tried, where there is one."""
        if password_is_off(str(credentials.get("email", ""))):
            raise ValidationError(password_off_words(), code="password_off")
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as refusal:
            email = str(credentials.get("email", ""))
            record_access(request, Access.LOCKED_OUT, subject=self._tried(email))
            words = lockout.words_now([lockout.password_key(request, email)])
            raise ValidationError(words, code=refusal.code) from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """A closed account answers as a wrong password does, also to the right one."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None and (not user.is_active or user.has_left(timezone.localdate())):
            self.pre_authenticate(request, **credentials)
            self.authentication_failed(request, **credentials)
            return None
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        record_access(
            request,
            Access.SIGN_IN_FAILED,
            subject=self._tried(str(credentials.get("email", ""))),
            detail={"step": "password"},
        )

    @staticmethod
    def _tried(email: str) -> User | None:
        return User.objects.filter(email__iexact=email).first()

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
