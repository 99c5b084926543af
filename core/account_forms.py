"""The sign-in package's forms with our labels and messages; named in the settings ACCOUNT_FORMS and MFA_FORMS."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from core import lockout
from core.audit import Access, record_access
from core.forms import prepare
from core.models import User
from core.single_sign_on import password_is_off

NOT_ACCEPTED = "The passkey was not accepted. Try again, or use another way to sign in"


class _OurWords:
    """Puts `labels` and `hints` on the package's fields and prepares messages before anything is checked."""

    labels: ClassVar[dict[str, str]] = {}
    hints: ClassVar[dict[str, str]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.labels.items():
            if name in self.fields:
                self.fields[name].label = label
        for name, hint in self.hints.items():
            if name in self.fields:
                self.fields[name].help_text = hint
        prepare(self)  # type: ignore[arg-type]


class LoginForm(_OurWords, account.LoginForm):
    labels = {"login": "Email address", "password": "Password"}


class ChangePasswordForm(_OurWords, account.ChangePasswordForm):
    labels = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password again",
    }


class SetPasswordForm(_OurWords, account.SetPasswordForm):
    labels = {"password1": "New password", "password2": "New password again"}


class ResetPasswordForm(_OurWords, account.ResetPasswordForm):
    labels = {"email": "Email address"}
    users: list[User]

    def clean_email(self) -> str:
        """Whoever has no password yet needs an invitation: one that was withdrawn must not be got round here."""
        email = super().clean_email()
        self.users = [user for user in self.users if user.has_usable_password() and not password_is_off(user.email)]
        return str(email)


class ResetPasswordKeyForm(_OurWords, account.ResetPasswordKeyForm):
    labels = {"password1": "New password", "password2": "New password again"}


class InvitationForm(ResetPasswordKeyForm):
    """The first password of an account."""

    labels = {"password1": "Password", "password2": "Password again"}


class ReauthenticateForm(_OurWords, account.ReauthenticateForm):
    labels = {"password": "Password"}


def record_second_step(request: HttpRequest, used: Authenticator) -> None:
    """The person got through the second step; a recovery code is told apart."""
    recovery = used.type == Authenticator.Type.RECOVERY_CODES
    if recovery:
        used.refresh_from_db(fields=["data"])
    detail = {"left": len(used.wrap().get_unused_codes())} if recovery else {"kind": used.type}
    action = Access.RECOVERY_CODE_USED if recovery else Access.MFA_USED
    record_access(request, action, user=used.user, subject=used.user, detail=detail)


class _Traced:
    """A code that was right or wrong leaves a row in the access log."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        try:
            return super().clean_code()  # type: ignore[misc]
        except ValidationError as refusal:
            if refusal.code == "incorrect_code":
                record_access(context.request, Access.SIGN_IN_FAILED, subject=self.user, detail={"step": "code"})
            if refusal.code == "too_many_login_attempts":
                record_access(context.request, Access.LOCKED_OUT, subject=self.user, detail={"step": "code"})
                words = lockout.words_now([lockout.code_key(self.user)])
                raise ValidationError(words, code=refusal.code) from None
            raise

    def save(self) -> None:
        super().save()  # type: ignore[misc]
        record_second_step(context.request, self.authenticator)


class AuthenticateForm(_OurWords, _Traced, mfa.AuthenticateForm):
    labels = {"code": "Code"}
    hints = {"code": "Six figures from the app, or one of your recovery codes"}


class MfaReauthenticateForm(_OurWords, _Traced, mfa.ReauthenticateForm):
    labels = {"code": "Code"}
    hints = {"code": "Six figures from the app, or one of your recovery codes"}


class ActivateForm(_OurWords, totp.ActivateTOTPForm):
    labels = {"code": "Code from the app"}
    hints = {"code": "Six figures"}


class _TracedKey:
    """A passkey that was accepted or refused leaves a row in the access log; nonsense is refused as well."""

    def clean_credential(self) -> Authenticator:
        try:
            used: Authenticator = super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            record_access(context.request, Access.SIGN_IN_FAILED, detail={"step": "passkey"})
            raise
        except (AttributeError, KeyError, TypeError, ValueError):
            # What no browser sends: the package takes the answer's shape for granted.
            record_access(context.request, Access.SIGN_IN_FAILED, detail={"step": "passkey"})
            raise ValidationError(NOT_ACCEPTED, code="incorrect_code") from None
        record_second_step(context.request, used)
        return used


class AddPasskeyForm(_OurWords, webauthn.AddWebAuthnForm):
    labels = {"name": "Name of the passkey", "passwordless": "Sign in with it alone, without the password"}
    hints = {
        "name": "So that you know it again, like “Work laptop”",
        "passwordless": "The device then asks for its PIN, your finger or your face",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].max_length = 60  # type: ignore[attr-defined]
        self.fields["name"].widget.attrs["maxlength"] = "60"
        self.fields["passwordless"].initial = True

    def clean(self) -> Any:
        try:
            return super().clean()
        except (AttributeError, KeyError, TypeError):
            raise ValidationError(NOT_ACCEPTED, code="incorrect_code") from None


class RenamePasskeyForm(_OurWords, webauthn.EditWebAuthnForm):
    labels = {"name": "Name of the passkey"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(label="Name of the passkey", max_length=60)
        prepare(self)


class UsePasskeyForm(_TracedKey, webauthn.AuthenticateWebAuthnForm):
    """As the second step, after the password."""


class ConfirmByPasskeyForm(_TracedKey, webauthn.ReauthenticateWebAuthnForm):
    """Before something about the account changes."""


class SignInByPasskeyForm(_TracedKey, webauthn.LoginWebAuthnForm):
    """In place of password and second step."""
